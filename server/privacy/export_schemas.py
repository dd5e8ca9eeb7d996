"""What goes in and out of the API of exports."""

from marshmallow import Schema, fields, validate

from server.body import PageQuery, Strict
from server.cases.rules import CaseState
from server.cases.shown import RulesSaid
from server.privacy.export_files import COLUMNS
from server.privacy.exports import MOST_ROWS, ExportKind


class ExportIn(Strict):
    """What is to leave, in which form, and why. No personal data in the reason."""

    kind = fields.String(required=True, validate=validate.OneOf([one.value for one in ExportKind]))
    form = fields.String(required=True, validate=validate.OneOf(["csv", "xlsx", "zip"]))
    reason = fields.String(required=True, validate=validate.Length(2, 400))
    creditor_id = fields.UUID()
    scheme_id = fields.UUID()
    state = fields.String(validate=validate.OneOf([one.value for one in CaseState]))
    case_ids = fields.List(fields.UUID(), validate=validate.Length(1, MOST_ROWS))
    fields_ = fields.List(
        fields.String(validate=validate.OneOf(COLUMNS)), data_key="fields", attribute="fields",
        validate=validate.Length(1, len(COLUMNS)),
    )  # fmt: skip


class RefusalIn(Strict):
    """Why an export is refused."""

    reason = fields.String(required=True, validate=validate.Length(2, 400))


class ExportsQuery(PageQuery):
    """A page of exports: all, those that wait for a second person, or those that wait for the caller as that person."""

    waiting = fields.Boolean(load_default=False)
    for_me = fields.Boolean(load_default=False)


class TermsQuery(Strict):
    """Whose cases one means to take out."""

    creditor_id = fields.UUID(load_default=None)


class TermsOut(Schema):
    """What the caller may take out: kinds, fields of a list (`full` or `masked`), and his cases of the day so far."""

    kinds = fields.List(fields.String())
    fields_ = fields.Dict(keys=fields.String(), values=fields.String(), attribute="fields", data_key="fields")
    bulk_rows = fields.Integer(allow_none=True)
    cases_today = fields.Integer()
    most_rows = fields.Integer()
    window_h = fields.Integer()


class ExportOut(Schema):
    """An export: what, why, by whom, how it stands, and until when it can be fetched."""

    id = fields.UUID()
    kind = fields.String()
    form = fields.String()
    state = fields.String()
    creditor_id = fields.UUID(allow_none=True)
    scheme_id = fields.UUID(allow_none=True)
    scheme_serial = fields.String(attribute="scheme.serial")
    fields_ = fields.List(fields.String(), attribute="fields", data_key="fields")
    reason = fields.String()
    rows = fields.Integer()
    needs_second = fields.Boolean()
    compliance = RulesSaid()
    asked_by_id = fields.UUID()
    asked_by_name = fields.String(attribute="asked_by.name")
    asked_at = fields.DateTime()
    decision = fields.String()
    decision_reason = fields.String()
    decided_by_id = fields.UUID(allow_none=True)
    decided_by_name = fields.String(attribute="decided_by.name")
    decided_at = fields.DateTime(allow_none=True)
    fetch_until = fields.DateTime(allow_none=True)
    taken_at = fields.DateTime(allow_none=True)
    sha256 = fields.String()
