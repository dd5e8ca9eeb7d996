"""What goes in and out of the escalation API."""

from typing import Any

from marshmallow import Schema, fields, validate

from server.body import PageQuery, Strict
from server.escalation.rules import REVIEW_DAYS, EscalationState, Opinion, Proposal

REASONS = validate.Length(2, 4_000)
PROPOSALS = validate.OneOf([one.value for one in Proposal])
MOST_EVIDENCE = 200
MOST_STOPS = 2_000


def named_evidence(value: Any) -> None:
    """Take a text or `{kind, id, note}`; anything else is a fault."""
    if isinstance(value, str) and 0 < len(value) <= 400:  # noqa: PLR2004 - a text of readable length
        return
    NamedEvidence().load(value if isinstance(value, dict) else {})


class NamedEvidence(Strict):
    """A piece of evidence by its id."""

    kind = fields.String(validate=validate.OneOf(["visit", "record", "promise", "file", "paper"]))
    id = fields.UUID(required=True)
    note = fields.String(validate=validate.Length(0, 400))


class ProposalIn(Strict):
    """What a supervisor proposes for a case; evidence items are ids, texts or `{kind, id, note}`."""

    case_id = fields.UUID(required=True)
    proposal = fields.String(required=True, validate=PROPOSALS)
    reasons = fields.String(required=True, validate=REASONS)
    evidence = fields.List(
        fields.Raw(required=True, validate=named_evidence),
        load_default=list,
        validate=validate.Length(0, MOST_EVIDENCE),
    )


class OpinionIn(Strict):
    """What legal says; `version` may stand for the If-Match header."""

    opinion = fields.String(required=True, validate=validate.OneOf([one.value for one in Opinion]))
    text = fields.String(required=True, validate=REASONS)
    version = fields.Integer(strict=True, load_default=None, allow_none=True)


class DecisionLimitsIn(Strict):
    """What a decision is bound to, such as a latest day to file or the least amount to settle for."""

    note = fields.String(validate=validate.Length(1, 1_000))
    until_on = fields.Date()
    least_fen = fields.Integer(strict=True, validate=validate.Range(0))


class DecideIn(Strict):
    """What the general manager decides; `review_days` (30 or 90) only for a suspension."""

    decision = fields.String(required=True, validate=PROPOSALS)
    reasons = fields.String(required=True, validate=REASONS)
    limits = fields.Nested(DecisionLimitsIn, load_default=None, allow_none=True)
    review_days = fields.Integer(strict=True, load_default=None, allow_none=True, validate=validate.OneOf(REVIEW_DAYS))
    version = fields.Integer(strict=True, load_default=None, allow_none=True)


class EscalationQuery(PageQuery):
    """Filters. With `decision` only decisions in force are listed, unless `superseded` is true."""

    decision = fields.String(load_default=None, validate=PROPOSALS)
    proposal = fields.String(load_default=None, validate=PROPOSALS)
    state = fields.String(load_default=None, validate=validate.OneOf([one.value for one in EscalationState]))
    case_id = fields.UUID(load_default=None)
    creditor_id = fields.UUID(load_default=None)
    review_until = fields.Date(load_default=None)
    superseded = fields.Boolean(load_default=False)


class ActorOut(Schema):
    """Somebody who acted."""

    id = fields.UUID()
    name = fields.String()


class EscalationOut(Schema):
    """One question to the general manager, with what was said to it."""

    id = fields.UUID()
    case_id = fields.UUID()
    case_no = fields.String(attribute="case.case_no")
    case_state = fields.String(attribute="case.state")
    debtor_name = fields.String(attribute="case.debtor.name")
    outstanding_fen = fields.Integer(attribute="case.outstanding_fen")
    creditor_id = fields.UUID()
    scheme_id = fields.UUID(allow_none=True)
    state = fields.String()
    proposal = fields.String()
    reasons = fields.String()
    evidence = fields.List(fields.Dict())
    proposer = fields.Nested(ActorOut)
    proposed_at = fields.DateTime(attribute="created_at")
    opinion = fields.String()
    opinion_text = fields.String()
    readiness = fields.Dict(allow_none=True)
    adviser = fields.Nested(ActorOut, allow_none=True)
    advised_at = fields.DateTime(allow_none=True)
    decision = fields.String()
    decision_reasons = fields.String()
    limits = fields.Dict(allow_none=True)
    decider = fields.Nested(ActorOut, allow_none=True)
    decided_at = fields.DateTime(allow_none=True)
    review_on = fields.Date(allow_none=True)
    version = fields.Integer()


class ContinueIn(Strict):
    """Why a case goes back to ordinary collection."""

    reasons = fields.String(required=True, validate=REASONS)


class CaseStateOut(Schema):
    """Where a case stands now."""

    id = fields.UUID()
    case_no = fields.String()
    state = fields.String()
    version = fields.Integer()


class LeftOutIn(Strict):
    """A stop nobody got to, and why."""

    stop_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=validate.Length(2, 400))


class CloseOutIn(Strict):
    """The supervisor's conclusion (主管结论), what he asks for (请示事项), and the stops nobody got to."""

    conclusion = fields.String(load_default="", validate=validate.Length(0, 4_000))
    requests = fields.String(load_default="", validate=validate.Length(0, 4_000))
    left_out = fields.List(fields.Nested(LeftOutIn), load_default=list, validate=validate.Length(0, MOST_STOPS))


class CloseOutOut(Schema):
    """A closed-out scheme."""

    scheme_id = fields.UUID()
    state = fields.String()
    closed_at = fields.DateTime()
    cases_awaiting_decision = fields.Integer()
    cases_back_to_phone = fields.Integer()


class SummaryOut(Schema):
    """The visit summary: each figure with the ids it was counted from."""

    scheme_id = fields.UUID()
    serial = fields.String()
    state = fields.String()
    area = fields.String()
    dates = fields.List(fields.Date())
    crews = fields.List(fields.String())
    met_per_mille = fields.Integer(allow_none=True)
    figures = fields.Dict()
    lines = fields.List(fields.Dict())
    very_poor_credit = fields.List(fields.Dict())
    very_poor_credit_rule = fields.Dict()
    close_out = fields.Dict(allow_none=True)
    changes_since_close_out = fields.List(fields.Dict())


class DossierOut(Schema):
    """A dossier that was made: its hash, size and what building it found."""

    id = fields.UUID()
    case_id = fields.UUID()
    case_no = fields.String(attribute="case.case_no")
    creditor_id = fields.UUID()
    escalation_id = fields.UUID()
    built_by_id = fields.UUID()
    built_at = fields.DateTime()
    sha256 = fields.String()
    size = fields.Integer()
    report = fields.Dict()
    zip_url = fields.Function(lambda dossier: f"/v1/dossiers/{dossier.id}.zip")
