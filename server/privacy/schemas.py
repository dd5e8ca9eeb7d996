"""What goes in and out of the API of personal information."""

from marshmallow import Schema, fields, validate

from server.body import PageQuery, Strict
from server.privacy.rules import Answer, Ground, RequestKind

REASON = validate.Length(2, 400)
WORDS = validate.Length(2, 4_000)


class HoldIn(Strict):
    """Why nothing of the case may be deleted. No personal data."""

    reason = fields.String(required=True, validate=REASON)


class HoldOut(Schema):
    """A legal hold; it stands while lifted_at is null."""

    id = fields.UUID()
    case_id = fields.UUID()
    case_no = fields.String(attribute="case.case_no")
    reason = fields.String()
    placed_by_id = fields.UUID()
    placed_at = fields.DateTime()
    lifted_at = fields.DateTime(allow_none=True)


class HoldQuery(PageQuery):
    """Filters; `standing` lists the holds that are not lifted."""

    standing = fields.Boolean(load_default=False)
    case_id = fields.UUID(load_default=None)


class RetentionQuery(PageQuery):
    """The closed cases whose records need not be kept for longer than so many more days."""

    within_days = fields.Integer(load_default=0, validate=validate.Range(0, 3_660))


class RetentionRowOut(Schema):
    """A closed case with the end of its retention."""

    case_id = fields.UUID()
    case_no = fields.String()
    creditor_id = fields.UUID()
    state = fields.String()
    ended_on = fields.Date()
    kept_until = fields.Date()
    days_left = fields.Integer()


class RetentionOut(Schema):
    """The retention clock of a case, and what stands against deleting its data."""

    case_id = fields.UUID()
    ended_on = fields.Date(allow_none=True)
    kept_until = fields.Date(allow_none=True)
    days_left = fields.Integer(allow_none=True)
    holds = fields.List(fields.UUID())
    against_deletion = fields.List(fields.String())
    is_deleted = fields.Boolean()
    source = fields.String()
    grade = fields.String()


class DeletionIn(Strict):
    """Why the personal data of a case is to be deleted."""

    ground = fields.String(required=True, validate=validate.OneOf([one.value for one in Ground]))
    reason = fields.String(required=True, validate=REASON)


class DeletionQuery(PageQuery):
    """Filters; `open` lists what still waits to be carried out."""

    open = fields.Boolean(load_default=False)
    case_id = fields.UUID(load_default=None)


class DeletionOut(Schema):
    """A deletion; with its certificate and that one's hash once it was carried out by another person."""

    id = fields.UUID()
    case_id = fields.UUID()
    case_no = fields.String(attribute="case.case_no")
    creditor_id = fields.UUID()
    ground = fields.String()
    reason = fields.String()
    asked_by_id = fields.UUID()
    asked_at = fields.DateTime()
    carried_out_by_id = fields.UUID(allow_none=True)
    carried_out_at = fields.DateTime(allow_none=True)
    certificate = fields.Dict(allow_none=True)
    certificate_sha256 = fields.String()
    files_removed_at = fields.DateTime(allow_none=True)


class RequestIn(Strict):
    """What a person asks about his data, and when that came in."""

    kind = fields.String(required=True, validate=validate.OneOf([one.value for one in RequestKind]))
    words = fields.String(required=True, validate=WORDS)
    received_on = fields.Date(required=True)


class AnswerIn(Strict):
    """What the person is answered; a refusal says why."""

    answer = fields.String(required=True, validate=validate.OneOf([one.value for one in Answer]))
    words = fields.String(required=True, validate=WORDS)


class RequestQuery(PageQuery):
    """Filters; `open` lists what still waits for an answer."""

    open = fields.Boolean(load_default=False)
    case_id = fields.UUID(load_default=None)


class RequestRowOut(Schema):
    """A request with the day it has to be answered by; the words are shown one by one."""

    id = fields.UUID()
    case_id = fields.UUID()
    case_no = fields.String(attribute="case.case_no")
    creditor_id = fields.UUID()
    kind = fields.String()
    article = fields.String()
    received_on = fields.Date()
    due_on = fields.Date()
    is_overdue = fields.Boolean()
    taken_by_id = fields.UUID()
    answer = fields.String()
    answered_by_id = fields.UUID(allow_none=True)
    answered_at = fields.DateTime(allow_none=True)


class RequestOut(RequestRowOut):
    """A request with what was said."""

    words = fields.String()
    answer_words = fields.String()


class HeldOut(Schema):
    """What is held of a person, in full, to be given to that person."""

    name = fields.String()
    id_number = fields.String()
    phone = fields.String()
    addresses = fields.List(fields.String())
    contract_no = fields.String()
    creditor = fields.String()
    product = fields.String()
    outstanding_fen = fields.Integer()
    as_of = fields.Date(allow_none=True)
    visits = fields.List(fields.Dict())
