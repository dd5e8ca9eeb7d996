"""The shipped pack is well formed, its digest names its content, and a firm may tighten but not drop the law."""

import copy
import re
from datetime import date

import pytest

from server.compliance import rulepack
from server.compliance.expression import OddExpression
from server.compliance.rulepack import (
    CURRENT,
    Action,
    Gate,
    Grade,
    NoSuchRulePack,
    OddRulePack,
    in_force,
    load,
    parse,
    shipped,
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

    @pytest.mark.parametrize("name", shipped())
    def test_leaves_every_unsourced_rule_off_and_marks_it_for_counsel(self, name):
        unsourced = [rule for rule in load(name).rules if rule.grade is Grade.C]
        assert [rule.id for rule in unsourced if rule.is_enabled or not rule.is_for_counsel] == []
        assert unsourced or name != CURRENT

    def test_holds_a_rule_for_every_row_of_the_page_that_a_program_can_ask(self):
        assert {rule.section for rule in load().rules} == {"3.1", "3.2", "3.3", "3.4", "3.5", "3.6"}

    def test_gives_every_rule_both_languages_and_a_source(self):
        for rule in load().rules:
            assert set(rule.text) == {"zh", "en"}
            assert re.search("[\u4e00-\u9fff]", rule.text["zh"])
            assert rule.source

    def test_has_a_chinese_source_for_chinese_papers(self):
        for rule in load().rules:
            assert not re.search("[A-Za-z]{3,}", rule.source_zh.replace("HOURS", "")), rule.id

    def test_lists_thirteen_statutory_days_for_each_year(self):
        params = rule_of(load(), "HOLIDAY").params
        for year in params["years"]:
            assert len([day for day in params["days"] if day.startswith(str(year))]) == 13

    def test_refuses_a_pack_that_is_not_shipped(self):
        with pytest.raises(NoSuchRulePack, match=r"expected one of cn-2026\.1, in-2026\.1, got us-2026\.1"):
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
        with pytest.raises(OddRulePack, match=r"^\$\.rules\[0\]: 'source' is a required property$") as refusal:
            parse(document)
        assert refusal.value.facts == {"faults": 1}

    def test_reads_every_member_of_a_rule(self, document):
        for rule, told in zip(parse(document).rules, document["rules"], strict=True):
            plain = ("id", "section", "about", "text", "source", "check", "params", "override_role")
            assert {name: getattr(rule, name) for name in plain} == {name: told[name] for name in plain}
            assert (rule.grade.value, rule.action.value) == (told["grade"], told["action"])
            assert {gate.value for gate in rule.where} == set(told["where"])
            assert dict(rule.action_at) == told.get("action_at", {})
            assert (rule.is_enabled, rule.is_for_counsel) == (told["enabled"], told["confirm_by_counsel"])
            assert (rule.when, rule.set_by) == (told.get("when", True), ())
            assert rule.source_zh == told.get("source_zh", told["source"])

    def test_refuses_an_unknown_action(self, document):
        document["rules"][0]["action"] = "FINE"
        with pytest.raises(OddRulePack, match="FINE"):
            parse(document)

    def test_refuses_an_unsourced_rule_that_is_on_and_not_marked(self, document):
        rule = next(rule for rule in document["rules"] if rule["id"] == "FREQ-V")
        rule["enabled"], rule["confirm_by_counsel"] = True, False
        with pytest.raises(OddRulePack):
            parse(document)
        rule["enabled"] = False
        parse(document)

    def test_refuses_a_rule_id_that_stands_twice(self, document):
        document["rules"].append(copy.deepcopy(document["rules"][0]))
        with pytest.raises(OddRulePack, match="^a rule id stands twice$"):
            parse(document)

    def test_refuses_a_condition_over_an_undeclared_fact(self, document):
        document["rules"][0]["check"] = {"has": "visit.weather"}
        with pytest.raises(OddExpression, match="weather"):
            parse(document)

    def test_refuses_an_undeclared_fact_in_when(self, document):
        document["rules"][0]["when"] = {"has": "visit.weather"}
        with pytest.raises(OddExpression, match="weather"):
            parse(document)


class TestInForce:
    def test_goes_by_the_day_and_the_place(self):
        assert in_force("cn", on=date(2026, 12, 2)).name == "cn-2026.1"
        assert in_force("in", on=date(2027, 1, 1)).name == "in-2026.1"

    def test_gives_the_first_pack_for_days_before_any(self):
        assert in_force("cn", on=date(2020, 1, 1)).name == "cn-2026.1"

    def test_changes_on_the_day_a_newer_pack_becomes_valid(self, monkeypatch):
        newer = parse(dict(load().document) | {"version": "2027.1", "valid_from": "2027-01-01"})
        packs = {"cn-2026.1": load(), "cn-2027.1": newer}
        monkeypatch.setattr(rulepack, "shipped", lambda: tuple(packs))
        monkeypatch.setattr(rulepack, "load", packs.__getitem__)
        assert in_force("cn", on=date(2026, 12, 31)).version == "2026.1"
        assert in_force("cn", on=date(2027, 1, 1)).version == "2027.1"

    def test_refuses_a_place_without_a_pack(self):
        with pytest.raises(NoSuchRulePack, match=r"^expected one of cn-2026\.1, in-2026\.1, got a pack for us$"):
            in_force("us", on=date(2026, 12, 2))


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
