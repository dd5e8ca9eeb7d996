"""Two gunicorn hosts behind nginx on one PostgreSQL, S3 store and Redis, one killed in the evening's burst."""

import io

from rich.console import Console

from bench.hosts import drill
from bench.report import Report
from server.simulation.report import words


class TestManyHosts:
    def test_lose_nothing_when_one_is_killed_in_the_burst(self, tmp_path):
        (tmp_path / "run").mkdir()
        plan = drill.plan_of(drill.QUICK, seed=7)
        with drill.backing(tmp_path) as behind:
            outcome = drill.play(plan, behind, tmp_path / "run", hosts=2, console=Console(file=io.StringIO()))
        assert outcome.holds, "\n".join(words(outcome))
        assert len(outcome.findings) == 12
        assert outcome.counts["server_killed"] == 1
        assert outcome.counts["server_lives"] == 3
        assert not list((tmp_path / "run").rglob("*.part")), "a part lay on one host"
        report = Report("hosts", quick=True, goals=drill.GOALS)
        drill.tell(report, [outcome], behind)
        stored = {one.code: one.compared for one in outcome.findings}
        assert report.figures["records"] == stored["I1"]["stored records"]
        assert report.figures["files"] == stored["I2"]["files"] >= stored["I1"]["acknowledged files"] > 0
