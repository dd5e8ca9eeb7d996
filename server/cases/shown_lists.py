"""What the screening and the visit lists show."""

from marshmallow import Schema, fields

from server.cases.shown import AddressOut, RulesSaid


class ScreenOut(Schema):
    """Candidates with their scores, and the cases that may not be visited with their reasons."""

    formula = fields.String()
    screened = fields.Integer()
    eligible = fields.Integer()
    candidates = fields.List(fields.Dict())
    excluded = fields.List(fields.Dict())
    excluded_total = fields.Integer()


class LineOut(Schema):
    """One line of a visit list."""

    id = fields.UUID()
    case_id = fields.UUID()
    creditor_id = fields.UUID()
    case_no = fields.String(attribute="case.case_no")
    debtor = fields.String(attribute="case.debtor.name")
    case_state = fields.String(attribute="case.state")
    outstanding_fen = fields.Integer(attribute="case.outstanding_fen")
    address_id = fields.UUID(allow_none=True)
    address = fields.Nested(AddressOut, allow_none=True)
    score = fields.Integer()
    terms = fields.List(fields.Dict())
    compliance = RulesSaid()
    note = fields.String()
    decision = fields.String()
    reason = fields.String()


class VisitListRowOut(Schema):
    """A visit list without its lines."""

    id = fields.UUID()
    title = fields.String()
    state = fields.String()
    author_id = fields.UUID()
    reviewer_id = fields.UUID(allow_none=True)
    created_at = fields.DateTime()
    submitted_at = fields.DateTime(allow_none=True)
    reviewed_at = fields.DateTime(allow_none=True)
    version = fields.Integer()
    line_count = fields.Function(lambda visit_list: len(visit_list.lines))
    accepted_count = fields.Function(lambda visit_list: sum(line.decision == "accept" for line in visit_list.lines))


class VisitListOut(VisitListRowOut):
    """A visit list with its lines."""

    lines = fields.List(fields.Nested(LineOut))


class VersionOut(Schema):
    """A version of a list as it was kept."""

    version = fields.Integer()
    created_at = fields.DateTime()
    content = fields.Dict()


class ComparedOut(Schema):
    """Two versions of a list side by side."""

    before = fields.Integer()
    after = fields.Integer()
    added = fields.List(fields.Dict())
    removed = fields.List(fields.Dict())
    changed = fields.List(fields.Dict())
