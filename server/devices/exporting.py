"""An export of a phone (导出文件), taken in as if that phone had handed it in itself.

A person brings the file of one that can sync no more (`doorstep device import`), or a phone whose browser emptied its
database hands in the spare copies it finds (web/src/phone/core/spare.ts). What is in an export is signed and sealed to
this server, so neither the way it travelled nor who brings it need be trusted; taking it twice changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from server import audit, clock, config
from server.db import begin_write, db
from server.devices import acks, files, push
from server.devices.models import Device
from server.devices.rules import MAX_ROWS
from server.devices.sender import Sender
from server.errors import Missing
from sync.envelope import FileRef
from sync.phone import export
from sync.phone.export import Export
from sync.upload import MAX_CHUNK_BYTES, FileFacts


class ExportOfUnknownPhone(Missing):
    """The export was made by a phone this installation never enrolled."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an export brought: records kept, records set aside, files whole here."""

    device_id: UUID
    kept: int
    set_aside: int
    files: int


def take(content: bytes, *, at: datetime, actor_id: UUID | None, keep: Callable[[], None]) -> Imported:
    """Open an export, judge its records, keep its files, acknowledge both.

    actor_id is the person whose phone brings it, None from the command line. keep commits: it is called after every
    step that may stand alone, so that one bad file undoes nothing.
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
        keep()
    for ref, body in found.files:
        _take_file(device_id, ref, body, at=at, keep=keep)
    told = Imported(device_id, kept, set_aside, len(found.files))
    _note(told, actor_id)
    keep()
    return told


def _take_records(device: Device, found: Export, begin: int, *, at: datetime) -> list[acks.Fate]:
    rows = [{"newDocumentState": dict(record)} for record in found.records[begin : begin + MAX_ROWS]]
    sender = Sender.of(device)
    taken = push.take_records(sender, rows, at=at)
    acks.tell(sender, taken.fates, ack_id=taken.ack_id, at=at)
    return taken.fates


def _take_file(device_id: UUID, ref: FileRef, body: bytes, *, at: datetime, keep: Callable[[], None]) -> None:
    begin_write()
    row = files.create(_locked(device_id), FileFacts(ref.id, ref.sha256, ref.mime, "", ref.bytes), at=at)
    keep()
    while (stands := files.offset(row)) < ref.bytes:
        files.append(row, body[stands : stands + MAX_CHUNK_BYTES], at_offset=stands, checksum=None)
    begin_write()
    files.keep(row)
    files.finish(_locked(device_id), row, at=clock.now())
    keep()


def _locked(device_id: UUID) -> Device:
    device = db.session.get(Device, device_id, with_for_update=True)
    if device is None:
        raise ExportOfUnknownPhone(f"no phone {device_id}")
    return device


def _note(told: Imported, actor_id: UUID | None) -> None:
    begin_write()
    audit.note(
        "device.export_taken", f"device:{told.device_id}", actor_id=actor_id,
        kept=told.kept, set_aside=told.set_aside, files=told.files,
    )  # fmt: skip
