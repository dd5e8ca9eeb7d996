"""What a supervisor is shown: broken answers, missing evidence, third parties, and the rule pack's findings."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from field_forms import definitions
from server.compliance.layers import with_policy
from server.compliance.rulepack import load
from server.db import db
from server.visits import assembly, findings, projection, told
from server.visits.models import Visit
from server.visits.told import settle

PACK = with_policy(load(), policy={"REC": {"enabled": True}, "SPECIAL": {"enabled": True}})
COMPLETE = json.loads((Path(__file__).parents[2] / "vectors" / "forms.json").read_text(encoding="utf-8"))["cases"][0]


def read(pairs):
    return settle([told.from_envelope(envelope, digest=row.hash) for row, envelope in pairs])


def kinds(pairs):
    settled = read(pairs)
    return [flaw.kind for flaw in findings.flaws(settled, assembly.assemble(settled), form=None)]


def closed(story, *pairs):
    return [*pairs, story.check_out(pairs)]


def form(**changes):
    found = definitions.newest("visit")
    return {"id": found.id, "version": found.version, "digest": found.digest, "answers": COMPLETE["answers"]} | changes


class TestFlaws:
    def test_finds_nothing_wrong_with_a_good_visit(self, story):
        assert kinds(story.promised()) == []

    def test_names_the_evidence_an_outcome_needs(self, story):
        assert kinds(closed(story, story.check_in(), story.met(), story.outcome(1))) == [
            "missing_disclosure",
            "missing_promise",
        ]

    def test_does_not_ask_for_evidence_still_on_its_way(self, story):
        assert kinds([story.check_in(), story.met(), story.outcome(1)]) == []

    def test_asks_for_a_photo_when_nobody_was_met(self, story):
        pairs = [story.check_in(), story.met(who="nobody", name=""), story.outcome(7, delivered=[])]
        assert kinds(closed(story, *pairs)) == ["missing_photo"]
        assert kinds(closed(story, *pairs, story.manifest())) == []

    def test_finds_an_outcome_that_cannot_follow(self, story):
        assert "outcome_does_not_fit" in kinds([story.met(who="nobody", name=""), story.outcome(1)])

    def test_finds_a_disclosure_to_a_third_party(self, story):
        found = kinds([story.met(who="third_party", name="邻居"), story.outcome(9)])
        assert {"third_party_disclosure", "third_party_named"} <= set(found)

    def test_finds_a_minor_who_received_and_a_paper_not_sealed(self, story):
        found = kinds([story.met(who="co_resident_adult", is_adult=None), story.outcome(6)])
        assert {"minor_received", "not_sealed"} <= set(found)

    def test_finds_a_signature_without_strokes(self, story):
        assert kinds([story.signed_paper(strokes=[], capture=None)]) == ["signature_absent"]

    def test_finds_a_promise_made_without_the_debtor(self, story):
        assert "promise_without_debtor" in kinds([story.met(who="third_party", name=""), story.promise()])

    @pytest.mark.parametrize("phrase", findings.PHRASES)
    def test_finds_wording_that_goes_to_compliance(self, story, phrase):
        assert kinds([story.met(), story.outcome(3, note=f"现场{phrase}未果")]) == ["phrase"]


class TestFormFlaws:
    def kinds(self, story, form_told, who="debtor", code=1):
        settled = read([story.met(who=who), story.outcome(code, form=form_told)])
        return [
            (flaw.pointer, flaw.kind)
            for flaw in findings.form_flaws(
                settled.last("outcome"),
                assembly.assemble(settled),
                form=definitions.find("visit", (form_told or {}).get("version")),
            )
        ]

    def test_takes_a_complete_form(self, story):
        assert self.kinds(story, form()) == []

    def test_judges_the_answers(self, story):
        answers = COMPLETE["answers"] | {"confirmed_fen": 1}
        assert self.kinds(story, form(answers=answers)) == [("/form/answers/confirmed_fen", "constraint")]

    def test_finds_answers_that_contradict_the_signed_record(self, story):
        assert self.kinds(story, form(), who="guarantor", code=2) == [
            ("/form/answers/met", "differs_from_record"),
            ("/form/answers/outcome", "differs_from_record"),
        ]

    def test_finds_a_form_nobody_published(self, story):
        assert self.kinds(story, form(version="1999010101")) == [("/form", "unknown_form")]

    def test_finds_another_text_of_the_form(self, story):
        assert self.kinds(story, form(digest="0" * 64)) == [("/form/digest", "form_differs")]

    def test_needs_no_form(self, story):
        assert self.kinds(story, None) == []


class TestFormVersion:
    def test_names_id_and_version(self, story):
        assert findings.form_version(read([story.outcome(form=form())]).last("outcome")) == "visit@2026120201"

    def test_is_empty_without_a_form(self, story):
        assert findings.form_version(None) == ""
        assert findings.form_version(read([story.outcome()]).last("outcome")) == ""


class TestRuleResults:
    def broken(self, pairs):
        settled = read(pairs)
        rows = findings.rule_results(settled, assembly.assemble(settled), pack=PACK)
        return {(one["gate"], one["rule_id"]) for one in rows if one["finding"] != "kept"}

    def test_finds_nothing_broken_in_a_good_visit(self, story):
        assert self.broken(story.promised()) == set()

    def test_finds_one_agent_alone(self, story):
        assert self.broken([story.check_in(agents=[str(story.fang)])]) == {
            ("checkout", "CREW-DOOR"),
            ("sync", "CREW-DOOR"),
        }

    def test_finds_a_visit_at_night(self, story):
        story.phone.at = story.phone.at.replace(hour=15)
        assert ("sync", "HOURS") in self.broken(closed(story, story.check_in()))

    def test_finds_credentials_not_shown(self, story):
        pairs = [story.met(), story.disclosure(credentials_shown=False), story.outcome(3)]
        assert {one for _, one in self.broken(pairs)} == {"IDENT"}

    def test_finds_nothing_where_a_neighbour_opened_and_the_crew_left(self, story):
        assert self.broken([story.met(who="third_party", name=""), story.outcome(9, delivered=[])]) == set()

    def test_finds_nothing_where_a_neighbour_was_asked_to_pass_a_message(self, story):
        asked = story.met(who="third_party", name="", purpose="pass_message")
        assert self.broken([asked, story.outcome(9, delivered=[])]) == set()

    @pytest.mark.parametrize(
        ("told_of", "rules"),
        [
            ({"purpose": "collect"}, {"THIRD-PURPOSE"}),
            ({"purpose": "pass_message", "name": "邻居"}, {"PI-THIRD"}),
            ({"name": "邻居"}, {"PI-THIRD", "THIRD-PURPOSE"}),
        ],
    )
    def test_finds_what_a_neighbour_may_not_be_asked(self, story, told_of, rules):
        pairs = [story.met(**{"who": "third_party", "name": ""} | told_of), story.outcome(9, delivered=[])]
        assert {one for _, one in self.broken(pairs)} == rules

    def test_finds_papers_given_to_a_neighbour(self, story):
        given = [{"kind": "account_statement", "serial": "DZ-20261202-0001-1", "copies": 1, "sealed": True}]
        asked = story.met(who="third_party", name="", purpose="pass_message")
        assert {one for _, one in self.broken([asked, story.outcome(9, delivered=given)])} == {"THIRD-MODE"}

    def test_finds_a_visit_that_was_not_recorded(self, story):
        pairs = [story.met(), story.disclosure(recording_started_at=None), story.outcome(3)]
        assert {one for _, one in self.broken(pairs)} == {"REC"}

    def test_finds_entry_without_consent(self, story):
        inside = {"place": "inside_with_consent", "entry_consent_by": ""}
        assert "ENTRY" in {one for _, one in self.broken([story.met(**inside), story.disclosure(), story.outcome(3)])}
        consented = inside | {"entry_consent_by": "测试甲"}
        assert self.broken([story.met(**consented), story.disclosure(), story.outcome(3)]) == set()

    def test_finds_a_letter_posted_up(self, story):
        posted = [{"kind": "lawyers_letter", "posted": True}]
        found = self.broken([story.met(), story.disclosure(), story.outcome(3, delivered=posted)])
        assert {one for _, one in found} == {"LOC"}

    def test_finds_a_field_for_money_wherever_it_hides(self, story):
        pairs = [story.outcome(3, form=form(answers={"rows": [{"received_fen": 5}]}))]
        assert "CASH" in {one for _, one in self.broken(pairs)}

    def test_finds_danger_at_the_door(self, story):
        incident = story.phone.tell("incident", story.body(kind="threat", severity=3, fix=None))
        found = self.broken([story.met(), story.disclosure(), story.outcome(3), incident])
        assert found == {("sync", "SPECIAL")}

    def test_keeps_source_and_grade_beside_what_is_broken(self, story):
        settled = read([story.check_in(agents=[])])
        rows = findings.rule_results(settled, assembly.assemble(settled), pack=PACK)
        broken = next(one for one in rows if one["rule_id"] == "CREW-DOOR")
        assert {"source", "grade", "text", "pack_digest", "action"} <= broken.keys()


class TestStoredWithTheVisit:
    def test_form_flaws_reach_the_visit(self, story):
        pairs = [story.check_in(), story.met(), story.disclosure(), story.outcome(1, form=form(digest="0" * 64))]
        story.keep(closed(story, *pairs, story.promise()))
        visit = db.session.scalars(select(Visit)).one()
        assert [flaw["kind"] for flaw in visit.flaws] == ["form_differs"]
        assert (visit.flaw_count, visit.form_version) == (1, "visit@2026120201")
        assert projection.read(visit).last("outcome").body["code"] == 1
