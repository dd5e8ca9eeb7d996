"""A dispatched stop whose case somebody may complain about, and its account statement."""

from datetime import date

import pytest

from server.cases.statement import issue_statement
from server.db import begin_write, db
from tests.server.escalation.make_day import DISPATCHED, dispatched_day


@pytest.fixture
def day(in_app, creditors):
    begin_write()
    made = dispatched_day([creditors["bank"]])
    db.session.commit()
    return made


@pytest.fixture
def serial(day):
    begin_write()
    paper = issue_statement(day.case(0), at=DISPATCHED, on=date(2026, 12, 1))
    db.session.commit()
    return paper.serial
