"""New passwords: none that stands on a list of leaked ones, or is soon guessed from one or from the person.

The lists are those of zxcvbn (MIT): 30,000 leaked passwords, names and words, looked at here and sent nowhere. Source:
OWASP ASVS 5.0 6.2.4, 6.2.11, 6.2.12; NIST SP 800-63B-4, 3.1.1.2: length and lists, no rules of composition.
"""

from collections.abc import Iterable

from server.errors import Malformed

MIN_SCORE = 3  # of 4: more than 10^8 guesses, zxcvbn's "safely unguessable" online
LOOKED_AT = 72  # characters; zxcvbn's time grows with the square of it
OFTEN_HERE = ("doorstep", "waifang", "waifangtong", "外访通", "cuishou", "woaini", "aini", "5201314", "1314520")


class CommonPassword(Malformed):
    """The password is a common or leaked one, or easy to guess from one or from the person."""


def require_good(password: str, *, about: Iterable[str], pointer: str = "/password") -> None:
    """Refuse a password that is guessed in fewer than 10^8 tries; `about` are words of the person and the firm.

    Raises CommonPassword. Its length is asked of by `auth.hash_password`.
    """
    from zxcvbn import zxcvbn  # noqa: PLC0415  # its lists take 0.4 s to load: only where a password is set

    words = [*OFTEN_HERE, *(word.lower() for word in about if word)]
    if zxcvbn(password[:LOOKED_AT], user_inputs=words)["score"] < MIN_SCORE:
        raise CommonPassword(
            "take another one, of several words that do not belong together",
            errors=[{"pointer": pointer, "detail": "几个不相干的词连在一起，好记又难猜"}],
        )
