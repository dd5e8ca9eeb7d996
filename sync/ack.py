"""Acknowledgements: what the server vouches for, signed, so that a phone may delete its own copy. Pure.

One acknowledgement answers one push (or one finished file). Its `ack` is the exact signed text; it lists every record
and file with its hash and what became of it. A phone that holds it can show later what the server said it had.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sync import strict_json
from sync.canonical import canonical_plain, sha256_hex
from sync.chain import Head
from sync.envelope import write_time
from sync.signature import PublicKey, SigningKey

VERSION = 1
_DOMAIN = b"doorstep.ack/1\n"


class Status(StrEnum):
    """What became of one record or file."""

    ACCEPTED = "accepted"  # kept; the phone may delete its copy
    QUARANTINED = "quarantined"  # kept aside as it came; reason_code says why
    SUPERSEDED = "superseded"  # kept; a correction stands beside it
    FILE_VERIFIED = "file_verified"  # the whole file is there and its hash is the signed one


class NotAnAck(ValueError):
    """The document is no acknowledgement by this server's key."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: ref is a record's or file's id ("" when it told none), hash what the server holds, hexadecimal.

    verdict, flags and reason_code are those of sync.verdict; for a file verdict is empty.
    """

    ref: str
    hash: str
    status: Status
    verdict: str = ""
    flags: tuple[str, ...] = ()
    reason_code: str = ""


@dataclass(frozen=True, slots=True)
class LogPosition:
    """The size and root (base64) of the server's log when the acknowledgement was signed."""

    size: int
    root: str


@dataclass(frozen=True, slots=True)
class Ack:
    """What a verified acknowledgement says; head is the end of the device's unbroken run on the server."""

    id: str
    device: str
    received_at: str
    head: Head
    entries: tuple[Entry, ...]
    log: LogPosition | None


def sign(
    entries: Sequence[Entry],
    *,
    ack_id: str,
    device: str,
    received_at: datetime,
    head: Head,
    key: SigningKey,
    log: LogPosition | None = None,
) -> dict[str, Any]:
    """Return the document of the collection `acks`: {id, ack, sig, alg, device, received_at}."""
    text = canonical_plain({
        "v": VERSION,
        "id": ack_id,
        "device": device,
        "received_at": write_time(received_at),
        "head": asdict(head),
        "entries": [_member(entry) for entry in entries],
        "log": None if log is None else asdict(log),
    }).decode()  # fmt: skip
    signed = key.sign(_signed_bytes(text))
    return {
        "id": ack_id, "ack": text, "sig": signed, "alg": key.alg.value, "device": device,
        "received_at": write_time(received_at),
    }  # fmt: skip


def verify(document: object, *, key: PublicKey, device: str) -> Ack:
    """Return what the acknowledgement says once its signature and addressee fit. Raises NotAnAck."""
    if not isinstance(document, Mapping):
        raise NotAnAck("not an object")
    text, sig = document.get("ack"), document.get("sig")
    if not isinstance(text, str) or not isinstance(sig, str):
        raise NotAnAck("no signed text")
    try:
        is_signed = key.verifies(sig, _signed_bytes(text))
    except UnicodeEncodeError:
        is_signed = False
    if not is_signed:
        raise NotAnAck("the signature is not the server's")
    told = _read(text)
    if told.device != device:
        raise NotAnAck("made for another device")
    if told.id != document.get("id"):
        raise NotAnAck("its id is not the signed one")
    return told


def _member(entry: Entry) -> dict[str, Any]:
    return {
        "ref": entry.ref, "hash": entry.hash, "status": entry.status.value, "verdict": str(entry.verdict),
        "flags": list(entry.flags), "reason_code": entry.reason_code,
    }  # fmt: skip


def _signed_bytes(text: str) -> bytes:
    return _DOMAIN + bytes.fromhex(sha256_hex(text.encode()))


def _read(text: str) -> Ack:
    try:
        told = strict_json.loads(text)
        if told["v"] != VERSION:
            raise NotAnAck(f"expected version {VERSION}")
        return Ack(
            id=told["id"],
            device=told["device"],
            received_at=told["received_at"],
            head=Head(told["head"]["seq"], told["head"]["hash"]),
            entries=tuple(_entry(entry) for entry in told["entries"]),
            log=None if told["log"] is None else LogPosition(**told["log"]),
        )
    except (strict_json.NotStrictJson, KeyError, TypeError, AttributeError) as fault:
        raise NotAnAck("signed, yet not readable by this version") from fault


def _entry(told: Mapping[str, Any]) -> Entry:
    # A newer server may know more statuses; an unknown one is no permission to delete anything, so it is refused.
    try:
        status = Status(told["status"])
    except ValueError as fault:
        raise NotAnAck("a status this version does not know") from fault
    return Entry(
        ref=told["ref"], hash=told["hash"], status=status, verdict=told["verdict"], flags=tuple(told["flags"]),
        reason_code=told["reason_code"],
    )  # fmt: skip
