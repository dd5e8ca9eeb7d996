import pytest
import sqlalchemy as sa

from server import clock, jobs
from server.cases.models import Address
from server.db import db

POINT = {"lon": 114.0571, "lat": 22.5431, "datum": "GCJ-02", "precision": "door"}


@pytest.fixture
def path(desk):
    desk.place({})
    return f"/v1/addresses/{desk.case()['addresses'][0]['id']}"


class TestConfirmPoint:
    def test_keeps_the_raw_point_and_computes_in_wgs84(self, desk, path):
        shown = desk.caller.post(f"{path}/confirm", json={"point": POINT}).json
        assert shown["point"] == POINT
        assert shown["confirmed_at"]
        address = db.session.scalars(sa.select(Address)).one()
        assert abs(address.lon_wgs84 - 114.0521) < 0.001
        assert abs(address.lat_wgs84 - 22.5458) < 0.001

    @pytest.mark.parametrize("change", [{"datum": "北京54"}, {"lon": 190}, {"lat": "x"}, {"precision": "exact"}])
    def test_refuses_what_is_no_point(self, desk, path, change):
        assert desk.caller.post(f"{path}/confirm", json={"point": POINT | change}).status_code == 422
        assert desk.caller.get(path).json["precision"] == "district"

    def test_is_hidden_from_other_creditors(self, path, as_wei):
        assert as_wei.get(path).status_code == 404
        assert as_wei.post(f"{path}/confirm", json={"point": POINT}).status_code == 404


class TestNoteRisk:
    def test_tells_crews_what_to_beware_of(self, path, as_zhou):
        answer = as_zhou.post(f"{path}/risk", json={"risk_level": "high", "access_note": " 院内有犬，勿独行 "})
        assert (answer.json["risk_level"], answer.json["access_note"]) == ("high", "院内有犬，勿独行")

    def test_is_the_supervisors_and_compliances(self, desk, path, as_zhou):
        assert desk.caller.post(f"{path}/risk", json={"risk_level": "high"}).status_code == 403
        assert as_zhou.post(f"{path}/risk", json={"risk_level": "deadly"}).status_code == 422


class TestGeocode:
    def test_answers_the_districts_centroid_without_asking_anybody(self, desk, path, in_app):
        address = db.session.scalars(sa.select(Address)).one()
        address.precision, address.lon, address.lat = "none", None, None
        db.session.commit()
        answer = desk.caller.post(f"{path}/geocode")
        assert answer.status_code == 202
        jobs.drain(clock.now())
        shown = desk.caller.get(path).json
        assert (shown["precision"], shown["source"], shown["is_routable"]) == ("district", "centroid", False)

    def test_leaves_a_confirmed_point_alone(self, desk, path, in_app):
        desk.caller.post(f"{path}/confirm", json={"point": POINT})
        desk.caller.post(f"{path}/geocode")
        jobs.drain(clock.now())
        assert desk.caller.get(path).json["point"] == POINT
