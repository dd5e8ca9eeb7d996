"""The dunning letters that go out with a scheme: with the facts they need, once, and none of a visit already made."""

import hashlib
from uuid import UUID

import pytest

from server.accounts.models import Creditor
from server.audit import AuditEvent
from server.cases.models import Paper
from server.db import db
from server.media import store
from server.schemes.models import SchemeStop
from tests.server.schemes import make_scheme as make
from tests.server.schemes.make_scheme import dispatch, pulled


@pytest.fixture
def cases(creditors):
    return [make.case(creditors["bank"], number) for number in range(2)]


@pytest.fixture
def with_letter(as_zhou, as_sun, as_guo, cases):
    """A signed scheme whose first customer gets a dunning letter beside the statement."""
    stops = [{"case_id": str(cases[0].id), "materials": ["account_statement", "dunning_letter"]}]
    scheme = make.compiled(as_zhou, make.accepted_list(cases), stops=stops)
    planned = make.planned(as_zhou, scheme["id"], iterations=20)
    make.submitted(as_zhou, scheme["id"])
    signed = make.signed(as_guo, make.reviewed(as_sun, planned["id"]))
    return signed | {"stops": sorted(signed["stops"], key=lambda stop: stop["case_no"])}


class TestLetters:
    def test_issues_the_dunning_letter_where_it_is_taken_along(self, as_zhou, with_letter):
        stop = with_letter["stops"][0]
        answer = dispatch(as_zhou, with_letter)
        assert answer.json["papers"] == 3
        (letter,) = [one for one in pulled("fang", "papers").values() if one["kind"] == "dunning_letter"]
        assert letter["case_id"] == stop["case_id"]
        assert letter["serial"].startswith("CK-")
        content = store().get(letter["sha256"])
        assert hashlib.sha256(content).hexdigest() == letter["sha256"]
        assert letter["id"] in pulled("fang", "stops")[stop["id"]]["papers"]
        for pack in answer.json["packs"]:
            listed = [one for one in pack["papers"] if one["kind"] == "dunning_letter"]
            assert [(one["serial"], one["sha256"]) for one in listed] == [(letter["serial"], letter["sha256"])]
        desk = as_zhou.get(f"/v1/cases/{stop['case_id']}/papers").json["items"]
        (shown,) = [one for one in desk if one["serial"] == letter["serial"]]
        assert as_zhou.get(shown["pdf"]).data == content

    def test_issues_no_second_letter_that_says_the_same(self, as_zhou, with_letter):
        dispatch(as_zhou, with_letter)
        before = set(pulled("fang", "papers"))
        assert dispatch(as_zhou, with_letter).status_code == 200
        assert set(pulled("fang", "papers")) == before

    def test_refuses_a_half_empty_letter_and_sends_nothing(self, as_zhou, with_letter, creditors):
        db.session.get(Creditor, creditors["bank"]).contact = ""
        db.session.commit()
        answer = dispatch(as_zhou, with_letter)
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/letter-facts-missing")
        (entry,) = answer.json["cases"]
        assert entry["case_id"] == with_letter["stops"][0]["case_id"]
        assert [one["code"] for one in entry["missing"]] == ["creditor_contact"]
        assert pulled("fang", "stops") == {}
        assert db.session.query(Paper).filter(Paper.kind != "visit_scheme").count() == 0
        assert as_zhou.get(f"/v1/schemes/{with_letter['id']}").json["state"] == "signed_off"

    def test_leaves_the_letter_of_a_visit_that_was_made_alone(self, as_zhou, with_letter, creditors):
        dispatch(as_zhou, with_letter)
        before = set(pulled("fang", "papers"))
        db.session.get(SchemeStop, UUID(with_letter["stops"][0]["id"])).state = "visited"
        db.session.get(Creditor, creditors["bank"]).contact = ""
        db.session.commit()
        assert dispatch(as_zhou, with_letter).status_code == 200
        assert set(pulled("fang", "papers")) == before

    def test_records_each_paper_once_in_the_log(self, as_zhou, with_letter):
        dispatch(as_zhou, with_letter)
        dispatch(as_zhou, with_letter)
        logged = db.session.query(AuditEvent).filter_by(action="paper.issued").all()
        assert sorted(event.facts["serial"][:2] for event in logged) == ["CK", "DZ", "DZ"]
        assert {event.subject for event in logged} == {f"paper:{event.facts['serial']}" for event in logged}
