"""What comes out of the schemes API."""

from marshmallow import Schema, fields


class MemberOut(Schema):
    """One of the two people of a crew."""

    id = fields.UUID()
    name = fields.String()
    staff_no = fields.String()


class CrewOut(Schema):
    """A crew of two."""

    id = fields.UUID()
    name = fields.String()
    members = fields.Function(lambda crew: MemberOut(many=True).dump([crew.lead, crew.second]))
    vehicle = fields.String()
    start = fields.Dict()
    end = fields.Dict()
    shift_from = fields.String()
    shift_until = fields.String()


class StopOut(Schema):
    """One visit of a scheme."""

    id = fields.UUID()
    case_id = fields.UUID()
    case_no = fields.String(attribute="case.case_no")
    address_id = fields.UUID()
    crew_id = fields.UUID()
    day = fields.Date()
    seq = fields.Integer()
    arrive_at = fields.DateTime()
    depart_at = fields.DateTime()
    leg_m = fields.Float()
    windows = fields.List(fields.Dict())
    service_min = fields.Integer()
    score = fields.Integer()
    prize_s = fields.Integer(attribute="prize")
    must_visit = fields.Boolean()
    owed_fen = fields.Integer()
    owed_as_of = fields.Date()
    materials = fields.List(fields.String())
    note = fields.String()
    drop_reason = fields.Dict()
    state = fields.String()


class DecisionOut(Schema):
    """What somebody decided."""

    step = fields.String()
    decision = fields.String()
    person_id = fields.UUID()
    person = fields.String(attribute="person.name")
    version = fields.Integer()
    digest = fields.String()
    limits = fields.Dict(allow_none=True)
    reason = fields.String()
    decided_at = fields.DateTime()
    delegation_id = fields.UUID(allow_none=True)


class DoubtfulStopOut(Schema):
    """A visit whose point is not to be trusted as a door."""

    stop_id = fields.UUID()
    case_id = fields.UUID()
    case_no = fields.String()
    address_id = fields.UUID(allow_none=True)
    district = fields.String()


class HeapOut(Schema):
    """One point on which several houses lie (重叠点)."""

    point = fields.Dict()
    houses = fields.Integer()
    stops = fields.List(fields.Nested(DoubtfulStopOut))


class PointCountsOut(Schema):
    """How many visits lie at points of each kind."""

    stops = fields.Integer()
    exact = fields.Integer()
    unlocated = fields.Integer()
    centroid = fields.Integer()
    stacked = fields.Integer()
    vague = fields.Integer()


class PointsOut(Schema):
    """The visits whose points are not to be trusted, by kind, and the heaps among them."""

    counts = fields.Nested(PointCountsOut)
    heaps = fields.List(fields.Nested(HeapOut))
    unlocated = fields.List(fields.Nested(DoubtfulStopOut))
    centroid = fields.List(fields.Nested(DoubtfulStopOut))
    stacked = fields.List(fields.Nested(DoubtfulStopOut))
    vague = fields.List(fields.Nested(DoubtfulStopOut))


class SchemeRowOut(Schema):
    """A scheme in a list."""

    id = fields.UUID()
    serial = fields.String()
    title = fields.String()
    area = fields.String()
    dates = fields.List(fields.String())
    state = fields.String()
    version = fields.Integer()
    digest = fields.String()
    compiler_id = fields.UUID()
    plan_version = fields.Integer(allow_none=True)
    created_at = fields.DateTime()
    dispatched_at = fields.DateTime(allow_none=True)


class SchemeOut(SchemeRowOut):
    """A scheme with everything that is decided on."""

    visit_list_id = fields.UUID()
    crews = fields.List(fields.Nested(CrewOut))
    stops = fields.List(fields.Nested(StopOut), attribute="stops_in_order")
    vehicles = fields.List(fields.Dict())
    materials = fields.List(fields.String())
    costs = fields.List(fields.Dict())
    cost_rates = fields.Dict(allow_none=True)
    cost_fen = fields.Integer()
    risk_notes = fields.String()
    compliance = fields.List(fields.Dict())
    pack_version = fields.String()
    decisions = fields.List(fields.Nested(DecisionOut))
    signed_digest = fields.String()
    signed_version = fields.Integer(allow_none=True)
    limits = fields.Dict(allow_none=True)
    expires_on = fields.Date()
    plan_job_id = fields.UUID(allow_none=True)


class RoutesOut(Schema):
    """The road plan as a table."""

    plan_version = fields.Integer()
    parameters = fields.Dict()
    totals = fields.Dict()
    routes = fields.List(fields.Dict())
    dropped = fields.List(fields.Dict())


class VersionOut(Schema):
    """One version of a scheme's content."""

    version = fields.Integer()
    digest = fields.String()
    changed_by_id = fields.UUID()
    changed_at = fields.DateTime()
    what = fields.String()
    is_material = fields.Boolean()


class DispatchOut(Schema):
    """What went out: one day pack per person and day, and the visits kept back with the reason."""

    packs = fields.List(fields.Dict())
    papers = fields.Integer()
    withheld = fields.List(fields.Dict())
    state = fields.String()
    version = fields.Integer()
