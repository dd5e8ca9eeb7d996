"""A second real pack (India, RBI) goes through the same code: nothing about China is hard-wired."""

from datetime import date

import pytest

from server.compliance.evaluate import Finding, evaluate
from server.compliance.rulepack import Action, Gate, in_force
from server.schemes.road_problem import lawful_window

PACK = in_force("in", on=date(2026, 12, 2))
VISIT = {"starts_at": "2026-12-02T08:00:00+05:30", "ends_at": "2026-12-02T19:00:00+05:30", "on": "2026-12-02"}
DOOR = {"outcome": 1, "ticked": ["work_id", "authority"], "special": []}


def finding(rule_id, gate, facts):
    (result,) = [one for one in evaluate(PACK, gate, facts) if one.rule_id == rule_id]
    return result.finding


class TestHours:
    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ({}, Finding.KEPT),
            ({"starts_at": "2026-12-02T07:59:00+05:30"}, Finding.BROKEN),
            ({"ends_at": "2026-12-02T19:01:00+05:30"}, Finding.BROKEN),
            ({"starts_at": "2026-12-02T10:00:00+08:00"}, Finding.BROKEN),  # 07:30 in India
        ],
    )
    def test_are_eight_to_seven_in_indias_own_time(self, change, expected):
        assert finding("HOURS", Gate.PLAN, {"visit": VISIT | change}) is expected

    def test_are_the_planners_hours_too(self):
        window = lawful_window(date(2026, 12, 2), pack=PACK)
        assert (window.opens_at.isoformat(), window.closes_at.isoformat()) == (
            "2026-12-02T02:30:00+00:00", "2026-12-02T13:30:00+00:00",
        )  # fmt: skip


class TestDoor:
    def test_wants_card_and_written_authority(self):
        assert finding("IDENT", Gate.CHECKOUT, {"door": DOOR}) is Finding.KEPT
        assert finding("IDENT", Gate.CHECKOUT, {"door": DOOR | {"ticked": ["work_id"]}}) is Finding.BROKEN

    @pytest.mark.parametrize("occasion", ["bereavement", "disaster", "marriage", "festival"])
    def test_stops_on_the_occasions_the_bank_regulator_names(self, occasion):
        assert finding("SPECIAL", Gate.DOOR, {"door": DOOR | {"special": [occasion]}}) is Finding.BROKEN
        assert finding("SPECIAL", Gate.DOOR, {"door": DOOR | {"special": ["illness"]}}) is Finding.KEPT

    @pytest.mark.parametrize(("who", "expected"), [("guarantor", Finding.KEPT), ("contact", Finding.BROKEN)])
    def test_speaks_of_the_debt_with_borrower_and_guarantor_only(self, who, expected):
        assert finding("PARTY", Gate.DOOR, {"contact": {"with": who, "told_of_debt": True}}) is expected


class TestSync:
    def test_never_blocks_what_has_happened(self):
        assert {rule.action_for(Gate.SYNC) for rule in PACK.rules if Gate.SYNC in rule.where} == {Action.RECORD}
