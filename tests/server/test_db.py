"""Writers wait in turn and never lose an update."""

import threading

import sqlalchemy as sa

from server.accounts.models import Person
from server.db import begin_write, db

THREADS, TIMES = 4, 15


def add_one(app, person_id, faults):
    with app.app_context():
        try:
            for _ in range(TIMES):
                begin_write()
                person = db.session.get(Person, person_id, with_for_update=True, populate_existing=True)
                person.version += 1
                db.session.commit()
        except Exception as fault:  # noqa: BLE001  # the test reports whatever went wrong
            faults.append(fault)
        finally:
            db.session.remove()


class TestBeginWrite:
    def test_four_threads_lose_no_increment(self, app):
        with app.app_context():
            person_id = db.session.scalar(sa.select(Person.id).where(Person.username == "lin"))
            db.session.remove()
        faults = []
        threads = [threading.Thread(target=add_one, args=(app, person_id, faults)) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not faults
        with app.app_context():
            assert db.session.get(Person, person_id).version == 1 + THREADS * TIMES
            db.session.remove()

    def test_a_reader_goes_on_while_somebody_writes(self, app):
        with app.app_context():
            begin_write()
            db.session.execute(sa.update(Person).values(version=9))
            seen = []

            def read():
                with app.app_context():
                    seen.append(db.session.scalar(sa.select(Person.version).limit(1)))
                    db.session.remove()

            reader = threading.Thread(target=read)
            reader.start()
            reader.join(timeout=5)
            db.session.rollback()
            assert seen == [1]


class TestUtcDateTime:
    def test_refuses_a_naive_time(self, in_app):
        from datetime import datetime

        import pytest

        db.session.execute(sa.select(1))
        with pytest.raises(sa.exc.StatementError, match="naive time"):
            db.session.execute(sa.update(Person).values(locked_until=datetime(2026, 1, 1)))  # noqa: DTZ001
