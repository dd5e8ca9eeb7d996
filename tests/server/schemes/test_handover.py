"""Which papers a door gets: the stop's own list, else the scheme's, and the letter's deadline follows the visit."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from receipts.dunning_letter import DunningLetterFacts
from server.cases import dunning
from server.db import db
from server.schemes import handover
from server.schemes.models import Scheme
from tests.server.schemes import make_scheme as make

AT = datetime(2026, 12, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def scheme(as_zhou, creditors):
    rows = [make.case(creditors["bank"], number) for number in range(2)]
    own = [{"case_id": str(rows[0].id), "materials": ["dunning_letter"]}]
    made = make.compiled(as_zhou, make.accepted_list(rows), stops=own)
    db.session.rollback()
    row = db.session.get(Scheme, UUID(made["id"]))
    for stop in row.stops:
        stop.day = make.DAY
    return row


def by_number(scheme):
    return sorted(scheme.stops, key=lambda stop: stop.case.case_no)


class TestMaterials:
    def test_prefers_the_stops_own_list(self, scheme):
        first, second = by_number(scheme)
        assert handover.materials(scheme, first) == ["dunning_letter"]
        assert handover.materials(scheme, second) == ["account_statement", "visit_receipt", "recorder"]


class TestIssue:
    def test_issues_what_the_stop_asks_for(self, scheme):
        kinds = [
            [paper.kind for paper in handover.issue(scheme, stop, at=AT, today=AT.date())] for stop in by_number(scheme)
        ]
        assert kinds == [["dunning_letter"], ["account_statement"]]

    def test_gives_the_debtor_the_days_of_grace_from_the_visit(self, scheme):
        stop, _ = by_number(scheme)
        (paper,) = handover.issue(scheme, stop, at=AT, today=AT.date())
        until_on = make.DAY + timedelta(days=15)
        said = dunning.letter_facts(stop.case, serial=paper.serial, until_on=until_on, at=AT)
        assert isinstance(said, DunningLetterFacts)
        assert dunning.fingerprint(said) == paper.fingerprint

    def test_gives_a_visit_that_was_made_the_letter_it_had(self, scheme):
        stop, _ = by_number(scheme)
        (paper,) = handover.issue(scheme, stop, at=AT, today=AT.date())
        db.session.flush()
        stop.state, stop.day = "visited", make.DAY + timedelta(days=1)
        assert handover.issue(scheme, stop, at=AT, today=AT.date()) == [paper]

    def test_writes_no_letter_for_a_visit_that_was_made_without_one(self, scheme):
        stop, _ = by_number(scheme)
        stop.state = "visited"
        assert handover.issue(scheme, stop, at=AT, today=AT.date()) == []


class TestRequireLetters:
    def test_asks_only_about_letters_still_to_be_issued(self, scheme):
        first, second = by_number(scheme)
        second.case.contract_no_sealed = None
        handover.require_letters(scheme, [first, second])
        first.case.contract_no_sealed = None
        first.state = "visited"
        handover.require_letters(scheme, [first])
        first.state = "planned"
        with pytest.raises(dunning.LetterFactsMissing, match="合同编号"):
            handover.require_letters(scheme, [first, second])
