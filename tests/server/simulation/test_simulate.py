"""A small fleet against a real server, on the engine of the test run: every fault once, and all twelve hold."""

import io
import uuid

import pytest
from rich.console import Console

from server.simulation import plan as plans
from server.simulation import report
from server.simulation.plan import Faults, draw
from server.simulation.progress import Progress
from server.simulation.simulate import simulate
from tests.live import pg_admin

UNHURRIED_S = 120.0  # nothing is tested by time


@pytest.fixture
def database_url(engine_name, postgres_uri):
    """An empty database of the engine; empty for SQLite in the simulation's own folder."""
    if engine_name == "sqlite":
        yield ""
        return
    name = f"simulate_{uuid.uuid4().hex[:12]}"
    pg_admin(postgres_uri, f"CREATE DATABASE {name}")
    yield postgres_uri.format(name)
    pg_admin(postgres_uri, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


class TestSimulate:
    def test_a_heavy_day_of_three_crews_in_two_schemes_loses_nothing(self, tmp_path, database_url, monkeypatch):
        monkeypatch.setattr(plans, "MOST_CREWS", 2)
        plan = draw(agents=6, days=1, faults=Faults.HEAVY, seed=7)
        console = Console(file=io.StringIO())
        outcome = simulate(
            plan, tmp_path / "run", database_url=database_url, progress=Progress(console), slow_s=UNHURRIED_S
        )
        told = "\n".join(report.words(outcome))
        assert outcome.holds, told
        assert outcome.counts["restores"] == outcome.counts["phones_lost"] == 1
        assert outcome.counts["server_killed"] == 2
        assert outcome.counts["visits"] > 6
        assert outcome.counts["dispatches"] == 3  # two schemes, and one of them again
        compared = {finding.code: finding.compared for finding in outcome.findings}
        assert compared["I7"]["handed in on purpose"] >= 3
        assert compared["I6"]["forks"] == 1
        assert compared["I5"]["leavings"] > 0
        assert compared["I1"]["acknowledged files"] > 10
