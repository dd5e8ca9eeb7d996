"""The store of the files is killed, and made to hang, under a fleet on a real server: records never wait for it."""

import time

import pytest
import requests
from sqlalchemy import func, select

from bench.faults.fleet import fleet
from bench.faults.judge import judge
from bench.faults.phones import issue_codes
from server.db import db
from server.visits.models import Record
from tests import live

PHONES, SEED, DOWN_S = 6, 7, 6.0


@pytest.fixture
def server(app, in_bucket):
    with live.serving(app.extensions["doorstep"]) as running:
        yield running


def records(app):
    """Return how many records are kept."""
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Record))


@pytest.mark.parametrize("down", ["killed", "hanging"])
class TestStoreDown:
    def test_records_go_in_and_files_wait(self, app, server, in_bucket, tmp_path, down):
        phones = fleet(issue_codes(app, count=PHONES), url=server.url, folder=tmp_path, seed=SEED)
        phones.start()
        until(lambda: records(app) > PHONES)
        in_bucket.kill() if down == "killed" else in_bucket.hang()
        before = records(app)
        time.sleep(DOWN_S)
        told = requests.get(f"{server.url}/readyz", timeout=60)
        while_down = records(app)
        in_bucket.start() if down == "killed" else in_bucket.go_on()
        phones.heal()
        verdict = judge(app, sorted(tmp_path.glob("phone-*.db")))
        assert while_down > before + PHONES, "records waited for the store of the files"
        assert (told.status_code, told.json()["status"]) == (200, "degraded")
        assert "file store" in told.json()["checks"]["media"]
        assert phones.faults, "no upload met the store that was down"
        assert all(": 503 " in fault and "/v1/files" in fault for fault in phones.faults), phones.faults
        assert verdict.is_clean, verdict
        assert verdict.written == verdict.stored == verdict.acknowledged
        assert verdict.files > 0
        until(lambda: requests.get(f"{server.url}/readyz", timeout=60).json()["status"] == "ok")


def until(is_true, within_s=60):
    """Wait until something is so."""
    ends_s = time.monotonic() + within_s
    while not is_true():
        assert time.monotonic() < ends_s
        time.sleep(0.1)
