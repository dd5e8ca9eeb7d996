"""Zhou tries changes without making them, and plans a day under way again, looking before accepting."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from server import clock, jobs
from server.db import db
from server.planning.plans import DropReason
from server.schemes.models import Scheme, SchemeStop
from tests.server.schemes import make_scheme as make
from tests.server.schemes.make_long_day import NOON, long_day, routed, tried


@pytest.fixture
def beginning(request):
    """Begin when the long day is planned, where a test asks for it."""
    return long_day if "scheme" in request.fixturenames else None


@pytest.fixture
def scheme(install, in_app):
    return install.told(long_day)


def replanned(caller, scheme, **changes):
    """Plan again at noon through the job and return the difference."""
    answer = caller.post(f"/v1/schemes/{scheme['id']}/replan", json={"at": NOON.isoformat()} | changes)
    assert answer.status_code == 202, answer.text
    jobs.drain(clock.now())
    db.session.rollback()
    job = caller.get(answer.headers["Location"]).json
    assert job["state"] == "done", job
    return caller.get(job["result_url"]).json


def visit_before_noon(scheme):
    """Let the field have made everything that was planned before noon; return the ids."""
    rows = db.session.query(SchemeStop).filter(SchemeStop.scheme_id == UUID(scheme["id"])).all()
    made = [row for row in rows if row.arrive_at is not None and row.arrive_at < NOON]
    for row in made:
        row.state = "visited"
    db.session.commit()
    return {str(row.id) for row in made}


class TestPlan:
    def test_gives_each_crew_its_rest(self, as_zhou, scheme):
        table = as_zhou.get(f"/v1/schemes/{scheme['id']}/routes").json
        assert table["parameters"]["rest"] == {"from": "11:30", "until": "14:00", "min": 45}
        for route in table["routes"]:
            opens, closes = (datetime.fromisoformat(route["rest"][name]) for name in ("opens_at", "closes_at"))
            assert closes - opens == timedelta(minutes=45)

    @pytest.mark.parametrize("rest", [{"from": "12:00", "until": "12:30", "min": 45}, {"from": "12:00"}])
    def test_refuses_a_rest_that_does_not_fit(self, as_zhou, scheme, rest):
        assert as_zhou.post(f"/v1/schemes/{scheme['id']}/plan", json={"rest": rest}).status_code == 422

    def test_keeps_to_the_driving_limit(self, as_zhou, scheme):
        make.planned(as_zhou, scheme["id"], iterations=100, max_driving_min=45)
        table = as_zhou.get(f"/v1/schemes/{scheme['id']}/routes").json
        assert all(route["driving_s"] <= 45 * 60 for route in table["routes"])
        assert {one["reason"] for one in table["dropped"]} <= {DropReason.LIMIT.value, DropReason.FULL.value}


class TestWhatIf:
    def test_changes_nothing(self, as_zhou, scheme):
        stop = routed(scheme)[0]
        told = tried(as_zhou, scheme, {"wish": "remove", "stop_id": stop["id"]}).json
        assert told["after"]["served"] == told["before"]["served"] - 1
        assert as_zhou.get(f"/v1/schemes/{scheme['id']}").json == scheme

    def test_begins_from_the_figures_of_the_plan(self, as_zhou, scheme):
        totals = as_zhou.get(f"/v1/schemes/{scheme['id']}/routes").json["totals"]
        before = tried(as_zhou, scheme).json["before"]
        assert {name: before[name] for name in totals} == totals

    def test_names_what_moves_and_whose_day_is_over(self, as_zhou, scheme):
        first, second = sorted({stop["crew_id"] for stop in routed(scheme)})
        change = {"wish": "hand_over", "from_crew_id": first, "crew_id": second, "on": make.DAY.isoformat()}
        told = tried(as_zhou, scheme, change).json
        handed = [stop["id"] for stop in routed(scheme) if stop["crew_id"] == first]
        assert {one["stop_id"] for one in told["moved"] if one["turn"] == "crew"} == set(handed)
        (overrun,) = told["overruns"]
        assert overrun["crew_id"] == second
        assert overrun["over_s"] > 3600

    def test_refuses_a_stop_it_does_not_know(self, as_zhou, scheme):
        answer = tried(as_zhou, scheme, {"wish": "remove", "stop_id": str(clock.new_id())})
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/no-such-place")

    def test_refuses_to_move_what_is_locked(self, as_zhou, scheme):
        stop = routed(scheme)[0]["id"]
        answer = tried(as_zhou, scheme, {"wish": "lock", "stop_id": stop}, {"wish": "remove", "stop_id": stop})
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/locked-stop")

    def test_needs_a_plan(self, as_zhou, scheme):
        lost = make.patched(as_zhou, scheme, crews=[make.crew()]).json
        assert tried(as_zhou, lost).json["type"] == "/problems/not-planned"


class TestCrews:
    def test_puts_the_crew_of_the_plan_among_the_best(self, as_zhou, scheme):
        stop = routed(scheme)[0]
        told = as_zhou.get(f"/v1/schemes/{scheme['id']}/stops/{stop['id']}/crews").json
        assert (told["crew_id"], told["on"]) == (stop["crew_id"], stop["day"])
        own = next(one for one in told["choices"] if one["crew_id"] == stop["crew_id"])
        assert (own["over_s"], own["can_take"]) == (0, True)

    def test_knows_no_other_stop(self, as_zhou, scheme):
        assert as_zhou.get(f"/v1/schemes/{scheme['id']}/stops/{clock.new_id()}/crews").status_code == 404


class TestReplan:
    def test_proposes_without_changing_the_plan(self, as_zhou, scheme):
        told = replanned(as_zhou, scheme, unreachable=[])
        assert told["plan_version"] == 2
        assert as_zhou.get(f"/v1/schemes/{scheme['id']}").json["plan_version"] == 1

    def test_leaves_crews_alone_whose_phones_are_silent(self, as_zhou, scheme):
        """No phone is enrolled here: nobody can be told, so nobody's plan is touched."""
        told = replanned(as_zhou, scheme)
        assert told["untouched_crews"] == sorted({crew["id"] for crew in scheme["crews"]})
        assert told["moved"] == []

    def test_takes_the_done_as_done(self, as_zhou, scheme):
        done = visit_before_noon(scheme)
        assert done
        told = replanned(as_zhou, scheme, unreachable=[])
        assert not done & {one["stop_id"] for one in told["moved"]}
        accepted = as_zhou.post(f"/v1/schemes/{scheme['id']}/plans/{told['plan_version']}/accept").json
        stops = {stop["id"]: stop for stop in accepted["stops"]}
        before = {stop["id"]: stop for stop in scheme["stops"]}
        for stop_id in done:
            assert stops[stop_id] == before[stop_id] | {"state": "visited"}
        assert all(stop["arrive_at"] >= NOON.astimezone(clock.UTC).isoformat() for stop in routed(accepted)
                   if stop["id"] not in done)  # fmt: skip

    def test_numbers_what_is_left_behind_what_is_done(self, as_zhou, scheme):
        visit_before_noon(scheme)
        told = replanned(as_zhou, scheme, unreachable=[])
        accepted = as_zhou.post(f"/v1/schemes/{scheme['id']}/plans/{told['plan_version']}/accept").json
        for crew in scheme["crews"]:
            numbers = [stop["seq"] for stop in routed(accepted) if stop["crew_id"] == crew["id"]]
            assert numbers == list(range(1, len(numbers) + 1))

    def test_starts_from_where_a_crew_says_it_is(self, as_zhou, scheme):
        visit_before_noon(scheme)
        crew_id, later = scheme["crews"][0]["id"], NOON + timedelta(minutes=50)
        where = {"lon": 114.09, "lat": 22.56, "datum": "WGS-84"}
        position = {"crew_id": crew_id, "point": where, "free_at": later.isoformat()}
        told = replanned(as_zhou, scheme, unreachable=[], positions=[position])
        row = next(
            one for one in db.session.get(Scheme, UUID(scheme["id"])).plans if one.version == told["plan_version"]
        )
        route = next(one for one in row.result["routes"] if one["crew_id"] == crew_id)
        assert (route["start"]["lon"], route["start"]["lat"]) == (114.09, 22.56)
        assert datetime.fromisoformat(route["departs_at"]) >= later

    def test_is_stale_once_the_scheme_has_changed(self, as_zhou, scheme):
        told = replanned(as_zhou, scheme, unreachable=[])
        path = f"/v1/schemes/{scheme['id']}/plans/{told['plan_version']}"
        make.patched(as_zhou, scheme, risk_notes="路滑")
        assert as_zhou.get(f"{path}/difference").json["type"] == "/problems/proposal-stale"
        assert as_zhou.post(f"{path}/accept").json["type"] == "/problems/proposal-stale"

    def test_accepts_no_plan_that_never_was_a_proposal(self, as_zhou, scheme):
        answer = as_zhou.post(f"/v1/schemes/{scheme['id']}/plans/1/accept")
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/proposal-stale")

    def test_counts_the_morning_again_the_second_time(self, as_zhou, scheme):
        visit_before_noon(scheme)
        told = replanned(as_zhou, scheme, unreachable=[])
        assert as_zhou.post(f"/v1/schemes/{scheme['id']}/plans/{told['plan_version']}/accept").status_code == 200
        second = replanned(as_zhou, scheme, unreachable=[], at=(NOON + timedelta(hours=1)).isoformat())
        rows = {one.version: one for one in db.session.get(Scheme, UUID(scheme["id"])).plans}
        first_s, second_s = (
            {crew_id: worked_s for crew_id, _, worked_s, *_ in rows[one["plan_version"]].parameters["spent"]}
            for one in (told, second)
        )
        assert all(worked_s > 0 for worked_s in first_s.values())
        assert all(second_s[crew_id] > worked_s for crew_id, worked_s in first_s.items())

    def test_then_tries_no_changes_on_half_a_day(self, as_zhou, scheme):
        visit_before_noon(scheme)
        told = replanned(as_zhou, scheme, unreachable=[])
        as_zhou.post(f"/v1/schemes/{scheme['id']}/plans/{told['plan_version']}/accept")
        assert tried(as_zhou, scheme).json["type"] == "/problems/planned-at-noon"
        stop_id = routed(scheme)[-1]["id"]
        answer = as_zhou.get(f"/v1/schemes/{scheme['id']}/stops/{stop_id}/crews")
        assert answer.json["type"] == "/problems/planned-at-noon"

    def test_is_for_the_compiler_only(self, as_sun, as_zhou, scheme):
        answer = as_sun.post(f"/v1/schemes/{scheme['id']}/replan", json={})
        assert answer.json["type"] == "/problems/not-the-compiler"
        told = replanned(as_zhou, scheme, unreachable=[])
        answer = as_sun.post(f"/v1/schemes/{scheme['id']}/plans/{told['plan_version']}/accept")
        assert answer.json["type"] == "/problems/not-the-compiler"
