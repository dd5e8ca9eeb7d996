"""Asks a time-stamping authority (时间戳服务机构) for the time of a hash, over HTTP, outside any transaction.

Source: RFC 3161 §2.4.1 (request), §3.4 (over HTTP).
"""

import hashlib
import secrets
from collections.abc import Sequence

from asn1crypto import tsp
from cryptography import x509

from server.errors import Conflict
from sync import stamp
from sync.stamp import BadStamp

WITHIN_S = 10
_MOST_BYTES = 64 * 1024
_NONCE_BITS = 64


class AuthoritySilent(Conflict):
    """The time-stamping authority gave no time stamp."""


def ask(url: str, data: bytes, *, roots: Sequence[x509.Certificate]) -> bytes:
    """Return the authority's reply about these bytes; they stay here, only their SHA-256 is sent.

    A reply is taken only when its signature leads to one of the roots. Raises AuthoritySilent.
    """
    import requests  # noqa: PLC0415  # 4 MiB that a worker of the web does not need

    nonce = secrets.randbits(_NONCE_BITS) | 1
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": hashlib.sha256(data).digest()}
    question = tsp.TimeStampReq({"version": "v1", "message_imprint": imprint, "nonce": nonce, "cert_req": True})
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    try:
        answer = requests.post(
            url, question.dump(), headers=headers, timeout=WITHIN_S, allow_redirects=False, stream=True
        )
        with answer:
            reply = answer.raw.read(_MOST_BYTES, decode_content=True)
        if not answer.ok:
            raise AuthoritySilent(f"it answered {answer.status_code}")
        stamp.read(reply, data, roots=roots, nonce=nonce)
    except (OSError, requests.RequestException) as fault:
        raise AuthoritySilent(type(fault).__name__) from fault
    except BadStamp as fault:
        raise AuthoritySilent(str(fault)) from fault
    return bytes(reply)
