"""Proposal, opinion and decision over HTTP, in the cast's voices, refusals included."""

import pytest
from sqlalchemy import select

from server import clock
from server.accounts.models import Person
from server.audit import AuditEvent
from server.cases.models import StopFlag
from server.db import begin_write, db
from server.escalation.models import Escalation
from server.feed import sync_feed
from tests.server.escalation.make_day import accept, case_state, path_of

OPINION = {"opinion": "ready", "text": "签字对账单与录音齐全"}
DECISION = {"decision": "sue", "reasons": "金额大，证据充分"}


def give_role(username, role):
    begin_write()
    person = db.session.scalars(select(Person).where(Person.username == username)).one()
    person.role_names = [*person.role_names, role]
    db.session.commit()


class TestPropose:
    def test_records_who_proposes_what_and_why(self, played, propose, as_zhou):
        answer = propose(played.case_ids[1], evidence=[str(played.stories[1].visit_id), "电话录音第3通"])
        assert answer.status_code == 201, answer.text
        told = answer.json
        assert (told["state"], told["proposal"], told["case_no"]) == ("proposed", "sue", "WH2026-001")
        assert told["evidence"] == [
            {"kind": "visit", "id": str(played.stories[1].visit_id)}, {"kind": "note", "note": "电话录音第3通"},
        ]  # fmt: skip
        assert told["proposer"]["id"] == as_zhou.person_id
        assert told["scheme_id"] == str(played.scheme_id)
        assert (answer.headers["ETag"], answer.headers["Location"]) == ('"v1"', path_of(told))

    def test_takes_evidence_by_kind_and_id(self, played, propose):
        record_id = str(played.visit(0).records[0].id)
        answer = propose(played.case_ids[0], evidence=[{"kind": "record", "id": record_id, "note": "到场"}])
        assert answer.json["evidence"] == [{"kind": "record", "id": record_id, "note": "到场"}]

    def test_refuses_evidence_of_another_case(self, played, propose):
        answer = propose(played.case_ids[1], evidence=[str(played.stories[0].visit_id)])
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/evidence-elsewhere")
        assert answer.json["ids"] == [str(played.stories[0].visit_id)]

    def test_refuses_a_second_while_one_is_open(self, played, propose):
        propose(played.case_ids[1])
        assert propose(played.case_ids[1], "suspend").json["type"] == "/problems/escalation-open"

    def test_refuses_a_settled_case(self, played, propose):
        begin_write()
        played.case(1).state = "settled"
        db.session.commit()
        assert propose(played.case_ids[1]).json["type"] == "/problems/case-closed"

    @pytest.mark.parametrize("body", [{"proposal": "seize"}, {"reasons": ""}, {"reasons": "  \n "}, {"evidence": [7]},
                                      {"evidence": [{"kind": "visit"}]}, {"decision": "sue"}])  # fmt: skip
    def test_refuses_what_does_not_fit(self, played, propose, body):
        assert propose(played.case_ids[1], **body).status_code == 422

    @pytest.mark.parametrize("who", ["as_lin", "as_fang", "as_guo", "as_hu", "as_tan", "as_ma"])
    def test_is_the_supervisors(self, played, propose, who, request):
        assert propose(played.case_ids[1], caller=request.getfixturevalue(who)).status_code == 403

    def test_does_not_know_a_foreign_creditors_case(self, played, propose, as_zhou, creditors):
        begin_write()
        zhou = db.session.scalars(select(Person).where(Person.username == "zhou")).one()
        zhou.creditor_ids = [str(creditors["supplier"])]
        db.session.commit()
        assert propose(played.case_ids[1]).status_code == 404


class TestGiveOpinion:
    def test_keeps_what_was_held_and_the_clock(self, played, propose, as_hu):
        found = propose(played.case_ids[0]).json
        answer = as_hu.post(path_of(found, "/opinion"), json=OPINION, headers={"If-Match": '"v1"'})
        assert answer.status_code == 200, answer.text
        told = answer.json["readiness"]
        holds = {item["code"]: item["holds"] for item in told["items"]}
        assert holds | {"statement": True, "visits": True, "signed_demand": True, "contract": False} == holds
        assert told["limitation"]["expires_on"] == "2029-12-03"  # the 2nd is a Sunday: §203
        assert (answer.json["state"], answer.json["version"]) == ("advised", 2)

    def test_warns_when_nothing_proves_a_demand(self, played, propose, as_hu):
        found = propose(played.case_ids[1]).json
        told = as_hu.post(path_of(found, "/opinion"), json=OPINION | {"version": 1}).json
        assert "signed_demand_or_agreement" in told["readiness"]["warnings"]

    def test_warns_of_an_open_complaint(self, played, propose, as_hu, as_lin):
        complaint = {"case_id": str(played.case_ids[1]), "channel": "phone", "text": "态度不好"}
        assert as_lin.post("/v1/complaints", json=complaint).status_code == 201
        found = propose(played.case_ids[1]).json
        told = as_hu.post(path_of(found, "/opinion"), json=OPINION | {"version": 1}).json
        assert "stop_flag_complaint" in told["readiness"]["warnings"]

    def test_needs_the_version_seen(self, played, propose, as_hu):
        found = propose(played.case_ids[1]).json
        assert as_hu.post(path_of(found, "/opinion"), json=OPINION).status_code == 428
        assert as_hu.post(path_of(found, "/opinion"), json=OPINION | {"version": 7}).status_code == 412
        stale = {"If-Match": '"v7"'}
        assert as_hu.post(path_of(found, "/opinion"), json=OPINION, headers=stale).status_code == 412

    def test_is_given_once(self, played, propose, as_hu):
        found = propose(played.case_ids[1]).json
        as_hu.post(path_of(found, "/opinion"), json=OPINION | {"version": 1})
        again = as_hu.post(path_of(found, "/opinion"), json=OPINION | {"version": 2})
        assert again.json["type"] == "/problems/not-proposed"

    def test_is_not_given_by_who_proposed(self, played, propose, sign_in):
        give_role("zhou", "legal")
        zhou = sign_in("zhou")
        found = propose(played.case_ids[1], caller=zhou).json
        answer = zhou.post(path_of(found, "/opinion"), json=OPINION | {"version": 1})
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/own-escalation")

    def test_is_legals(self, played, propose, as_guo):
        found = propose(played.case_ids[1]).json
        assert as_guo.post(path_of(found, "/opinion"), json=OPINION | {"version": 1}).status_code == 403


class TestDecide:
    def test_sends_the_case_to_court_and_closes_the_door(self, played, decided, as_guo):
        told = decided(
            played.case_ids[1], "sue", limits={"note": "标的额以内", "least_fen": 100, "until_on": "2027-01-31"}
        )
        assert (told["state"], told["decision"], told["review_on"]) == ("decided", "sue", None)
        assert told["limits"] == {"note": "标的额以内", "least_fen": 100, "until_on": "2027-01-31"}
        assert told["decider"]["id"] == as_guo.person_id
        assert case_state(played) == "legal"
        flag = db.session.scalars(select(StopFlag).where(StopFlag.case_id == played.case_ids[1])).one()
        assert (str(flag.id), flag.lifted_at) == (told["id"], None)

    def test_sets_the_review_day_of_a_suspension(self, played, decided):
        told = decided(played.case_ids[1], "suspend", review_days=30)
        assert told["review_on"] == (clock.today().fromordinal(clock.today().toordinal() + 30)).isoformat()
        assert case_state(played) == "suspended"

    def test_has_no_review_day_otherwise(self, played, propose, as_hu, as_guo):
        found = propose(played.case_ids[1]).json
        as_hu.post(path_of(found, "/opinion"), json=OPINION | {"version": 1})
        answer = as_guo.post(path_of(found, "/decide"), json=DECISION | {"version": 2, "review_days": 90})
        assert answer.json["type"] == "/problems/review-not-due"

    @pytest.mark.parametrize(("decision", "state", "is_kept_away"), [
        ("continue", "continued", False), ("relief", "continued", False), ("return", "recalled", True),
        ("payment_order", "legal", True), ("police_prepare", "legal", True),
    ])  # fmt: skip
    def test_moves_the_case_as_decided(self, played, decided, decision, state, is_kept_away):
        told = decided(played.case_ids[1], decision)
        assert case_state(played) == state
        flags = db.session.scalars(select(StopFlag.id).where(StopFlag.case_id == played.case_ids[1])).all()
        assert [str(one) for one in flags] == ([told["id"]] if is_kept_away else [])

    def test_may_differ_from_what_was_proposed(self, played, propose, as_hu, as_guo):
        found = propose(played.case_ids[1], "sue").json
        as_hu.post(path_of(found, "/opinion"), json=OPINION | {"version": 1})
        body = {"decision": "suspend", "reasons": "先观察三个月", "version": 2}
        told = as_guo.post(path_of(found, "/decide"), json=body).json
        assert (told["proposal"], told["decision"]) == ("sue", "suspend")

    def test_tells_the_phones_of_stops_still_to_come(self, day, as_zhou, propose, as_hu, as_guo):
        db.session.commit()
        found = propose(day.case_ids[2], "suspend").json
        as_hu.post(path_of(found, "/opinion"), json=OPINION | {"version": 1})
        assert not self.published(day)
        as_guo.post(path_of(found, "/decide"), json={"decision": "suspend", "reasons": "困难", "version": 2})
        assert self.published(day) == {("stops", str(day.stop_ids[2])), ("cards", str(day.stop_ids[2]))}

    def published(self, day):
        rows = db.session.execute(select(sync_feed.c.subject, sync_feed.c.coll, sync_feed.c.doc_id)).all()
        db.session.rollback()
        mine = f"person:{day.phone.person_id}"
        return {(coll, doc_id) for subject, coll, doc_id in rows if subject == mine and coll in {"stops", "cards"}}

    def test_lets_agents_go_again_after_a_later_decision(self, played, decided):
        first = decided(played.case_ids[1], "suspend")
        decided(played.case_ids[1], "continue")
        flag = db.session.get(StopFlag, db.session.scalar(select(StopFlag.id)), populate_existing=True)
        assert (str(flag.id), flag.lifted_at is not None) == (first["id"], True)
        assert case_state(played) == "continued"

    def test_waits_for_the_opinion(self, played, propose, as_guo):
        found = propose(played.case_ids[1]).json
        answer = as_guo.post(path_of(found, "/decide"), json=DECISION | {"version": 1})
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/not-advised")

    def test_is_made_once(self, played, decided, as_guo):
        told = decided(played.case_ids[1])
        answer = as_guo.post(path_of(told, "/decide"), json=DECISION | {"decision": "suspend", "version": 2})
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/already-decided")
        assert case_state(played) == "legal"

    def test_needs_the_version_seen(self, played, propose, as_hu, as_guo):
        found = propose(played.case_ids[1]).json
        as_hu.post(path_of(found, "/opinion"), json=OPINION | {"version": 1})
        assert as_guo.post(path_of(found, "/decide"), json=DECISION).status_code == 428
        assert as_guo.post(path_of(found, "/decide"), json=DECISION | {"version": 1}).status_code == 412

    @pytest.mark.parametrize("own", ["proposal", "opinion"])
    def test_is_not_made_by_who_had_a_hand_in_it(self, played, propose, as_hu, sign_in, own):
        for role in ("supervisor", "legal"):
            give_role("guo", role)
        guo = sign_in("guo")
        found = propose(played.case_ids[1], caller=guo if own == "proposal" else None).json
        adviser = as_hu if own == "proposal" else guo
        adviser.post(path_of(found, "/opinion"), json=OPINION | {"version": 1})
        answer = guo.post(path_of(found, "/decide"), json=DECISION | {"version": 2})
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/own-escalation")
        assert case_state(played) == "visiting"

    @pytest.mark.parametrize("who", ["as_zhou", "as_hu", "as_tan", "as_lin"])
    def test_is_the_managers(self, played, propose, who, request):
        found = propose(played.case_ids[1]).json
        caller = request.getfixturevalue(who)
        assert caller.post(path_of(found, "/decide"), json=DECISION | {"version": 1}).status_code == 403

    def test_leaves_a_case_settled_meanwhile_settled(self, played, propose, as_hu, as_guo):
        found = propose(played.case_ids[1]).json
        as_hu.post(path_of(found, "/opinion"), json=OPINION | {"version": 1})
        begin_write()
        played.case(1).state = "settled"
        db.session.commit()
        as_guo.post(path_of(found, "/decide"), json=DECISION | {"version": 2})
        assert case_state(played) == "settled"

    def test_is_noted_step_by_step(self, played, decided):
        told = decided(played.case_ids[1])
        query = (
            select(AuditEvent.action).where(AuditEvent.subject == f"escalation:{told['id']}").order_by(AuditEvent.seq)
        )
        steps = list(db.session.scalars(query))
        assert steps == ["escalation.proposed", "escalation.advised", "escalation.decided"]


def test_only_one_question_is_open_per_case(played, propose):
    propose(played.case_ids[1])
    propose(played.case_ids[1])
    assert len(db.session.scalars(select(Escalation)).all()) == 1


def test_accept_reviews_a_visit(played, as_zhou):
    """The helper the fixtures stand on reviews for real."""
    assert played.visit(0).state == "sealed"
    assert callable(accept)
