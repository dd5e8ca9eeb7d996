"""The roads bench: the factor's error against a served country, told as it is or not at all."""

import pytest

from bench import roads
from bench.report import Report
from tests.server.schemes.road_servers import serving


@pytest.fixture
def report():
    return Report("roads", quick=True, goals=roads.GOALS)


class TestRun:
    def test_tells_the_error_of_the_factor(self, report, monkeypatch):
        with serving("osrm") as served:
            monkeypatch.setenv("DOORSTEP_ROADS", "osrm")
            monkeypatch.setenv("DOORSTEP_ROADS_URL", served.url)
            roads.run(report)
        figures = report.document()["figures"]
        # In that country a road is a quarter longer than the way along the axes; the factors are 1.4 and 1.35.
        assert 0 < figures["city_mean_error_pct"] < figures["city_p95_error_pct"] < 30
        assert figures["county_mean_error_pct"] != figures["city_mean_error_pct"]

    def test_without_a_service_says_so(self, report, monkeypatch):
        monkeypatch.delenv("DOORSTEP_ROADS", raising=False)
        roads.run(report)
        told = report.document()
        assert set(told["figures"].values()) == {None}
        assert set(told["skipped"].values()) == {"DOORSTEP_ROADS names no road service"}

    def test_a_service_that_is_down_is_named(self, report, monkeypatch):
        monkeypatch.setenv("DOORSTEP_ROADS", "osrm")
        with serving("osrm") as served:
            monkeypatch.setenv("DOORSTEP_ROADS_URL", served.url)
            served.status = 503
            roads.run(report)
        assert "503" in report.document()["skipped"]["city_mean_error_pct"]
