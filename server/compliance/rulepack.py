"""A rule pack (合规规则包): versioned data that server and phone evaluate alike. Pure but for reading its own files."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

import rfc8785

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


class LooserThanLaw(Invalid):
    """A firm, region or creditor may only tighten a rule that rests on the law or on an official text."""


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
    section: str
    about: str
    text: Mapping[str, str]
    source: str
    source_zh: str
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
    set_by: tuple[str, ...]

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
    def valid_from(self) -> date:
        """Return the first day the pack is in force."""
        return date.fromisoformat(self.document["valid_from"])

    @property
    def name(self) -> str:
        """Return id and version as one word."""
        return f"{self.id}-{self.version}"


def shipped() -> tuple[str, ...]:
    """Return the names of all packs that come with this version."""
    folder = resources.files("server.compliance") / "rulepacks"
    return tuple(sorted(one.name.removesuffix(".json") for one in folder.iterdir() if one.name != "schema.json"))


def in_force(pack_id: str, *, on: date) -> RulePack:
    """Return the newest pack of a place that is valid on a day, the oldest one for days before any was.

    Raises NoSuchRulePack for a place without a pack.
    """
    of_place = [load(name) for name in shipped() if name.partition("-")[0] == pack_id]
    if not of_place:
        raise NoSuchRulePack(f"expected one of {', '.join(shipped())}, got a pack for {pack_id}")
    dated = sorted(of_place, key=lambda pack: (pack.valid_from, pack.version))
    return next((pack for pack in reversed(dated) if pack.valid_from <= on), dated[0])


@cache
def load(name: str = CURRENT) -> RulePack:
    """Return a shipped pack. Raises NoSuchRulePack or OddRulePack."""
    if name not in shipped():
        raise NoSuchRulePack(f"expected one of {', '.join(shipped())}, got {name}")
    folder = resources.files("server.compliance") / "rulepacks"
    return parse(json.loads((folder / f"{name}.json").read_text(encoding="utf-8")))


def parse(document: Mapping[str, Any]) -> RulePack:
    """Return the pack a JSON document describes, every condition checked. Raises OddRulePack or OddExpression."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415  # a tenth of the start of every command

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
        section=rule["section"],
        about=rule["about"],
        text=rule["text"],
        source=rule["source"],
        source_zh=rule.get("source_zh", rule["source"]),
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
        set_by=tuple(rule.get("set_by", ())),
    )
