"""What must hold of part files when the disk or the process fails in the middle."""

import errno
import hashlib
import os
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select

from server import clock, media
from server.db import begin_write, db
from server.devices import files, parts
from server.devices.models import Device, Upload
from sync.upload import FileFacts

BODY = b"0123456789" * 100
FACTS = FileFacts(
    "0193a0b1-0000-7000-8000-00000000f001", hashlib.sha256(BODY).hexdigest(), "image/jpeg", "x", len(BODY)
)


@pytest.fixture
def device(phone, in_app):
    return db.session.get(Device, UUID(phone.device))


@pytest.fixture
def row(device):
    begin_write()
    made = files.create(device, FACTS, at=clock.now())
    db.session.commit()
    return made


def append(row, chunk, at_offset):
    return files.append(row, chunk, at_offset=at_offset, checksum=None)


class TestCreate:
    def test_gives_the_same_upload_and_more_time(self, device, row):
        first = row.expires_at
        begin_write()
        again = files.create(device, FACTS, at=clock.now())
        db.session.commit()
        assert again.id == row.id
        assert again.expires_at > first
        assert len(db.session.scalars(select(Upload)).all()) == 1


class TestAppend:
    def test_leaves_no_half_chunk_when_the_disk_is_full(self, row, monkeypatch):
        append(row, BODY[:100], 0)
        real, calls = os.pwrite, []

        def full(file, data, at):
            calls.append(at)
            if len(calls) > 1:
                raise OSError(errno.ENOSPC, "no space")
            return real(file, bytes(data)[:10], at)

        monkeypatch.setattr(os, "pwrite", full)
        with pytest.raises(OSError, match="no space"):
            append(row, BODY[100:200], 100)
        monkeypatch.undo()
        assert files.offset(row) == 100
        assert append(row, BODY[100:], 100) == len(BODY)

    def test_writes_all_of_a_chunk_the_disk_takes_piecemeal(self, row, monkeypatch):
        real = os.pwrite
        monkeypatch.setattr(os, "pwrite", lambda file, data, at: real(file, bytes(data)[:7], at))
        append(row, BODY, 0)
        monkeypatch.undo()
        assert parts.PartFile(row.id).path.read_bytes() == BODY

    def test_is_durable_before_it_answers(self, row, monkeypatch):
        synced = []
        real = os.fsync
        monkeypatch.setattr(os, "fsync", lambda file: (synced.append(os.fstat(file).st_size), real(file)))
        append(row, BODY[:100], 0)
        assert synced == [100]


class TestFinish:
    def test_may_be_done_again_after_a_crash_in_between(self, device, row):
        append(row, BODY, 0)
        media.store().put(BODY)  # the process died right after this
        files.keep(row)
        begin_write()
        files.finish(device, row, at=clock.now())
        db.session.commit()
        assert row.completed_at is not None
        begin_write()
        files.finish(device, row, at=clock.now())
        db.session.commit()

    def test_leaves_the_upload_open_when_the_transaction_fails(self, device, row):
        append(row, BODY, 0)
        begin_write()
        files.finish(device, db.session.get(Upload, row.id), at=clock.now())
        db.session.rollback()
        assert db.session.get(Upload, row.id).completed_at is None
        assert files.offset(row) == len(BODY)


class TestKeep:
    def test_takes_nothing_for_a_file_when_another_request_has_just_finished_it(self, row):
        append(row, BODY, 0)
        parts.of(row.id).discard()
        with pytest.raises(parts.UploadBusy):
            files.keep(row)
        assert parts.waiting() == set()


class TestSweep:
    def test_throws_away_what_no_unfinished_upload_needs(self, device, row):
        begin_write()
        second = replace(FACTS, attachment_id="0193a0b1-0000-7000-8000-00000000f002")
        other = files.create(device, second, at=clock.now())
        db.session.commit()
        unknown = parts.PartFile(clock.new_id())
        for one in (row.id, other.id):
            files.append(db.session.get(Upload, one), BODY, at_offset=0, checksum=None)
        unknown.append(BODY, at_offset=0, most=len(BODY))
        (parts.PartFile(row.id).path.parent / "somebody's copy.part").touch()
        files.keep(row)
        begin_write()
        files.finish(device, row, at=clock.now())
        db.session.commit()  # the process died right after this
        assert files.sweep(clock.now()) == 2
        assert parts.waiting() == {other.id}
        assert media.store().get(FACTS.sha256) == BODY

    def test_looks_once_an_hour(self, device):
        start = clock.now()
        left = parts.PartFile(clock.new_id())
        assert files.sweep(start) == 0
        left.append(BODY, at_offset=0, most=len(BODY))
        assert files.sweep(start + files.SWEEP_EVERY / 2) == 0
        assert files.sweep(start + files.SWEEP_EVERY) == 1


class TestFind:
    def test_knows_only_the_phones_own(self, device, row, new_phone, as_luo):
        other = db.session.get(Device, UUID(new_phone(as_luo).device))
        assert files.find(device, row.id).id == row.id
        with pytest.raises(files.UploadAbsent):
            files.find(other, row.id)
