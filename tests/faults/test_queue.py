"""The worker is killed in the middle of its jobs: each is done, and leaves its mark once."""

from bench.faults.queue import kill_workers
from tests import live


class TestKillWorkers:
    def test_finds_every_job_done_once(self, app):
        env = live.environment(app.extensions["doorstep"])
        found = kill_workers(app, count=25, kills=2, seed=7, env=env)
        assert found.kills >= 1
        assert (found.stuck, found.lost, found.doubled) == (0, 0, 0)
