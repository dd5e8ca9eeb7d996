"""What goes in and out of what-if questions and of re-planning a day under way."""

from marshmallow import Schema, fields, validate

from server.body import Strict
from server.planning.whatif import Wish
from server.schemes.schemas import PointIn, held, ordered


class ChangeIn(Strict):
    """One thing to try: move, lock, add, remove a stop; hand a crew's whole day over to another crew."""

    wish = fields.String(required=True, validate=validate.OneOf([one.value for one in Wish]))
    stop_id = fields.UUID(load_default=None, allow_none=True)
    crew_id = fields.UUID(load_default=None, allow_none=True)
    on = fields.Date(load_default=None, allow_none=True, format="iso")
    position = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(1, 500))
    from_crew_id = fields.UUID(load_default=None, allow_none=True)
    after_stop_id = fields.UUID(load_default=None, allow_none=True)


class WhatIfIn(Strict):
    """Changes to try, in their order, and the pins and orders of visits that hold in the plan tried."""

    changes = fields.List(fields.Nested(ChangeIn), required=True, validate=validate.Length(0, 100))
    pins = held()
    orders = ordered()


class PositionIn(Strict):
    """Where a crew is now, and from when it is free if not at once."""

    crew_id = fields.UUID(required=True)
    point = fields.Nested(PointIn, required=True)
    free_at = fields.AwareDateTime(load_default=None, allow_none=True)


class ReplanIn(Strict):
    """From which moment to plan again and where the crews are; crews out of reach are found out unless named."""

    at = fields.AwareDateTime(load_default=None, allow_none=True)
    positions = fields.List(fields.Nested(PositionIn), load_default=list, validate=validate.Length(0, 100))
    unreachable = fields.List(fields.UUID(), load_default=None, allow_none=True, validate=validate.Length(0, 100))
    iterations = fields.Integer(load_default=2000, strict=True, validate=validate.Range(1, 1_000_000))
    seed = fields.Integer(load_default=1, strict=True, validate=validate.Range(0, 2**31 - 1))
    budget_s = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(1, 3600))


class DifferenceOut(Schema):
    """What a plan would do otherwise: sums before and after, every stop that moves, whose day no longer fits.

    `rules` are those that say otherwise than now: `{rule_id, text, action, was, now}`, findings with their subjects.
    """

    plan_version = fields.Integer()
    before = fields.Dict()
    after = fields.Dict()
    moved = fields.List(fields.Dict())
    unchanged = fields.Integer()
    overruns = fields.List(fields.Dict())
    untouched_crews = fields.List(fields.String())
    rules = fields.List(fields.Dict())


class ChoicesOut(Schema):
    """What a stop would cost with each crew on each day."""

    stop_id = fields.UUID()
    crew_id = fields.UUID(allow_none=True)
    on = fields.Date(allow_none=True)
    choices = fields.List(fields.Dict())
