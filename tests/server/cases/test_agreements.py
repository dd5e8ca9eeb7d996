"""Agreements to exceptions are asked for once, however many cases are screened."""

from contextlib import contextmanager

import sqlalchemy as sa

from server import clock
from server.cases import agreements
from server.compliance.rulepack import Gate
from server.db import begin_write, db
from tests.server.escalation.conftest import beginning, day

__all__ = ["beginning", "day"]


@contextmanager
def statements(about):
    """Collect the statements that read a table."""
    seen = []

    def note(_connection, _cursor, statement, *_):
        if about in statement:
            seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(db.engine, "before_cursor_execute", note)


class TestStandingOf:
    def test_is_asked_once_for_a_whole_screening(self, day, as_lin):
        db.session.commit()
        with statements("FROM rule_agreement") as seen:
            found = as_lin.post("/v1/visit-lists/screen", json={}).json
        assert len(found["candidates"]) + len(found["excluded"]) == 4
        assert len(seen) == 1

    def test_gives_each_case_its_own_newest(self, day):
        pack = type("Pack", (), {"name": "cn"})
        made = [
            agreements.agree(day.case(number), pack, gate=Gate.SCREENING, rule_id="LIM-SOON", reason="同意", days=1,
                             by_id=day.phone.person_id, at=clock.now(), today=clock.today())
            for number in (0, 0, 1)
        ]  # fmt: skip
        db.session.commit()
        begin_write()
        found = agreements.standing_of(day.case_ids[:3], Gate.SCREENING, on=clock.today())
        assert [found[one] for one in day.case_ids[:3]] == [
            {"LIM-SOON": made[1].id}, {"LIM-SOON": made[2].id}, {},
        ]  # fmt: skip
        assert agreements.standing_of(day.case_ids[:1], Gate.PRINT, on=clock.today()) == {day.case_ids[0]: {}}
