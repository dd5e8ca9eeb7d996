"""The twelve invariants of sync, checked on what was read after a simulation. Pure.

Source: docs/records.md.
"""

from collections.abc import Iterator

from server.simulation.evidence_invariants import i1, i2, i6, i7, i8, i12
from server.simulation.facts import Run
from server.simulation.feed_invariants import i3, i4, i5, i10
from server.simulation.finding import Finding, found

SLOW_S = 5.0
LOCK_WORDS = ("database is locked", "deadlock detected", "lock timeout", "LockNotAvailable", "could not obtain lock")


def i9(run: Run) -> Finding:
    """Check that sending every request once more changed nothing."""
    retried = run.retried

    def faults() -> Iterator[str]:
        for table in retried.differing:
            yield f"table {table} changed when everything was sent again"
        for ref in retried.unacknowledged:
            yield f"{ref} was not acknowledged again"

    compared = {"requests sent again": retried.requests, "rows compared": retried.rows}
    return found("I9", "任何请求重试均不改变任何内容", "a retry of any request changes nothing", compared, faults())


def i11(run: Run, *, slow_s: float = SLOW_S) -> Finding:
    """Check that the server never failed and that no answer, and so no wait for a lock, took longer than `slow_s`."""

    def faults() -> Iterator[str]:
        yield from run.wire.server_faults
        yield from run.log_faults
        if run.longest_s > slow_s:
            yield f"an answer took {run.longest_s:.1f} s: that no lock was waited for so long is not proven"

    answers = sum(run.wire.statuses.values())
    compared = {"answers": answers, "longest answer ms": round(run.longest_s * 1000)}
    return found("I11", "无 5xx，无超过 5 秒的锁等待", "no 5xx, no lock wait above 5 s", compared, faults())


def check(run: Run, *, slow_s: float = SLOW_S) -> list[Finding]:
    """Return the findings of all twelve, in order."""
    return [
        i1(run), i2(run), i3(run), i4(run), i5(run), i6(run), i7(run), i8(run), i9(run), i10(run),
        i11(run, slow_s=slow_s), i12(run),
    ]  # fmt: skip
