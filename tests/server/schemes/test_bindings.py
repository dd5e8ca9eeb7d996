"""Orders a compiler gives and days the rules put between visits to one debtor, from the request to the plan."""

from datetime import date, timedelta

import pytest

from server import clock
from server.compliance.layers import with_policy
from server.compliance.rulepack import load
from server.db import db
from server.planning.distance import CITY
from server.planning.model import Revisit
from server.schemes import bindings, road_problem
from server.schemes.models import Scheme
from tests.server.schemes import make_scheme as make

WEEK = [(make.DAY + timedelta(days=number)).isoformat() for number in range(4)]
SPACED = with_policy(load(), policy={"REVISIT": {"enabled": True, "params": {"least_days_apart": 3}}})


@pytest.fixture
def scheme(as_zhou, creditors):
    cases = [make.case(creditors["bank"], number) for number in range(5)]
    cases[1].debtor.id_index = cases[0].debtor.id_index  # the same person owes on two cards
    db.session.commit()
    return make.compiled(as_zhou, make.accepted_list(cases), dates=WEEK)


def row_of(scheme):
    return db.session.query(Scheme).filter_by(serial=scheme["serial"]).one()


def built(scheme, pack=SPACED):
    return road_problem.problem(scheme, rules_for=lambda _stop, _day: pack, detour=CITY, route_centroids=False)


def by_case(scheme):
    return {stop["case_no"][-1]: stop for stop in scheme["stops"]}


def order(stop, after):
    return {"stop_id": stop["id"], "after_id": after["id"]}


def routes(caller, scheme):
    return caller.get(f"/v1/schemes/{scheme['id']}/routes").json


def seat(table, stop):
    return next(
        ((route["crew_id"], route["on"]), one["seq"])
        for route in table["routes"]
        for one in route["stops"]
        if one["stop_id"] == stop["id"]
    )


class TestRevisits:
    def test_binds_nothing_while_the_rule_is_off(self, scheme):
        assert {one.revisit for one in built(row_of(scheme), load()).stops} == {None}

    def test_names_the_person_and_not_the_case(self, scheme):
        found = {one.label[-1]: one.revisit for one in built(row_of(scheme)).stops}
        assert found["0"] == found["1"] == Revisit(f"{0:032d}", 3)
        assert found["2"] == Revisit(f"{2:032d}", 3)

    def test_counts_from_visits_that_were_made(self, as_zhou, scheme, creditors):
        row = row_of(scheme)
        case = next(one.case for one in row.stops if one.case.case_no.endswith("2"))
        other = row_of(make.compiled(as_zhou, make.accepted_list([make.case(creditors["bank"], 9)])))
        other.stops.append(make.earlier_stop(case, days_before=2))
        db.session.commit()
        found = {one.label[-1]: one.revisit for one in built(row_of(scheme)).stops}
        assert found["2"].visited_on == {make.DAY - timedelta(days=2)}
        assert found["3"].visited_on == frozenset()

    def test_a_plan_keeps_them_and_its_checks_say_so(self, as_zhou, scheme, creditors):
        make.set_rules(creditors["bank"], REVISIT={"enabled": True, "params": {"least_days_apart": 3}})
        planned = make.planned(as_zhou, scheme["id"])
        days = sorted(date.fromisoformat(by_case(planned)[name]["day"]) for name in "01")
        assert days[1] - days[0] >= timedelta(days=3)
        assert next(one for one in planned["compliance"] if one["rule_id"] == "REVISIT")["finding"] == "kept"

    def test_says_spaced_where_the_days_do_not_suffice(self, as_zhou, scheme, creditors):
        make.set_rules(creditors["bank"], REVISIT={"enabled": True, "params": {"least_days_apart": 9}})
        planned = make.planned(as_zhou, scheme["id"])
        left = [stop for stop in planned["stops"] if stop["state"] == "dropped"]
        assert [one["drop_reason"]["reason"] for one in left] == ["spaced"]
        assert left[0]["drop_reason"]["text"]["zh"]


class TestOrders:
    def test_a_plan_keeps_them_and_states_them(self, as_zhou, scheme):
        stops = by_case(scheme)
        asked = [order(stops["2"], stops["4"]), order(stops["3"], stops["2"])]
        make.planned(as_zhou, scheme["id"], orders=asked)
        table = routes(as_zhou, scheme)
        seats = [seat(table, stops[name]) for name in "423"]
        assert len({day for day, _ in seats}) == 1
        assert [seq for _, seq in seats] == sorted(seq for _, seq in seats)
        assert table["parameters"]["orders"] == sorted(asked, key=lambda one: one["stop_id"])

    def test_is_turned_round_when_asked_the_other_way(self, as_zhou, scheme):
        stops = by_case(scheme)
        for first, then in ("24", "42"):
            make.planned(as_zhou, scheme["id"], orders=[order(stops[then], stops[first])], warm=False)
            table = routes(as_zhou, scheme)
            assert seat(table, stops[first]) < seat(table, stops[then])
            assert seat(table, stops[first])[0] == seat(table, stops[then])[0]

    def test_a_change_that_breaks_one_is_shown_and_not_kept(self, as_zhou, scheme):
        stops = by_case(scheme)
        asked = [order(stops["2"], stops["4"])]
        planned = make.planned(as_zhou, scheme["id"], orders=asked)
        day = by_case(planned)["4"]["day"]
        other = next(one for one in WEEK if one != day)
        changes = [{"wish": "move", "stop_id": stops["2"]["id"], "on": other}]
        path, body = f"/v1/schemes/{scheme['id']}", {"changes": changes, "orders": asked}
        told = as_zhou.post(f"{path}/what-if", json=body).json
        assert [(one["on"], one["over_s"]) for one in told["overruns"]] == [(other, 0)]
        tag = {"If-Match": f'"v{planned["version"]}"'}
        assert as_zhou.post(f"{path}/plans", json=body, headers=tag).json["type"] == "/problems/nobody-can-keep"
        freed = as_zhou.post(f"{path}/plans", json=body | {"orders": []}, headers=tag)
        assert freed.status_code == 201, freed.text

    def test_refuses_a_circle(self, as_zhou, scheme):
        stops = by_case(scheme)
        asked = [order(stops["2"], stops["4"]), order(stops["4"], stops["3"]), order(stops["3"], stops["2"])]
        answer = as_zhou.post(f"/v1/schemes/{scheme['id']}/plan", json={"orders": asked})
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/circular-order")
        assert answer.json["stop_ids"] == sorted(stops[name]["id"] for name in "234")

    def test_refuses_a_stop_of_another_scheme(self, as_zhou, scheme):
        asked = [{"stop_id": str(clock.new_id()), "after_id": scheme["stops"][0]["id"]}]
        answer = as_zhou.post(f"/v1/schemes/{scheme['id']}/plan", json={"orders": asked})
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/no-such-place")

    def test_one_whose_first_is_withdrawn_binds_nothing(self, as_zhou, scheme):
        stops = by_case(scheme)
        patched = make.patched(as_zhou, scheme, stops=[{"case_id": stops["4"]["case_id"], "withdraw": True}]).json
        planned = make.planned(as_zhou, patched["id"], orders=[order(stops["2"], stops["4"])])
        assert by_case(planned)["2"]["crew_id"]

    def test_keeps_each_order_once(self, scheme):
        row = row_of(scheme)
        ids = [stop.id for stop in row.stops]
        told = [{"stop_id": ids[0], "after_id": ids[1]}] * 2
        assert bindings.of_scheme(row, told) == [{"stop_id": str(ids[0]), "after_id": str(ids[1])}]
