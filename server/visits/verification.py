"""Whether a paper with this serial was issued, and is still what it was: for anybody, without personal data."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from receipts import serials
from receipts.serials import BadSerial
from server import media
from server.cases.models import Paper
from server.db import db
from server.errors import Missing
from server.transparency import reading
from sync import tlog

VALID = "issued"


class SerialUnknown(Missing):
    """No paper with this serial was issued."""

    @property
    def is_mistyped(self) -> bool:
        """Does the check digit not fit?"""
        return self.facts.get("mistyped") is True


@dataclass(frozen=True, slots=True)
class Verification:
    """What anybody may know of a paper. log_index counts from 0 in the transparency log, log_hash is its leaf's.

    seal_level is B-B, B-T (with an authority's time) or empty for a paper without an electronic seal; stamped_sha256 is
    of the file that bears that time, empty when there is none.
    """

    serial: str
    valid: bool
    kind: str
    state: str
    version: int
    sealed_at: datetime
    seal_level: str
    sha256: str
    stamped_sha256: str
    fingerprint: str
    log_index: int | None
    log_hash: str | None


def verify(serial: str) -> Verification:
    """Return what is known of a serial, whatever its letters' case. Raises SerialUnknown, also for a mistyped one."""
    wanted = serial.strip().upper()
    try:
        serials.read(wanted)
    except BadSerial as fault:
        raise SerialUnknown(
            "the serial is mistyped: its check digit does not fit", valid=False, mistyped=True
        ) from fault
    paper = db.session.scalar(select(Paper).where(Paper.serial == wanted))
    if paper is None:
        raise SerialUnknown("no such paper", valid=False, mistyped=False)
    logged = reading.about(f"paper:{paper.serial}", digest=paper.sha256)
    store = media.store()
    return Verification(
        serial=paper.serial,
        valid=paper.state == VALID and store.has(paper.sha256) and store.is_intact(paper.sha256),
        kind=paper.kind,
        state=paper.state,
        version=paper.version,
        sealed_at=paper.issued_at,
        seal_level=paper.seal_level,
        sha256=paper.sha256,
        stamped_sha256=paper.stamped_sha256,
        fingerprint=paper.fingerprint,
        log_index=logged.index if logged else None,
        log_hash=tlog.leaf_hash(logged.data).hex() if logged else None,
    )
