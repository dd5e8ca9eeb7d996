"""A rule pack (合规规则包): versioned data that server and phone evaluate alike. Pure but for reading its own files."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

import rfc8785
from jsonschema import Draft202012Validator

from server.compliance import expression
from server.errors import Invalid, Missing

CURRENT = "cn-2026.1"
"""The pack in force unless a deployment names another."""


class OddRulePack(Invalid):
    """A rule pack does not keep to its form."""


class NoSuchRulePack(Missing):
    """There is no rule pack of that name."""


class LawNotOptional(Invalid):
    """A rule read in the law's own text cannot be switched off by the firm."""


class Gate(StrEnum):
    """Where in the work rules are looked at."""

    SCREENING = "screening"
    PLAN = "plan"
    DISPATCH = "dispatch"
    DOOR = "door"
    CHECKOUT = "checkout"
    SYNC = "sync"
    PRINT = "print"
    EXPORT = "export"


class Action(StrEnum):
    """What a broken rule does."""

    BLOCK = "BLOCK"  # it does not go on
    CONFIRM = "CONFIRM"  # somebody with the override role must agree
    WARN = "WARN"  # shown
    RECORD = "RECORD"  # kept with the event for the review


class Grade(StrEnum):
    """How well a rule is sourced."""

    A = "A"  # read in the primary text of the law
    B = "B"  # from a summary of an official document
    C = "C"  # not sourced: a parameter of the firm, to be confirmed by counsel


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as the pack has it; `about` names the part of the facts it looks at."""

    id: str
    about: str
    text: Mapping[str, str]
    source: str
    grade: Grade
    where: frozenset[Gate]
    action: Action
    action_at: Mapping[Gate, Action]
    when: Any
    check: Any
    params: Mapping[str, Any]
    is_enabled: bool
    is_for_counsel: bool
    override_role: str | None

    def action_for(self, gate: Gate) -> Action:
        """Return what breaking this rule does at a gate."""
        return self.action_at.get(gate, self.action)


@dataclass(frozen=True, slots=True)
class RulePack:
    """All rules of one version; `digest` is the SHA-256 of the canonical JSON, so equal digests mean equal rules."""

    id: str
    version: str
    digest: str
    utc_offset_min: int
    rules: tuple[Rule, ...]
    document: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Return id and version as one word."""
        return f"{self.id}-{self.version}"


@cache
def load(name: str = CURRENT) -> RulePack:
    """Return a shipped pack. Raises NoSuchRulePack or OddRulePack."""
    folder = resources.files("server.compliance") / "rulepacks"
    shipped = sorted(entry.name.removesuffix(".json") for entry in folder.iterdir() if entry.name != "schema.json")
    if name not in shipped:
        raise NoSuchRulePack(f"expected one of {', '.join(shipped)}, got {name}")
    return parse(json.loads((folder / f"{name}.json").read_text(encoding="utf-8")))


def parse(document: Mapping[str, Any]) -> RulePack:
    """Return the pack a JSON document describes, every condition checked. Raises OddRulePack or OddExpression."""
    faults = sorted(Draft202012Validator(_schema()).iter_errors(document), key=lambda fault: fault.json_path)
    if faults:
        raise OddRulePack(f"{faults[0].json_path}: {faults[0].message}", faults=len(faults))
    ids = [rule["id"] for rule in document["rules"]]
    if len(ids) != len(set(ids)):
        raise OddRulePack("a rule id stands twice")
    fact_names = frozenset(document["facts"])
    return RulePack(
        id=document["id"],
        version=document["version"],
        digest=hashlib.sha256(rfc8785.dumps(dict(document))).hexdigest(),
        utc_offset_min=document["utc_offset_min"],
        rules=tuple(_rule(rule, fact_names=fact_names) for rule in document["rules"]),
        document=document,
    )


def with_policy(pack: RulePack, *, policy: Mapping[str, Mapping[str, Any]]) -> RulePack:
    """Return the pack with the firm's own settings: {rule id: {"enabled": bool, "params": {...}}}; its digest differs.

    Raises OddRulePack for an unknown rule or parameter, LawNotOptional when a rule of grade A is switched off.
    """
    document = json.loads(json.dumps(pack.document))
    rules = {rule["id"]: rule for rule in document["rules"]}
    for rule_id, setting in policy.items():
        rule = rules.get(rule_id)
        if rule is None or not set(setting.get("params", {})) <= set(rule["params"]):
            raise OddRulePack(f"the pack has no such rule or parameter: {rule_id}")
        if rule["grade"] == Grade.A and setting.get("enabled") is False:
            raise LawNotOptional(f"{rule_id} rests on {rule['source']}", rule=rule_id)
        rule["enabled"] = setting.get("enabled", rule["enabled"])
        rule["params"].update(setting.get("params", {}))
    return parse(document)


@cache
def _schema() -> dict[str, Any]:
    folder = resources.files("server.compliance") / "rulepacks"
    schema: dict[str, Any] = json.loads((folder / "schema.json").read_text(encoding="utf-8"))
    return schema


def _rule(rule: Mapping[str, Any], *, fact_names: frozenset[str]) -> Rule:
    for condition in (rule.get("when", True), rule["check"]):
        expression.check(condition, fact_names=fact_names, param_names=frozenset(rule["params"]))
    return Rule(
        id=rule["id"],
        about=rule["about"],
        text=rule["text"],
        source=rule["source"],
        grade=Grade(rule["grade"]),
        where=frozenset(Gate(gate) for gate in rule["where"]),
        action=Action(rule["action"]),
        action_at={Gate(gate): Action(action) for gate, action in rule.get("action_at", {}).items()},
        when=rule.get("when", True),
        check=rule["check"],
        params=rule["params"],
        is_enabled=rule["enabled"],
        is_for_counsel=rule["confirm_by_counsel"],
        override_role=rule["override_role"],
    )
