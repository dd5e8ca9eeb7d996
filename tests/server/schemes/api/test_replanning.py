"""Zhou tries changes without making them, and plans a day under way again, looking before accepting."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from server import clock, jobs
from server.accounts.models import Person
from server.db import db
from server.planning.plans import DropReason
from server.schemes.models import Scheme, SchemeStop
from tests.server.schemes import make_scheme as make

NOON = datetime.combine(make.DAY, datetime.min.time(), tzinfo=clock.SHANGHAI) + timedelta(hours=12)


@pytest.fixture
def scheme(as_zhou, creditors):
    make.agents("chen", "tao")
    cases = [make.case(creditors["bank"], number) for number in range(12)]
    crews = [make.crew(), make.crew("二组", members=("chen", "tao"))]
    compiled = make.compiled(as_zhou, make.accepted_list(cases), crews=crews)
    long = [{"case_id": one["case_id"], "service_min": 60} for one in compiled["stops"]]
    make.patched(as_zhou, compiled, stops=long)
    return make.planned(as_zhou, compiled["id"], iterations=300, rest={"from": "11:30", "until": "14:00", "min": 45})


def tried(caller, scheme, *changes):
    return caller.post(f"/v1/schemes/{scheme['id']}/what-if", json={"changes": list(changes)})


def routed(scheme):
    return [stop for stop in scheme["stops"] if stop["crew_id"]]


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


def day_of(scheme, crew_id):
    """Return a crew's stops in driving order."""
    return sorted((stop for stop in routed(scheme) if stop["crew_id"] == crew_id), key=lambda stop: stop["seq"])


def proposed(caller, scheme, *changes, pins=(), version=None):
    tag = {"If-Match": f'"v{version or scheme["version"]}"'}
    body = {"changes": list(changes), "pins": list(pins)}
    return caller.post(f"/v1/schemes/{scheme['id']}/plans", json=body, headers=tag)


def accepted(caller, scheme, number):
    answer = caller.post(f"/v1/schemes/{scheme['id']}/plans/{number}/accept")
    assert answer.status_code == 200, answer.text
    return answer.json


class TestByHand:
    def test_puts_a_stop_behind_another_one(self, as_zhou, scheme):
        crew_id = scheme["crews"][0]["id"]
        first, second, *_ = day_of(scheme, crew_id)
        change = {"wish": "move", "stop_id": first["id"], "crew_id": crew_id, "after_stop_id": second["id"]}
        told = proposed(as_zhou, scheme, change)
        assert told.status_code == 201, told.text
        assert as_zhou.get(f"/v1/schemes/{scheme['id']}").json == scheme  # nothing is in force yet
        after = day_of(accepted(as_zhou, scheme, told.json["plan_version"]), crew_id)
        assert [one["id"] for one in after[:2]] == [second["id"], first["id"]]

    def test_is_another_window_of_the_same_figures(self, as_zhou, scheme):
        stop = routed(scheme)[0]
        change = {"wish": "remove", "stop_id": stop["id"]}
        tried_, kept = tried(as_zhou, scheme, change).json, proposed(as_zhou, scheme, change).json
        assert tried_ | {"plan_version": 2} == kept
        difference = as_zhou.get(f"/v1/schemes/{scheme['id']}/plans/2/difference").json
        assert (difference["after"], difference["moved"]) == (kept["after"], kept["moved"])

    def test_demands_the_version_that_was_seen(self, as_zhou, scheme):
        answer = proposed(as_zhou, scheme, version=scheme["version"] - 1)
        assert (answer.status_code, answer.json["type"]) == (412, "/problems/stale")

    def test_is_for_the_compiler_only(self, as_sun, scheme):
        assert proposed(as_sun, scheme).json["type"] == "/problems/not-the-compiler"

    def test_keeps_no_plan_that_nobody_can_keep(self, as_zhou, scheme):
        first, second = sorted({stop["crew_id"] for stop in routed(scheme)})
        change = {"wish": "hand_over", "from_crew_id": first, "crew_id": second, "on": make.DAY.isoformat()}
        answer = proposed(as_zhou, scheme, change)
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/nobody-can-keep")
        assert answer.json["overruns"][0]["crew_id"] == second
        assert len(db.session.get(Scheme, UUID(scheme["id"])).plans) == 1

    def test_says_which_rules_find_otherwise(self, as_zhou, as_fang, scheme):
        assert tried(as_zhou, scheme).json["rules"] == []
        db.session.get(Person, UUID(as_fang.person_id)).qualified_until = clock.today() - timedelta(days=1)
        db.session.commit()
        (told,) = tried(as_zhou, scheme).json["rules"]
        assert told["was"] == {"finding": "kept", "subjects": []}
        assert told["now"] == {"finding": "broken", "subjects": [f"person:{as_fang.person_id}"]}
        assert as_zhou.get(f"/v1/schemes/{scheme['id']}").json == scheme


class TestPins:
    def replanned(self, caller, scheme, **told):
        body = {"iterations": 300, "propose": True, "warm": True} | told
        answer = caller.post(f"/v1/schemes/{scheme['id']}/plan", json=body)
        assert answer.status_code == 202, answer.text
        jobs.drain(clock.now())
        db.session.rollback()
        job = caller.get(answer.headers["Location"]).json
        assert job["state"] == "done", job
        return caller.get(job["result_url"]).json

    def pin(self, stop, crew_id, **told):
        return {"stop_id": stop["id"], "crew_id": crew_id} | told

    def test_hold_a_stop_to_a_crew_while_the_rest_is_planned_anew(self, as_zhou, scheme):
        first, second = (crew["id"] for crew in scheme["crews"])
        stop = day_of(scheme, first)[0]
        told = self.replanned(as_zhou, scheme, pins=[self.pin(stop, second)])
        assert as_zhou.get(f"/v1/schemes/{scheme['id']}").json["plan_version"] == 1
        after = accepted(as_zhou, scheme, told["plan_version"])
        assert stop["id"] in [one["id"] for one in day_of(after, second)]
        table = as_zhou.get(f"/v1/schemes/{scheme['id']}/routes").json
        assert table["parameters"]["pins"] == [{"stop_id": stop["id"], "crew_id": second, "on": None, "at": None}]

    def test_hold_an_hour(self, as_zhou, scheme):
        crew_id = scheme["crews"][0]["id"]
        stop = day_of(scheme, crew_id)[0]
        at = {"on": make.DAY.isoformat(), "at": "15:00"}
        told = self.replanned(as_zhou, scheme, pins=[self.pin(stop, crew_id, **at)])
        after = {one["id"]: one for one in accepted(as_zhou, scheme, told["plan_version"])["stops"]}[stop["id"]]
        wanted = NOON + timedelta(hours=3)
        assert abs(datetime.fromisoformat(after["arrive_at"]) - wanted) <= timedelta(minutes=15)

    def test_stand_against_changes_of_other_stops_only(self, as_zhou, scheme):
        crew_id = scheme["crews"][0]["id"]
        *_, before, last = day_of(scheme, crew_id)
        at = datetime.fromisoformat(last["arrive_at"]).astimezone(clock.SHANGHAI)
        pin = self.pin(last, crew_id, on=make.DAY.isoformat(), at=f"{at:%H:%M}")
        number = proposed(as_zhou, scheme, pins=[pin]).json["plan_version"]
        held = accepted(as_zhou, scheme, number)
        other = day_of(scheme, scheme["crews"][1]["id"])[0]["id"]
        between = {"wish": "move", "stop_id": other, "crew_id": crew_id, "after_stop_id": before["id"]}
        path, body = f"/v1/schemes/{scheme['id']}/what-if", {"changes": [between]}
        pinned, free = (as_zhou.post(path, json=body | {"pins": pins}).json["overruns"] for pins in ([pin], []))
        assert sum(one["over_s"] for one in pinned) > sum(one["over_s"] for one in free)
        itself = {"wish": "move", "stop_id": last["id"], "crew_id": scheme["crews"][1]["id"]}
        answer = proposed(as_zhou, held, {"wish": "remove", "stop_id": other}, itself)  # room for it is made first
        assert answer.status_code == 201, answer.text

    @pytest.mark.parametrize("wrong", [{"stop_id": str(clock.new_id())}, {"crew_id": str(clock.new_id())},
                                       {"on": "2026-01-01"}, {"at": "10:00"}])  # fmt: skip
    def test_name_what_there_is(self, as_zhou, scheme, wrong):
        stop = routed(scheme)[0]
        pins = [self.pin(stop, stop["crew_id"]) | wrong]
        answer = as_zhou.post(f"/v1/schemes/{scheme['id']}/plan", json={"pins": pins})
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/no-such-place")

    def test_need_a_plan_to_propose_another(self, as_zhou, scheme):
        make.patched(as_zhou, scheme, crews=[make.crew()])
        answer = as_zhou.post(f"/v1/schemes/{scheme['id']}/plan", json={"propose": True})
        assert answer.json["type"] == "/problems/not-planned"
