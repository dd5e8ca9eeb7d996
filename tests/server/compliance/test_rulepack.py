"""The shipped pack is well formed, its digest names its content, and a firm may tighten but not drop the law."""

import copy
import re

import pytest

from server.compliance.expression import OddExpression
from server.compliance.rulepack import (
    CURRENT,
    Action,
    Gate,
    Grade,
    LawNotOptional,
    NoSuchRulePack,
    OddRulePack,
    load,
    parse,
    with_policy,
)


def rule_of(pack, rule_id):
    return next(rule for rule in pack.rules if rule.id == rule_id)


@pytest.fixture
def document():
    return copy.deepcopy(load().document)


class TestLoad:
    def test_gives_the_pack_in_force(self):
        pack = load()
        assert pack.name == CURRENT == "cn-2026.1"
        assert pack.utc_offset_min == 480
        assert re.fullmatch("[0-9a-f]{64}", pack.digest)

    def test_holds_the_rules_a_visiting_day_needs(self):
        assert {rule.id for rule in load().rules} >= {
            "HOURS", "CREW", "STAFF-OK", "FREQ-V", "FREEZE", "HOLIDAY", "IDENT", "CASH", "REC", "SPECIAL", "LETTER",
        }  # fmt: skip

    def test_marks_every_unsourced_rule_for_counsel_or_leaves_it_off(self):
        unsourced = [rule for rule in load().rules if rule.grade is Grade.C]
        assert unsourced
        assert all(rule.is_for_counsel or not rule.is_enabled for rule in unsourced)

    def test_gives_every_rule_both_languages_and_a_source(self):
        for rule in load().rules:
            assert set(rule.text) == {"zh", "en"}
            assert re.search("[\u4e00-\u9fff]", rule.text["zh"])
            assert rule.source

    def test_lists_thirteen_statutory_days_for_each_year(self):
        params = rule_of(load(), "HOLIDAY").params
        for year in params["years"]:
            assert len([day for day in params["days"] if day.startswith(str(year))]) == 13

    def test_refuses_a_pack_that_is_not_shipped(self):
        with pytest.raises(NoSuchRulePack, match=r"expected one of cn-2026\.1, got us-2026\.1"):
            load("us-2026.1")

    @pytest.mark.parametrize("name", ["schema", "../rulepacks/cn-2026.1", ""])
    def test_refuses_names_that_are_no_pack(self, name):
        with pytest.raises(NoSuchRulePack):
            load(name)


class TestParse:
    def test_gives_equal_digests_whatever_the_order_of_members(self, document):
        shuffled = dict(reversed(document.items()))
        assert parse(shuffled).digest == parse(document).digest

    def test_gives_another_digest_when_one_number_changes(self, document):
        before = parse(document).digest
        document["rules"][0]["params"]["latest_min"] -= 1
        assert parse(document).digest != before

    def test_refuses_a_missing_member_and_says_where(self, document):
        del document["rules"][0]["source"]
        with pytest.raises(OddRulePack, match=r"\$\.rules\[0\]: 'source' is a required property"):
            parse(document)

    def test_refuses_an_unknown_action(self, document):
        document["rules"][0]["action"] = "FINE"
        with pytest.raises(OddRulePack, match="FINE"):
            parse(document)

    def test_refuses_an_unsourced_rule_that_is_on_and_not_marked(self, document):
        rule = next(rule for rule in document["rules"] if rule["id"] == "FREQ-V")
        rule["confirm_by_counsel"] = False
        with pytest.raises(OddRulePack):
            parse(document)
        rule["enabled"] = False
        parse(document)

    def test_refuses_a_rule_id_that_stands_twice(self, document):
        document["rules"].append(copy.deepcopy(document["rules"][0]))
        with pytest.raises(OddRulePack, match="twice"):
            parse(document)

    def test_refuses_a_condition_over_an_undeclared_fact(self, document):
        document["rules"][0]["check"] = {"has": "visit.weather"}
        with pytest.raises(OddExpression, match="weather"):
            parse(document)

    def test_refuses_an_undeclared_fact_in_when(self, document):
        document["rules"][0]["when"] = {"has": "visit.weather"}
        with pytest.raises(OddExpression, match="weather"):
            parse(document)


class TestWithPolicy:
    def test_tightens_a_parameter_and_changes_the_digest(self):
        firm = with_policy(load(), policy={"HOURS": {"params": {"latest_min": 1200}}})
        assert rule_of(firm, "HOURS").params["latest_min"] == 1200
        assert rule_of(load(), "HOURS").params["latest_min"] == 1320
        assert firm.digest != load().digest

    def test_switches_an_optional_rule_on(self):
        firm = with_policy(load(), policy={"HOURS-FIRM": {"enabled": True}})
        assert rule_of(firm, "HOURS-FIRM").is_enabled
        assert not rule_of(load(), "HOURS-FIRM").is_enabled

    def test_keeps_rules_that_rest_on_the_law(self):
        with pytest.raises(LawNotOptional, match="STAFF-OK rests on firm procedure") as refusal:
            with_policy(load(), policy={"STAFF-OK": {"enabled": False}})
        assert refusal.value.facts == {"rule": "STAFF-OK"}

    @pytest.mark.parametrize("policy", [{"HOUR": {"enabled": True}}, {"HOURS": {"params": {"latest": 1}}}])
    def test_refuses_what_the_pack_does_not_have(self, policy):
        with pytest.raises(OddRulePack, match="no such rule or parameter"):
            with_policy(load(), policy=policy)

    def test_changes_nothing_without_settings(self):
        assert with_policy(load(), policy={}).digest == load().digest


class TestActionFor:
    def test_blocks_hours_in_the_plan_and_asks_at_the_door(self):
        hours = rule_of(load(), "HOURS")
        assert hours.action_for(Gate.PLAN) is Action.BLOCK
        assert hours.action_for(Gate.DOOR) is Action.CONFIRM
        assert hours.action_for(Gate.SYNC) is Action.RECORD

    def test_never_blocks_at_the_sync_gate(self):
        """A record from the field is stored whatever it says."""
        blocking = [
            rule.id
            for rule in load().rules
            if Gate.SYNC in rule.where and rule.action_for(Gate.SYNC) in {Action.BLOCK, Action.CONFIRM}
        ]
        assert blocking == []
