"""What is read without the product's code must be what a phone and the real server hold, on both engines."""

import sqlite3
from datetime import timedelta

import pytest
import sqlalchemy as sa

from server import config
from server.simulation import installation, invariants, reading
from server.simulation.evidence_invariants import i6
from server.simulation.facts import Run
from server.simulation.ledger import Ledger
from server.simulation.watch import Seen
from sync.envelope import RecordType
from tests.server.devices.conftest import new_phone

__all__ = ["new_phone"]
PHOTO = b"not really a picture"


@pytest.fixture
def engine(app):
    made = sa.create_engine(app.config["SQLALCHEMY_DATABASE_URI"], poolclass=sa.pool.NullPool)
    yield made
    made.dispose()


@pytest.fixture
def phone(new_phone, as_fang, tmp_path):
    """Fang's phone after a round: two records and a photo, and a row that is no record."""
    made = new_phone(as_fang, path=tmp_path / "phone.db")
    made.outbox.write(RecordType.PLAN_EVENT, {"event": "started"})
    made.outbox.write(RecordType.MANIFEST, {}, files=[made.outbox.file(PHOTO, mime="image/jpeg")])
    made.client.sync()
    made.push([{"newDocumentState": {"id": made.senses.new_id(), "note": "nothing"}}])
    return made


@pytest.fixture
def read(app, engine, phone):
    def again():
        settings = config.load(app.extensions["doorstep"].var_dir)
        return reading.server(engine, settings, stored=installation.blobs(settings.media_dir))

    return again


class TestPhone:
    def test_reads_records_files_and_documents(self, phone, tmp_path):
        facts = reading.phone(tmp_path / "phone.db", name="p", person=phone.person_id, is_lost=False)
        assert [one.state for one in facts.records] == ["accepted", "accepted"]
        [file] = facts.files
        assert (file.state, file.size, file.content_sha256) == ("verified", len(PHOTO), file.sha256)
        assert facts.device == phone.device
        assert facts.epoch

    def test_reads_what_the_bytes_are_not_what_they_are_called(self, phone, tmp_path):
        with sqlite3.connect(tmp_path / "phone.db") as store:
            store.execute("UPDATE media SET content = x'00'")
        store.close()
        [file] = reading.phone(tmp_path / "phone.db", name="p", person="", is_lost=False).files
        assert file.content_sha256 != file.sha256


class TestServer:
    def test_reads_what_the_phone_handed_in(self, phone, read, tmp_path):
        held = reading.phone(tmp_path / "phone.db", name="p", person=phone.person_id, is_lost=False)
        facts = read()
        assert {(one.device, one.id, one.hash, one.env) for one in facts.records} == {
            (held.device, one.id, one.hash, one.env) for one in held.records
        }
        assert facts.finished == {(held.device, one.id, one.sha256) for one in held.files}
        assert facts.blobs[held.files[0].sha256] == held.files[0].sha256
        [row] = facts.aside
        assert (row.device, row.verdict) == (held.device, "malformed")
        assert facts.devices[held.device].person == phone.person_id
        assert max(row.seq for row in facts.feed) == facts.clock_seq
        assert facts.epoch == held.epoch

    def test_sees_a_file_that_was_altered_on_the_disk(self, app, phone, read):
        folder = app.extensions["doorstep"].media_dir
        name = next(iter(installation.blobs(folder)))
        next(folder.rglob(name)).write_bytes(b"altered")
        assert installation.blobs(folder)[name] != name

    def test_sees_a_signature_that_was_exchanged(self, engine, read):
        with engine.begin() as database:
            database.execute(sa.text("UPDATE record SET sig = (SELECT max(sig) FROM record)"))
        run = Run((), read(), Ledger(), Seen(), {})
        assert "the signature fails" in i6(run).violations[0]


class TestState:
    def test_is_the_same_until_something_that_counts_changes(self, engine, phone):
        before = reading.state(engine)
        phone.ticks[0] -= timedelta(hours=3)  # a call that is news: the clock moved
        phone.client.head()
        assert reading.state(engine) == before
        with engine.begin() as database:
            database.execute(sa.text("UPDATE record SET prev = hash"))
        after = reading.state(engine)
        assert [table for table in before if before[table] != after[table]] == ["record"]
        assert before["record"][0] == 2


class TestLogFaults:
    def test_finds_a_lock_that_was_not_given(self, tmp_path):
        log = tmp_path / "server.log"
        assert reading.log_faults(log, invariants.LOCK_WORDS) == ()
        log.write_text("fine\nsqlite3.OperationalError: database is locked\n")
        assert reading.log_faults(log, invariants.LOCK_WORDS) == ("sqlite3.OperationalError: database is locked",)
