"""How long a simulation waits for its server: as long as what waits becomes less."""

import sqlite3
from contextlib import closing
from types import SimpleNamespace

import pytest

from server.simulation import installation
from server.simulation.installation import Installation

WITHIN_S, RECORDS = 1.0, 12
TABLES = """CREATE TABLE record (id INTEGER, taken_in_at TEXT); CREATE TABLE log_leaf (idx INTEGER);
CREATE TABLE visit_file (verified_at TEXT, looked_at TEXT, role TEXT);"""


@pytest.fixture
def waiting(tmp_path, monkeypatch):
    """An installation with twelve waiting records and a clock of its own; `each(s)`: one is done every so many s."""
    path = tmp_path / "db"
    with closing(sqlite3.connect(path)) as made, made:
        made.executescript(TABLES)
        made.executemany("INSERT INTO record VALUES (?, NULL)", [(number,) for number in range(RECORDS)])

    def each(seconds):
        passed = SimpleNamespace(s=0.0)

        def sleep(s):
            before, passed.s = passed.s, passed.s + s
            with closing(sqlite3.connect(path)) as worker, worker:
                for _ in range(int(passed.s // seconds) - int(before // seconds)):
                    worker.execute("DELETE FROM record WHERE id = (SELECT min(id) FROM record)")

        monkeypatch.setattr(installation, "time", SimpleNamespace(monotonic=lambda: passed.s, sleep=sleep))
        return Installation(tmp_path, 0, f"sqlite:///{path}"), passed

    return each


def test_waits_longer_than_the_limit_while_it_becomes_less(waiting):
    there, passed = waiting(0.5)
    assert there.await_visits(within_s=WITHIN_S)
    assert passed.s > WITHIN_S


def test_gives_up_when_nothing_becomes_less(waiting):
    there, _ = waiting(3.0)
    assert not there.await_visits(within_s=WITHIN_S)
