"""What is shown of the law's side of a case: rules in force, legal's approvals, the limitation clock."""

from marshmallow import Schema, fields


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
    """One event with what it did to the clock."""

    kind = fields.String(attribute="event.kind")
    happened_on = fields.Date(attribute="event.happened_on")
    grade = fields.String(attribute="event.grade")
    source = fields.String(attribute="event.source")
    is_moving = fields.Boolean()
    expires_on = fields.Date()
    reason = fields.String(allow_none=True)


class LimitationOut(Schema):
    """The limitation clock of a case."""

    start_on = fields.Date(allow_none=True)
    expires_on = fields.Date(allow_none=True)
    days_left = fields.Integer(allow_none=True)
    grade = fields.String(allow_none=True)
    is_expired = fields.Boolean()
    missing_proof = fields.List(fields.String())
    events = fields.List(fields.Nested(LimitationEventOut))
