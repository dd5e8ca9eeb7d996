"""Layers over a rule pack: the firm's policy, a region's, a creditor's, in that order; the later one wins. Pure.

A layer is `{rule id: {"enabled": bool, "params": {name: value}, "reason": text}}`. It may switch on what is off and set
the numbers of what is not sourced (grade C); what rests on the law or an official text it may only make stricter.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from server.compliance import rulepack
from server.compliance.rulepack import Grade, LawNotOptional, LooserThanLaw, OddRulePack, RulePack
from server.errors import Refusal

Settings = Mapping[str, Mapping[str, Any]]
_MEMBERS = frozenset({"enabled", "params", "reason"})
_MARK_CHARS = 12


@dataclass(frozen=True, slots=True)
class Layer:
    """Settings and who set them: `firm`, `region:<adcode>` or `creditor`."""

    name: str
    settings: Settings


def with_policy(pack: RulePack, *, policy: Settings) -> RulePack:
    """Return the pack with the firm's own settings; its digest and version differ. Raises what `lay` raises."""
    return lay(pack, layers=[Layer("firm", policy)])


def lay(pack: RulePack, *, layers: Sequence[Layer]) -> RulePack:
    """Return the pack as the layers make it; its version carries a mark of them, so another name means other rules.

    Raises OddRulePack for an unknown rule or parameter, LawNotOptional when a rule of grade A is switched off, and
    LooserThanLaw when a sourced rule would be loosened.
    """
    told = [(layer.name, layer.settings) for layer in layers if layer.settings]
    if not told:
        return pack
    return _laid(pack.name, pack.digest, json.dumps(told, sort_keys=True, ensure_ascii=False)) or _lay(pack, told)


def unfit(pack: RulePack, *, settings: Settings) -> dict[str, str]:
    """Return the rules whose settings may not be laid over the pack, with the name of the refusal."""
    found: dict[str, str] = {}
    for rule_id, setting in settings.items():
        try:
            lay(pack, layers=[Layer("creditor", {rule_id: setting})])
        except Refusal as fault:
            found[rule_id] = type(fault).kebab()
    return found


@lru_cache(maxsize=256)
def _laid(name: str, digest: str, told: str) -> RulePack | None:
    """Return a laid pack once computed; None for a pack that is not shipped under that name and content."""
    if name not in rulepack.shipped() or rulepack.load(name).digest != digest:
        return None
    return _lay(rulepack.load(name), json.loads(told))


def _lay(pack: RulePack, told: Sequence[Sequence[Any]]) -> RulePack:
    document = json.loads(json.dumps(pack.document))
    rules = {rule["id"]: rule for rule in document["rules"]}
    for layer, settings in told:
        for rule_id, setting in settings.items():
            rule = rules.get(rule_id)
            if rule is None or not isinstance(setting, Mapping) or not set(setting) <= _MEMBERS:
                raise OddRulePack(f"the pack has no such rule or parameter: {rule_id}")
            _set(rule, setting, layer=layer)
    mark = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:_MARK_CHARS]
    document["version"] = f"{pack.version.partition('+')[0]}+{mark}"
    return rulepack.parse(document)


def _set(rule: dict[str, Any], setting: Mapping[str, Any], *, layer: str) -> None:
    params = setting.get("params", {})
    if not isinstance(params, Mapping) or not set(params) <= set(rule["params"]):
        raise OddRulePack(f"the pack has no such rule or parameter: {rule['id']}")
    if rule["grade"] == Grade.A and setting.get("enabled") is False:
        raise LawNotOptional(f"{rule['id']} rests on {rule['source']}", rule=rule["id"])
    for name, value in params.items():
        _require_kind(rule, name, value)
        if rule["grade"] != Grade.C and not _is_stricter(rule, name, value):
            raise LooserThanLaw(f"{rule['id']} rests on {rule['source']}", rule=rule["id"], parameter=name)
    rule["enabled"] = setting.get("enabled", rule["enabled"])
    rule["params"].update(params)
    rule["set_by"] = [*rule.get("set_by", []), layer]


def _require_kind(rule: Mapping[str, Any], name: str, value: Any) -> None:
    known = rule["params"][name]
    if type(value) is not type(known):
        raise OddRulePack(f"the pack has no such rule or parameter: {rule['id']}, {name} is {type(known).__name__}")


def _is_stricter(rule: Mapping[str, Any], name: str, value: Any) -> bool:
    """Tell whether a value is the pack's own or lies on the strict side of it; a parameter without a side is fixed."""
    known = rule["params"][name]
    match rule.get("stricter", {}).get(name):
        case "higher":
            return bool(value >= known)
        case "lower":
            return bool(value <= known)
        case "longer":
            return set(value) >= set(known)
        case "shorter":
            return set(value) <= set(known)
        case _:
            return bool(value == known)
