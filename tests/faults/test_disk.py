"""A disk full or broken at each step of a push and of an upload: a clean 503, nothing half kept, a retry works."""

import errno
import os
import uuid

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from bench.faults import disk as disks
from bench.faults.inprocess import enrolled_on
from bench.faults.judge import require_whole
from server import clock, jobs, media
from server.app import create_app
from server.cli import restoring
from server.db import db
from server.devices.models import AckRow, Upload
from server.visits.models import Record, Visit
from sync.canonical import sha256_hex
from sync.envelope import FileRef
from sync.phone.outbox import Outbox
from sync.phone.transport import NoNetwork
from sync.phone.visit import arrive

MOST_STEPS = 400
VISIT = "0193a0b1-0000-7000-8000-00000000a001"
SINGLY = MOST_STEPS if os.environ.get("DOORSTEP_SOAK") else 20
HIDDEN = "."  # how the name of a file begins that the store is still writing
REFUSED = "the server answered 503"


class Fails:
    """Makes the step with this number (of one kind) fail, and all after it when the disk stays full."""

    def __init__(self, at, fault, kind=""):
        self.at, self.fault, self.kind, self.count, self.failed = at, fault, kind, 0, []

    def __call__(self, what):
        if not what.startswith(self.kind):
            return 0
        self.count += 1
        is_hit = self.count == self.at or (self.count > self.at and self.fault == errno.ENOSPC)
        if is_hit:
            self.failed.append(what)
        return self.fault if is_hit else 0


@pytest.fixture(params=[errno.ENOSPC, errno.EIO], ids=["full", "broken"])
def fault(request):
    return request.param


@pytest.fixture
def app(app):
    """The application as it is served: its chores are done by another process."""
    return create_app(app.extensions["doorstep"])


@pytest.fixture
def disk(app):
    """The disk under an application whose database is opened on it."""
    try:
        disks.require_reach()
    except disks.OtherSqlite as reason:
        pytest.skip(str(reason))
    settings = app.extensions["doorstep"]
    with disks.watched(settings.var_dir) as watched:
        yield watched
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def phone(app, disk, request):
    with app.app_context():
        db.engine.dispose()  # what was opened before the disk was watched
        if db.engine.dialect.name == "sqlite" and request.cls is not TestHandOver:
            event.listen(db.engine, "connect", spill)
    return enrolled_on(app, ":memory:", tries=1)


def spill(connection, _record):
    """Keep next to nothing in memory, so that writes happen, and fail, in the middle of a transaction too."""
    connection.execute("pragma cache_size=1")


def held(app, model, *where):
    with app.app_context():
        require_whole()
        count = db.session.scalar(select(func.count()).select_from(model).where(*where))
        db.session.remove()
        return count


def answered(call):
    """Return how a call of the phone ended: fine, or with the status the server answered."""
    try:
        call()
    except NoNetwork as told:
        return str(told)
    return "fine"


def each_step(disk, fault, kinds, *, singly=MOST_STEPS):
    """Give failing disks: for each step of each kind, after so many every seventh, until an attempt met no fault."""
    for kind in kinds:
        for at in (*range(1, singly), *range(singly, MOST_STEPS, 7)):
            disk.on_step = fails = Fails(at, fault, kind)
            yield fails
            if not fails.failed:
                assert at > 1, f"no step is a {kind}"
                break
        else:
            raise AssertionError(f"still failing at step {MOST_STEPS}")


class TestPush:
    def test_is_refused_whole_or_kept_at_every_step_and_works_again(self, app, phone, disk, fault, engine_name):
        if engine_name == "postgres":
            pytest.skip("PostgreSQL writes in processes of its own, on a disk these tests cannot reach")
        outbox, refused = Outbox(phone.store, phone.senses), 0
        for fails in each_step(disk, fault, ("write", "sync")):
            outbox.write("plan_event", {"event": "started", "n": fails.at})
            outbox.write("incident", {"note": "x" * 3000})
            kept_before = held(app, Record)
            told = answered(phone.push)
            assert told in {REFUSED, "fine"}
            if told == REFUSED:
                refused += 1
                assert phone.store.count("waiting") == 2, "acknowledged although refused"
            disk.on_step = lambda _: 0
            in_store = held(app, Record)
            assert in_store in (kept_before, kept_before + 2), "half a push"
            if phone.store.count("waiting") == 0:
                assert in_store == kept_before + 2, "a false acknowledgement"
            phone.push()
            assert phone.store.count("waiting") == 0
            assert held(app, Record) == kept_before + 2 == phone.store.count("accepted")
        assert refused >= 5


class TestBackup:
    """The copy lies on the same disk here; PostgreSQL's dump is written by a tool, and synced by us."""

    def test_is_whole_or_none_at_every_step_and_works_again(self, app, phone, disk, fault, engine_name, command_line):
        settings = app.extensions["doorstep"]
        kinds = ("write .", "sendfile", "fsync", *(() if engine_name == "postgres" else ("write", "sync")))
        with app.app_context():
            for number in range(3):
                media.store().put(bytes([number]) * 3000)
        failed = whole = 0
        for _ in each_step(disk, fault, kinds, singly=SINGLY):
            target = settings.var_dir / "copies" / uuid.uuid4().hex
            told = command_line("backup", target)
            disk.on_step = lambda _: 0
            assert told.exit_code in {0, 1}
            assert told.exception is None or isinstance(told.exception, SystemExit), told.exc_info
            if told.exit_code == 0:
                assert restoring.checked_manifest(target)
            elif "there is no backup" in told.output:
                failed += 1
                assert not target.exists(), "half a backup is left"
            else:
                whole += 1
                assert "is whole" in told.output
                assert restoring.checked_manifest(target)
            assert not list(settings.var_dir.glob(".*")), "a half is left in the installation"
            held(app, Record)  # the installation itself is whole
        again = settings.var_dir / "again"
        assert command_line("backup", again).exit_code == 0
        assert len(restoring.checked_manifest(again)["files"]) == 4
        assert failed >= 10
        assert whole >= 2


class TestUpload:
    def test_is_refused_or_kept_at_every_step_and_works_again(self, app, phone, disk, fault, engine_name):
        hits = refused = 0
        ours, theirs = ("pwrite", "fsync", f"write {HIDDEN}"), ("write doorstep", "sync doorstep")
        for fails in each_step(disk, fault, ours if engine_name == "postgres" else ours + theirs):
            content = uuid.uuid4().bytes * 2000
            ref = FileRef(phone.senses.new_id(), sha256_hex(content), len(content), "image/jpeg")
            phone.store.add_media(ref, content)
            told = answered(phone.upload)
            hits += bool(fails.failed)
            assert told in {REFUSED, "fine"}
            refused += told == REFUSED
            disk.on_step = lambda _: 0
            if phone.store.media_states()[ref.id] != "waiting":
                self.check_whole(app, ref)
            phone.upload()
            phone.pull("acks")
            assert phone.store.media_states()[ref.id] == "verified"
            self.check_whole(app, ref)
        assert hits >= 5
        assert refused >= 3 or fault == errno.EIO  # a phone asks again at once, and a disk that erred once may serve it
        assert not list(app.extensions["doorstep"].media_dir.rglob(".*.*")), "a half is left in the store"
        assert not list(app.extensions["doorstep"].var_dir.glob("uploads/*.part"))

    def check_whole(self, app, ref):
        with app.app_context():
            require_whole()
            assert media.store().is_intact(ref.sha256)
            row = db.session.scalars(select(Upload).where(Upload.attachment_id == ref.id)).one()
            assert row.completed_at is not None
            told = [one for one in db.session.scalars(select(AckRow.document)) if ref.id in str(one)]
            assert ["file_verified" in str(one) for one in told] == [True]
            db.session.remove()


class TestHandOver:
    """Here pages are written at the commit only: a visit put together swallows a fault in the middle."""

    def test_is_left_for_later_at_every_step_and_blames_no_record(self, app, phone, disk, fault, engine_name):
        if engine_name == "postgres":
            pytest.skip("PostgreSQL writes in processes of its own, on a disk these tests cannot reach")
        outbox, refused = Outbox(phone.store, phone.senses), 0
        disk.on_step = lambda _: 0
        for fails in each_step(disk, fault, ("write", "sync")):
            disk.on_step = lambda _: 0
            visit = arrive(outbox, stop_id=VISIT, case_id=VISIT, agents=[outbox.device], fix=None, plan_version=1)
            visit.leave(None)
            phone.push()
            disk.on_step = fails
            refused += not self.chores_are_done(app)
            disk.on_step = lambda _: 0
            assert self.chores_are_done(app)
            assert held(app, Record, Record.taken_in_at.is_(None)) == 0
            with app.app_context():
                flagged = [row.id for row in db.session.scalars(select(Record)) if "intake_failed" in row.flags]
                found = db.session.get(Visit, uuid.UUID(visit.visit_id))
                assert flagged == []
                assert found.left_at is not None
                db.session.remove()
        assert refused >= 5

    def chores_are_done(self, app):
        """Do the chores as the worker does; return whether they ended without a fault."""
        with app.app_context():
            try:
                while jobs.run_chores(clock.now()):
                    pass
            except OperationalError:
                db.session.rollback()
                return False
            finally:
                db.session.remove()
            return True
