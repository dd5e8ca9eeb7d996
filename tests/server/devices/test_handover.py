"""Whichever comes first, a record or the file it binds: the visit is complete when both are there."""

from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from server import clock, jobs, media
from server.db import db
from server.devices import handover
from server.visits import intake
from server.visits.models import Record, Visit, VisitFile
from sync.phone import media as phone_media
from sync.phone.visit import Photo, arrive


@pytest.fixture
def visit(phone):
    """A visit with a photo, recorded on the phone and not sent."""
    made = arrive(
        phone.outbox,
        stop_id="",
        case_id="",
        agents=[phone.person_id],
        fix=None,
        plan_version=1,
        no_fix_reason="indoors",
    )
    made.photograph([Photo(b"a photo", "door", clock.now())])
    made.leave(None, no_fix_reason="indoors")
    return made


def seen(visit):
    db.session.expire_all()
    files = db.session.scalars(select(VisitFile).where(VisitFile.visit_id == UUID(visit.visit_id))).all()
    row = db.session.scalar(select(Visit))
    return row.is_complete, [file.verified_at is not None for file in files]


class TestHandOver:
    def test_completes_a_visit_whose_file_came_before_its_record(self, in_app, phone, visit):
        phone_media.upload_all(phone.store, phone.client._call)  # noqa: SLF001
        phone.client.push()
        assert seen(visit) == (True, [True])

    def test_completes_a_visit_whose_file_came_after_its_record(self, in_app, phone, visit):
        phone.client.push()
        assert seen(visit) == (False, [False])
        phone.client.upload()
        assert seen(visit) == (True, [True])

    def test_takes_the_records_in_although_a_file_cannot_be_read(self, in_app, phone, visit):
        phone_media.upload_all(phone.store, phone.client._call)  # noqa: SLF001
        for name in media.store().hashes():
            media.store().path(name).unlink()
        phone.client.push()
        assert seen(visit) == (False, [False])

    def test_lets_pushes_in_between_where_there_is_one_lock_for_all(self, app, in_app, phone, engine_name):
        app.after_request_funcs[None] = [one for one in app.after_request_funcs[None] if "chores" not in one.__name__]
        phone.push(phone.rows(40))
        begun, turns = handover.waiting(), list[int]()
        while done := handover.hand_over(clock.now()):
            db.session.commit()
            turns.append(done)
        assert sum(turns) == begun >= 40
        assert max(turns) == (10 if engine_name == "sqlite" else begun)

    def test_blames_no_record_for_a_lock_or_a_disk(self, app, in_app, phone, visit, monkeypatch):
        real, faults = intake.store, [OperationalError("", {}, Exception("deadlock detected"))]

        def store(*told, **more):
            if faults:
                raise faults.pop()
            real(*told, **more)

        monkeypatch.setattr(intake, "store", store)
        app.after_request_funcs[None] = [one for one in app.after_request_funcs[None] if "chores" not in one.__name__]
        phone.client.push()
        with pytest.raises(OperationalError):
            jobs.run_chores(clock.now())
        db.session.rollback()
        jobs.run_chores(clock.now())
        assert [row.flags for row in db.session.scalars(select(Record)) if "intake_failed" in row.flags] == []
        assert handover.waiting() == 0
