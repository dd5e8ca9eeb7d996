"""The real process that other tests rely on."""

import os
import time
from contextlib import suppress

import pytest
import requests

from tests import live


def answers(server):
    return requests.get(f"{server.url}/readyz", timeout=5).status_code


def is_gone(pid):
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return False
    return True


class TestLiveServer:
    def test_serves_the_database_of_the_test_over_kills_and_restart(self, live_server, as_zhou):
        url, pids = live_server.url, [live_server.pid, *live_server.worker_pids()]
        headers = {"Authorization": f"Bearer {as_zhou.token}"}
        assert requests.get(f"{url}/v1/me", headers=headers, timeout=10).json()["person"]["id"] == as_zhou.person_id

        killed = live_server.kill_a_worker()
        while killed in live_server.worker_pids() or len(live_server.worker_pids()) < 2:
            time.sleep(0.01)
        assert answers(live_server) == 200

        before = live_server.worker_pids()
        live_server.renew_workers()
        assert not set(before) & set(live_server.worker_pids())
        assert answers(live_server) == 200

        live_server.kill()
        with pytest.raises(requests.ConnectionError):
            answers(live_server)
        while not all(map(is_gone, pids)):  # nobody waits for the workers; init takes a moment
            time.sleep(0.01)

        live_server.restart()
        assert live_server.url == url
        assert live_server.pid not in pids
        assert requests.get(f"{url}/v1/me", headers=headers, timeout=10).json()["person"]["id"] == as_zhou.person_id

    def test_tells_why_it_did_not_come_up(self, app):
        settings = app.extensions["doorstep"]
        (settings.var_dir / "keys" / "ack.key").unlink()
        with pytest.raises(live.NotUp, match="doorstep init"), live.serving(settings):
            pass
