"""What goes into the schemes API."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from server.body import PageQuery, Strict
from server.planning.datum import Datum
from server.planning.distance import DETOUR_MODELS
from server.planning.precision import Precision
from server.schemes.rules import Decision, SchemeState

CLOCK = validate.Regexp(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z", error="HH:MM expected")
FEN = validate.Range(0, 10**13)
NAME = validate.Length(1, 40)
NOTE = validate.Length(0, 2000)
MINUTES_OF_A_DAY = validate.Range(30, 24 * 60)
MATERIALS = ("account_statement", "dunning_letter", "lawyers_letter", "visit_receipt", "promise", "recorder", "camera")


def kinds() -> Any:
    """Return the field for a list of papers and equipment to take along."""
    return fields.List(fields.String(validate=validate.OneOf(MATERIALS)), validate=validate.Length(0, len(MATERIALS)))


class PointIn(Strict):
    """A place with its datum."""

    lon = fields.Float(required=True, validate=validate.Range(-180, 180))
    lat = fields.Float(required=True, validate=validate.Range(-90, 90))
    datum = fields.String(required=True, validate=validate.OneOf([one.value for one in Datum]))
    precision = fields.String(
        load_default=Precision.BUILDING.value, validate=validate.OneOf([one.value for one in Precision])
    )


class CrewIn(Strict):
    """Two agents who share a vehicle; `id` names an existing crew in a change."""

    id = fields.UUID(load_default=None, allow_none=True)
    name = fields.String(required=True, validate=NAME)
    members = fields.List(fields.UUID(), required=True, validate=validate.Length(1, 4))
    vehicle = fields.String(load_default="", validate=validate.Length(0, 40))
    start = fields.Nested(PointIn, required=True)
    end = fields.Nested(PointIn, load_default=None, allow_none=True)
    shift_from = fields.String(load_default="09:00", validate=CLOCK)
    shift_until = fields.String(load_default="18:00", validate=CLOCK)


class VehicleIn(Strict):
    """A vehicle of the scheme."""

    plate = fields.String(required=True, validate=NAME)
    note = fields.String(load_default="", validate=validate.Length(0, 120))


class CostIn(Strict):
    """One line of the cost estimate, in fen."""

    item = fields.String(required=True, validate=NAME)
    amount_fen = fields.Integer(required=True, strict=True, validate=FEN)
    basis = fields.String(load_default="", validate=validate.Length(0, 120))


class RatesIn(Strict):
    """What a kilometre and a crew's day cost, in fen; with rates the estimate follows from the road plan."""

    per_km_fen = fields.Integer(required=True, strict=True, validate=FEN)
    per_crew_day_fen = fields.Integer(required=True, strict=True, validate=FEN)


class WindowIn(Strict):
    """Hours in which the debtor can be met, on one day or, without `on`, on every day."""

    on = fields.Date(load_default=None, allow_none=True, format="iso")
    from_ = fields.String(required=True, data_key="from", validate=CLOCK)
    until = fields.String(required=True, validate=CLOCK)

    @validates_schema
    def _forwards(self, data: dict[str, Any], **_: Any) -> None:
        if data["from_"] >= data["until"]:
            raise ValidationError("opens before it closes expected", "until")


class StopIn(Strict):
    """What the compiler wants otherwise for one case of the list."""

    case_id = fields.UUID(required=True)
    windows = fields.List(fields.Nested(WindowIn), validate=validate.Length(0, 10))
    service_min = fields.Integer(strict=True, validate=validate.Range(5, 240))
    must_visit = fields.Boolean()
    materials = kinds()
    note = fields.String(validate=NOTE)
    withdraw = fields.Boolean()


class SchemePatch(Strict):
    """What may change of a scheme; lists are given whole."""

    title = fields.String(validate=validate.Length(1, 120))
    area = fields.String(validate=validate.Length(0, 120))
    dates = fields.List(fields.Date(), validate=validate.Length(1, 31))
    crews = fields.List(fields.Nested(CrewIn), validate=validate.Length(1, 100))
    vehicles = fields.List(fields.Nested(VehicleIn), validate=validate.Length(0, 100))
    materials = kinds()
    costs = fields.List(fields.Nested(CostIn), validate=validate.Length(0, 40))
    cost_rates = fields.Nested(RatesIn, allow_none=True)
    risk_notes = fields.String(validate=NOTE)
    stops = fields.List(fields.Nested(StopIn), validate=validate.Length(0, 5000))


class SchemeIn(SchemePatch):
    """A new scheme from an accepted visit list."""

    visit_list_id = fields.UUID(required=True)
    title = fields.String(load_default="", validate=validate.Length(0, 120))
    area = fields.String(load_default="", validate=validate.Length(0, 120))
    dates = fields.List(fields.Date(), required=True, validate=validate.Length(1, 31))
    crews = fields.List(fields.Nested(CrewIn), required=True, validate=validate.Length(1, 100))


class RestIn(Strict):
    """The crews' rest (午休): so many minutes on end between two local clock times."""

    from_ = fields.String(required=True, data_key="from", validate=CLOCK)
    until = fields.String(required=True, validate=CLOCK)
    min = fields.Integer(required=True, strict=True, validate=validate.Range(10, 180))

    @validates_schema
    def _fits(self, data: dict[str, Any], **_: Any) -> None:
        opens, closes = (60 * int(text[:2]) + int(text[3:]) for text in (data["from_"], data["until"]))
        if closes - opens < data["min"]:
            raise ValidationError("the rest must fit into its hours", "min")

    @post_load
    def _as_stored(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {"from": data["from_"], "until": data["until"], "min": data["min"]}


class PinIn(Strict):
    """A stop held to a crew, to a day too, or with `at` to its hour as well, whatever else is planned anew."""

    stop_id = fields.UUID(required=True)
    crew_id = fields.UUID(required=True)
    on = fields.Date(load_default=None, allow_none=True, format="iso")
    at = fields.String(load_default=None, allow_none=True, validate=CLOCK)


def held() -> Any:
    """Return the field for the stops that are held while the rest is planned."""
    return fields.List(fields.Nested(PinIn), load_default=list, validate=validate.Length(0, 5000))


class OrderIn(Strict):
    """A visit that the crew makes only after another one, on the same day (先后次序)."""

    stop_id = fields.UUID(required=True)
    after_id = fields.UUID(required=True)


def ordered() -> Any:
    """Return the field for the visits that come only after others."""
    return fields.List(fields.Nested(OrderIn), load_default=list, validate=validate.Length(0, 5000))


class PlanIn(Strict):
    """How long and where to search; the same seed, iterations, starts and plan to begin from give the same plan.

    With `propose` the result waits to be accepted.
    """

    pins = held()
    orders = ordered()
    propose = fields.Boolean(load_default=False)

    region = fields.String(load_default="city", validate=validate.OneOf(sorted(DETOUR_MODELS)))
    iterations = fields.Integer(load_default=3000, strict=True, validate=validate.Range(1, 1_000_000))
    seed = fields.Integer(load_default=1, strict=True, validate=validate.Range(0, 2**31 - 1))
    budget_s = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(1, 3600))
    starts = fields.Integer(load_default=2, strict=True, validate=validate.Range(1, 8))
    warm = fields.Boolean(load_default=True)
    route_centroids = fields.Boolean(load_default=False)
    rest = fields.Nested(RestIn, load_default=None, allow_none=True)
    max_driving_min = fields.Integer(load_default=None, allow_none=True, strict=True, validate=MINUTES_OF_A_DAY)
    max_working_min = fields.Integer(load_default=None, allow_none=True, strict=True, validate=MINUTES_OF_A_DAY)


class RoutesQuery(Strict):
    """Which routes of the plan to print or to write as a calendar: all, one crew's, one day's."""

    crew_id = fields.UUID(load_default=None, allow_none=True)
    on = fields.Date(load_default=None, allow_none=True, format="iso")


class ReviewIn(Strict):
    """What a reviewer decided; `digest` names what he saw, when he wants it held to that."""

    decision = fields.String(required=True, validate=validate.OneOf([one.value for one in Decision]))
    reason = fields.String(load_default="", validate=NOTE)
    digest = fields.String(load_default=None, allow_none=True, validate=validate.Length(64, 64))


class LimitsIn(Strict):
    """Under which limits the manager agrees: words, the latest hour, cases not to be visited."""

    note = fields.String(load_default="", validate=NOTE)
    latest = fields.String(load_default=None, allow_none=True, validate=CLOCK)
    exclude_case_ids = fields.List(fields.UUID(), load_default=list, validate=validate.Length(0, 5000))


class SignOffIn(Strict):
    """The general manager's decision on exactly the content with this digest."""

    digest = fields.String(required=True, validate=validate.Length(64, 64))
    decision = fields.String(required=True, validate=validate.OneOf([one.value for one in Decision]))
    version = fields.Integer(load_default=None, allow_none=True, strict=True)
    limits = fields.Nested(LimitsIn, load_default=None, allow_none=True)
    reason = fields.String(load_default="", validate=NOTE)


class SchemesQuery(PageQuery):
    """Which schemes to list."""

    state = fields.String(load_default=None, validate=validate.OneOf([one.value for one in SchemeState]))
