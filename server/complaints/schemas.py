"""What goes in and out of the complaints API."""

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from server.body import PageQuery, Strict
from server.complaints.rules import Channel, ComplaintState, FoundIn

TEXT = validate.Length(2, 4_000)
CONTACT = validate.Length(0, 120)


class ComplaintIn(Strict):
    """A complaint taken by the office, about a case or about a paper."""

    case_id = fields.UUID(load_default=None, allow_none=True)
    serial = fields.String(load_default="", validate=validate.Length(0, 40))
    channel = fields.String(
        required=True, validate=validate.OneOf([one.value for one in Channel if one is not Channel.QR])
    )
    text = fields.String(required=True, validate=TEXT)
    contact = fields.String(load_default="", validate=CONTACT)

    @validates_schema
    def about_something(self, data: dict[str, object], **_kwargs: object) -> None:
        """Demand a case or a serial."""
        if data.get("case_id") is None and not data.get("serial"):
            raise ValidationError("name the case or the serial of a paper", "case_id")


class PublicComplaintIn(Strict):
    """A complaint by whoever holds a paper."""

    serial = fields.String(required=True, validate=validate.Length(1, 40))
    text = fields.String(required=True, validate=validate.Length(2, 2_000))
    contact = fields.String(load_default="", validate=CONTACT)


class PublicComplaintOut(Schema):
    """All that is said in public: the reference and the time."""

    reference = fields.String()
    received_at = fields.DateTime()


class ComplaintQuery(PageQuery):
    """Filters."""

    state = fields.String(load_default=None, validate=validate.OneOf([one.value for one in ComplaintState]))
    case_id = fields.UUID(load_default=None)


class AnswerIn(Strict):
    """What compliance answers, and what it found."""

    answer = fields.String(required=True, validate=TEXT)
    finding = fields.String(required=True, validate=validate.OneOf([one.value for one in FoundIn]))


class ComplaintRowOut(Schema):
    """A complaint in a list: without its text."""

    id = fields.UUID()
    case_id = fields.UUID(allow_none=True)
    case_no = fields.String(attribute="case.case_no")
    creditor_id = fields.UUID(allow_none=True)
    paper_serial = fields.String()
    channel = fields.String()
    state = fields.String()
    finding = fields.String()
    created_at = fields.DateTime()
    answered_at = fields.DateTime(allow_none=True)
    closed_at = fields.DateTime(allow_none=True)
    version = fields.Integer()


class ComplaintOut(ComplaintRowOut):
    """A complaint with what was said."""

    text = fields.String()
    contact = fields.String()
    answer = fields.String()
    registered_by_id = fields.UUID(allow_none=True)
    answered_by_id = fields.UUID(allow_none=True)
    closed_by_id = fields.UUID(allow_none=True)
