"""Versions, digests and costs of a scheme in the making."""

from uuid import UUID

import pytest

from server import clock
from server.db import db
from server.schemes import digest, drafting
from server.schemes.models import Scheme
from tests.server.schemes import make_scheme as make


@pytest.fixture
def scheme(as_zhou, creditors):
    compiled = make.compiled(as_zhou, make.accepted_list([make.case(creditors["bank"], 1)]))
    db.session.rollback()
    return db.session.get(Scheme, UUID(compiled["id"]))


def seal(scheme):
    return drafting.seal(scheme, at=clock.now(), actor_id=scheme.compiler_id, what="试")


class TestSeal:
    def test_numbers_the_version_and_names_its_content(self, scheme):
        before = scheme.digest
        scheme.area = "罗湖区"
        changed = seal(scheme)
        assert changed == [{"pointer": "/area", "was": "福田区", "now": "罗湖区"}]
        assert scheme.version == 2
        assert scheme.digest == digest.digest(digest.content(scheme)) != before
        assert scheme.versions[-1].content["area"] == "罗湖区"
        assert scheme.versions[-1].is_material

    def test_marks_wording_as_immaterial(self, scheme):
        scheme.risk_notes = "犬只"
        seal(scheme)
        assert not scheme.versions[-1].is_material

    def test_takes_the_sign_off_away_when_it_matters(self, scheme):
        scheme.state = "signed_off"
        scheme.materials = ["recorder"]
        seal(scheme)
        assert scheme.state == "changed"


class TestChangesSince:
    def test_compares_with_the_version_of_that_digest(self, scheme):
        seen = scheme.digest
        scheme.area = "罗湖区"
        seal(scheme)
        scheme.risk_notes = "犬只"
        seal(scheme)
        assert [one["pointer"] for one in drafting.changes_since(scheme, seen)] == ["/area", "/risk_notes"]
        assert drafting.changes_since(scheme, scheme.digest) == []

    def test_knows_nothing_of_a_strange_digest(self, scheme):
        assert drafting.changes_since(scheme, "0" * 64) is None


class TestReckonCosts:
    def test_rounds_a_begun_kilometre_up(self, scheme):
        scheme.cost_rates = {"per_km_fen": 150, "per_crew_day_fen": 10_000}
        drafting.reckon_costs(scheme, distance_m=12_001, crew_days=2)
        assert [line["amount_fen"] for line in scheme.costs] == [13 * 150, 20_000]
        assert scheme.cost_fen == 21_950

    def test_leaves_given_lines_alone_without_rates(self, scheme):
        scheme.cost_rates = None
        scheme.costs = [{"item": "租车", "amount_fen": 50_000, "basis": ""}]
        drafting.reckon_costs(scheme, distance_m=12_001, crew_days=2)
        assert scheme.costs == [{"item": "租车", "amount_fen": 50_000, "basis": ""}]


class TestTakeOffRoute:
    def test_forgets_when_and_with_whom(self, scheme):
        (stop,) = scheme.stops
        stop.crew_id, stop.seq, stop.day, stop.state = scheme.crews[0].id, 3, make.DAY, "dispatched"
        drafting.take_off_route(stop)
        assert (stop.crew_id, stop.seq, stop.day, stop.state) == (None, None, None, "planned")

    @pytest.mark.parametrize("state", ["visited", "en_route", "skipped", "blocked"])
    def test_leaves_to_the_field_what_is_the_fields(self, scheme, state):
        (stop,) = scheme.stops
        stop.seq, stop.state = 3, state
        drafting.take_off_route(stop)
        assert (stop.seq, stop.state) == (3, state)

    def test_keeps_a_withdrawn_visit_withdrawn(self, scheme):
        (stop,) = scheme.stops
        stop.state = "withdrawn"
        drafting.take_off_route(stop)
        assert stop.state == "withdrawn"
