"""Zhou has routes found by a job, reads them as table, GeoJSON and drawing, and may cancel the search."""

import json
from uuid import UUID

import pytest
from defusedxml import ElementTree

from server import clock, jobs
from server.db import db
from server.jobs import Job
from server.schemes import plan_job, plan_store
from server.schemes.models import Scheme
from tests.server.schemes import make_scheme as make


@pytest.fixture
def scheme(as_zhou, creditors):
    cases = [make.case(creditors["bank"], number) for number in range(4)]
    cases.append(make.case(creditors["bank"], 4, precision="district"))
    return make.compiled(as_zhou, make.accepted_list(cases))


def job_of(answer):
    return db.session.get(Job, UUID(answer.json["id"]), populate_existing=True)


class TestPlan:
    def test_answers_with_the_job_at_once(self, as_zhou, scheme):
        answer = as_zhou.post(f"/v1/schemes/{scheme['id']}/plan", json={})
        assert answer.status_code == 202
        assert answer.headers["Location"] == f"/v1/jobs/{answer.json['id']}"
        assert as_zhou.get(f"/v1/schemes/{scheme['id']}").json["plan_version"] is None

    def test_puts_every_located_visit_on_a_route(self, as_zhou, scheme):
        planned = make.planned(as_zhou, scheme["id"])
        assert planned["plan_version"] == 1
        assert planned["version"] == scheme["version"] + 1
        routed = [stop for stop in planned["stops"] if stop["crew_id"]]
        assert sorted(stop["seq"] for stop in routed) == [1, 2, 3, 4]
        assert {stop["day"] for stop in routed} == {make.DAY.isoformat()}

    def test_never_routes_to_a_centroid_unasked(self, as_zhou, scheme):
        planned = make.planned(as_zhou, scheme["id"])
        (left,) = [stop for stop in planned["stops"] if stop["state"] == "dropped"]
        assert left["case_no"] == "WH2026-000004"
        assert left["drop_reason"]["reason"] == "unlocated"

    def test_routes_to_a_centroid_with_a_caution_when_asked(self, as_zhou, scheme):
        make.planned(as_zhou, scheme["id"], route_centroids=True)
        table = as_zhou.get(f"/v1/schemes/{scheme['id']}/routes").json
        cautions = {stop["case_no"]: stop["caution"] for route in table["routes"] for stop in route["stops"]}
        assert cautions["WH2026-000004"] == "centroid"
        assert table["dropped"] == []

    def test_leaves_a_frozen_case_out_and_says_so(self, as_zhou, scheme):
        make.flag(UUID(scheme["stops"][0]["case_id"]))
        planned = make.planned(as_zhou, scheme["id"])
        (frozen,) = [one for one in planned["stops"] if one["case_id"] == scheme["stops"][0]["case_id"]]
        assert (frozen["state"], frozen["drop_reason"]["reason"]) == ("dropped", "frozen")

    def test_stores_what_the_rules_say(self, as_zhou, scheme):
        planned = make.planned(as_zhou, scheme["id"])
        entries = {entry["rule_id"]: entry for entry in planned["compliance"]}
        assert set(entries) == {
            "HOURS", "CREW", "STAFF-OK", "FREEZE", "FREQ-C", "HOLIDAY", "LIM-EXPIRED", "LIM-UNKNOWN", "LIM-SOON",
        }  # fmt: skip
        assert {entry["finding"] for entry in entries.values()} == {"kept"}
        assert (entries["HOURS"]["checked"], entries["STAFF-OK"]["checked"]) == (4, 2)
        assert planned["pack_version"] == "cn-2026.1"

    def test_reckons_the_costs_from_the_rates(self, as_zhou, scheme):
        planned = make.planned(as_zhou, scheme["id"])
        metres = as_zhou.get(f"/v1/schemes/{scheme['id']}/routes").json["totals"]["distance_m"]
        assert planned["costs"][0]["amount_fen"] == -(-metres // 1000) * 120
        assert planned["cost_fen"] == planned["costs"][0]["amount_fen"] + 20_000

    def test_gives_the_same_plan_for_the_same_seed(self, as_zhou, scheme):
        make.planned(as_zhou, scheme["id"])
        first = as_zhou.get(f"/v1/schemes/{scheme['id']}/routes").json
        make.planned(as_zhou, scheme["id"])
        second = as_zhou.get(f"/v1/schemes/{scheme['id']}/routes").json
        assert second["plan_version"] == 2
        assert second["routes"] == first["routes"]

    def test_fails_when_the_scheme_was_changed_meanwhile(self, as_zhou, scheme):
        answer = as_zhou.post(f"/v1/schemes/{scheme['id']}/plan", json={"iterations": 10})
        make.patched(as_zhou, scheme, area="罗湖区")
        jobs.drain(clock.now())
        job = job_of(answer)
        assert (job.state, job.error["type"]) == ("failed", "/problems/scheme-moved")
        assert as_zhou.get(f"/v1/schemes/{scheme['id']}").json["plan_version"] is None

    def test_writes_nothing_when_the_scheme_changes_during_the_search(self, as_zhou, scheme):
        def change_meanwhile(_progress, _message=""):
            make.patched(as_zhou, scheme, area="罗湖区")
            return True

        args = {
            "scheme_id": scheme["id"],
            "version": scheme["version"],
            "actor_id": as_zhou.person_id,
            "region": "city",
            "iterations": 10,
            "seed": 1,
            "budget_s": None,
            "route_centroids": False,
            "rest": None,
            "max_driving_min": None,
            "max_working_min": None,
        }
        with pytest.raises(plan_job.SchemeMoved, match="planned for version 1, it is now 2"):
            plan_job.plan_scheme(args, change_meanwhile)
        db.session.rollback()
        assert as_zhou.get(f"/v1/schemes/{scheme['id']}").json["plan_version"] is None

    def test_keeps_the_best_so_far_when_cancelled(self, as_zhou, scheme):
        answer = as_zhou.post(f"/v1/schemes/{scheme['id']}/plan", json={"iterations": 1_000_000})
        job = job_of(answer)
        job.cancel_asked = True
        db.session.commit()
        jobs.drain(clock.now())
        table = as_zhou.get(f"/v1/schemes/{scheme['id']}/routes").json
        assert table["parameters"]["stopped_early"] is True
        assert table["parameters"]["iterations"] < 1_000_000
        assert job_of(answer).state == "done"

    def test_is_for_the_compiler_only(self, as_sun, scheme):
        answer = as_sun.post(f"/v1/schemes/{scheme['id']}/plan", json={})
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/not-the-compiler")

    @pytest.mark.parametrize("change", [{"iterations": 0}, {"region": "moon"}, {"iterations": "9"}, {"speed": 200}])
    def test_refuses_odd_settings(self, as_zhou, scheme, change):
        assert as_zhou.post(f"/v1/schemes/{scheme['id']}/plan", json=change).status_code == 422

    def test_loses_the_plan_when_its_ground_changes(self, as_zhou, scheme):
        planned = make.planned(as_zhou, scheme["id"])
        kept = make.patched(as_zhou, planned, risk_notes="犬只").json
        assert kept["plan_version"] == 1
        lost = make.patched(as_zhou, kept, crews=[make.crew(shift_from="10:00")]).json
        assert lost["plan_version"] is None
        assert lost["compliance"] == []
        assert {stop["seq"] for stop in lost["stops"]} == {None}


class TestRoutes:
    def test_refuses_before_there_is_a_plan(self, as_zhou, scheme):
        answer = as_zhou.get(f"/v1/schemes/{scheme['id']}/routes")
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/not-planned")

    def test_gives_arrival_times_in_order(self, as_zhou, scheme):
        make.planned(as_zhou, scheme["id"])
        (route,) = as_zhou.get(f"/v1/schemes/{scheme['id']}/routes").json["routes"]
        starts = [stop["starts_at"] for stop in route["stops"]]
        assert starts == sorted(starts)
        assert route["departs_at"] <= starts[0]
        assert route["returns_at"] >= route["stops"][-1]["leaves_at"]
        assert [stop["seq"] for stop in route["stops"]] == [1, 2, 3, 4]

    def test_states_how_the_figures_were_made(self, as_zhou, scheme):
        make.planned(as_zhou, scheme["id"])
        parameters = as_zhou.get(f"/v1/schemes/{scheme['id']}/routes").json["parameters"]
        assert parameters["detour"]["factor"] == 1.4
        assert parameters["solver"].startswith("PyVRP 0.14")
        assert (parameters["seed"], parameters["starts"]) == (1, 2)
        assert (parameters["iterations_allowed"], parameters["iterations"]) == (100, 200)
        assert parameters["warm_from"] is None

    def test_begins_from_the_plan_in_force_unless_told_not_to(self, as_zhou, scheme):
        path = f"/v1/schemes/{scheme['id']}/routes"
        make.planned(as_zhou, scheme["id"])
        make.planned(as_zhou, scheme["id"])
        assert as_zhou.get(path).json["parameters"]["warm_from"] == 1
        make.planned(as_zhou, scheme["id"], warm=False)
        assert as_zhou.get(path).json["parameters"]["warm_from"] is None

    def test_keeps_to_the_debtors_hours(self, as_zhou, scheme):
        case_id = scheme["stops"][0]["case_id"]
        hours = [{"case_id": case_id, "windows": [{"from": "14:00", "until": "15:00"}]}]
        make.patched(as_zhou, scheme, stops=hours)
        make.planned(as_zhou, scheme["id"])
        (route,) = as_zhou.get(f"/v1/schemes/{scheme['id']}/routes").json["routes"]
        (stop,) = [one for one in route["stops"] if one["case_id"] == case_id]
        assert stop["starts_at"][11:16] >= "06:00"  # 14:00 local
        assert stop["leaves_at"][11:16] <= "07:00"

    def test_drops_a_visit_whose_hours_are_never_lawful(self, as_zhou, scheme):
        case_id = scheme["stops"][0]["case_id"]
        hours = [{"case_id": case_id, "windows": [{"from": "22:10", "until": "23:50"}]}]
        make.patched(as_zhou, scheme, stops=hours)
        make.planned(as_zhou, scheme["id"])
        dropped = as_zhou.get(f"/v1/schemes/{scheme['id']}/routes").json["dropped"]
        assert {one["case_id"]: one["reason"] for one in dropped}[case_id] == "window"

    def test_drops_a_visit_in_a_language_no_crew_speaks(self, as_zhou, creditors):
        cases = [make.case(creditors["bank"], 1), make.case(creditors["bank"], 2, languages=["ug"])]
        scheme = make.compiled(as_zhou, make.accepted_list(cases))
        make.planned(as_zhou, scheme["id"])
        (dropped,) = as_zhou.get(f"/v1/schemes/{scheme['id']}/routes").json["dropped"]
        assert (dropped["case_no"], dropped["reason"]) == ("WH2026-000002", "skill")


class TestGeojson:
    def test_is_geojson_in_wgs84(self, as_zhou, scheme):
        make.planned(as_zhou, scheme["id"])
        answer = as_zhou.get(f"/v1/schemes/{scheme['id']}/routes.geojson")
        assert answer.headers["Content-Type"] == "application/geo+json"
        features = json.loads(answer.data)["features"]
        assert [one["properties"]["kind"] for one in features].count("stop") == 4
        assert not any("测试" in json.dumps(one, ensure_ascii=False) for one in features)


class TestSvg:
    def test_loads_nothing_and_names_nobody(self, as_zhou, scheme):
        make.planned(as_zhou, scheme["id"])
        answer = as_zhou.get(f"/v1/schemes/{scheme['id']}/routes.svg")
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        root = ElementTree.fromstring(answer.data)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert scheme["serial"] in answer.text
        assert "测试0" not in answer.text


class TestPlanInForce:
    def test_reads_back_what_was_stored(self, as_zhou, scheme):
        make.planned(as_zhou, scheme["id"])
        row = db.session.get(Scheme, UUID(scheme["id"]))
        plan = plan_store.plan_in_force(row)
        assert plan.served == 4
        assert [stop.case.case_no for stop in plan_store.routed_stops(row)] == [
            routed.label for route in plan.routes for routed in route.stops
        ]
