"""Dispatch: the day packs (日包) that go to the crews' phones, and the papers made for each door.

A pack lists its documents with their hashes; the documents themselves are loaded when a phone pulls them
(`documents.py`), so personal data stays sealed in its own tables.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from server import clock, feed
from server.accounts import rulebook
from server.accounts.models import Person
from server.cases.freezing import frozen_kinds
from server.cases.models import Paper
from server.cases.rules import CaseState
from server.compliance.evaluate import evaluate
from server.compliance.rulepack import Gate
from server.db import db
from server.schemes import checks, forms, handover, moments, rules
from server.schemes.models import Crew, DayPack, Scheme, SchemeStop
from server.schemes.plan_store import routed_stops
from server.schemes.rules import StopState
from server.transparency import leaves
from sync import canonical
from sync.leaf import Kind

RULE_SHOWN = ("rule_id", "text", "source", "source_zh", "grade", "confirm_by_counsel")

PACK_LIVES = timedelta(hours=36)
"""A pack may be used until noon of the day after its own: late check-outs, but no dossiers for ever on a lost phone."""
SENT_LATE = timedelta(hours=12)
"""A pack sent out after its own day, or late on it, may be used at least so long."""


def leaves_at(day: date, *, issued_at: datetime) -> datetime:
    """Return when a visit leaves the phones: at noon of the day after its own, or half a day after it was sent out."""
    return max(moments.local(day, "00:00") + PACK_LIVES, issued_at + SENT_LATE)


@dataclass(frozen=True, slots=True)
class Sent:
    """What a dispatch did."""

    packs: list[DayPack]
    papers: list[Paper]
    withheld: list[dict[str, Any]]


def withhold(scheme: Scheme) -> list[dict[str, Any]]:
    """Keep back every visit that may not go out: a frozen case, or one beyond the manager's limits.

    Returns them with the rule or limit that keeps them.
    """
    kept: list[dict[str, Any]] = []
    for stop in routed_stops(scheme):
        if stop.state in rules.FIELD_STATES:
            continue
        why = _frozen(stop) or _beyond_limits(stop, scheme.limits)
        if why is None:
            continue
        stop.state = StopState.WITHHELD
        stop.drop_reason = {"reason": "withheld", **why}
        kept.append({"stop_id": str(stop.id), "case_id": str(stop.case_id), **why})
    return kept


def _frozen(stop: SchemeStop) -> dict[str, Any] | None:
    facts = {"case": {"freeze_kinds": frozen_kinds(stop.case)}}
    blocking = [one for one in evaluate(checks.pack_of_stop(stop), Gate.DISPATCH, facts) if one.blocks]
    if not blocking:
        return None
    return _quoted(blocking[0].as_json())


def _beyond_limits(stop: SchemeStop, limits: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if not limits:
        return None
    excluded = str(stop.case_id) in limits["exclude_case_ids"]
    latest = limits["latest"]
    is_late = latest and stop.day and stop.depart_at and stop.depart_at > moments.local(stop.day, latest)
    if not (excluded or is_late):
        return None
    return {"rule_id": "LIMITS", "text": {"zh": "超出总经理批准的限制条件", "en": "beyond the manager's limits"}}


def hold_back(case_id: UUID) -> int:
    """Take the visits of a case off the phones at once: a complaint, a dispute, a refusal of contact or a recall came.

    Returns how many visits were kept back; what the field has begun stays. The freeze itself is the stop flag's.
    """
    going = list(
        db.session.scalars(
            select(SchemeStop).where(SchemeStop.case_id == case_id, SchemeStop.state == StopState.DISPATCHED)
        )
    )
    for stop in going:
        keep_back(stop, {"rule_id": "FREEZE", "text": {"zh": "案件已冻结", "en": "the case is frozen"}})
    return len(going)


def keep_back(stop: SchemeStop, rule: Mapping[str, Any]) -> None:
    """Take one visit off the crew's phones, with the rule that keeps it back."""
    stop.state = StopState.WITHHELD
    stop.drop_reason = {"reason": "withheld"} | _quoted(rule)
    recall(stop, _people(stop))


def _quoted(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rule that keeps a visit back: its words, source and grade."""
    (full,) = rulebook.quoted([rule])
    return {name: full[name] for name in RULE_SHOWN if name in full}


def recall(stop: SchemeStop, people: Iterable[UUID]) -> None:
    """Take a visit off these people's phones with all that tells of its debtor: card and papers go with it."""
    for person_id in sorted(people):
        subject = feed.person(person_id)
        feed.publish(subject, "stops", str(stop.id), gone=True)
        feed.publish(subject, "cards", str(stop.id), gone=True)
        packs = select(DayPack).where(DayPack.person_id == person_id, DayPack.scheme_id == stop.scheme_id)
        sent = {one["id"] for pack in db.session.scalars(packs) for one in pack.content["papers"]}
        of_case = select(Paper.id).where(Paper.case_id == stop.case_id, Paper.id.in_([UUID(one) for one in sent]))
        for paper_id in db.session.scalars(of_case.order_by(Paper.id)):
            feed.publish(subject, "papers", str(paper_id), gone=True)


def dispatch(scheme: Scheme, *, at: datetime, today: date) -> Sent:
    """Issue the papers, write the packs and tell the phones, in this transaction. The caller has asked the rules.

    Whoever had a visit in an earlier dispatch and has it no more gets a tombstone. Raises LetterFactsMissing.
    """
    held_before = _holders(scheme)
    withheld = withhold(scheme)
    going = [stop for stop in routed_stops(scheme) if stop.state != StopState.WITHHELD]
    handover.require_letters(scheme, going)
    papers = {stop.id: handover.issue(scheme, stop, at=at, today=today) for stop in going}
    for stop in going:
        if stop.state not in rules.FIELD_STATES:
            stop.state = StopState.DISPATCHED
        if stop.case.state == CaseState.LISTED:
            stop.case.state = CaseState.VISITING
    db.session.flush()
    packs = [
        _pack(scheme, crew=crew, person=person, day=day, stops=stops, papers=papers, at=at)
        for crew, day, stops in _days(scheme, going)
        for person in (crew.lead, crew.second)
    ]
    _publish(going, papers=papers)
    for stop_id, people in held_before.items():
        now = next((_people(stop) for stop in going if stop.id == stop_id), set())
        recall(db.session.get_one(SchemeStop, stop_id), people - now)
    return Sent(packs=packs, papers=[paper for issued in papers.values() for paper in issued], withheld=withheld)


def _holders(scheme: Scheme) -> dict[UUID, set[UUID]]:
    """Return who was sent each stop before: the newest pack of each person and day counts."""
    newest: dict[tuple[UUID, date], DayPack] = {}
    for one in db.session.scalars(select(DayPack).where(DayPack.scheme_id == scheme.id).order_by(DayPack.id)):
        newest[one.person_id, one.day] = one
    holders: dict[UUID, set[UUID]] = {}
    for (person_id, _), one in newest.items():
        for stop_id in one.content["stops"]:
            holders.setdefault(UUID(stop_id), set()).add(person_id)
    return holders


def _people(stop: SchemeStop) -> set[UUID]:
    return {stop.crew.lead_id, stop.crew.second_id} if stop.crew else set()


def _days(scheme: Scheme, going: Sequence[SchemeStop]) -> Iterator[tuple[Crew, date, list[SchemeStop]]]:
    for crew in scheme.crews:
        mine = [stop for stop in going if stop.crew_id == crew.id]
        for day in sorted({stop.day for stop in mine if stop.day is not None}):
            yield crew, day, [stop for stop in mine if stop.day == day]


def _pack(
    scheme: Scheme,
    *,
    crew: Crew,
    person: Person,
    day: date,
    stops: Sequence[SchemeStop],
    papers: Mapping[UUID, Sequence[Paper]],
    at: datetime,
) -> DayPack:
    listed = _listing(stops, day=day, papers=papers)
    content = {
        "scheme_id": str(scheme.id),
        "serial": scheme.serial,
        "digest": scheme.digest,
        "signed_digest": scheme.signed_digest,
        "plan_version": scheme.plan_version,
        "crew_id": str(crew.id),
        "person_id": str(person.id),
        "day": day.isoformat(),
        **listed,
    }
    issued = DayPack(
        id=clock.new_id(),
        scheme_id=scheme.id,
        crew_id=crew.id,
        person_id=person.id,
        day=day,
        plan_version=scheme.plan_version,
        scheme_version=scheme.version,
        sha256=canonical.content_hash(content),
        content=content,
        issued_at=at,
        expires_at=leaves_at(day, issued_at=at),
    )
    db.session.add(issued)
    _log(listed, at=at)
    return issued


def _log(listed: Mapping[str, Any], *, at: datetime) -> None:
    """Log the form and the rules that go out; those that stand in the log already are left as they are."""
    form = listed["form"]
    leaves.note(Kind.FORM, f"form:{form['id']}@{form['version']}", digest=form["digest"], at=at)
    for pack in listed["rules"]:
        leaves.note(Kind.RULES, f"rules:{pack['name']}:{pack['digest'][:16]}", digest=pack["digest"], at=at)


def _listing(stops: Sequence[SchemeStop], *, day: date, papers: Mapping[UUID, Sequence[Paper]]) -> dict[str, Any]:
    """Return what a pack holds: documents by id, papers, form and rules with their hashes."""
    form = forms.in_use(on=day)
    return {
        "stops": [str(stop.id) for stop in stops],
        "cards": [str(stop.id) for stop in stops],
        "papers": [
            {"id": str(paper.id), "kind": paper.kind, "serial": paper.serial, "sha256": paper.sha256}
            for stop in stops
            for paper in papers[stop.id]
        ],
        "form": {"id": form.id, "version": form.version, "digest": form.digest},
        "rules": [
            {"name": pack.name, "digest": pack.digest}
            for pack in sorted(
                {one.name: one for one in map(checks.pack_of_stop, stops)}.values(), key=lambda one: one.name
            )
        ],
    }


def _publish(going: Sequence[SchemeStop], *, papers: Mapping[UUID, Sequence[Paper]]) -> None:
    for stop in going:
        for person_id in sorted(_people(stop)):
            subject = feed.person(person_id)
            feed.publish(subject, "stops", str(stop.id))
            feed.publish(subject, "cards", str(stop.id))
            for paper in papers[stop.id]:
                feed.publish(subject, "papers", str(paper.id))
    days = {(person_id, stop.day) for stop in going if stop.day is not None for person_id in _people(stop)}
    for person_id, day in sorted(days):
        form = forms.in_use(on=day)
        feed.publish(feed.person(person_id), "forms", f"{form.id}-{form.version}")
    for stop in going:
        for person_id in sorted(_people(stop)):
            feed.publish(feed.person(person_id), "rules", checks.pack_of_stop(stop).name)
