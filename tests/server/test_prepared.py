"""A prepared statement says and reads what SQLAlchemy would, and fails as SQLAlchemy does."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, ProgrammingError

from server import clock
from server.accounts.models import Person
from server.db import begin_write, core, db
from server.devices.models import AckRow, Device, Quarantine
from server.prepared import Prepared, among, run_text

ACK = AckRow.__table__
SET_ASIDE = Quarantine.__table__
AT = datetime(2026, 12, 2, 1, 30, 0, 123_456, tzinfo=UTC)
KEEP = Prepared(sa.insert(SET_ASIDE), names=SET_ASIDE.c.keys())
FOUND = Prepared(sa.select(SET_ASIDE).where(SET_ASIDE.c.id == bindparam("of_id")))


@pytest.fixture
def device_id(in_app) -> UUID:
    del in_app
    begin_write()
    owner = db.session.scalar(sa.select(Person.id).where(Person.username == "fang"))
    device = Device(id=clock.new_id(), person_id=owner, label="probe", alg="Ed25519", public_key={}, token_hash="t")
    db.session.add(device)
    db.session.commit()
    return device.id


def row(device_id: UUID, **changed: object) -> dict[str, object]:
    empty = dict.fromkeys(SET_ASIDE.c.keys())
    return empty | {
        "id": clock.new_id(), "created_at": AT, "device_id": device_id, "coll": "records", "doc_id": "承诺 𬱖",
        "payload_sealed": "v1|", "payload_hash": "a" * 64, "verdict": "", "reason": "forged", "received_at": AT,
        "state": "open", "dismiss_reason": "", "ack_id": clock.new_id(),
    } | changed  # fmt: skip


class TestPrepared:
    def test_keeps_and_reads_what_sqlalchemy_reads(self, device_id):
        connection, wanted = begin_write(), row(device_id)
        KEEP.run_each(connection, [wanted])
        theirs = connection.execute(sa.select(SET_ASIDE).where(SET_ASIDE.c.id == wanted["id"])).one()
        ours = FOUND.row(connection, of_id=wanted["id"])
        assert ours == tuple(theirs)
        assert dict(zip(SET_ASIDE.c.keys(), ours, strict=True)) == wanted

    def test_writes_and_reads_json_and_times_with_their_zone(self, device_id):
        connection, ack_id = begin_write(), clock.new_id()
        document = {"id": str(ack_id), "ack": '{"v":1}', "n": [1, None]}
        Prepared(sa.insert(ACK), names=ACK.c.keys()).run(
            connection, id=ack_id, created_at=AT, device_id=device_id, document=document
        )
        found = Prepared(sa.select(ACK.c.document, ACK.c.created_at)).row(connection)
        assert found == (document, AT)
        assert db.session.get(AckRow, ack_id).document == document

    def test_refuses_a_naive_time(self, device_id):
        naive = row(device_id, received_at=AT.replace(tzinfo=None))
        with pytest.raises(ValueError, match="naive time"):
            KEEP.run_each(begin_write(), [naive])

    def test_tells_how_many_rows_it_touched(self, device_id):
        connection = begin_write()
        KEEP.run_each(connection, [row(device_id), row(device_id, payload_hash="b" * 64)])
        mine = SET_ASIDE.c.device_id == bindparam("of_id")
        dismiss = Prepared(sa.update(SET_ASIDE).where(mine).values(state="dismissed", replayed_at=None))
        assert dismiss.run(connection, of_id=device_id) == 2
        assert dismiss.run(connection, of_id=clock.new_id()) == 0
        assert FOUND.row(connection, of_id=clock.new_id()) is None

    def test_runs_in_the_transaction_of_its_connection(self, device_id):
        wanted = row(device_id)
        KEEP.run_each(begin_write(), [wanted])
        db.session.rollback()
        assert FOUND.rows(core(), of_id=wanted["id"]) == []

    def test_fails_as_sqlalchemy_does(self, device_id):
        wanted = row(device_id)
        KEEP.run_each(begin_write(), [wanted])
        with pytest.raises(IntegrityError) as told:
            KEEP.run_each(core(), [wanted])
        assert "承诺" not in str(told.value)
        db.session.rollback()
        with pytest.raises((OperationalError, ProgrammingError)):
            run_text(core(), "SELECT nothing FROM nowhere")
        db.session.rollback()


class TestAmong:
    def test_finds_the_rows_of_a_list_of_any_length(self, device_id):
        connection, wanted = begin_write(), [row(device_id, payload_hash=one * 64) for one in "abc"]
        KEEP.run_each(connection, wanted)
        found = Prepared(sa.select(SET_ASIDE.c.payload_hash).where(among(SET_ASIDE.c.id, "ids")))
        ids = [one["id"] for one in wanted]
        assert sorted(found.rows(connection, ids=ids[:2])) == [("a" * 64,), ("b" * 64,)]
        assert found.rows(connection, ids=[clock.new_id(), ids[2]]) == [("c" * 64,)]
        assert found.rows(connection, ids=[]) == []
        assert found.rows(connection, ids=[str(ids[0])]) == [("a" * 64,)]

    @pytest.mark.parametrize("odd", ['"', "\\", "{a,b}", "NULL", "承诺", "a b", "'"])
    def test_finds_the_rows_of_a_list_of_texts(self, device_id, odd):
        connection = begin_write()
        KEEP.run_each(connection, [row(device_id, payload_hash=odd), row(device_id, payload_hash="x")])
        found = Prepared(sa.select(SET_ASIDE.c.payload_hash).where(among(SET_ASIDE.c.payload_hash, "words")))
        assert found.rows(connection, words=["y", odd]) == [(odd,)]
        assert found.rows(connection, words=[]) == []


class TestReading:
    def test_keeps_what_the_database_has_planned(self, device_id, engine_name):
        if engine_name != "postgres":
            pytest.skip("SQLite plans in this process")
        names = sa.text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%quarantine%'")
        for _ in range(2):
            FOUND.row(core(), of_id=device_id)
            assert db.session.scalar(names) == 1
            db.session.rollback()

    def test_goes_on_after_a_statement_that_failed(self, device_id):
        for _ in range(2):
            with pytest.raises((OperationalError, ProgrammingError)):
                run_text(core(), "SELECT nothing FROM nowhere")
            db.session.rollback()
            assert FOUND.row(core(), of_id=device_id) is None


class TestBrokenConnection:
    def test_is_not_used_again(self, device_id, engine_name):
        if engine_name != "postgres":
            pytest.skip("SQLite has no line that could break")
        connection = core()
        own = connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
        with db.engine.connect() as other:
            other.execute(sa.text("SET LOCAL ROLE NONE"))  # the database's owner: ours may end nobody's line
            other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": own})
        with pytest.raises(DBAPIError) as told:
            FOUND.row(connection, of_id=device_id)
        assert told.value.connection_invalidated
        assert connection.invalidated
        db.session.rollback()
        assert FOUND.row(core(), of_id=device_id) is None
