"""Rows that could not be taken as records: kept whole and sealed, with the reason; nothing a phone sent is lost."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from server import audit, clock, config, vault
from server.cases import keyring
from server.db import db
from server.devices.acks import Fate
from server.devices.models import Quarantine
from server.devices.rules import QuarantineState
from server.devices.sender import Phone
from sync.ack import Entry, Status
from sync.canonical import is_sha256, sha256_hex
from sync.verdict import stable_id


@dataclass(frozen=True, slots=True)
class Refused:
    """A row set aside: the document as it came, the verdict word, the reason code."""

    document: object
    verdict: str
    reason: str


def keep(device: Phone, coll: str, refused: Refused, *, ack_id: UUID, at: datetime) -> Fate:
    """Set a row aside, once however often it comes; return what its phone is told, under ack_id when it is new."""
    payload = json.dumps(refused.document, ensure_ascii=True, sort_keys=True)
    payload_hash = sha256_hex(payload.encode())
    known = db.session.scalar(
        select(Quarantine).where(
            Quarantine.device_id == device.id, Quarantine.coll == coll, Quarantine.payload_hash == payload_hash
        )
    )
    if known is None:
        _add(device, coll, refused, payload=payload, payload_hash=payload_hash, ack_id=ack_id, at=at)
    elif known.ack_id is None:
        known.ack_id = ack_id
    entry = Entry(
        ref=stable_id(refused.document),
        hash=claimed_hash(refused.document) or payload_hash,
        status=Status.QUARANTINED,
        verdict=refused.verdict,
        reason_code=refused.reason,
    )
    return Fate(entry, known.ack_id if known is not None and known.ack_id != ack_id else None)


def settle(row: Quarantine, told: Entry, *, at: datetime) -> str:
    """Write down what judging a row again came to; return its verdict word, or the reason it is still set aside."""
    row.replayed_at, row.verdict = at, told.verdict
    if told.status is Status.QUARANTINED:
        row.reason = told.reason_code
        return told.reason_code
    row.state = QuarantineState.TAKEN
    return told.verdict


def claimed_hash(document: object) -> str:
    """Return the hash a document claims, empty when it claims none: the phone knows its row by it."""
    told: Any = document.get("hash") if isinstance(document, dict) else None
    return str(told) if is_sha256(told) else ""


def payload_of(row: Quarantine) -> object:
    """Return the document as it came. Raises SealBroken, or CaseErased once the data of its case is deleted."""
    if keyring.is_erased(row.payload_sealed):
        raise keyring.CaseErased("it was about a case whose personal data is deleted")
    where = vault.place("quarantine", "payload", row.id)
    return json.loads(config.current().vault.unseal(row.payload_sealed, at=where))


def _add(
    device: Phone, coll: str, refused: Refused, *, payload: str, payload_hash: str, ack_id: UUID, at: datetime
) -> None:
    row_id = clock.new_id()
    row = Quarantine(id=row_id, device_id=device.id, coll=coll, doc_id=stable_id(refused.document), received_at=at)
    row.payload_sealed = config.current().vault.seal(payload, at=vault.place("quarantine", "payload", row_id))
    row.payload_hash, row.verdict, row.reason, row.ack_id = payload_hash, refused.verdict, refused.reason, ack_id
    db.session.add(row)
    db.session.flush()
    subject = f"device:{device.id}"
    audit.note("record.quarantined", subject, actor_id=device.person_id, reason=refused.reason, row=str(row_id))
