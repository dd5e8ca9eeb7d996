"""A plan is written whole: places on routes, reasons for the rest, and nothing of the field's is touched."""

from uuid import UUID

import pytest

from server import clock
from server.db import db
from server.planning.plans import Drop, DropReason
from server.planning.precision import Precision
from server.schemes import plan_store, rules
from server.schemes.models import RoutePlan, Scheme
from tests.server.schemes import make_scheme as make


@pytest.fixture
def scheme(as_zhou, creditors):
    cases = [make.case(creditors["bank"], number) for number in range(3)]
    compiled = make.compiled(as_zhou, make.accepted_list(cases))
    make.planned(as_zhou, compiled["id"], iterations=10)
    db.session.rollback()
    return db.session.get(Scheme, UUID(compiled["id"]))


def put(scheme, plan):
    number = plan_store.keep(scheme, plan, parameters={})
    plan_store.adopt(scheme, plan, number=number, at=clock.now(), actor_id=scheme.compiler_id, what="路线计划")


class TestAdopt:
    def test_numbers_each_plan(self, scheme):
        plan = plan_store.plan_in_force(scheme)
        put(scheme, plan)
        db.session.commit()
        assert scheme.plan_version == 2
        assert [one.version for one in db.session.query(RoutePlan).order_by(RoutePlan.version)] == [1, 2]

    def test_makes_no_new_digest_of_the_same_routes_but_for_the_plans_number(self, scheme):
        before = scheme.versions[-1].content
        put(scheme, plan_store.plan_in_force(scheme))
        after = scheme.versions[-1].content
        assert {key for key in before if before[key] != after[key]} == {"plan_version"}
        assert not scheme.versions[-1].is_material

    def test_leaves_visits_the_field_has_taken_over(self, scheme):
        plan = plan_store.plan_in_force(scheme)
        visited = plan_store.routed_stops(scheme)[0]
        visited.state, arrived = "visited", visited.arrive_at
        rest = [stop for stop in plan.routes[0].stops if stop.stop_id != str(visited.id)]
        assert rest
        plan_store._place(scheme, type(plan)(routes=(), dropped=(), search=plan.search))  # noqa: SLF001
        assert (visited.state, visited.arrive_at) == ("visited", arrived)
        assert {stop.state for stop in scheme.stops if stop is not visited} == {"dropped"}

    def test_leaves_a_visit_begun_while_the_plan_was_searched(self, scheme):
        """The plan still has it on a route: it stays as the field has it, and the others are numbered behind it."""
        visited = plan_store.routed_stops(scheme)[0]
        visited.state, arrived = "visited", visited.arrive_at
        put(scheme, plan_store.plan_in_force(scheme))
        assert (visited.state, visited.arrive_at, visited.seq) == ("visited", arrived, 1)
        assert [stop.seq for stop in plan_store.routed_stops(scheme)] == [1, 3, 4]


class TestPlanInForce:
    def test_refuses_when_the_plan_was_lost(self, scheme):
        scheme.plan_version = None
        with pytest.raises(rules.NotPlanned):
            plan_store.plan_in_force(scheme)


class TestDropReason:
    @pytest.mark.parametrize("reason", list(DropReason))
    def test_has_words_for_every_reason(self, reason):
        drop = Drop("s1", "x", reason, None, Precision.NONE, 900, short_by_s=60, cost_s=120, crew_id="c1")
        written = plan_store.drop_reason(drop)
        assert written["reason"] == reason.value
        assert written["text"]["zh"]
        assert (written["short_by_s"], written["cost_s"], written["prize_s"]) == (60, 120, 900)


class TestRoutedStops:
    def test_follows_the_order_of_driving(self, scheme):
        assert [stop.seq for stop in plan_store.routed_stops(scheme)] == [1, 2, 3]
