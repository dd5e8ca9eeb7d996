"""What comes into the cases API."""

from typing import Any

from marshmallow import fields, validate

from server.body import PageQuery, Strict
from server.cases.approvals import DEFAULT_DAYS, MOST_DAYS, ApprovalKind
from server.cases.limitation import Against, EvidenceGrade, LimitationKind
from server.cases.mapping import FileKind
from server.cases.rules import CaseState, LineDecision, StopKind
from server.cases.templates import KINDS, MAX_SEAL_BYTES
from server.planning.datum import Datum
from server.planning.precision import Precision

NAME = validate.Length(1, 120)
REASON = validate.Length(0, 1000)
CODE = validate.Length(0, 18)


def one_of(closed: Any) -> validate.OneOf:
    """Return the validator of a closed set."""
    return validate.OneOf([member.value for member in closed])


class CreditorIn(Strict):
    """A new creditor."""

    name = fields.String(required=True, validate=NAME)
    credit_code = fields.String(load_default="", validate=CODE)
    contact = fields.String(load_default="", validate=validate.Length(0, 120))
    payee_account = fields.String(load_default="", validate=validate.Length(0, 300))
    commission_no = fields.String(load_default="", validate=validate.Length(0, 60))
    contract_ends_on = fields.Date(load_default=None, allow_none=True)


class CreditorPatch(Strict):
    """What may change of a creditor."""

    name = fields.String(validate=NAME)
    credit_code = fields.String(validate=CODE)
    contact = fields.String(validate=validate.Length(0, 120))
    payee_account = fields.String(validate=validate.Length(0, 300))
    commission_no = fields.String(validate=validate.Length(0, 60))
    contract_ends_on = fields.Date(allow_none=True)


class RulesQuery(Strict):
    """Which rules are asked for: of a day, for a creditor, for the region of an address."""

    creditor_id = fields.UUID(load_default=None)
    on = fields.Date(load_default=None)
    adcode = fields.String(load_default="", validate=validate.Length(0, 12))


class RulesIn(Strict):
    """A creditor's settings over the rule pack, by rule id, and why."""

    settings = fields.Dict(keys=fields.String(validate=validate.Length(2, 40)), required=True)
    reason = fields.String(required=True, validate=validate.Length(2, 1_000))


class LimitationFactIn(Strict):
    """An event that moves the limitation clock, with what proves it."""

    kind = fields.String(required=True, validate=one_of(LimitationKind))
    happened_on = fields.Date(required=True)
    ended_on = fields.Date(load_default=None, allow_none=True)
    grade = fields.String(required=True, validate=one_of(EvidenceGrade))
    against = fields.String(load_default=Against.DEBTOR.value, validate=one_of(Against))
    proof = fields.String(required=True, validate=validate.Length(2, 1_000))


class SeveralDebtsQuery(Strict):
    """A payment of a debtor with several debts, in fen; is_designated: the debtor named this case at payment."""

    amount_fen = fields.Integer(required=True, validate=validate.Range(1, 10**15))
    paid_on = fields.Date(required=True)
    is_designated = fields.Boolean(load_default=False)


class WaitingQuery(PageQuery):
    """A page of entries that wait for their case."""


class ApprovalIn(Strict):
    """What legal approves for a case, why, and for how many days from today."""

    kind = fields.String(load_default=ApprovalKind.EXPIRED_VISIT.value, validate=one_of(ApprovalKind))
    reason = fields.String(required=True, validate=validate.Length(2, 1_000))
    days = fields.Integer(strict=True, load_default=DEFAULT_DAYS, validate=validate.Range(1, MOST_DAYS))


class MappingIn(Strict):
    """A mapping template: header text → field."""

    kind = fields.String(load_default=FileKind.CASES.value, validate=one_of(FileKind))
    columns = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 200)),
        values=fields.String(validate=validate.Length(1, 40)),
        required=True,
        validate=validate.Length(1, 256),
    )
    defaults = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)
    yuan_per_unit = fields.Integer(load_default=1, strict=True)


class ImportQuery(PageQuery):
    """Filters of the history of imports."""

    creditor_id = fields.UUID(load_default=None)


class CaseQuery(PageQuery):
    """Filters of the cases."""

    creditor_id = fields.UUID(load_default=None)
    state = fields.String(load_default=None, validate=one_of(CaseState))
    q = fields.String(load_default=None, validate=validate.Length(1, 60))
    flag = fields.String(load_default=None, validate=validate.Length(1, 40))
    district = fields.String(load_default=None, validate=validate.Length(1, 60))
    min_days = fields.Integer(load_default=None, validate=validate.Range(0, 100_000))
    min_fen = fields.Integer(load_default=None, validate=validate.Range(0, 10**15))
    id_number = fields.String(load_default=None, validate=validate.Length(4, 30))


class PointIn(Strict):
    """A point with its datum and precision."""

    lon = fields.Float(required=True, validate=validate.Range(-180, 180))
    lat = fields.Float(required=True, validate=validate.Range(-90, 90))
    datum = fields.String(required=True, validate=one_of(Datum))
    precision = fields.String(required=True, validate=one_of(Precision))


class RiskIn(Strict):
    """How risky a door is, and what to beware of: dogs, a lift that fails, a threat made before."""

    risk_level = fields.String(required=True, validate=validate.OneOf(["low", "normal", "high"]))
    access_note = fields.String(load_default="", validate=validate.Length(0, 500))


class ConfirmIn(Strict):
    """A point that a person vouches for."""

    point = fields.Nested(PointIn, required=True)
    source = fields.String(load_default="person", validate=validate.Length(1, 40))


class StopIn(Strict):
    """A reason not to go to this door."""

    kind = fields.String(required=True, validate=one_of(StopKind))
    reason = fields.String(load_default="", validate=REASON)


class ReasonIn(Strict):
    """Words for an act that must be explained."""

    reason = fields.String(load_default="", validate=REASON)


class UnmaskIn(Strict):
    """Which personal data are to be shown, and why."""

    fields_ = fields.List(
        fields.String(validate=validate.OneOf(["id_number", "phone", "addresses", "contract_no"])),
        required=True,
        data_key="fields",
        validate=validate.Length(1, 4),
    )
    reason = fields.String(required=True, validate=validate.Length(2, 1000))


class SettleFlagIn(Strict):
    """A flag of the import that a person has looked into."""

    flag = fields.String(required=True, validate=validate.OneOf(["id_unconfirmed", "active_text", "bad_phone"]))
    reason = fields.String(required=True, validate=validate.Length(2, 1000))


class ScreenIn(Strict):
    """Which cases to screen."""

    creditor_id = fields.UUID(load_default=None, allow_none=True)
    district = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 60))
    min_days = fields.Integer(load_default=0, strict=True, validate=validate.Range(0, 100_000))
    min_fen = fields.Integer(load_default=0, strict=True, validate=validate.Range(0, 10**15))
    min_days_between_visits = fields.Integer(load_default=7, strict=True, validate=validate.Range(1, 365))
    limit = fields.Integer(load_default=200, strict=True, validate=validate.Range(1, 2000))


class LineIn(Strict):
    """One case for a visit list, at its best address when none is named."""

    case_id = fields.UUID(required=True)
    address_id = fields.UUID(load_default=None, allow_none=True)
    note = fields.String(load_default="", validate=validate.Length(0, 500))


class VisitListIn(Strict):
    """A new visit list."""

    title = fields.String(required=True, validate=NAME)
    lines = fields.List(fields.Nested(LineIn), load_default=list, validate=validate.Length(0, 2000))
    case_ids = fields.List(fields.UUID(), load_default=list, validate=validate.Length(0, 2000))


class VisitListPatch(Strict):
    """What its author changes of a list."""

    title = fields.String(validate=NAME)
    add = fields.List(fields.Nested(LineIn), load_default=list, validate=validate.Length(0, 2000))
    remove = fields.List(fields.UUID(), load_default=list, validate=validate.Length(0, 2000))


class DecisionIn(Strict):
    """The supervisor's decision on one line."""

    line_id = fields.UUID(required=True)
    decision = fields.String(required=True, validate=one_of(LineDecision))
    reason = fields.String(load_default="", validate=REASON)


class ReviewIn(Strict):
    """The supervisor's decisions."""

    lines = fields.List(fields.Nested(DecisionIn), required=True, validate=validate.Length(1, 2000))


class CompareQuery(Strict):
    """The two versions of a list to set side by side."""

    before = fields.Integer(required=True, validate=validate.Range(1))
    after = fields.Integer(required=True, validate=validate.Range(1))


class LawFirmIn(Strict):
    """The law firm whose letter it is, and the lawyer who answers for it."""

    name = fields.String(required=True, validate=NAME)
    lawyer = fields.String(required=True, validate=NAME)
    licence_no = fields.String(required=True, validate=validate.Length(0, 40))
    contact = fields.String(load_default="", validate=REASON)


class TemplateIn(Strict):
    """A legal text of a kind of paper; the last two members are a lawyer's letter's."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    clauses = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 40)),
        values=fields.String(validate=validate.Length(1, 4000)),
        required=True,
        validate=validate.Length(1, 40),
    )
    law_firm = fields.Nested(LawFirmIn, load_default=None, allow_none=True)
    seal_base64 = fields.String(load_default="", validate=validate.Length(max=MAX_SEAL_BYTES * 4 // 3))


class SeenIn(Strict):
    """What was seen, by its digest."""

    digest = fields.String(required=True, validate=validate.Length(equal=64))
