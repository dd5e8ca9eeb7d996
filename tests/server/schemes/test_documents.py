"""A point on a phone says in WGS-84 where the door is, and what the point is worth."""

import pytest

from server.cases.models import Address
from server.schemes import documents
from tests.server.schemes import make_scheme as make

GCJ02 = {"lon": 114.065, "lat": 22.540, "datum": "GCJ-02"}


class TestPlace:
    @pytest.mark.parametrize(
        ("precision", "caution"),
        [("door", "none"), ("building", "none"), ("street", "find_the_door"), ("district", "centroid")],
    )
    def test_warns_of_a_vague_point(self, precision, caution):
        place = documents.place(Address(**GCJ02, precision=precision))
        assert (place["precision"], place["caution"]) == (precision, caution)

    def test_gives_wgs84_whatever_came(self):
        place = documents.place(Address(**GCJ02, precision="door"))
        assert place["datum"] == "WGS-84"
        assert (place["lon"], place["lat"]) == pytest.approx((114.05987, 22.5427), abs=2e-4)

    @pytest.mark.parametrize("change", [{"lon": None}, {"lat": None}, {"datum": None}])
    def test_gives_nothing_without_a_whole_point(self, change):
        assert documents.place(Address(**GCJ02 | change, precision="door")) is None

    def test_gives_nothing_without_an_address(self):
        assert documents.place(None) is None


class TestForms:
    def test_gives_published_forms_by_id_and_version(self, in_app):
        ((doc_id, form),) = [
            (one, form) for one, form in documents.forms(None, ["visit-2026120201", "visit-0", "x"]).items()
        ]
        assert doc_id == form["id"] == "visit-2026120201"


class TestRulePacks:
    def test_gives_the_packs_that_ship_and_no_other(self, in_app):
        assert set(documents.rule_packs(make.person_id("fang"), ["cn-2026.1", "cn-2020.1"])) == {"cn-2026.1"}
