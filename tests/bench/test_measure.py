"""Timing: processor seconds, and two sides in turn."""

import time

import pytest

from bench.measure import cpu_s, median_cpu_s, ratio, wall_s


def busy(seconds):
    def work():
        ends_s = time.process_time() + seconds
        while time.process_time() < ends_s:
            pass

    return work


class TestCpuS:
    def test_counts_work_and_not_waiting(self):
        assert cpu_s(lambda: time.sleep(0.05)) < 0.03
        assert cpu_s(busy(0.02)) >= 0.02

    def test_is_the_mean_of_so_many_calls(self):
        calls = []
        cpu_s(lambda: calls.append(1), times=5)
        assert len(calls) == 5


class TestWallS:
    def test_counts_waiting(self):
        assert wall_s(lambda: time.sleep(0.03)) >= 0.03


class TestMedianCpuS:
    def test_warms_up_once_outside_the_measurement(self):
        calls = []
        median_cpu_s(lambda: calls.append(1), rounds=3, times=2)
        assert len(calls) == 1 + 3 * 2

    def test_is_not_moved_by_one_slow_round(self):
        works = iter([busy(0), busy(0), busy(0.05), busy(0), busy(0), busy(0)])

        def next_work():
            next(works)()

        assert median_cpu_s(next_work, rounds=5) < 0.02


class TestRatio:
    def test_is_above_one_when_we_are_faster(self):
        assert ratio(busy(0.002), busy(0.006), rounds=3) == pytest.approx(3, rel=0.5)

    def test_takes_the_sides_in_turn_and_changes_who_goes_first(self):
        order = []
        ratio(lambda: order.append("o"), lambda: order.append("p"), rounds=3, timer=lambda work: work() or 1.0)
        assert "".join(order) == "op" + "op" + "po" + "op"
