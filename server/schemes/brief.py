"""A scheme on one page for who signs it off (批示页): the facts of the approval sheet, and what is new since."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields

from server.schemes import digest, sheet
from server.schemes.models import Scheme, SchemeStop, SchemeVersion
from server.schemes.rules import StopState


class BriefLineOut(Schema):
    """One customer: who, where, when, why, how risky."""

    stop_id = fields.UUID()
    case_id = fields.UUID()
    case_no = fields.String()
    debtor_name = fields.String()
    owed_fen = fields.Integer()
    district = fields.String()
    address_precision = fields.String()
    reason = fields.String()
    last_result = fields.String()
    risk = fields.String()
    limitation_due_on = fields.Date(allow_none=True)
    crew = fields.String()
    arrive_at = fields.DateTime(allow_none=True)
    is_routed = fields.Boolean()


class BriefStaffOut(Schema):
    """Somebody of a crew."""

    name = fields.String()
    staff_no = fields.String()


class BriefCrewOut(Schema):
    """A crew and its way."""

    name = fields.String()
    members = fields.List(fields.Nested(BriefStaffOut))
    vehicle = fields.String()
    stops = fields.Integer()
    distance_m = fields.Integer()
    duration_min = fields.Integer()


class BriefMaterialOut(Schema):
    """What is taken along."""

    name = fields.String()
    count = fields.Integer()
    note = fields.String()


class BriefCheckOut(Schema):
    """What one rule says."""

    rule = fields.String()
    passed = fields.Boolean()
    note = fields.String()


class BriefCostOut(Schema):
    """One line of the estimate, in fen."""

    item = fields.String()
    amount_fen = fields.Integer()
    basis = fields.String()


class BriefDecisionOut(Schema):
    """What one person of the approval said; decision is open, approved, limited or rejected."""

    role = fields.String()
    name = fields.String()
    decision = fields.String()
    opinion = fields.String()
    decided_at = fields.DateTime(allow_none=True)


class ChangeOut(Schema):
    """One difference by its place in the content (RFC 6901); a member that was not there is null."""

    pointer = fields.String()
    was = fields.Raw(allow_none=True)
    now = fields.Raw(allow_none=True)


class SinceOut(Schema):
    """The version that the differences are told against, and whether the last sign-off was of it."""

    version = fields.Integer()
    what = fields.String()
    changed_at = fields.DateTime()
    was_decided = fields.Boolean()


class BriefOut(Schema):
    """A scheme on one page; sign with its `digest` and `version`."""

    id = fields.UUID()
    serial = fields.String()
    title = fields.String()
    state = fields.String()
    version = fields.Integer()
    digest = fields.String()
    compiled_by = fields.String()
    purpose = fields.String()
    area = fields.String()
    start_on = fields.Date()
    end_on = fields.Date()
    hours = fields.String()
    customers = fields.Integer()
    routed = fields.Integer()
    owed_fen = fields.Integer()
    limitation_due_count = fields.Integer()
    high_risk_count = fields.Integer()
    distance_m = fields.Integer()
    cost_fen = fields.Integer()
    costs = fields.List(fields.Nested(BriefCostOut))
    crews = fields.List(fields.Nested(BriefCrewOut))
    lines = fields.List(fields.Nested(BriefLineOut))
    materials = fields.List(fields.Nested(BriefMaterialOut))
    checks = fields.List(fields.Nested(BriefCheckOut))
    safety_note = fields.String()
    decisions = fields.List(fields.Nested(BriefDecisionOut))
    since = fields.Nested(SinceOut, allow_none=True)
    changes = fields.List(fields.Nested(ChangeOut))


def brief(scheme: Scheme) -> dict[str, Any]:
    """Return what `BriefOut` shows of a scheme: the sheet's facts, so that page and paper never differ."""
    told = sheet.facts(scheme)
    stops = [stop for stop in scheme.stops_in_order if stop.state != StopState.WITHDRAWN]
    lines = [_line(stop, fact) for stop, fact in zip(stops, told.lines, strict=True)]
    before = earlier(scheme)
    return {
        "id": scheme.id, "serial": scheme.serial, "title": scheme.title, "state": scheme.state,
        "version": scheme.version, "digest": scheme.digest, "compiled_by": told.compiled_by, "purpose": told.purpose,
        "area": told.area, "start_on": told.start_on, "end_on": told.end_on, "hours": told.hours,
        "customers": len(lines), "routed": sum(line["is_routed"] for line in lines),
        "owed_fen": sum(line["owed_fen"] for line in lines), "limitation_due_count": told.limitation_due_count,
        "high_risk_count": sum(_is_risky(stop) for stop in stops),
        "distance_m": sum(crew.distance_m for crew in told.crews), "cost_fen": scheme.cost_fen, "costs": told.costs,
        "crews": told.crews, "lines": lines, "materials": told.materials, "checks": told.checks,
        "safety_note": told.safety_note, "decisions": told.decisions, "since": _since(scheme, before),
        "changes": digest.listed(before.content, digest.content(scheme)) if before else [],
    }  # fmt: skip


def earlier(scheme: Scheme) -> SchemeVersion | None:
    """Return the version to compare with: the one last decided on by a signer, else the planned one before."""
    seen = [one.digest for one in scheme.decisions if one.step == "sign_off"]
    if seen:
        return next((one for one in reversed(scheme.versions) if one.digest == seen[-1]), None)
    older = [one for one in scheme.versions if one.digest != scheme.digest and _is_planned(one.content)]
    return older[-1] if older else None


def _is_planned(content: Mapping[str, Any]) -> bool:
    return content.get("plan_version") is not None


def _since(scheme: Scheme, before: SchemeVersion | None) -> dict[str, Any] | None:
    if before is None:
        return None
    decided = any(one.step == "sign_off" and one.digest == before.digest for one in scheme.decisions)
    return {"version": before.version, "what": before.what, "changed_at": before.changed_at, "was_decided": decided}


def _is_risky(stop: SchemeStop) -> bool:
    return stop.address is not None and stop.address.risk_level == "high"


def _line(stop: SchemeStop, fact: Any) -> dict[str, Any]:
    return {
        "stop_id": stop.id, "case_id": stop.case_id, "case_no": fact.case_no, "debtor_name": fact.debtor_name,
        "owed_fen": fact.owed_fen, "district": stop.address.district if stop.address else "",
        "address_precision": fact.address_precision, "reason": fact.reason, "last_result": fact.last_result,
        "risk": fact.risk, "limitation_due_on": fact.limitation_due_on, "crew": stop.crew.name if stop.crew else "",
        "arrive_at": stop.arrive_at, "is_routed": stop.arrive_at is not None,
    }  # fmt: skip
