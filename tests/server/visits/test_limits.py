"""Limits that all hosts share through a real Redis, and that hold in each process when it is away."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import redis

from bench.hosts import limits_store
from server.app import create_app
from server.db import db
from server.visits.limits import REST_S, SharedThrottle
from server.visits.throttle import Throttle

AT = datetime(2026, 12, 2, 8, 0, tzinfo=UTC)
MOST, PER = 10, timedelta(minutes=1)
ADDRESS = "203.0.113.9"


@pytest.fixture
def server():
    with limits_store.running() as running:
        yield running


@pytest.fixture
def now_s():
    return [0.0]


@pytest.fixture
def processes(server, now_s):
    """Two processes of one installation."""
    return [
        SharedThrottle(
            "x", Throttle(MOST, PER), url=server.url, blind=lambda one: f"blind-{len(one)}", mono_s=lambda: now_s[0]
        )
        for _ in range(2)
    ]


def ask(process, count, address=ADDRESS):
    return [process.wait_s(address, at=AT) == 0 for _ in range(count)].count(True)


class TestSharedThrottle:
    def test_counts_for_all_processes_together(self, processes):
        assert ask(processes[0], 6) == 6
        assert ask(processes[1], 6) == 4
        assert 0 < processes[0].wait_s(ADDRESS, at=AT) <= 60

    def test_keeps_no_address(self, server, processes):
        ask(processes[0], 3)
        held = redis.Redis.from_url(server.url)
        assert held.keys() == [b"doorstep:x:blind-11"]
        assert 0 < held.ttl(held.keys()[0]) <= 60

    def test_goes_by_each_processs_own_count_while_redis_is_away(self, server, processes):
        ask(processes[0], 6)
        server.kill()
        assert ask(processes[0], 10) == 4
        assert ask(processes[1], 20) == 10

    def test_counts_together_again_when_redis_is_back(self, server, processes, now_s):
        server.kill()
        ask(processes[0], 1)
        server.start()
        ask(processes[0], 1)
        held = redis.Redis.from_url(server.url)
        assert held.keys() == []  # it is not asked for a while
        now_s[0] += REST_S
        assert ask(processes[0], 20) == 10

    def test_refuses_nobody_for_a_redis_that_takes_nothing(self, server, processes):
        redis.Redis.from_url(server.url).config_set("maxmemory", "1")
        assert ask(processes[0], 3) == 3


class TestCounter:
    def test_is_one_for_all_hosts(self, app, server, tmp_path):
        settings = replace(app.extensions["doorstep"], redis_url=server.url)
        hosts = [create_app(settings) for _ in range(2)]
        answers = [hosts[n % 2].test_client().get("/v1/verify/HZ-20261202-0001-0") for n in range(61)]
        assert [one.status_code for one in answers] == [404] * 60 + [429]
        assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
        server.kill()
        assert hosts[0].test_client().get("/v1/verify/HZ-20261202-0001-0").status_code == 404
        for host in hosts:
            with host.app_context():
                db.session.remove()
                db.engine.dispose()
