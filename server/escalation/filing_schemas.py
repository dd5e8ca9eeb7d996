"""What goes in and out of the API of filings, deadlines and readiness."""

from marshmallow import Schema, fields, validate

from server.body import Strict
from server.escalation.filings import FilingKind, Step

MOST_DAYS_AHEAD = 3_660


class FilingIn(Strict):
    """A filing that is begun: what, and the court or police station. No personal data."""

    kind = fields.String(required=True, validate=validate.OneOf([one.value for one in FilingKind]))
    authority = fields.String(required=True, validate=validate.Length(2, 120))


class StepIn(Strict):
    """A step that happened: its day, and what shows it (file number, date of a stamp). No personal data."""

    step = fields.String(required=True, validate=validate.OneOf([one.value for one in Step]))
    happened_on = fields.Date(required=True)
    proof = fields.String(required=True, validate=validate.Length(2, 400))


class DeadlineOut(Schema):
    """A period that runs, with its article and how well that is sourced (A-C; C is confirmed by counsel)."""

    code = fields.String(attribute="period.code")
    zh = fields.String(attribute="period.zh")
    en = fields.String(attribute="period.en")
    article = fields.String(attribute="period.article")
    grade = fields.String(attribute="period.grade.value")
    whose = fields.String(attribute="period.whose.value")
    from_on = fields.Date()
    due_on = fields.Date()
    act_by_on = fields.Date()
    days_left = fields.Integer()
    state = fields.String()


class StepOut(Schema):
    """One recorded step; `retracted` says whether it was taken back."""

    id = fields.UUID()
    step = fields.String()
    zh = fields.String()
    en = fields.String()
    happened_on = fields.Date()
    proof = fields.String()
    recorded_by_id = fields.UUID()
    recorded_at = fields.DateTime()
    retracted = fields.Boolean()


class FilingOut(Schema):
    """A filing: its steps, where it stands, what may follow, and what runs."""

    id = fields.UUID()
    case_id = fields.UUID()
    case_no = fields.String()
    creditor_id = fields.UUID()
    escalation_id = fields.UUID()
    kind = fields.String()
    zh = fields.String()
    authority = fields.String()
    standing = fields.String(allow_none=True)
    may_follow = fields.List(fields.String())
    steps = fields.List(fields.Nested(StepOut))
    deadlines = fields.List(fields.Nested(DeadlineOut))


class FilingsOut(Schema):
    """The filings of a case, oldest first."""

    items = fields.List(fields.Nested(FilingOut))


class DeadlinesQuery(Strict):
    """How many days ahead one looks; what is overdue is always there."""

    days = fields.Integer(load_default=None, validate=validate.Range(0, MOST_DAYS_AHEAD))


class DueOut(Schema):
    """One thing to do until a day; act_by_on is the day to keep to."""

    code = fields.String()
    zh = fields.String()
    en = fields.String()
    article = fields.String()
    grade = fields.String()
    whose = fields.String()
    due_on = fields.Date()
    act_by_on = fields.Date()
    days_left = fields.Integer()
    state = fields.String()
    case_id = fields.UUID(attribute="case.id")
    case_no = fields.String(attribute="case.case_no")
    creditor_id = fields.UUID(attribute="case.creditor_id")
    subject = fields.String()


class DuesOut(Schema):
    """What is due, the nearest first, and how much of it is overdue."""

    items = fields.List(fields.Nested(DueOut))
    overdue = fields.Integer()
    soon = fields.Integer()


class CalendarOut(Schema):
    """The address a calendar subscribes to; it is shown once, and asking again makes the old one void."""

    url = fields.String()
    expires_at = fields.DateTime()


class ReadinessOut(Schema):
    """What court, payment order and police each ask for, with hints at the court; it decides nothing."""

    court = fields.Dict()
    payment_order = fields.Dict()
    police = fields.Dict()
    venues = fields.List(fields.Dict())
    held = fields.Dict()
