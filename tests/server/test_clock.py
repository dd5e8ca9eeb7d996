"""Ids of one process sort in the order of their making, also within a millisecond."""

from datetime import UTC, datetime

from server import clock


class TestNewId:
    def test_sorts_in_the_order_of_making_within_a_millisecond(self, monkeypatch):
        monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 28, tzinfo=UTC))
        made = [clock.new_id() for _ in range(2000)]
        assert made == sorted(made)
        assert len(set(made)) == len(made)
        assert {(one.version, str(one)[:13]) for one in made} == {(7, str(made[0])[:13])}

    def test_does_not_grow_when_the_clock_goes_on(self, monkeypatch):
        firsts = []
        for second in range(40):
            monkeypatch.setattr(clock, "now", lambda second=second: datetime(2026, 11, 28, 0, 0, second, tzinfo=UTC))
            firsts.append(clock.new_id().int & clock._GUARD - 1)  # noqa: SLF001  # the random part
        assert firsts != sorted(firsts)
