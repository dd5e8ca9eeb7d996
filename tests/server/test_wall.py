"""Row-level security by creditor: PostgreSQL hides and refuses what a query forgot to."""

import pytest
import sqlalchemy as sa
from flask import g
from sqlalchemy.exc import ProgrammingError

from server import wall
from server.cases.keyring import CaseKey
from server.db import Base, db
from tests.contract.foreign_world import build_world


@pytest.fixture
def on_postgres(engine_name, in_app):
    if engine_name != "postgres":
        pytest.skip("SQLite has no row-level security")
    return in_app


@pytest.fixture
def world(on_postgres, creditors):
    """Return {table: id}: one row of the bank's in every table."""
    ids = build_world(creditors["bank"])
    db.session.execute(sa.update(CaseKey).values(id=ids["case"]))
    db.session.commit()
    return ids


@pytest.fixture
def seeing(on_postgres):
    """Begin a transaction that sees what was said, as a request of somebody's does."""

    def begin(said):
        db.session.rollback()
        g.sees = said

    yield begin
    db.session.rollback()
    g.pop("sees", None)


def walled(tables):
    return sorted(name for name in tables if name not in wall.UNWALLED)


class TestWall:
    def test_shows_the_banks_people_their_rows_and_the_suppliers_none(self, world, seeing, creditors):
        for said, wanted in ((str(creditors["bank"]), 1), (wall.EVERYTHING, 1), (str(creditors["supplier"]), 0)):
            seeing(said)
            for table in walled(Base.metadata.tables):
                count = db.session.scalar(sa.text(f'SELECT count(*) FROM "{table}"'))  # noqa: S608
                assert min(count, 1) == wanted, (table, said)

    def test_shows_nothing_to_who_says_nothing(self, world, seeing):
        seeing(wall.NOTHING)
        for table in walled(Base.metadata.tables):
            assert db.session.scalar(sa.text(f'SELECT count(*) FROM "{table}"')) == 0, table  # noqa: S608

    def test_shows_nothing_to_a_connection_that_never_heard_of_it(self, world):
        with db.engine.connect() as connection:
            assert connection.execute(sa.text('SELECT count(*) FROM "case"')).scalar_one() == 0

    def test_does_not_let_a_row_be_put_behind_it(self, seeing, creditors):
        seeing(str(creditors["supplier"]))
        party = {"id": creditors["bank"], "c": creditors["bank"]}
        with pytest.raises(ProgrammingError, match="row-level security"):
            db.session.execute(
                sa.text(
                    "INSERT INTO party (id, created_at, creditor_id, kind, name, id_last4, languages, do_not_contact) "
                    "VALUES (:id, now(), :c, 'person', '', '', '[]', false)"
                ),
                party,
            )

    def test_opens_for_a_while_and_closes_again(self, world, seeing, creditors):
        count = sa.text('SELECT count(*) FROM "case"')
        seeing(str(creditors["supplier"]))
        assert db.session.scalar(count) == 0
        with wall.everything():
            assert db.session.scalar(count) == 1
        assert db.session.scalar(count) == 0

    def test_holds_after_a_rollback_and_a_commit(self, world, seeing, creditors):
        count = sa.text('SELECT count(*) FROM "case"')
        seeing(str(creditors["supplier"]))
        for end in (db.session.commit, db.session.rollback):
            assert db.session.scalar(count) == 0
            end()
        assert db.session.scalar(count) == 0


class TestEveryTable:
    def test_has_a_wall_or_says_that_it_needs_none(self):
        tables = Base.metadata.tables
        bare = [
            name
            for name, table in tables.items()
            if "creditor_id" not in table.columns and name not in wall.THROUGH and name not in wall.UNWALLED
        ]
        assert not bare
        assert not wall.THROUGH.keys() & wall.UNWALLED
        assert tables.keys() | {"alembic_version"} >= wall.UNWALLED

    def test_has_it_in_the_database(self, on_postgres):
        held = db.session.scalars(
            sa.text(
                "SELECT tablename FROM pg_tables JOIN pg_policies USING (schemaname, tablename) "
                "WHERE rowsecurity AND schemaname = 'public'"
            )
        )
        assert sorted(held) == walled(Base.metadata.tables)


def test_a_view_without_its_filter_still_shows_nothing(world, as_wei, app, monkeypatch):
    """The filters of the API taken away: only the wall is left."""
    monkeypatch.setattr("server.cases.api.cases.scoped", lambda query, _column: query)
    assert as_wei.get("/v1/cases").json["items"] == []


def test_a_phone_that_reads_has_its_statements_planned_once_and_nobody_else(on_postgres, seeing):
    shown = sa.text("SHOW plan_cache_mode")
    seeing(wall.EVERYTHING)
    wall.ask_alike()
    assert db.session.scalar(shown) == "force_generic_plan"
    g.pop("asks_alike")
    db.session.rollback()
    assert db.session.scalar(shown) == "auto"
