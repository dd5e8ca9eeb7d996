"""What is shown of the law's side of a case: rules in force, legal's approvals, the limitation clock."""

from datetime import date
from typing import Any

from marshmallow import Schema, fields

from server.cases import timeline
from server.cases.limitation_words import KIND, explain
from server.cases.models import Case


class RulesOut(Schema):
    """A rule pack as it is in force: each rule with source, grade, gates, parameters and who set them."""

    pack = fields.String()
    digest = fields.String()
    valid_from = fields.Date()
    title = fields.Dict()
    rules = fields.List(fields.Dict())


class ApprovalOut(Schema):
    """Something legal approved for a case; it stands while withdrawn_at is null and until its last day."""

    id = fields.UUID()
    kind = fields.String()
    reason = fields.String()
    approved_by_id = fields.UUID()
    approved_at = fields.DateTime()
    valid_until = fields.Date()
    withdrawn_at = fields.DateTime(allow_none=True)


class ApprovalsOut(Schema):
    """The approvals of a case."""

    items = fields.List(fields.Nested(ApprovalOut))


class LimitationEventOut(Schema):
    """One event with what it did to the clock, and the article that gives it its effect."""

    kind = fields.String(attribute="event.kind")
    happened_on = fields.Date(attribute="event.happened_on")
    ended_on = fields.Date(attribute="event.ended_on", allow_none=True)
    grade = fields.String(attribute="event.grade")
    against = fields.String(attribute="event.against")
    source = fields.String(attribute="event.source")
    article = fields.Function(lambda counted: KIND[counted.event.kind][2])
    is_moving = fields.Boolean()
    expires_on = fields.Date()
    reason = fields.String(allow_none=True)


class LimitationLineOut(Schema):
    """One line of the explanation."""

    on = fields.Date(allow_none=True)
    zh = fields.String()
    en = fields.String()
    article = fields.String()
    source = fields.String()


class GuaranteeOut(Schema):
    """The guarantee period of one guarantor; nothing interrupts it."""

    party_id = fields.UUID()
    is_joint = fields.Boolean()
    ends_on = fields.Date(allow_none=True)
    days_left = fields.Integer(allow_none=True)
    state = fields.String()
    called_on_on = fields.Date(allow_none=True)
    zh = fields.String()
    en = fields.String()
    article = fields.String()


class LimitationOut(Schema):
    """The limitation clock of a case, with its explanation line by line and the guarantees beside it."""

    start_on = fields.Date(allow_none=True)
    expires_on = fields.Date(allow_none=True)
    certain_on = fields.Date(allow_none=True)
    act_by_on = fields.Date(allow_none=True)
    cap_on = fields.Date(allow_none=True)
    days_left = fields.Integer(allow_none=True)
    state = fields.String()
    grade = fields.String(allow_none=True)
    is_expired = fields.Boolean()
    missing_proof = fields.List(fields.String())
    events = fields.List(fields.Nested(LimitationEventOut))
    lines = fields.List(fields.Nested(LimitationLineOut))
    guarantees = fields.List(fields.Nested(GuaranteeOut))


class StepOut(Schema):
    """One step of a payment's allocation: kind of debt, article, fen (negative where a reversal took it back)."""

    kind = fields.String()
    zh = fields.String()
    en = fields.String()
    article = fields.String()
    fen = fields.Integer()


class EntryAllocatedOut(Schema):
    """One entry of the feed and its steps, which add up to its amount."""

    reference = fields.String()
    booked_on = fields.Date()
    kind = fields.String()
    amount_fen = fields.Integer()
    steps = fields.List(fields.Nested(StepOut))


class AllocationOut(Schema):
    """What was owed, how each entry was set against it, and what is left, by kind in fen."""

    as_of = fields.Date(allow_none=True)
    owed = fields.Dict()
    entries = fields.List(fields.Nested(EntryAllocatedOut))
    remaining = fields.Dict()
    outstanding_fen = fields.Integer()
    is_declared_settled = fields.Boolean()


class ShareOut(Schema):
    """What one debt gets of a payment, and the step of the law that decided it."""

    case_id = fields.UUID()
    case_no = fields.String()
    amount_fen = fields.Integer()
    zh = fields.String()
    en = fields.String()
    article = fields.String()


class SeveralDebtsOut(Schema):
    """A payment over several debts, in order, and what is beyond all of them."""

    shares = fields.List(fields.Nested(ShareOut))
    left_fen = fields.Integer()


class WaitingOut(Schema):
    """An entry of the feed whose case is not placed yet."""

    id = fields.UUID()
    creditor_id = fields.UUID()
    case_no = fields.String()
    booked_on = fields.Date()
    amount_fen = fields.Integer()
    kind = fields.String()
    reference = fields.String()


class LimitationFactOut(Schema):
    """An event that legal recorded; it counts while retracted_at is null."""

    id = fields.UUID()
    kind = fields.String()
    happened_on = fields.Date()
    ended_on = fields.Date(allow_none=True)
    grade = fields.String()
    against = fields.String()
    proof = fields.String()
    recorded_by_id = fields.UUID()
    recorded_at = fields.DateTime()
    retracted_at = fields.DateTime(allow_none=True)


def limitation_json(case: Case, *, today: date) -> dict[str, Any]:
    """Return everything that is shown of a case's clocks on a day."""
    clock = timeline.clock_of(case, today=today)
    told: dict[str, Any] = LimitationOut().dump(clock)
    told["lines"] = LimitationLineOut(many=True).dump(explain(clock, today=today))
    told["guarantees"] = [
        GuaranteeOut().dump(read) | {"party_id": str(other.party_id)}
        for other, read in timeline.guarantees_of(case, today=today)
    ]
    return told | {"today": today.isoformat()}
