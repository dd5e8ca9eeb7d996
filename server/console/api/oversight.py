"""What managers, compliance and auditors look at from above: figures of the visits, and what does not add up."""

from datetime import datetime, time, timedelta

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields, validate

from server import clock
from server.accounts.auth import allow
from server.accounts.roles import Role
from server.body import Body, Strict, answers, asks
from server.clock import SHANGHAI
from server.console import exceptions, figures
from server.console.exceptions import Kind
from server.errors import Invalid

bp = Blueprint("oversight", __name__, url_prefix="/v1")
MOST_DAYS = 366


class ExceptionsQuery(Strict):
    """How many days back one looks, and for which kind only."""

    days = fields.Integer(load_default=30, validate=validate.Range(1, MOST_DAYS))
    kind = fields.String(load_default=None, validate=validate.OneOf([one.value for one in Kind]))


class ExceptionOut(Schema):
    """One thing that does not add up; `subject` is `kind:id`."""

    kind = fields.String(attribute="kind.value")
    at = fields.DateTime()
    subject = fields.String()
    facts = fields.Dict()


class ExceptionsOut(Schema):
    """What does not add up, newest first."""

    items = fields.List(fields.Nested(ExceptionOut))
    total = fields.Integer()


class PeriodBackwards(Invalid):
    """The last day asked for lies before the first."""


class FiguresQuery(Strict):
    """The days of the figures, inclusive, Asia/Shanghai; by default the 90 days up to today."""

    from_on = fields.Date(load_default=None)
    until_on = fields.Date(load_default=None)


class CoverageOut(Schema):
    """Open cases, those ever planned to be visited, customers visited in the time, visits."""

    open_cases = fields.Integer()
    ever_planned = fields.Integer()
    visited = fields.Integer()
    visits = fields.Integer()


class MetOut(Schema):
    """Visits that met the debtor; per_mille is null without visits."""

    met = fields.Integer()
    visits = fields.Integer()
    per_mille = fields.Integer(allow_none=True)


class WeekOut(Schema):
    """A week of visits, named by its Monday."""

    monday = fields.Date()
    visits = fields.Integer()
    met = fields.Integer()


class RiskOut(Schema):
    """Cases whose limitation ran out or will within 90 days, and how many clocks were read."""

    expired = fields.Integer()
    at_risk = fields.Integer()
    looked_at = fields.Integer()


class ComplaintsOut(Schema):
    """Complaints received in the time; the others are of all times."""

    received = fields.Integer()
    open = fields.Integer()
    answered = fields.Integer()
    closed = fields.Integer()
    upheld = fields.Integer()


class FiguresOut(Schema):
    """The dashboards' figures; no person and no money stands in them."""

    from_on = fields.Date()
    until_on = fields.Date()
    coverage = fields.Nested(CoverageOut)
    met = fields.Nested(MetOut)
    grades = fields.Dict(keys=fields.String(), values=fields.Integer())
    weeks = fields.List(fields.Nested(WeekOut))
    promises = fields.Dict(keys=fields.String(), values=fields.Integer())
    limitation = fields.Nested(RiskOut)
    complaints = fields.Nested(ComplaintsOut)


@bp.get("/exceptions")
@allow(Role.COMPLIANCE, Role.AUDITOR, Role.SUPERVISOR, Role.MANAGER)
@asks(ExceptionsQuery)
@answers(ExceptionsOut)
def list_exceptions(query: Body) -> ResponseReturnValue:
    """List what does not add up: papers nobody accounts for, gaps in a phone's chain, photos and positions twice."""
    kind = Kind(query["kind"]) if query["kind"] else None
    found = exceptions.found(since=clock.now() - timedelta(days=query["days"]), kind=kind)
    return jsonify(ExceptionsOut().dump({"items": found, "total": len(found)}))


@bp.get("/figures")
@allow(Role.MANAGER, Role.SUPERVISOR, Role.COMPLIANCE, Role.AUDITOR, Role.LEGAL)
@asks(FiguresQuery)
@answers(FiguresOut)
def show_figures(query: Body) -> ResponseReturnValue:
    """Show coverage, met rate, evidence grades, promises, limitation at risk and complaints; nobody is ranked."""
    today = clock.today()
    until_on = query["until_on"] or today
    from_on = query["from_on"] or until_on - timedelta(days=89)
    if from_on > until_on:
        raise PeriodBackwards(f"from_on {from_on} is after until_on {until_on}")
    since = datetime.combine(from_on, time.min, SHANGHAI)
    until = datetime.combine(until_on, time.min, SHANGHAI) + timedelta(days=1)
    told = figures.figures(since=since, until=until, today=today)
    return jsonify(FiguresOut().dump(told | {"from_on": from_on, "until_on": until_on}))
