"""An export of a phone (导出文件), taken in as if that phone had handed it in itself.

A person brings the file of one that can sync no more (`doorstep device import`), or a phone whose browser emptied its
database hands in the spare copies it finds (web/src/phone/core/spare.ts). What is in an export is signed and sealed to
this server, so neither the way it travelled nor who brings it need be trusted; taking it twice changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from server import audit, clock, config
from server.body import answers, described, raw_bytes
from server.db import begin_write, db
from server.devices import acks, contract, files, push
from server.devices.enrol import current_device, phone
from server.devices.models import Device
from server.devices.rules import MAX_EXPORT_BYTES, MAX_ROWS
from server.devices.schemas import ExportTakenOut
from server.devices.sender import Sender
from server.errors import Malformed, Missing
from sync.envelope import FileRef
from sync.phone import export
from sync.phone.export import Export, NotAnExport
from sync.phone.transport import MARK
from sync.upload import MAX_CHUNK_BYTES, FileFacts

CREATED = 201
bp = Blueprint("phone_exports", __name__, url_prefix="/v1/devices/exports")


class ExportOfUnknownPhone(Missing):
    """The export was made by a phone this installation never enrolled."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an export brought: records kept, records set aside, files whole here."""

    device_id: UUID
    kept: int
    set_aside: int
    files: int


@bp.after_request
def mark(answer: Response) -> Response:
    """Mark a success as ours."""
    if answer.status_code == CREATED:
        answer.headers[MARK] = "1"
    return answer


@bp.post("")
@phone(may_be_revoked=True)
@answers(ExportTakenOut, status=CREATED)
@described(contract.EXPORT)
def take_export() -> ResponseReturnValue:
    """Take in one export, of the phone that calls or of what it was before its storage was lost."""
    content = raw_bytes(most=MAX_EXPORT_BYTES)
    brought_by = current_device().person_id
    try:
        told = take(content, at=clock.now(), actor_id=brought_by)
    except NotAnExport as fault:
        raise Malformed(f"no export: {fault}") from fault
    return jsonify(ExportTakenOut().dump(told)), CREATED


def take(content: bytes, *, at: datetime, actor_id: UUID | None = None) -> Imported:
    """Open an export, judge its records, keep its files, acknowledge both; commits as it goes.

    actor_id is the person whose phone brings it, None from the command line.
    Raises sync.phone.export.NotAnExport or ExportOfUnknownPhone.
    """
    found = export.read(content, key=config.current().ack_key)
    device_id = UUID(found.device)
    kept = set_aside = 0
    for begin in range(0, len(found.records), MAX_ROWS):
        begin_write()
        fates = _take_records(_locked(device_id), found, begin, at=at)
        kept += sum(fate.entry.status == "accepted" for fate in fates)
        set_aside += sum(fate.entry.status == "quarantined" for fate in fates)
        db.session.commit()
    for ref, body in found.files:
        _take_file(device_id, ref, body, at=at)
    return _noted(Imported(device_id, kept, set_aside, len(found.files)), actor_id)


def _take_records(device: Device, found: Export, begin: int, *, at: datetime) -> list[acks.Fate]:
    rows = [{"newDocumentState": dict(record)} for record in found.records[begin : begin + MAX_ROWS]]
    sender = Sender.of(device)
    taken = push.take_records(sender, rows, at=at)
    acks.tell(sender, taken.fates, ack_id=taken.ack_id, at=at)
    return taken.fates


def _take_file(device_id: UUID, ref: FileRef, body: bytes, *, at: datetime) -> None:
    begin_write()
    row = files.create(_locked(device_id), FileFacts(ref.id, ref.sha256, ref.mime, "", ref.bytes), at=at)
    db.session.commit()
    while (stands := files.offset(row)) < ref.bytes:
        files.append(row, body[stands : stands + MAX_CHUNK_BYTES], at_offset=stands, checksum=None)
    begin_write()
    files.keep(row)
    files.finish(_locked(device_id), row, at=clock.now())
    db.session.commit()


def _locked(device_id: UUID) -> Device:
    device = db.session.get(Device, device_id, with_for_update=True)
    if device is None:
        raise ExportOfUnknownPhone(f"no phone {device_id}")
    return device


def _noted(told: Imported, actor_id: UUID | None) -> Imported:
    begin_write()
    audit.note(
        "device.export_taken", f"device:{told.device_id}", actor_id=actor_id,
        kept=told.kept, set_aside=told.set_aside, files=told.files,
    )  # fmt: skip
    db.session.commit()
    return told
