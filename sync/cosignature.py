"""What a witness signs: that it saw this checkpoint of the log, and every earlier one in it. Pure.

Source: C2SP tlog-cosignature (Ed25519, cosignature/v1), signed-note (signature lines, verifier keys).
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync.tlog import BadNote

_KIND = b"\x04"
_DASH = "— "
_STAMP_BYTES, _SIG_BYTES = 8, 64


@dataclass(frozen=True, slots=True)
class Witness:
    """Who cosigns: its name and key."""

    name: str
    key: Ed25519PublicKey

    def vkey(self) -> str:
        """Return the verifier key: name+hash+base64."""
        return f"{self.name}+{self.mark().hex()}+{base64.b64encode(_KIND + self.key.public_bytes_raw()).decode()}"

    def mark(self) -> bytes:
        """Return the key id that begins each of its signatures."""
        return hashlib.sha256(self.name.encode() + b"\n" + _KIND + self.key.public_bytes_raw()).digest()[:4]


def read_witness(vkey: str) -> Witness:
    """Return the witness of a verifier key of type 4. Raises BadNote."""
    try:
        name, told, encoded = vkey.strip().split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
        witness = Witness(name, Ed25519PublicKey.from_public_bytes(raw[1:]))
    except (ValueError, binascii.Error) as fault:
        raise BadNote("not a witness's verifier key") from fault
    if not name or raw[:1] != _KIND or witness.mark().hex() != told:
        raise BadNote("not a witness's verifier key")
    return witness


def cosign(body: str, *, name: str, key: Ed25519PrivateKey, at: int) -> str:
    """Return the line a witness adds under a checkpoint's body; at is seconds since 1970."""
    stamp = at.to_bytes(_STAMP_BYTES, "big")
    raw = Witness(name, key.public_key()).mark() + stamp + key.sign(_message(body, at))
    return f"{_DASH}{name} {base64.b64encode(raw).decode()}"


def cosigned_at(line: str, body: str, *, witness: Witness) -> int:
    """Return when a witness signed a checkpoint's body, in seconds since 1970. Raises BadNote when it did not."""
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    try:
        raw = base64.b64decode(encoded, validate=True)
        at = int.from_bytes(raw[4:12], "big")
        is_whole = line.startswith(_DASH) and len(raw) == 4 + _STAMP_BYTES + _SIG_BYTES
        if not is_whole or name != witness.name or raw[:4] != witness.mark():
            raise BadNote("not a line of this witness")
        witness.key.verify(raw[12:], _message(body, at))
    except (InvalidSignature, ValueError, binascii.Error) as fault:
        raise BadNote("not a signature of this witness over this checkpoint") from fault
    return at


def _message(body: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{body}".encode()
