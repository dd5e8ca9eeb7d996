"""An address may ask so often and no more, and then waits."""

from datetime import UTC, datetime, timedelta

from server.visits import throttle
from server.visits.throttle import Throttle

AT = datetime(2026, 12, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class TestWaitS:
    def test_lets_so_many_through_and_says_how_long_to_wait(self):
        counter = Throttle(2, MINUTE)
        assert [counter.wait_s("a", at=AT + timedelta(seconds=n)) for n in (0, 10, 20)] == [0, 0, 40]

    def test_counts_each_address_by_itself(self):
        counter = Throttle(1, MINUTE)
        assert [counter.wait_s(one, at=AT) for one in "abab"] == [0, 0, 60, 60]

    def test_forgets_after_a_while(self):
        counter = Throttle(1, MINUTE)
        counter.wait_s("a", at=AT)
        assert counter.wait_s("a", at=AT + MINUTE) == 0

    def test_never_says_wait_no_time(self):
        counter = Throttle(1, MINUTE)
        counter.wait_s("a", at=AT)
        assert counter.wait_s("a", at=AT + MINUTE - timedelta(milliseconds=1)) == 1

    def test_does_not_grow_without_end(self, monkeypatch):
        monkeypatch.setattr(throttle, "MAX_ADDRESSES", 3)
        counter = Throttle(1, MINUTE)
        for number in range(10):
            counter.wait_s(str(number), at=AT)
        assert counter.wait_s("0", at=AT) == 0
        assert counter.wait_s("9", at=AT) == 60
