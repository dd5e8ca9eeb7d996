"""What becomes of a record a phone hands in: one verdict of a closed set, and flags. Pure; never raises on content.

new, gap and same are kept; altered, forged and malformed go to quarantine as they came. Flags never change a verdict.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sync import envelope
from sync.canonical import is_sha256, sha256_hex
from sync.chain import Head
from sync.envelope import Envelope, NotAnEnvelope, Record, RecordType, Stamp
from sync.ids import is_uuid
from sync.signature import PublicKey

SKEW_LIMIT = timedelta(minutes=5)
JUMP_LIMIT = timedelta(minutes=2)
_TYPES = frozenset(RecordType)
_COPIES = ("device", "seq", "prev", "type", "subject", "device_time")


class Verdict(StrEnum):
    """The closed set of answers to one pushed record."""

    NEW = "new"  # kept; it continues the chain
    SAME = "same"  # kept before, bit for bit; nothing changes
    GAP = "gap"  # kept; a record before it is still missing
    ALTERED = "altered"  # its id is kept with other bytes: the first stays, this one is quarantined
    FORGED = "forged"  # hash or signature does not fit, or it names another device: quarantined
    MALFORMED = "malformed"  # cannot be read as a record: quarantined

    @property
    def is_kept(self) -> bool:
        """Tell whether the record stands in the store of evidence."""
        return self in {Verdict.NEW, Verdict.SAME, Verdict.GAP}


class Flag(StrEnum):
    """What a reader should know about a kept record."""

    NOT_CANONICAL = "not_canonical"  # the signed bytes are not RFC 8785
    COPIES_DIFFER = "copies_differ"  # a plain copy in the document is not what the envelope says
    CLOCK_SKEW = "clock_skew"  # the phone's clock was more than 5 minutes off when last compared
    CLOCK_JUMP = "clock_jump"  # wall and monotonic clock disagree by more than 2 minutes since the record before
    FUTURE_DATE = "future_date"  # it says it was made after it arrived
    REPLAY = "replay"  # a new id at a place of the chain the server already went past
    SEQ_GAP = "seq_gap"  # a record before it was missing when it arrived
    FORK = "fork"  # another record holds this place, or the record before it is not the one it names
    UNKNOWN_TYPE = "unknown_type"  # a type this server does not know
    LATE = "late"  # signed before its key was revoked, handed in after (set by the server)
    OUT_OF_SCOPE = "out_of_scope"  # the visit is no longer this agent's (set by the server)


@dataclass(frozen=True, slots=True)
class Known:
    """What the server already holds of the device when a record arrives.

    head: end of the unbroken run. stored_hash: hash kept under this record's id. place_hash: hash kept at this seq
    under another id. before: the clocks of the record kept at seq-1, before_hash its hash.
    """

    head: Head
    stored_hash: str | None = None
    place_hash: str | None = None
    before: Stamp | None = None
    before_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one pushed document. record and told are there unless it is malformed; reason is a stable code."""

    verdict: Verdict
    reason: str
    flags: tuple[Flag, ...] = ()
    record: Record | None = None
    told: Envelope | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A pushed document that can be read as a record, with what its envelope tells."""

    document: Mapping[str, Any]
    record: Record
    told: Envelope


def read(document: object) -> Found | str:
    """Return what a pushed document holds, or the reason code why it is not a record."""
    if not isinstance(document, Mapping):
        return "not_an_object"
    env, digest, sig, alg = (document.get(name) for name in ("env", "hash", "sig", "alg"))
    if not (isinstance(env, str) and isinstance(sig, str) and isinstance(alg, str) and is_sha256(digest)):
        return "seal_missing"
    try:
        told = envelope.read(env)
    except NotAnEnvelope:
        return "envelope_unreadable"
    if document.get("id") != told.id:
        return "id_differs"
    return Found(document, envelope.record_of(told, env=env, digest=str(digest), sig=sig, alg=alg), told)


def judge(
    document: object,
    *,
    known: Known,
    key: PublicKey,
    device: str,
    received_at: datetime,
    clock_offset: timedelta | None = None,
) -> Judgement:
    """Return the verdict on a pushed document.

    key and device are those of the phone that hands it in; clock_offset is server time minus phone time at their last
    comparison. Never raises, whatever the document holds.
    """
    found = read(document)
    return weigh(found, known=known, key=key, device=device, received_at=received_at, clock_offset=clock_offset)


def weigh(
    found: Found | str,
    *,
    known: Known,
    key: PublicKey,
    device: str,
    received_at: datetime,
    clock_offset: timedelta | None = None,
) -> Judgement:
    """Return the verdict on what read() found; the rest is as in judge()."""
    if isinstance(found, str):
        return Judgement(Verdict.MALFORMED, found)
    record, told = found.record, found.told
    if forgery := _forgery(record, key=key, device=device):
        return Judgement(Verdict.FORGED, forgery, (), record, told)
    if known.stored_hash is not None:
        verdict = Verdict.SAME if known.stored_hash == record.hash else Verdict.ALTERED
        reason = "" if verdict is Verdict.SAME else "id_kept_with_other_bytes"
        return Judgement(verdict, reason, (), record, told)
    is_gap = record.seq > known.head.seq + 1 and known.before_hash is None
    flags = (
        *_copy_flags(found),
        *_clock_flags(told, known.before, received_at=received_at, clock_offset=clock_offset),
        *_place_flags(record, known, is_gap=is_gap),
    )
    return Judgement(Verdict.GAP if is_gap else Verdict.NEW, "", flags, record, told)


def stable_id(document: object) -> str:
    """Return the id a document claims when it is a UUID, else empty: the name under which a refusal is told."""
    claimed = document.get("id") if isinstance(document, Mapping) else None
    return str(claimed) if is_uuid(claimed) else ""


def _forgery(record: Record, *, key: PublicKey, device: str) -> str:
    if sha256_hex(record.env.encode()) != record.hash:
        return "hash_differs"
    if record.device != device:
        return "other_device"
    if record.alg != key.alg or not key.verifies(record.sig, bytes.fromhex(record.hash)):
        return "signature_fails"
    return ""


def _copy_flags(found: Found) -> list[Flag]:
    flags = []
    if not found.told.is_canonical:
        flags.append(Flag.NOT_CANONICAL)
    if any(found.document.get(name) != getattr(found.record, name) for name in _COPIES):
        flags.append(Flag.COPIES_DIFFER)
    if found.told.type not in _TYPES:
        flags.append(Flag.UNKNOWN_TYPE)
    return flags


def _clock_flags(
    told: Envelope, before: Stamp | None, *, received_at: datetime, clock_offset: timedelta | None
) -> list[Flag]:
    flags = []
    if clock_offset is not None and abs(clock_offset) > SKEW_LIMIT:
        flags.append(Flag.CLOCK_SKEW)
    if told.stamp.device_time - received_at > SKEW_LIMIT:
        flags.append(Flag.FUTURE_DATE)
    if before is not None and before.boot == told.stamp.boot:
        wall = told.stamp.device_time - before.device_time
        # Milliseconds as a plain number: a hostile monotonic value would overflow a timedelta.
        drift_ms = wall / timedelta(milliseconds=1) - (told.stamp.mono_ms - before.mono_ms)
        if abs(drift_ms) > JUMP_LIMIT / timedelta(milliseconds=1):
            flags.append(Flag.CLOCK_JUMP)
    return flags


def _place_flags(record: Record, known: Known, *, is_gap: bool) -> list[Flag]:
    flags = [Flag.SEQ_GAP] if is_gap else []
    expected = known.head.hash if record.seq == known.head.seq + 1 else known.before_hash
    if known.place_hash is not None or (expected is not None and expected != record.prev):
        flags.append(Flag.FORK)
    if record.seq <= known.head.seq:
        flags.append(Flag.REPLAY)
    return flags
