"""Before Zhou plans, the scheme says which points cannot be believed; the plan then warns the crew about them."""

import pytest

from server import config
from server.db import db
from server.planning.distance import CITY
from server.planning.precision import Precision
from server.schemes import road_problem, sheet
from server.schemes.checks import pack_for
from server.schemes.models import Scheme
from server.vault import place
from tests.server.schemes import make_scheme as make

HEAP = (114.0601, 22.5431)
FUTIAN = ("440304", 114.055072, 22.521521)


def moved(case, lon, lat, *, text=None, adcode=""):
    address = case.addresses[0]
    address.lon, address.lat, address.adcode = lon, lat, adcode
    if text is not None:
        address.text_sealed = config.current().vault.seal(text, at=place("address", "text_sealed", address.id))
    db.session.commit()


@pytest.fixture
def cases(creditors):
    made = [make.case(creditors["bank"], number) for number in range(8)]
    for case in made[:3]:
        moved(case, *HEAP)
    for flat, case in enumerate(made[3:6]):
        moved(case, 114.07, 22.55, text=f"测试路9号{flat}单元")
    return made


@pytest.fixture
def scheme(as_zhou, cases):
    return make.compiled(as_zhou, make.accepted_list(cases))


def points(caller, scheme):
    answer = caller.get(f"/v1/schemes/{scheme['id']}/points")
    assert answer.status_code == 200, answer.text
    return answer.json


class TestReport:
    def test_tells_heaps_and_leaves_towers(self, as_zhou, scheme):
        told = points(as_zhou, scheme)
        (heap,) = told["heaps"]
        assert heap["houses"] == 3
        assert (heap["point"]["lon"], heap["point"]["lat"]) == HEAP
        assert [one["case_no"] for one in heap["stops"]] == [f"WH2026-{number:06d}" for number in range(3)]
        assert told["counts"] == {
            "stops": 8, "exact": 5, "unlocated": 0, "centroid": 0, "stacked": 3, "vague": 0,
        }  # fmt: skip

    def test_stands_on_the_scheme_before_it_is_planned(self, as_zhou, scheme):
        assert scheme["plan_version"] is None
        assert points(as_zhou, scheme)["counts"]["stops"] == 8

    def test_finds_a_centre_passed_off_as_a_house(self, as_zhou, cases, scheme):
        adcode, lon, lat = FUTIAN
        moved(cases[7], lon, lat, adcode=adcode)
        assert [one["case_no"] for one in points(as_zhou, scheme)["centroid"]] == ["WH2026-000007"]

    def test_tells_no_address(self, as_zhou, scheme):
        assert "测试" not in as_zhou.get(f"/v1/schemes/{scheme['id']}/points").text

    def test_leaves_out_what_was_withdrawn(self, as_zhou, scheme):
        kept = make.patched(as_zhou, scheme, stops=[{"case_id": scheme["stops"][0]["case_id"], "withdraw": True}])
        assert points(as_zhou, kept.json)["counts"]["stacked"] == 0

    def test_is_not_for_another_creditors_people(self, as_wei, scheme):
        assert as_wei.get(f"/v1/schemes/{scheme['id']}/points").status_code == 404


class TestPlan:
    def test_warns_the_crew_at_a_heap(self, as_zhou, scheme):
        make.planned(as_zhou, scheme["id"])
        (route,) = as_zhou.get(f"/v1/schemes/{scheme['id']}/routes").json["routes"]
        cautions = {stop["case_no"]: stop["caution"] for stop in route["stops"]}
        assert {cautions[f"WH2026-{number:06d}"] for number in range(3)} == {"find_the_door"}
        assert {cautions[f"WH2026-{number:06d}"] for number in range(3, 8)} == {"none"}

    def test_sends_nobody_to_a_centre(self, as_zhou, cases, scheme):
        adcode, lon, lat = FUTIAN
        moved(cases[7], lon, lat, adcode=adcode)
        make.planned(as_zhou, scheme["id"])
        (dropped,) = as_zhou.get(f"/v1/schemes/{scheme['id']}/routes").json["dropped"]
        assert (dropped["case_no"], dropped["reason"]) == ("WH2026-000007", "unlocated")

    def test_takes_flats_of_one_house_for_one_door(self, scheme):
        row = db.session.query(Scheme).one()
        problem = road_problem.problem(
            row, rules_for=lambda stop, day: pack_for(stop, on=day), detour=CITY, route_centroids=False
        )
        precisions = {stop.label: stop.precision for stop in problem.stops}
        assert precisions["WH2026-000000"] is Precision.STREET
        assert precisions["WH2026-000004"] is Precision.BUILDING


def test_the_approval_sheet_names_a_heap(scheme):
    row = db.session.query(Scheme).one()
    shown = {line.case_no: line.address_precision for line in sheet.facts(row).lines}
    assert shown["WH2026-000001"] == "重叠点"
    assert shown["WH2026-000004"] == "楼栋"
