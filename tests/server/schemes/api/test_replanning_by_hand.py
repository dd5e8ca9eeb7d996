"""Zhou changes a plan by hand: proposed, looked at, accepted; and what he pinned stays where it is."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from server import clock, jobs
from server.accounts.models import Person
from server.db import db
from server.schemes.models import Scheme
from tests.server.schemes import make_scheme as make
from tests.server.schemes.make_long_day import NOON, long_day, routed, tried


@pytest.fixture
def beginning(request):
    """Begin when the long day is planned, where a test asks for it."""
    return long_day if "scheme" in request.fixturenames else None


@pytest.fixture
def scheme(install, in_app):
    return install.told(long_day)


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
