"""Pushing: the same bytes to every side in turn, batches over one connection and single records over eight."""

import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from bench.installation import Phone
from bench.line import Line
from bench.peers.dialect import Call, Dialect, NotKept
from bench.peers.ours import PUSH, body_of
from bench.processes import Server
from bench.records import next_rows

BATCH, CONNECTIONS = 100, 8
PAGE = 100


@dataclass(slots=True)
class Times:
    """What a side took: seconds on the wall of each round, and of all: processor seconds and bytes of the bodies."""

    wall_s: list[float] = field(default_factory=list)
    cpu_s: float = 0.0
    sent_bytes: int = 0


@dataclass(slots=True)
class Side:
    """One server under load, how it is spoken to, the phones that push to it, and what it took."""

    name: str
    server: Server
    dialect: Dialect
    phones: Sequence[Phone]
    worker: Server | None = None
    pushed: int = 0
    handover_cpu_s: float = 0.0
    hundreds: Times = field(default_factory=Times)
    ones: Times = field(default_factory=Times)
    pulls: Times = field(default_factory=Times)

    def line(self, phone: Phone) -> Line:
        """Return a kept connection for a phone."""
        return Line(self.server.url, self.dialect.headers(phone))

    def push(self, line: Line, call: Call, *, count: int) -> None:
        """Send a push of so many records. Raises NotKept or RefusedCall."""
        self.dialect.require_kept(line.call(call.method, call.path, call.body), count=count)

    def settle(self, *, pushed: int) -> None:
        """Count records pushed and wait until they are given to their visits, so that no side pays for another."""
        self.pushed += pushed
        if self.worker is not None:
            self.worker.settle()


def require_kept(answer: dict[str, Any]) -> None:
    """Read the acknowledgements of a push: what is measured must have been kept. Raises NotKept."""
    told = str(answer["acks"])
    if not answer["acks"] or "quarantined" in told or "intake_failed" in told:
        raise NotKept(told[:300])


def see_kept(side: Side) -> None:
    """Push a visit to us from the first phone and see by the acknowledgements that it is kept. Raises NotKept."""
    phone = side.phones[0]
    with side.line(phone) as line:
        require_kept(line.call("POST", PUSH, body_of(next_rows(phone, 13)), Prefer="return=acks"))


def warm_up(side: Side) -> None:
    """Push from every phone, twice, before anything is measured, so that every worker has begun."""
    for phone in [*side.phones, *side.phones]:
        with side.line(phone) as line:
            side.push(line, side.dialect.batch(phone, next_rows(phone, CONNECTIONS)), count=CONNECTIONS)
    side.settle(pushed=0)


def batch_round(sides: Sequence[Side], number: int) -> None:
    """Push one batch of 100 to each side over one connection; who goes first changes from round to round."""
    for side in _turned(sides, number):
        phone = side.phones[0]
        call, began_cpu_s = side.dialect.batch(phone, next_rows(phone, BATCH)), side.server.cpu_s()
        with side.line(phone) as line:
            began_s = time.perf_counter()
            side.push(line, call, count=BATCH)
            side.hundreds.wall_s.append(time.perf_counter() - began_s)
        side.hundreds.sent_bytes += len(call.body)
        side.hundreds.cpu_s += side.server.cpu_s() - began_cpu_s
        side.settle(pushed=BATCH)


def single_round(sides: Sequence[Side], number: int, *, each: int) -> None:
    """Push `each` single records from every phone of a side at once, side after side."""
    for side in _turned(sides, number):
        calls = [[side.dialect.single(phone, row) for row in next_rows(phone, each)] for phone in side.phones]
        with ThreadPoolExecutor(len(side.phones)) as pool:
            began_s, began_cpu_s = time.perf_counter(), side.server.cpu_s()
            list(pool.map(_push_all, [side] * len(calls), side.phones, calls))
            side.ones.wall_s.append(time.perf_counter() - began_s)
        side.ones.cpu_s += side.server.cpu_s() - began_cpu_s
        side.settle(pushed=each * len(side.phones))


def pull_round(sides: Sequence[Side], number: int) -> None:
    """Pull everything the first phone of each side can, in pages of 100; times are per document."""
    for side in _turned(sides, number):
        phone, began_cpu_s = side.phones[0], side.server.cpu_s()
        with side.line(phone) as line:
            began_s = time.perf_counter()
            count = sum(len(page) for page in side.dialect.pages(line, phone, limit=PAGE))
            side.pulls.wall_s.append((time.perf_counter() - began_s) / count)
        side.pulls.cpu_s += (side.server.cpu_s() - began_cpu_s) / count


def ratio(ours: Times, other: Times) -> float:
    """Return the median over rounds of their seconds divided by ours: above 1 we are the faster."""
    return statistics.median(b / a for a, b in zip(ours.wall_s, other.wall_s, strict=True))


def _push_all(side: Side, phone: Phone, calls: Sequence[Call]) -> None:
    with side.line(phone) as line:
        for call in calls:
            side.push(line, call, count=1)


def _turned(sides: Sequence[Side], number: int) -> list[Side]:
    turn = number % len(sides)
    return [*sides[turn:], *sides[:turn]]
