"""The rule pack asked about every visit, crew and agent of a scheme; what it finds is stored with the scheme."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from server import wall
from server.accounts import rulebook
from server.accounts.models import Person
from server.cases import approvals, lawyers_letter, print_gate, templates, timeline
from server.cases.freezing import frozen_kinds
from server.cases.ledger import entries_of
from server.compliance.evaluate import Finding, RuleResult, evaluate
from server.compliance.rulepack import Action, Gate, RulePack
from server.db import db
from server.schemes import calls
from server.schemes.handover import materials
from server.schemes.models import Scheme, SchemeStop
from server.schemes.rules import StopState

_BEFORE_THE_FIELD = (StopState.PLANNED, StopState.DROPPED, StopState.WITHDRAWN, StopState.WITHHELD)
_LOOKBACK = timedelta(days=30)
_NEVER = 36_500  # days: nobody was ever there
_ORDER = list(Action)
_MARK_CHARS = 12

Found = list[tuple[str, RuleResult]]
"""Results with the subject they are about: `stop:<id>`, `crew:<id>` or `person:<id>`."""


@dataclass(frozen=True, slots=True)
class Checks:
    """What the rules say of a scheme, one entry per rule, and what follows from it."""

    entries: list[dict[str, Any]]

    @property
    def blocking(self) -> list[str]:
        """The rules that forbid the scheme as it is."""
        return [entry["rule_id"] for entry in self.entries if _stands_against(entry, Action.BLOCK)]

    @property
    def flag_roles(self) -> list[str]:
        """The roles that must agree to a broken rule which may be agreed to."""
        asked = {entry["override_role"] for entry in self.entries if _stands_against(entry, Action.CONFIRM)}
        return sorted(role for role in asked if role)


def _stands_against(entry: Mapping[str, Any], action: Action) -> bool:
    return bool(entry["action"] == action and entry["finding"] != Finding.KEPT)


def pack_for(stop: SchemeStop, *, on: date) -> RulePack:
    """Return the rules for a visit on a day: the pack in force then, with the creditor's and the region's layers."""
    return rulebook.pack_of(stop.creditor_id, on=on, adcode=stop.address.adcode if stop.address else "")


def pack_of_stop(stop: SchemeStop) -> RulePack:
    """Return the rules for a visit on the day it is planned for, or else on the scheme's last."""
    return pack_for(stop, on=stop.day or date.fromisoformat(max(db.session.get_one(Scheme, stop.scheme_id).dates)))


def packs_of(scheme: Scheme) -> list[RulePack]:
    """Return the different rules that the visits of a scheme are under, by name."""
    asked = [stop for stop in scheme.stops if stop.state != StopState.WITHDRAWN]
    last = date.fromisoformat(max(scheme.dates))
    packs = {pack.name: pack for stop in asked for pack in [pack_for(stop, on=stop.day or last)]}
    return [packs[name] for name in sorted(packs)]


def packs_named(packs: Sequence[RulePack]) -> str:
    """Return one name for the rules of a scheme: the pack's own, with a mark when there are several."""
    names = [pack.name for pack in packs]
    if len(names) < len(("one", "another")):
        return "".join(names)
    return f"{names[0].partition('+')[0]}+{hashlib.sha256(' '.join(names).encode()).hexdigest()[:_MARK_CHARS]}"


def check(scheme: Scheme, *, gate: Gate) -> Checks:
    """Return the findings for every routed visit, every crew and every agent on every day they go out.

    Crews and agents serve all creditors of the scheme, so they are asked under the rules of each.
    """
    found: Found = []
    for pack in packs_of(scheme):
        for crew in scheme.crews:
            members = {"member_ids": [str(crew.lead_id), str(crew.second_id)]}
            found += [(f"crew:{crew.id}", one) for one in evaluate(pack, gate, {"crew": members})]
        found += _agents(scheme, pack=pack, gate=gate)
    routed = [stop for stop in scheme.stops if stop.crew_id is not None and stop.state not in _OFF_THE_ROUTE]
    visits, clocks = _visited_days(scheme, routed), limitation_facts(routed)
    called = calls.on_days({stop.day for stop in routed if stop.day is not None})
    for stop in routed:
        facts = {"visit": _visit(stop, visits[debtor_key(stop)]), "case": {"freeze_kinds": frozen_kinds(stop.case)}}
        facts["limitation"] = clocks[stop.id]
        if stop.day is not None:
            facts["contact"] = calls.facts(called[debtor_key(stop), stop.day])
        found += [(f"stop:{stop.id}", one) for one in evaluate(pack_of_stop(stop), gate, facts)]
    return Checks(summary(found + papers(scheme, routed)))


def limitation_facts(stops: Sequence[SchemeStop]) -> dict[UUID, dict[str, Any]]:
    """Return what is known of the limitation clock of each visit's case on the day of the visit."""
    booked = entries_of([stop.case_id for stop in stops])
    days = sorted({stop.day for stop in stops if stop.day is not None})
    approved = {day: approvals.standing([stop.case_id for stop in stops], on=day) for day in days}
    found: dict[UUID, dict[str, Any]] = {}
    for stop in stops:
        if stop.day is None:
            found[stop.id] = {}
            continue
        clock = timeline.clock_with(stop.case, entries=booked[stop.case_id], today=stop.day)
        approval = approved[stop.day].get(stop.case_id)
        found[stop.id] = {"days_left": clock.days_left, "legal_approval_id": str(approval) if approval else None}
    return found


def papers(scheme: Scheme, stops: Iterable[SchemeStop]) -> Found:
    """Return what dispatch will say of the papers to be handed over, whatever the gate: better told early.

    A lawyer's letter (律师函) is nobody's to write here: without the firm's name, licence and seal it stays blocked.
    """
    firm = firm_facts()
    found: Found = []
    for stop in stops:
        for kind in materials(scheme, stop):
            facts = {
                "paper": {"kind": kind, "product": stop.case.product, "parts": list(print_gate.PARTS.get(kind, ()))}
            }
            facts["paper"] |= firm if kind == lawyers_letter.KIND else {}
            found += [(f"stop:{stop.id}", one) for one in evaluate(pack_of_stop(stop), Gate.DISPATCH, facts)]
    return found


def firm_facts() -> dict[str, str]:
    """Return what is known of the law firm whose letter is approved: name, licence and seal, each only when there."""
    row = templates.standing(lawyers_letter.KIND)
    if row is None:
        return {}
    firm = row.law_firm or {}
    known = {
        "law_firm": firm.get("name", ""), "lawyer_licence": firm.get("licence_no", ""), "seal_sha256": row.seal_sha256,
    }  # fmt: skip
    return {name: value for name, value in known.items() if value}


def before_the_plan(scheme: Scheme) -> list[dict[str, Any]]:
    """Return the findings that need no route: those about the papers of every visit of the scheme."""
    stops = [stop for stop in scheme.stops if stop.state != StopState.WITHDRAWN]
    return summary(papers(scheme, stops))


_OFF_THE_ROUTE = (StopState.DROPPED, StopState.WITHDRAWN, StopState.WITHHELD)


def summary(found: Iterable[tuple[str, RuleResult]]) -> list[dict[str, Any]]:
    """Return one entry per rule: its worst finding, how many subjects it was asked about and which do not keep it.

    Rules that are not kept stand first, the gravest action before the others.
    """
    by_rule: dict[str, Found] = defaultdict(list)
    for subject, result in found:
        by_rule[result.rule_id].append((subject, result))
    entries = [_entry(rows) for rows in by_rule.values()]
    return sorted(entries, key=lambda entry: (entry["finding"] == Finding.KEPT, _ORDER.index(entry["action"])))


def _entry(rows: Found) -> dict[str, Any]:
    broken = [(subject, one) for subject, one in rows if one.finding is not Finding.KEPT]
    worst = next((one for _, one in broken if one.finding is Finding.BROKEN), (broken or rows)[0][1])
    return worst.as_json() | {"checked": len(rows), "subjects": sorted({subject for subject, _ in broken})}


def _agents(scheme: Scheme, *, pack: RulePack, gate: Gate) -> Found:
    """Ask about each agent on the last day he goes out: who is cleared for that day is cleared for the earlier ones."""
    last_on: dict[str, tuple[Person, str]] = {}
    for crew in scheme.crews:
        days = sorted({stop.day.isoformat() for stop in scheme.stops if stop.crew_id == crew.id and stop.day})
        day = days[-1] if days else max(scheme.dates)
        for person in (crew.lead, crew.second):
            known = last_on.get(str(person.id))
            last_on[str(person.id)] = (person, max(day, known[1]) if known else day)
    found: Found = []
    for person, day in last_on.values():
        until = person.qualified_until.isoformat() if person.qualified_until else None
        facts = {"agent": {"visit_on": day, "clearance_until": until}}
        found += [(f"person:{person.id}", one) for one in evaluate(pack, gate, facts)]
    return found


def _visit(stop: SchemeStop, days: Sequence[date]) -> dict[str, Any]:
    day = stop.day
    if day is None or stop.arrive_at is None or stop.depart_at is None:
        return {}
    return {
        "starts_at": stop.arrive_at.isoformat(),
        "ends_at": stop.depart_at.isoformat(),
        "on": day.isoformat(),
        "count_1d": _within(days, day, 1),
        "count_7d": _within(days, day, 7),
        "count_30d": _within(days, day, 30),
        "days_apart": _apart(days, day),
    }


def _within(days: Sequence[date], day: date, length: int) -> int:
    return sum(day - timedelta(days=length - 1) <= one <= day for one in days)


def _apart(days: Sequence[date], day: date) -> int:
    """Return the days to the nearest other visit, very many without one; `days` names this visit too."""
    others = list(days)
    others.remove(day)
    return min((abs((day - one).days) for one in others), default=_NEVER)


def debtor_key(stop: SchemeStop) -> str:
    """Name the person of a visit."""
    return calls.debtor_key(stop.case.debtor.id_index, stop.case.debtor_id)


def _visited_days(scheme: Scheme, routed: Sequence[SchemeStop]) -> dict[str, list[date]]:
    """Return each debtor's visits, this scheme's included; several cases of one person at one door are one visit."""
    calls: dict[str, set[tuple[str, date]]] = defaultdict(set)
    for stop in routed:
        if stop.day is not None:
            calls[debtor_key(stop)].add((str(scheme.id), stop.day))
    days = [date.fromisoformat(text) for text in scheme.dates]
    earlier = select(SchemeStop).where(
        SchemeStop.scheme_id != scheme.id,
        SchemeStop.state.not_in(_BEFORE_THE_FIELD),
        SchemeStop.day.between(min(days) - _LOOKBACK, max(days)),
    )
    with wall.everything():
        for stop in db.session.scalars(earlier):
            if debtor_key(stop) in calls and stop.day is not None:
                calls[debtor_key(stop)].add((str(stop.scheme_id), stop.day))
    return defaultdict(list, {debtor: [day for _, day in seen] for debtor, seen in calls.items()})
