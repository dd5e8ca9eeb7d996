"""Whichever comes first, a record or the file it binds: the visit is complete when both are there."""

from uuid import UUID

import pytest
from sqlalchemy import select

from server import clock, media
from server.db import db
from server.visits.models import Visit, VisitFile
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
