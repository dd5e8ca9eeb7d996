"""The collection `settings`: documents only one phone writes, compared and set on the hash of their content."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from server import clock, config, vault
from server.db import db
from server.devices import quarantine, rules
from server.devices.acks import Fate
from server.devices.models import DeviceSetting
from server.devices.push import Taken
from server.devices.quarantine import Refused
from server.devices.sender import Phone
from sync.ack import Entry, Status
from sync.canonical import NotCanonisable, canonical, sha256_hex
from sync.schema import down_cast, up_cast

_MAX_ID = 80


def take(device: Phone, rows: Sequence[object], *, sv: int, at: datetime) -> Taken:
    """Keep each row whose phone saw the present state; the loser is set aside and told the present state.

    Rows come, and conflicts go, in the version sv the phone speaks; what is kept is in the newest.
    """
    taken = Taken()
    for row in rows:
        document = row.get("newDocumentState") if isinstance(row, dict) else row
        assumed = row.get("assumedMasterState") if isinstance(row, dict) else None
        if (fault := _fault(document)) or not isinstance(document, dict):
            refused = Refused(document, "", fault or "not_an_object")
            taken.fates.append(quarantine.keep(device, "settings", refused, ack_id=taken.ack_id, at=at))
        elif isinstance(put := _put(device, document, assumed, sv=sv, ack_id=taken.ack_id), dict):
            refused = Refused(document, "", "state_moved_on")
            taken.fates.append(quarantine.keep(device, "settings", refused, ack_id=taken.ack_id, at=at))
            taken.conflicts.append(dict(down_cast("settings", put, sv=sv)))
        else:
            taken.fates.append(put)
    return taken


def _fault(document: object) -> str:
    if not isinstance(document, dict) or not isinstance(document.get("id"), str):
        return "not_an_object"
    if not 0 < len(document["id"]) <= _MAX_ID:
        return "id_too_long"
    try:
        return "" if len(canonical(document)) <= rules.MAX_SETTING_BYTES else "too_large"
    except NotCanonisable:
        return "not_canonisable"


def _put(device: Phone, pushed: dict[str, Any], assumed: object, *, sv: int, ack_id: UUID) -> dict[str, Any] | Fate:
    """Keep the document and return its fate; return the present one instead when the phone had not seen it."""
    document = up_cast("settings", pushed, sv=sv)
    assumed = up_cast("settings", assumed, sv=sv) if isinstance(assumed, dict) else assumed
    query = select(DeviceSetting).where(DeviceSetting.device_id == device.id, DeviceSetting.doc_id == document["id"])
    row = db.session.scalar(query.with_for_update())
    stored_hash = row.content_hash if row else None
    if not rules.may_overwrite(stored_hash=stored_hash, assumed=assumed, fresh=document) and row is not None:
        return load(row)
    if row is None:
        row = DeviceSetting(id=clock.new_id(), device_id=device.id, doc_id=document["id"])
        db.session.add(row)
    text = canonical(document).decode()
    row.document_sealed = config.current().vault.seal(text, at=vault.place("device_setting", "document", row.id))
    digest = sha256_hex(text.encode())
    told_by = row.ack_id if row.content_hash == digest and row.ack_id != ack_id else None
    row.content_hash, row.ack_id = digest, told_by or ack_id
    db.session.flush()
    # The phone knows its row by the bytes it wrote, whatever version they are kept in.
    return Fate(Entry(str(document["id"]), sha256_hex(canonical(pushed)), Status.ACCEPTED), told_by)


def load(row: DeviceSetting) -> dict[str, Any]:
    """Return the kept document. Raises SealBroken."""
    where = vault.place("device_setting", "document", row.id)
    found: dict[str, Any] = json.loads(config.current().vault.unseal(row.document_sealed, at=where))
    return found
