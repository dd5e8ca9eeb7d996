"""Firm, region and creditor lay their settings over a pack: they tighten what is sourced and set what is not."""

import re

import pytest

from server.compliance.layers import Layer, lay, unfit, with_policy
from server.compliance.rulepack import LawNotOptional, LooserThanLaw, OddRulePack, load, parse

FIRM = Layer("firm", {"HOURS": {"params": {"latest_min": 1260}}, "FREQ-V": {"enabled": True}})
REGION = Layer("region:65", {"HOURS": {"params": {"latest_min": 1200}}})
CREDITOR = Layer("creditor", {"FREQ-V": {"params": {"most_7d": 1}}})


def rule_of(pack, rule_id):
    return next(rule for rule in pack.rules if rule.id == rule_id)


class TestLay:
    def test_lets_the_later_layer_win_and_says_who_set_what(self):
        pack = lay(load(), layers=[FIRM, REGION, CREDITOR])
        assert rule_of(pack, "HOURS").params["latest_min"] == 1200
        assert rule_of(pack, "HOURS").set_by == ("firm", "region:65")
        assert rule_of(pack, "FREQ-V").params == {"most_1d": 1, "most_7d": 1, "most_30d": 4}
        assert rule_of(pack, "FREQ-V").set_by == ("firm", "creditor")
        assert rule_of(pack, "CREW").set_by == ()

    def test_gives_other_rules_another_name(self):
        names = {lay(load(), layers=layers).name for layers in ([], [FIRM], [REGION], [FIRM, REGION])}
        assert len(names) == 4
        assert all(name.startswith("cn-2026.1") for name in names)

    def test_gives_the_same_pack_for_the_same_layers(self):
        again = Layer("firm", dict(reversed(FIRM.settings.items())))
        assert lay(load(), layers=[FIRM]).digest == lay(load(), layers=[again]).digest

    @pytest.mark.parametrize(
        ("rule_id", "params"),
        [
            ("HOURS", {"latest_min": 1321}),
            ("HOURS", {"earliest_min": 479}),
            ("CREW", {"least": 1}),
            ("CASH", {"forbidden": []}),
            ("PARTY", {"owing": ["debtor", "contact"]}),
            ("FREEZE", {"kinds": []}),
        ],
    )
    def test_refuses_to_loosen_what_is_sourced(self, rule_id, params):
        with pytest.raises(LooserThanLaw, match=rule_id) as refusal:
            lay(load(), layers=[Layer("creditor", {rule_id: {"params": params}})])
        assert refusal.value.facts == {"rule": rule_id, "parameter": next(iter(params))}

    @pytest.mark.parametrize("rule", [one for one in load().rules if one.params], ids=lambda rule: rule.id)
    def test_takes_the_packs_own_numbers(self, rule):
        laid = lay(load(), layers=[Layer("creditor", {rule.id: {"params": dict(rule.params)}})])
        assert rule_of(laid, rule.id).params == rule.params

    def test_loosens_what_is_not_sourced(self):
        pack = lay(load(), layers=[Layer("firm", {"FREQ-V": {"params": {"most_1d": 3}}})])
        assert rule_of(pack, "FREQ-V").params["most_1d"] == 3

    def test_cannot_be_got_round_in_two_steps(self):
        strict = Layer("firm", {"HOURS": {"params": {"latest_min": 1200}}})
        looser = Layer("creditor", {"HOURS": {"params": {"latest_min": 1260}}})
        with pytest.raises(LooserThanLaw):
            lay(load(), layers=[strict, looser])

    @pytest.mark.parametrize("value", ["1200", None, 1200.5, True])
    def test_refuses_a_value_of_another_kind(self, value):
        with pytest.raises(OddRulePack, match="^the pack has no such rule or parameter: HOURS, latest_min is int$"):
            lay(load(), layers=[Layer("firm", {"HOURS": {"params": {"latest_min": value}}})])

    def test_refuses_members_it_does_not_know(self):
        with pytest.raises(OddRulePack, match="^the pack has no such rule or parameter: HOURS$"):
            lay(load(), layers=[Layer("firm", {"HOURS": {"action": "WARN"}})])

    @pytest.mark.parametrize("setting", ["on", {"params": 7}])
    def test_refuses_settings_that_are_no_settings(self, setting):
        with pytest.raises(OddRulePack, match="^the pack has no such rule or parameter: HOURS$"):
            lay(load(), layers=[Layer("firm", {"HOURS": setting})])

    def test_says_what_the_loosened_rule_rests_on(self):
        hours = rule_of(load(), "HOURS")
        with pytest.raises(LooserThanLaw) as refusal:
            lay(load(), layers=[Layer("firm", {"HOURS": {"params": {"latest_min": 1321}}})])
        assert refusal.value.detail == f"HOURS rests on {hours.source}"

    def test_lays_over_a_pack_that_is_not_shipped_and_keeps_one_mark(self):
        own = parse(dict(load().document) | {"valid_from": "2026-01-02"})
        laid = lay(own, layers=[FIRM])
        assert laid.valid_from == own.valid_from
        again = lay(laid, layers=[REGION])
        assert re.fullmatch(r"2026\.1\+[0-9a-f]{12}", laid.version)
        assert re.fullmatch(r"2026\.1\+[0-9a-f]{12}", again.version)
        assert rule_of(again, "HOURS").set_by == ("firm", "region:65")


class TestUnfit:
    def test_names_what_may_not_be_laid_and_why(self):
        settings = {
            "HOURS": {"params": {"latest_min": 1439}}, "STAFF-OK": {"enabled": False}, "X": {"enabled": True},
            "NOTICE": {"enabled": True},
        }  # fmt: skip
        assert unfit(load(), settings=settings) == {
            "HOURS": "looser-than-law", "STAFF-OK": "law-not-optional", "X": "odd-rule-pack",
        }  # fmt: skip


class TestWithPolicy:
    def test_tightens_a_parameter_and_changes_the_digest(self):
        firm = with_policy(load(), policy={"HOURS": {"params": {"latest_min": 1200}}})
        assert rule_of(firm, "HOURS").params["latest_min"] == 1200
        assert rule_of(load(), "HOURS").params["latest_min"] == 1320
        assert firm.digest != load().digest
        assert (rule_of(firm, "HOURS").set_by, rule_of(firm, "CREW").set_by) == (("firm",), ())

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
