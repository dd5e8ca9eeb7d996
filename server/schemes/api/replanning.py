"""Changing a road plan by hand, and planning a day under way again: shown first, in force only once accepted."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from server import audit, clock, jobs
from server.accounts.auth import allow, current_person
from server.accounts.roles import OFFICE, Role
from server.body import Body, answers, require_match, takes
from server.db import db
from server.errors import Conflict, Missing
from server.planning import wire
from server.planning.difference import Difference
from server.planning.frame import frame
from server.planning.plans import Plan
from server.planning.price import choices
from server.planning.warm import tours_of
from server.planning.whatif import Answer, Change, Wish, ask
from server.schemes import bindings, pins, plan_store, reach, replan_job, rules
from server.schemes.api.drafts import shown
from server.schemes.models import RoutePlan, Scheme
from server.schemes.replan_schemas import ChoicesOut, DifferenceOut, ReplanIn, WhatIfIn
from server.schemes.scope import fetch_scheme
from server.schemes.shown import SchemeOut

bp = Blueprint("scheme_replanning", __name__, url_prefix="/v1/schemes")


class NobodyCanKeep(Conflict):
    """The changed plan cannot be kept: a crew's day is over, or a crew may not take a stop."""


RULE_SHOWN = ("rule_id", "text", "action", "source", "source_zh", "grade", "confirm_by_counsel")


class PlannedAtNoon(rules.SchemeNotOpen):
    """The plan in force was made in the middle of the day."""


@bp.post("/<uuid:scheme_id>/what-if")
@allow(Role.SUPERVISOR, Role.MANAGER)
@takes(WhatIfIn)
@answers(DifferenceOut)
def what_if(scheme_id: UUID, body: Body) -> ResponseReturnValue:
    """Answer with the figures of the plan in force after the changes; nothing is stored."""
    scheme = fetch_scheme(scheme_id)
    row = _row_of_a_whole_day(scheme)
    answer = _asked(scheme, row, body)
    moved = _told(answer.difference, rules_now=_rules_with(scheme, answer.plan)) | {"plan_version": row.version}
    return jsonify(moved | {"overruns": [wire.encode(one) for one in answer.overruns]})


@bp.post("/<uuid:scheme_id>/plans")
@allow(Role.SUPERVISOR)
@takes(WhatIfIn)
@answers(DifferenceOut, status=201)
def propose(scheme_id: UUID, body: Body) -> ResponseReturnValue:
    """Keep the plan in force with changes by hand and pins as a proposal (with If-Match), for somebody to accept."""
    scheme, person = fetch_scheme(scheme_id, lock=True), current_person()
    require_match(scheme.version)
    rules.edit(rules.SchemeState(scheme.state), compiler_id=scheme.compiler_id, actor_id=person.id)
    row = _row_of_a_whole_day(scheme)
    answer = _asked(scheme, row, body)
    if answer.overruns:
        raise NobodyCanKeep("change it until it fits", overruns=[wire.encode(one) for one in answer.overruns])
    changed = _rules_with(scheme, answer.plan)
    held = {"pins": pins.of_scheme(scheme, body["pins"]), "proposed_for": scheme.version}
    held["orders"] = bindings.of_scheme(scheme, body["orders"])
    number = plan_store.keep(scheme, answer.plan, parameters=row.parameters | held)
    audit.note("scheme.change_proposed", f"scheme:{scheme.id}", actor_id=person.id, plan_version=number)
    told = jsonify(_told(answer.difference, rules_now=changed) | {"plan_version": number})
    told.status_code = 201
    told.headers["Location"] = f"/v1/schemes/{scheme.id}/plans/{number}/difference"
    db.session.commit()
    return told


@bp.get("/<uuid:scheme_id>/stops/<uuid:stop_id>/crews")
@allow(*OFFICE)
@answers(ChoicesOut)
def crews(scheme_id: UUID, stop_id: UUID) -> ResponseReturnValue:
    """Answer why this crew: what the stop would cost with each crew on each day, the best first."""
    scheme = fetch_scheme(scheme_id)
    row = _row_of_a_whole_day(scheme)
    ready = frame(plan_store.problem_of(scheme, row, with_begun=True))
    place = next((one for one in ready.places if any(stop.id == str(stop_id) for stop in one.stops)), None)
    if place is None:
        raise Missing(f"no stop {stop_id} on the map of this scheme")
    found = choices(ready, tours=tours_of(plan_store.plan_of(row), frame=ready), place=place)
    stop = next(one for one in scheme.stops if one.id == stop_id)
    return jsonify(
        stop_id=str(stop_id),
        crew_id=str(stop.crew_id) if stop.crew_id else None,
        on=stop.day.isoformat() if stop.day else None,
        choices=[wire.encode(one) for one in found],
    )


@bp.post("/<uuid:scheme_id>/replan")
@allow(Role.SUPERVISOR)
@takes(ReplanIn)
@answers(None, status=202)
def replan(scheme_id: UUID, body: Body) -> ResponseReturnValue:
    """Start planning what is left of the day anew, as a job; its result is a difference to look at, not a new plan."""
    scheme, person, now = fetch_scheme(scheme_id, lock=True), current_person(), clock.now()
    rules.edit(rules.SchemeState(scheme.state), compiler_id=scheme.compiler_id, actor_id=person.id)
    plan_store.row_in_force(scheme)
    out_of_reach = body["unreachable"]
    if out_of_reach is None:
        out_of_reach = [crew.id for crew in reach.unreachable(scheme.crews, at=now)]
    job = jobs.enqueue(
        replan_job.KIND,
        owner_id=person.id,
        scheme_id=str(scheme.id),
        version=scheme.version,
        actor_id=str(person.id),
        at=replan_job.in_utc(body["at"] or now),
        positions=[_position(one) for one in body["positions"]],
        unreachable=sorted(str(one) for one in out_of_reach),
        **{name: body[name] for name in ("iterations", "seed", "budget_s")},
    )
    scheme.plan_job_id = job.id
    audit.note("scheme.replan_asked", f"scheme:{scheme.id}", actor_id=person.id, job=str(job.id))
    answer = jsonify(id=str(job.id), state="queued", progress=0.0)
    answer.status_code = 202
    answer.headers["Location"] = f"/v1/jobs/{job.id}"
    db.session.commit()
    return answer


@bp.get("/<uuid:scheme_id>/plans/<int:number>/difference")
@allow(*OFFICE)
@answers(DifferenceOut)
def difference(scheme_id: UUID, number: int) -> ResponseReturnValue:
    """Answer with what a proposed plan does otherwise than the one in force."""
    scheme = fetch_scheme(scheme_id)
    row = replan_job.proposal(scheme, number)
    moved = replan_job.what_changes(scheme, row)
    told = _told(moved, rules_now=_rules_with(scheme, plan_store.plan_of(row)))
    return jsonify(told | {"plan_version": number, "untouched_crews": row.parameters.get("unreachable", [])})


@bp.post("/<uuid:scheme_id>/plans/<int:number>/accept")
@allow(Role.SUPERVISOR)
@answers(SchemeOut)
def accept(scheme_id: UUID, number: int) -> ResponseReturnValue:
    """Put a proposed plan in force (its compiler only); other crews or days then need sign-off and dispatch again."""
    scheme, person = fetch_scheme(scheme_id, lock=True), current_person()
    rules.edit(rules.SchemeState(scheme.state), compiler_id=scheme.compiler_id, actor_id=person.id)
    replan_job.accept(scheme, replan_job.proposal(scheme, number), actor_id=person.id)
    answer = shown(scheme)
    db.session.commit()
    return answer


def _row_of_a_whole_day(scheme: Scheme) -> RoutePlan:
    """Return the plan in force. Raises PlannedAtNoon for one that begins at noon: its morning is not in it."""
    row = plan_store.row_in_force(scheme)
    if "replanned_at" in row.parameters:
        raise PlannedAtNoon(
            "its morning is not in it: plan what is left again", replanned_at=row.parameters["replanned_at"]
        )
    return row


def _asked(scheme: Scheme, row: RoutePlan, body: Body) -> Answer:
    """Return what the changes come to; pins of the plan in force hold, but for what is changed or held no more."""
    changes, wanted = [_change(one) for one in body["changes"]], pins.of_scheme(scheme, body["pins"])
    moved, given_away = {one.stop_id for one in changes}, {one.from_crew_id for one in changes}
    in_force = row.parameters.get("pins", [])
    held = [
        one for one in in_force if one in wanted and one["stop_id"] not in moved and one["crew_id"] not in given_away
    ]
    orders = bindings.of_scheme(scheme, body["orders"])
    problem = plan_store.problem_of(scheme, row, with_begun=True, held=held, orders=orders)
    return ask(problem, plan=plan_store.plan_of(row), changes=changes)


def _rules_with(scheme: Scheme, plan: Plan) -> list[dict[str, Any]]:
    """Return the rules that say something else of a scheme once it has this plan."""
    was = {one["rule_id"]: one for one in scheme.compliance}
    now = {one["rule_id"]: one for one in plan_store.findings_with(scheme, plan)}
    named = ("finding", "subjects")
    found: list[dict[str, Any]] = []
    for rule_id in sorted(was.keys() | now.keys()):
        before, after = (
            {name: side[rule_id][name] for name in named} if rule_id in side else None for side in (was, now)
        )
        if before != after:
            known = now.get(rule_id) or was[rule_id]
            found.append({name: known[name] for name in RULE_SHOWN if name in known} | {"was": before, "now": after})
    return found


def _change(one: Body) -> Change:
    named = {
        name: str(one[name]) if one[name] else None for name in ("stop_id", "crew_id", "from_crew_id", "after_stop_id")
    }
    return Change(wish=Wish(one["wish"]), on=one["on"], position=one["position"], **named)


def _position(one: Body) -> dict[str, Any]:
    free_at = replan_job.in_utc(one["free_at"]) if one["free_at"] else None
    return {"crew_id": str(one["crew_id"]), "point": one["point"], "free_at": free_at}


def _told(found: Difference, *, rules_now: list[dict[str, Any]]) -> dict[str, Any]:
    sums = {
        name: asdict(one) | {"cost_s": one.cost_s} for name, one in (("before", found.before), ("after", found.after))
    }
    moved = [wire.encode(one) for one in found.moved]
    return {
        **sums,
        "moved": moved,
        "unchanged": found.unchanged,
        "overruns": [],
        "untouched_crews": [],
        "rules": rules_now,
    }
