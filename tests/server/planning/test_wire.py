"""A plan comes back from JSON exactly as it went in."""

import json

import pytest

from server.planning import wire
from server.planning.model import BackwardsWindow, Limits, Stop, Window
from server.planning.plans import Plan
from server.planning.solve import solve
from tests.server.planning.make_problem import problem, shift, stop, town, window


class TestEncode:
    def test_writes_sets_sorted_and_times_in_rfc3339(self):
        written = wire.encode(stop("a", needs=frozenset({"ug", "kk"}), windows=(window(9, 12),)))
        assert written["needs"] == ["kk", "ug"]
        assert written["windows"] == [
            {"opens_at": "2026-12-02T01:00:00+00:00", "closes_at": "2026-12-02T04:00:00+00:00"}
        ]
        assert written["precision"] == "door"
        assert written["point"]["datum"] == "WGS-84"


class TestDecode:
    @pytest.mark.parametrize(
        "stops",
        [
            [],
            town(5),
            [stop("a", point=None), stop("b", crew_id="c9"), stop("c", east_m=300_000)],
        ],
    )
    def test_gives_the_plan_back(self, stops):
        plan = solve(problem(*stops, shifts=[shift("c1", skills=["ug"])]), limits=Limits(iterations=20))
        written = json.loads(json.dumps(wire.encode(plan)))
        assert wire.decode(Plan, written) == plan

    def test_gives_a_stop_back_with_its_sets(self):
        one = stop("a", needs=frozenset({"ug"}), windows=(window(9, 12),))
        assert wire.decode(Stop, json.loads(json.dumps(wire.encode(one)))) == one

    def test_refuses_what_a_value_refuses(self):
        backwards = {"opens_at": "2026-12-02T04:00:00+00:00", "closes_at": "2026-12-02T01:00:00+00:00"}
        with pytest.raises(BackwardsWindow, match="is not before"):
            wire.decode(Window, backwards)
