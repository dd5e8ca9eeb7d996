"""Are the lines of this installation encrypted, and is it known who answers (OWASP ASVS 5.0, 12.2.2, 12.3.3, 12.3.4)?

The line that phones and browsers use is tried, trusting whom they trust; every other is judged by its settings.
"""

import os
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url

from server.bucket import Bucket, is_this_machine
from server.config import Config

LEAST_DAYS = 14
"""A certificate that ends sooner is not renewed by itself any more: who runs Let's Encrypt renews at thirty."""
WITHIN_S = 10.0
HERE = "this machine only"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the installation: to whom, what was found, and whether it will do."""

    name: str
    told: str
    is_good: bool


def lines(settings: Config, *, at: datetime) -> tuple[Line, ...]:
    """Return what was found of every line; `at` is the moment against which a certificate's end is held."""
    return (
        of_clients(settings.public_url, at=at),
        of_database(settings.database_url),
        of_limits(settings.redis_url),
        of_files(settings.bucket),
    )


def of_clients(url: str, *, at: datetime) -> Line:
    """Connect to the address that phones and browsers use, and look at its certificate as they do (12.2.2)."""
    address = urlsplit(url)
    host = address.hostname or ""
    if address.scheme != "https":
        is_here = is_this_machine(host)
        return Line("clients", f"{url}: {HERE}" if is_here else f"{url} is not https", is_here)
    try:
        ends = _end_of_certificate(host, address.port or 443)
    except ssl.SSLCertVerificationError as fault:
        return Line("clients", f"{url}: the certificate is not trusted: {fault.verify_message}", is_good=False)
    except ssl.SSLError as fault:
        return Line("clients", f"{url}: no TLS 1.2 or newer: {fault.reason}", is_good=False)
    except OSError as fault:
        return Line("clients", f"{url} does not answer: {fault.strerror or fault}", is_good=False)
    days = (ends - at).days
    return Line("clients", f"{url}: trusted until {ends:%Y-%m-%d}, {days} days left", days >= LEAST_DAYS)


def _end_of_certificate(host: str, port: int) -> datetime:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    with (
        socket.create_connection((host, port), timeout=WITHIN_S) as raw,
        context.wrap_socket(raw, server_hostname=host) as line,
    ):
        told = (line.getpeercert() or {})["notAfter"]
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(told)), UTC)


def of_database(url: str) -> Line:
    """Judge the line to the database: PostgreSQL on another machine must say who it is (libpq's `verify-full`)."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return Line("database", "a file of this machine", is_good=True)
    host = str(address.query.get("host") or address.host or "")
    if not host or host.startswith("/") or is_this_machine(host):
        return Line("database", HERE, is_good=True)
    mode = str(address.query.get("sslmode") or os.environ.get("PGSSLMODE") or "prefer")
    is_good = mode == "verify-full"
    return Line("database", f"{host}: sslmode={mode}{'' if is_good else ', verify-full expected'}", is_good)


def of_limits(url: str) -> Line:
    """Judge the line to Redis, which counts attempts for several hosts."""
    address = urlsplit(url)
    if not url:
        return Line("limits", "counted in the database", is_good=True)
    if address.scheme == "unix" or is_this_machine(address.hostname or ""):
        return Line("limits", HERE, is_good=True)
    is_good = address.scheme == "rediss"
    return Line("limits", f"{address.hostname}: {'TLS' if is_good else 'no TLS, rediss:// expected'}", is_good)


def of_files(bucket: Bucket | None) -> Line:
    """Judge the line to the file store; one without TLS on another machine is refused where it is configured."""
    if bucket is None:
        return Line("files", "a folder of this machine", is_good=True)
    return Line("files", HERE if bucket.is_plain else f"{urlsplit(bucket.endpoint).hostname}: TLS", is_good=True)
