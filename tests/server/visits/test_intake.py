"""A record finds its visit whatever the order, the batch and the phone; nothing is refused, everything is flagged."""

import itertools
import random
import uuid

import pytest
from sqlalchemy import func, select

from server.cases.models import Case, StopFlag
from server.db import db
from server.schemes.models import SchemeStop
from server.visits.models import Promise, Record, SignedPaper, Visit, VisitFile
from tests.server.visits.make_visit import Phone, keep, person_id


def look(story):
    return db.session.get(Visit, story.visit_id, populate_existing=True)


class TestStore:
    def test_puts_a_whole_visit_together(self, story):
        story.keep(story.promised())
        visit = look(story)
        assert (visit.state, visit.outcome, visit.met) == ("uploaded", 1, "debtor")
        assert (visit.stop_id, visit.case_id, visit.scheme_id) == (
            story.stop.id,
            story.stop.case_id,
            story.stop.scheme_id,
        )
        assert (visit.agent_id, visit.witness_id) == (story.fang, story.luo)
        assert (visit.presence_grade, visit.evidence_grade) == ("A", "A")
        assert visit.arrived_at.isoformat() == "2026-12-02T02:01:00+00:00"
        assert visit.left_at > visit.arrived_at
        assert visit.flaws == []
        assert visit.flags == []
        assert not visit.is_complete

    def test_writes_promise_papers_and_files(self, story):
        story.keep(story.promised())
        promise = db.session.scalars(select(Promise)).one()
        assert (promise.total_fen, promise.state, promise.promisor_role) == (6_438_675, "signed", "debtor")
        assert promise.instalments[1] == {"no": 2, "due_on": "2027-01-15", "amount_fen": 4_438_675}
        assert {one.kind for one in db.session.scalars(select(SignedPaper))} == {"account_statement", "promise"}
        assert sorted(one.shows for one in db.session.scalars(select(VisitFile))) == [
            "delivered_paper",
            "door",
            "surroundings",
        ]

    @pytest.mark.parametrize("seed", range(6))
    def test_gives_the_same_visit_in_any_order(self, story, seed):
        pairs = story.promised()
        shuffled = list(pairs)
        random.Random(seed).shuffle(shuffled)
        story.keep(shuffled)
        visit = look(story)
        assert (visit.state, visit.outcome, visit.met, visit.evidence_grade) == ("uploaded", 1, "debtor", "A")
        assert (visit.flaws, visit.flags, visit.presence_grade) == ([], [], "A")
        assert db.session.scalar(select(func.count()).select_from(Promise)) == 1
        assert db.session.scalars(select(Promise.state)).one() == "signed"

    def test_stays_open_until_every_listed_record_is_here(self, story):
        *pairs, check_out = story.promised()
        story.keep([*pairs[:3], *pairs[4:], check_out])
        assert look(story).state == "open"
        assert "records_missing" in look(story).flags
        story.keep([pairs[3]])
        assert look(story).state == "uploaded"
        assert look(story).flags == []

    def test_marks_the_stop_visited_and_the_case_with_the_day(self, story):
        story.keep(story.promised())
        assert db.session.get(SchemeStop, story.stop.id).state == "visited"
        assert db.session.get(Case, story.stop.case_id).last_visit_on.isoformat() == "2026-12-02"

    def test_does_not_count_a_visit_that_was_not_carried_out(self, story):
        pairs = [
            story.check_in(),
            story.met(who="nobody", name=""),
            story.outcome(14, next_step="revisit", delivered=[]),
        ]
        story.keep([*pairs, story.check_out(pairs)])
        assert db.session.get(SchemeStop, story.stop.id).state == "skipped"
        assert db.session.get(Case, story.stop.case_id).last_visit_on is None

    def test_keeps_no_name_note_or_position_in_the_open(self, story):
        pairs = [
            story.check_in(place_note="巷子口左转"),
            story.met(),
            story.disclosure(),
            story.outcome(3, note="骂人了"),
        ]
        story.keep([*pairs, story.check_out(pairs)])
        open_text = str(look(story).facts) + str(look(story).flaws) + str(look(story).rule_results)
        for secret in ("测试甲", "骂人了", "巷子口", "114057868", "0717"):
            assert secret not in open_text

    def test_stores_a_flawed_visit_and_says_what_is_wrong(self, story):
        pairs = [
            story.check_in(),
            story.met(),
            story.outcome(99),
            story.promise(instalments=[{"no": 1, "amount_fen": -5}]),
        ]
        story.keep([*pairs, story.check_out(pairs)])
        visit = look(story)
        assert visit.state == "uploaded"
        assert visit.outcome is None
        assert {(flaw["pointer"], flaw["kind"]) for flaw in visit.flaws} >= {
            ("/code", "maximum"),
            ("/instalments/0", "required"),
            ("/instalments/0/amount_fen", "minimum"),
        }
        assert db.session.scalars(select(Promise)).all() == []

    def test_takes_bodies_of_any_shape(self, story):
        junk = [[], {}, 7, "x" * 300, None, True, [{}], {"id": []}]
        kinds = ["check_in", "met", "disclosure", "outcome", "promise", "signed_paper", "manifest", "check_out",
                 "incident", "correction", "location", "plan_event", "contact_attempt", "something_new"]  # fmt: skip
        members = ["agents", "fix", "who", "told", "code", "form", "instalments", "paper", "files", "records", "kind",
                   "supersedes", "body", "delivered", "strokes", "signer", "place", "note", "next_step"]  # fmt: skip
        for kind, bad in itertools.product(kinds, junk):
            story.keep([story.phone.tell(kind, story.body() | dict.fromkeys(members, bad))])
        assert look(story) is not None
        assert db.session.scalar(select(func.count()).select_from(Record)) == len(kinds) * len(junk)

    def test_flags_an_agent_who_is_not_on_the_crew(self, story):
        stranger = Phone(person_id("sun"))
        row, told = stranger.tell("check_in", story.body(agents=[], fix=None))
        keep(row, told)
        assert row.flags == ["out_of_scope"]
        assert look(story).flags == ["out_of_scope"]
        assert look(story).case_id == story.stop.case_id

    def test_lets_nobody_else_add_to_a_visit(self, story):
        story.keep(story.promised())
        stranger = Phone(person_id("sun"))
        row, told = stranger.tell("outcome", story.body(code=3))
        keep(row, told)
        assert row.visit_id is None
        assert set(row.flags) == {"foreign_visit", "out_of_scope"}
        assert look(story).outcome == 1

    def test_takes_records_of_the_second_agents_phone(self, story):
        *pairs, check_out = story.promised()
        story.keep([*pairs, check_out])
        luo = Phone(story.luo)
        row, told = luo.tell(
            "incident", story.body(kind="animal", severity=1, note="狗", police_called=False, fix=None)
        )
        keep(row, told)
        assert row.visit_id == story.visit_id
        assert row.flags == []
        assert look(story).facts["incidents"][0]["kind"] == "animal"

    def test_keeps_a_visit_at_no_known_stop(self, story):
        body = {"visit_id": str(story.visit_id), "stop_id": str(uuid.uuid4()), "case_id": str(uuid.uuid4())}
        story.keep([story.phone.tell("check_in", body | {"agents": [str(story.fang)], "fix": None})])
        visit = look(story)
        assert (visit.stop_id, visit.case_id, visit.creditor_id, visit.presence_grade) == (None, None, None, "D")
        assert visit.flags == ["out_of_scope"]

    def test_lays_a_correction_over_what_it_corrects(self, story):
        pairs = story.promised()
        rows = story.keep(pairs)
        outcome = rows[3]
        corrected = {"code": 3, "note": "改为拒绝", "next_step": "phone", "form": None, "delivered": []}
        slip = {"supersedes": str(outcome.id), "supersedes_hash": outcome.hash, "corrects": "outcome", "reason": "选错",
                "body": story.body(**corrected)}  # fmt: skip
        story.keep([story.phone.tell("correction", story.body(**slip))])
        assert look(story).outcome == 3
        assert db.session.get(Record, outcome.id).hash == outcome.hash

    def test_finds_the_visit_of_a_correction_by_what_it_corrects(self, story):
        rows = story.keep(story.promised())
        slip = {"supersedes": str(rows[1].id), "supersedes_hash": rows[1].hash, "corrects": "met", "reason": "错",
                "body": {"who": "guarantor"}}  # fmt: skip
        row, told = story.phone.tell("correction", slip)
        keep(row, told)
        assert row.visit_id == story.visit_id
        assert look(story).met == "guarantor"

    @pytest.mark.parametrize(
        "changes",
        [{"supersedes_hash": "b" * 64}, {"corrects": "met"}, {"supersedes": "018f4e7a-0000-7000-8000-00000000abcd"}],
    )
    def test_does_not_apply_a_correction_that_does_not_fit(self, story, changes):
        rows = story.keep(story.promised())
        slip = {"supersedes": str(rows[3].id), "supersedes_hash": rows[3].hash, "corrects": "outcome", "reason": "错",
                "body": {"code": 3}} | changes  # fmt: skip
        story.keep([story.phone.tell("correction", story.body(**slip))])
        assert look(story).outcome == 1
        assert [flag for flag in look(story).flags if flag.startswith("correction_")]

    def test_raises_the_stop_flag_at_once_and_once(self, story):
        incident = story.phone.tell("incident", story.body(kind="do_not_contact", severity=1, fix=None))
        story.keep([incident, story.check_in(), story.met(who="third_party", name="")])
        flags = db.session.scalars(select(StopFlag).where(StopFlag.case_id == story.stop.case_id)).all()
        assert [(one.kind, one.id) for one in flags] == [("do_not_contact", incident[0].id)]

    def test_freezes_the_case_when_the_debt_is_disputed(self, story):
        story.keep([story.check_in(), story.met(), story.outcome(4, next_step="resolve_dispute")])
        assert [one.kind for one in db.session.scalars(select(StopFlag))] == ["dispute"]

    def test_reopens_a_reviewed_visit_and_says_so(self, story):
        story.keep(story.promised())
        visit = look(story)
        visit.state = "reviewed"
        story.keep([story.phone.tell("incident", story.body(kind="other", severity=1, fix=None))])
        assert look(story).state == "uploaded"
        assert "supplemented" in look(story).flags

    def test_never_rewrites_a_sealed_visit(self, story):
        rows = story.keep(story.promised())
        visit = look(story)
        visit.state = "sealed"
        slip = {"supersedes": str(rows[3].id), "supersedes_hash": rows[3].hash, "corrects": "outcome", "reason": "错",
                "body": {"code": 3}}  # fmt: skip
        row, told = story.phone.tell("correction", story.body(**slip))
        keep(row, told)
        assert row.visit_id == story.visit_id
        assert (look(story).state, look(story).outcome) == ("sealed", 1)
        assert "supplemented_after_seal" in look(story).flags

    @pytest.mark.parametrize(
        ("event", "state"),
        [("en_route", "en_route"), ("skipped", "skipped"), ("blocked", "blocked"), ("received", "dispatched")],
    )
    def test_moves_the_stop_as_a_plan_event_says(self, story, event, state):
        body = {"stop_id": str(story.stop.id), "event": event, "reason": "", "plan_version": 1, "fix": None}
        story.keep([story.phone.tell("plan_event", body)])
        assert db.session.get(SchemeStop, story.stop.id).state == state

    def test_does_not_move_the_stop_of_another_crew(self, story):
        row, told = Phone(person_id("sun")).tell("plan_event", {"stop_id": str(story.stop.id), "event": "skipped"})
        keep(row, told)
        assert row.flags == ["out_of_scope"]
        assert db.session.get(SchemeStop, story.stop.id).state == "dispatched"

    def test_takes_a_record_about_nothing_known(self, story):
        story.keep([story.phone.tell("location", {"stop_id": "", "fixes": []})])
        assert db.session.scalar(select(func.count()).select_from(Visit)) == 0
