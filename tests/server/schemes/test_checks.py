"""Findings are summed up per rule, the gravest first, and each keeps the subjects that do not keep it."""

from datetime import date

import pytest

from server.cases.freezing import frozen_kinds
from server.cases.rules import StopKind
from server.compliance.evaluate import evaluate
from server.compliance.layers import with_policy
from server.compliance.rulepack import Gate, load
from server.db import db
from server.schemes import checks
from server.schemes.checks import Checks
from tests.server.schemes import make_scheme as make

PACK = with_policy(load(), policy={"FREQ-V": {"enabled": True}})
GOOD = {"crew": {"member_ids": ["a", "b"]}}
LONE = {"crew": {"member_ids": ["a"]}}


def found(*facts, gate=Gate.PLAN):
    return [(f"subject:{n}", one) for n, given in enumerate(facts) for one in evaluate(PACK, gate, given)]


class TestSummary:
    def test_has_one_entry_per_rule_with_its_subjects(self):
        (entry,) = checks.summary(found(GOOD, LONE, LONE))
        assert (entry["rule_id"], entry["finding"], entry["checked"]) == ("CREW", "broken", 3)
        assert entry["subjects"] == ["subject:1", "subject:2"]

    def test_names_no_subject_when_all_keep_it(self):
        (entry,) = checks.summary(found(GOOD, GOOD))
        assert (entry["finding"], entry["subjects"]) == ("kept", [])

    def test_puts_what_blocks_before_what_asks_before_what_is_kept(self):
        visit = {"starts_at": "2026-10-01T15:00:00Z", "ends_at": "2026-10-01T16:00:00Z", "on": "2026-10-01"}
        facts = {"visit": visit | {"count_1d": 2, "count_7d": 2, "count_30d": 2}} | GOOD
        order = [(entry["rule_id"], entry["finding"]) for entry in checks.summary(found(facts))]
        assert order == [("HOURS", "broken"), ("FREQ-V", "broken"), ("HOLIDAY", "broken"), ("CREW", "kept")]

    def test_prefers_broken_to_unknown(self):
        (entry,) = checks.summary(found({"crew": {}}, LONE))
        assert entry["finding"] == "broken"
        assert entry["subjects"] == ["subject:0", "subject:1"]


class TestChecks:
    def test_names_what_blocks_and_who_must_agree(self):
        entries = checks.summary(found(LONE, {"visit": {"on": "2026-12-02"}}))
        assert Checks(entries).blocking == ["CREW", "HOURS"]
        assert Checks(entries).flag_roles == ["compliance"]

    def test_is_silent_when_all_is_kept(self):
        assert (Checks(checks.summary(found(GOOD))).blocking, Checks([]).flag_roles) == ([], [])


class TestFrozenKinds:
    @pytest.fixture
    def case(self, creditors):
        row = make.case(creditors["bank"], 1)
        db.session.commit()
        return row

    def test_finds_nothing_against_a_plain_case(self, case):
        assert frozen_kinds(case) == []

    @pytest.mark.parametrize("kind", list(StopKind))
    def test_knows_every_kind_of_stop_flag(self, case, kind):
        make.flag(case.id, kind.value)
        db.session.refresh(case)
        (frozen,) = frozen_kinds(case)
        rule = next(one for one in PACK.rules if one.id == "FREEZE")
        assert frozen in rule.params["kinds"]

    def test_forgets_a_lifted_flag(self, case):
        make.flag(case.id)
        db.session.refresh(case)
        case.stop_flags[0].lifted_at = case.created_at
        assert frozen_kinds(case) == []

    @pytest.mark.parametrize("state", ["recalled", "settled"])
    def test_knows_cases_that_are_over(self, case, state):
        case.state = state
        assert frozen_kinds(case) == [state]

    def test_knows_who_is_not_to_be_contacted(self, case):
        case.debtor.do_not_contact = True
        assert frozen_kinds(case) == ["do_not_contact"]


class TestPapers:
    @pytest.fixture
    def scheme(self, as_zhou, creditors):
        cases = [make.case(creditors["bank"], number) for number in range(2)]
        stops = [{"case_id": str(cases[0].id), "materials": ["account_statement", "lawyers_letter"]}]
        return make.compiled(as_zhou, make.accepted_list(cases), stops=stops)

    def test_says_before_there_is_a_plan_that_a_lawyers_letter_stays_out(self, scheme):
        (entry,) = scheme["compliance"]
        assert (entry["rule_id"], entry["finding"], entry["action"]) == ("LETTER", "broken", "BLOCK")
        (asked,) = [stop for stop in scheme["stops"] if stop["materials"]]
        assert entry["subjects"] == [f"stop:{asked['id']}"]
        assert "律师函" in entry["text"]["zh"]
        assert "lawyer's letter" in entry["text"]["en"]
        assert scheme["pack_version"] == load().name

    def test_keeps_such_a_scheme_from_review(self, as_zhou, scheme):
        planned = make.planned(as_zhou, scheme["id"], iterations=10)
        assert "LETTER" in {entry["rule_id"] for entry in planned["compliance"] if entry["finding"] != "kept"}
        refused = as_zhou.post(f"/v1/schemes/{scheme['id']}/submit")
        assert (refused.status_code, refused.json["rules"]) == (409, ["LETTER"])

    def test_follows_the_materials_of_a_planned_scheme(self, as_zhou, creditors):
        rows = [make.case(creditors["bank"], number) for number in range(2)]
        scheme = make.compiled(as_zhou, make.accepted_list(rows))
        planned = make.planned(as_zhou, scheme["id"], iterations=10)
        assert not checks.Checks(planned["compliance"]).blocking
        asked = make.patched(as_zhou, planned, materials=["lawyers_letter"]).json
        assert checks.Checks(asked["compliance"]).blocking == ["LETTER"]
        assert asked["plan_version"] == planned["plan_version"]
        again = make.patched(as_zhou, asked, materials=["account_statement"]).json
        assert checks.Checks(again["compliance"]).blocking == []

    def test_has_nothing_against_statement_and_dunning_letter(self, as_zhou, creditors):
        rows = [make.case(creditors["bank"], 1)]
        scheme = make.compiled(as_zhou, make.accepted_list(rows), materials=["account_statement", "dunning_letter"])
        assert {entry["finding"] for entry in scheme["compliance"]} == {"kept"}


class TestWithin:
    @pytest.mark.parametrize(("length", "expected"), [(1, 1), (7, 2), (30, 3)])
    def test_counts_the_days_up_to_and_with_the_day(self, length, expected):
        days = [date(2026, 12, 2), date(2026, 11, 26), date(2026, 11, 3), date(2026, 11, 2), date(2026, 12, 3)]
        assert checks._within(days, date(2026, 12, 2), length) == expected  # noqa: SLF001
