"""The keys of an installation: made once, mode 0600, never overwritten."""

import base64
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

KEY_NAMES = ("master", "index", "session", "ack", "log")
SIGNING = frozenset({"ack", "log"})


def make_keys(folder: Path) -> list[str]:
    """Write the keys that are missing; return the names of those written."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = []
    for name in KEY_NAMES:
        path = folder / f"{name}.key"
        if path.exists():
            continue
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(fresh_key(name))
        made.append(name)
    return made


def fresh_key(name: str) -> bytes:
    """Return a new key as it stands in its file: Ed25519 in PEM for signing, else 32 random bytes in base64."""
    if name in SIGNING:
        return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return base64.b64encode(os.urandom(32)) + b"\n"
