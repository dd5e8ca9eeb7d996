"""Timing in processor seconds, and two sides interleaved so that a noisy minute hits both."""

import statistics
import time
from collections.abc import Callable

Work = Callable[[], object]


def cpu_s(work: Work, *, times: int = 1) -> float:
    """Return the processor seconds that one call takes, averaged over `times` calls."""
    began = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - began) / times


def wall_s(work: Work) -> float:
    """Return the seconds on the wall that one call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def median_cpu_s(work: Work, *, rounds: int, times: int = 1) -> float:
    """Return the median of `rounds` measurements, after one call to warm up."""
    work()
    return statistics.median(cpu_s(work, times=times) for _ in range(rounds))


def ratio(ours: Work, other: Work, *, rounds: int, timer: Callable[[Work], float] = cpu_s) -> float:
    """Return the median over rounds of other's time divided by ours: above 1 we are the faster.

    Both are called once to warm up, then in turn, the first of each pair alternating.
    """
    ours(), other()
    found = []
    for number in range(rounds):
        if number % 2:
            their_s = timer(other)
            our_s = timer(ours)
        else:
            our_s = timer(ours)
            their_s = timer(other)
        found.append(their_s / our_s)
    return statistics.median(found)
