"""Files that come after their records, and visits put together once for a batch of news."""

import hashlib
import uuid

from sqlalchemy import func, select

from server import audit
from server.db import db
from server.visits import intake, projection
from server.visits.models import Promise, Record, Visit, VisitFile
from sync.envelope import FileRef
from tests.server.visits.make_visit import ARRIVED, picture


def look(story):
    return db.session.get(Visit, story.visit_id, populate_existing=True)


class TestFileVerified:
    def test_completes_the_visit_with_the_last_file_and_not_before(self, story):
        story.keep(story.promised())
        story.upload(only=2)
        assert not look(story).is_complete
        story.upload()
        assert look(story).is_complete

    def test_ignores_a_file_with_another_hash(self, story):
        story.keep(story.promised())
        file_id = uuid.UUID(next(iter(story.photos)))
        intake.file_verified(file_id, sha256="c" * 64, size=9, at=ARRIVED)
        assert db.session.get(VisitFile, file_id).verified_at is None

    def test_waits_for_the_record_of_a_file_nobody_bound(self, story):
        intake.file_verified(uuid.uuid4(), sha256="c" * 64, size=9, at=ARRIVED)
        assert db.session.scalars(select(VisitFile)).all() == []

    def test_seals_a_reviewed_visit_once_complete_and_puts_its_promise_in_force(self, story):
        story.keep(story.promised())
        look(story).state = "reviewed"
        story.upload()
        visit = look(story)
        assert visit.state == "sealed"
        assert len(visit.seal_sha256) == 64
        assert db.session.scalars(select(Promise.state)).one() == "effective"

    def test_says_when_a_photo_was_used_for_another_visit(self, story):
        content = picture("blue")
        for visit_id in (uuid.uuid4(), uuid.uuid4()):
            story.visit_id, story.photos = visit_id, {}
            ref = FileRef(str(uuid.uuid4()), hashlib.sha256(content).hexdigest(), len(content), "image/jpeg")
            story.keep([story.phone.tell("manifest", story.body(files=[]), manifest=[ref])])
        assert look(story).flags == ["file_used_before"]

    def test_flags_a_file_id_claimed_by_two_visits(self, story):
        file_id = str(uuid.uuid4())
        for digest in ("c" * 64, "d" * 64):
            story.visit_id = uuid.uuid4()
            ref = FileRef(file_id, digest, 10, "image/jpeg")
            story.keep([story.phone.tell("manifest", story.body(files=[]), manifest=[ref])])
        assert look(story).flags == ["file_conflict"]
        assert not look(story).is_complete


class TestPutTogether:
    def test_puts_a_visit_together_once_for_a_whole_batch(self, story, monkeypatch):
        calls = []
        real = projection.refresh
        monkeypatch.setattr(
            projection, "refresh", lambda visit, **facts: (calls.append(visit.id), real(visit, **facts))
        )
        for row, told in story.promised():
            db.session.add(row)
            db.session.flush()
            with db.session.begin_nested():
                intake.store(row, told, at=ARRIVED)
        db.session.commit()
        assert calls == [story.visit_id]
        assert look(story).state == "uploaded"

    def test_a_visit_that_fails_holds_up_neither_the_others_nor_the_log(self, story, monkeypatch):
        real = projection.refresh
        poisoned = story.visit_id

        def refresh(visit, **facts):
            real(visit, **facts)
            if visit.id == poisoned:
                raise ArithmeticError

        monkeypatch.setattr(projection, "refresh", refresh)
        audit.note("test.noted", "test:1", actor_id=None)
        pairs = [story.check_in()]
        story.visit_id = uuid.uuid4()
        pairs.append(story.check_in())
        for row, told in pairs:
            db.session.add(row)
            db.session.flush()
            intake.store(row, told, at=ARRIVED)
        db.session.commit()
        assert db.session.get(Visit, poisoned).flags == ["assembly_failed"]
        assert db.session.get(Visit, poisoned).arrived_at is None
        assert look(story).arrived_at is not None
        assert db.session.scalars(select(audit.AuditEvent.action)).all() == ["test.noted"]
        assert db.session.scalar(select(func.count()).select_from(Record)) == 2
