"""What goes in and out of the visits API."""

from marshmallow import Schema, fields, validate

from server.body import PageQuery, Strict
from server.visits.rules import Decision, VisitState

ONE_TO_FOURTEEN = validate.Range(1, 14)
GRADE = validate.OneOf(["A", "B", "C", "D"])


class VisitQuery(PageQuery):
    """Filters of the list of visits; all are optional and narrow together."""

    state = fields.String(validate=validate.OneOf([state.value for state in VisitState]))
    scheme_id = fields.UUID()
    case_id = fields.UUID()
    agent_id = fields.UUID()
    outcome = fields.Integer(validate=ONE_TO_FOURTEEN)
    evidence_grade = fields.String(validate=GRADE)
    presence_grade = fields.String(validate=GRADE)
    is_complete = fields.Boolean()
    has_flaws = fields.Boolean()
    arrived_from = fields.AwareDateTime()
    arrived_until = fields.AwareDateTime()


class ReviewIn(Strict):
    """What the supervisor says to a visit; a return names what has to be corrected."""

    decision = fields.String(required=True, validate=validate.OneOf([one.value for one in Decision]))
    reason = fields.String(load_default="", validate=validate.Length(0, 1000))


class LabelOut(Schema):
    """A name in two languages."""

    zh = fields.String()
    en = fields.String()


class AgentOut(Schema):
    """Who visited."""

    id = fields.UUID()
    name = fields.String()
    staff_no = fields.String()


class VisitOut(Schema):
    """A visit (外访) as one line."""

    id = fields.UUID()
    state = fields.String()
    stop_id = fields.UUID(allow_none=True)
    scheme_id = fields.UUID(allow_none=True)
    case_id = fields.UUID(allow_none=True)
    case_no = fields.String(allow_none=True)
    debtor = fields.String(allow_none=True)
    agent = fields.Nested(AgentOut)
    witness = fields.Nested(AgentOut, allow_none=True)
    outcome = fields.Integer(allow_none=True)
    outcome_label = fields.Nested(LabelOut, allow_none=True)
    met = fields.String()
    arrived_at = fields.DateTime(allow_none=True)
    left_at = fields.DateTime(allow_none=True)
    presence_grade = fields.String()
    assurance = fields.String()  # signed, or unsigned when ODK Collect filed it
    evidence_grade = fields.String()
    is_complete = fields.Boolean()
    files_expected = fields.Integer()
    files_verified = fields.Integer()
    flags = fields.List(fields.String())
    flaw_count = fields.Integer()
    reviewed_at = fields.DateTime(allow_none=True)
    sealed_at = fields.DateTime(allow_none=True)
    version = fields.Integer()


class RecordOut(Schema):
    """One signed record of a visit, opened."""

    id = fields.UUID()
    type = fields.String()
    device_id = fields.UUID()
    seq = fields.Integer()
    prev = fields.String()
    hash = fields.String()
    alg = fields.String()
    device_time = fields.DateTime(allow_none=True)
    received_at = fields.DateTime()
    flags = fields.List(fields.String())
    corrected_by = fields.UUID(allow_none=True)
    body = fields.Dict()


class FileOut(Schema):
    """A photo or recording bound by a signed record."""

    id = fields.UUID()
    role = fields.String()
    shows = fields.String()
    paper_serial = fields.String()
    mime = fields.String()
    size = fields.Integer()
    sha256 = fields.String()
    taken_at = fields.DateTime(allow_none=True)
    verified_at = fields.DateTime(allow_none=True)
    flags = fields.List(fields.String())
    facts = fields.Dict()
    alike = fields.List(fields.Dict())
    url = fields.String(allow_none=True)
    thumbnail_url = fields.String(allow_none=True)
    original_url = fields.String(allow_none=True)


class InstalmentOut(Schema):
    """One instalment, in fen."""

    no = fields.Integer()
    due_on = fields.String()
    amount_fen = fields.Integer()


class PromiseOut(Schema):
    """A promise to pay (还款承诺)."""

    id = fields.UUID()
    state = fields.String()
    promisor_role = fields.String()
    total_fen = fields.Integer()
    instalments = fields.List(fields.Nested(InstalmentOut))
    record_id = fields.UUID()


class SignedPaperOut(Schema):
    """A paper signed, refused or left; `signature` holds capture, strokes and signer."""

    id = fields.UUID()
    kind = fields.String()
    state = fields.String()
    objection = fields.String()
    paper_serial = fields.String()
    document_sha256 = fields.String()
    signer_role = fields.String()
    flags = fields.List(fields.String())
    record_id = fields.UUID()
    signature = fields.Dict(allow_none=True)


class ReceiptOut(Schema):
    """An issued receipt of the visit."""

    serial = fields.String()
    version = fields.Integer()
    state = fields.String()
    sha256 = fields.String()
    issued_at = fields.DateTime()
    flags = fields.List(fields.String())


class ReviewOut(Schema):
    """The review of a visit."""

    reviewer = fields.Nested(AgentOut, allow_none=True)
    reviewed_at = fields.DateTime(allow_none=True)
    reason = fields.String()
    sealed_at = fields.DateTime(allow_none=True)
    seal_sha256 = fields.String()


class VisitDetailOut(VisitOut):
    """A visit with everything that was told."""

    facts = fields.Dict()
    presence = fields.Dict(allow_none=True)
    flaws = fields.List(fields.Dict())
    rule_results = fields.List(fields.Dict())
    form_version = fields.String()
    review = fields.Nested(ReviewOut)
    records = fields.List(fields.Nested(RecordOut))
    files = fields.List(fields.Nested(FileOut))
    promises = fields.List(fields.Nested(PromiseOut))
    signed_papers = fields.List(fields.Nested(SignedPaperOut))
    receipts = fields.List(fields.Nested(ReceiptOut))


class VerificationOut(Schema):
    """What anybody may know of a paper by its serial: no personal data."""

    serial = fields.String()
    valid = fields.Boolean()
    kind = fields.String()
    state = fields.String()
    version = fields.Integer()
    sealed_at = fields.DateTime()
    seal_level = fields.String()
    sha256 = fields.String()
    stamped_sha256 = fields.String()
    fingerprint = fields.String()
    log_index = fields.Integer(allow_none=True)
    log_hash = fields.String(allow_none=True)


class FollowedInstalmentOut(Schema):
    """One instalment of a promise: its grace, the day it was met, and what is missing in fen."""

    no = fields.Integer()
    due_on = fields.Date()
    grace_until = fields.Date()
    amount_fen = fields.Integer()
    met_on = fields.Date(allow_none=True)
    missing_fen = fields.Integer()
    state = fields.String()


class FollowedPromiseOut(Schema):
    """A promise as the creditor's feed has it today."""

    id = fields.UUID()
    visit_id = fields.UUID()
    state = fields.String()
    promised_on = fields.Date()
    promisor_role = fields.String()
    total_fen = fields.Integer()
    instalments = fields.List(fields.Nested(FollowedInstalmentOut))


class PromisesOut(Schema):
    """The promises of a case, oldest first, and the grace days they are judged with."""

    items = fields.List(fields.Nested(FollowedPromiseOut))
    grace_days = fields.Integer()


class SeenIn(Strict):
    """What was done about an alert."""

    done = fields.String(required=True, validate=validate.Length(2, 500))


class AlertOut(Schema):
    """Something in the field to look into now; no personal data of a debtor."""

    key = fields.String()
    kind = fields.String()
    severity = fields.Integer()
    since = fields.DateTime()
    case_id = fields.UUID(allow_none=True)
    visit_id = fields.UUID(allow_none=True)
    stop_id = fields.UUID(allow_none=True)
    agent_ids = fields.List(fields.String())
    agent_names = fields.List(fields.String())
    facts = fields.Dict()


class AlertsOut(Schema):
    """What nobody has acknowledged yet."""

    items = fields.List(fields.Nested(AlertOut))


class AccountedIn(Strict):
    """The office's word on papers: brought back, or void and why."""

    serials = fields.List(
        fields.String(validate=validate.Length(8, 40)), required=True, validate=validate.Length(1, 500)
    )
    state = fields.String(required=True, validate=validate.OneOf(("returned", "void")))
    reason = fields.String(load_default="", validate=validate.Length(max=200))


class TakenPaperOut(Schema):
    """A paper that was taken along to a door."""

    serial = fields.String()
    kind = fields.String()
    kind_zh = fields.String()
    case_no = fields.String()
    stop_id = fields.UUID()
    version = fields.Integer()
    template = fields.String()
    custody = fields.String()
    counterpart_file_id = fields.UUID(allow_none=True)


class TakenPapersOut(Schema):
    """The papers of a scheme with how many are where."""

    items = fields.List(fields.Nested(TakenPaperOut))
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
