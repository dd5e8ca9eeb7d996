"""A store that is down or hangs must not hold the threads that serve phones."""

import threading

import pytest

from server.errors import StorageFails
from server.media.line import HANGS_AFTER_S, MOST_AT_ONCE, REST_S, Line


class Down(Exception):
    pass


class Hanging:
    """So many calls under way that end only when told to."""

    def __init__(self, line, count):
        self.told, self.begun = threading.Event(), threading.Semaphore(0)
        self.threads = [threading.Thread(target=line.call, args=(self.ask,), daemon=True) for _ in range(count)]
        for thread in self.threads:
            thread.start()
            assert self.begun.acquire(timeout=10)

    def ask(self):
        self.begun.release()
        self.told.wait(30)

    def end(self):
        self.told.set()
        for thread in self.threads:
            thread.join()


@pytest.fixture
def now_s():
    return [100.0]


@pytest.fixture
def line(now_s):
    return Line((Down,), mono_s=lambda: now_s[0])


def fail():
    raise Down


class TestCall:
    def test_returns_what_was_asked(self, line):
        assert line.call(lambda: 7) == 7

    def test_lets_other_faults_through_and_does_not_rest(self, line):
        with pytest.raises(KeyError):
            line.call(lambda: {}["absent"])
        assert line.call(lambda: 7) == 7

    def test_rests_after_a_failure_then_one_finds_out(self, line, now_s):
        with pytest.raises(StorageFails, match="Down"):
            line.call(fail)
        now_s[0] += REST_S - 0.1
        with pytest.raises(StorageFails, match="does not answer"):
            line.call(lambda: 7)
        now_s[0] += 0.1
        scout = Hanging(line, 1)
        with pytest.raises(StorageFails, match="does not answer"):
            line.call(lambda: 7)
        scout.end()
        assert line.call(lambda: 7) == 7

    def test_lets_no_more_in_than_leaves_a_thread_for_records(self, line):
        stuck = Hanging(line, MOST_AT_ONCE)
        with pytest.raises(StorageFails, match="busy"):
            line.call(lambda: 7)
        stuck.end()
        assert line.call(lambda: 7) == 7

    def test_does_not_wait_for_a_store_that_hangs(self, line, now_s):
        stuck = Hanging(line, 1)
        assert line.call(lambda: 7) == 7
        now_s[0] += HANGS_AFTER_S + 0.1
        with pytest.raises(StorageFails, match="does not answer"):
            line.call(lambda: 7)
        stuck.end()
