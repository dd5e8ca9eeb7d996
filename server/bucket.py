"""Which S3 bucket (对象存储桶) keeps the files, as the operator configured it. Pure but for the file of the secret.

Nothing a caller sends ever becomes part of the endpoint's address: it is this one, and no other is asked.
"""

from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit


class BadBucket(ValueError):
    """The settings of the bucket are not complete or not safe."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """An S3 bucket: where it is and with whose key it is opened; timeout_s is of one request to it."""

    name: str
    endpoint: str
    region: str
    key: str
    secret: str = field(repr=False)
    timeout_s: int = 10

    def __post_init__(self) -> None:
        """Refuse what is incomplete or would send personal data in the clear. Raises BadBucket."""
        missing = [name for name in ("name", "endpoint", "region", "key", "secret") if not getattr(self, name)]
        if missing:
            raise BadBucket(f"the bucket needs {', '.join(missing)}")
        address = urlsplit(self.endpoint)
        if address.username or address.password or address.query or address.fragment or address.path not in {"", "/"}:
            raise BadBucket("expected an endpoint of scheme, host and port alone")
        if not address.hostname or address.scheme not in {"https", "http"}:
            raise BadBucket("expected an endpoint that begins with https://")
        if address.scheme == "http" and not is_this_machine(address.hostname):
            raise BadBucket("http is for a store on this machine; expected https")

    @property
    def is_plain(self) -> bool:
        """Is it asked without TLS, on this machine?"""
        return self.endpoint.startswith("http://")


def read_secret(given: str, file: str) -> str:
    """Return a secret from the environment or from the file it names there. Raises BadBucket."""
    if not file:
        return given
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as fault:
        raise BadBucket(f"the secret's file cannot be read: {fault.strerror}") from fault


def is_this_machine(host: str) -> bool:
    """Tell whether a host of an address is this machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
