"""Pushing: the same bytes to every side in turn, batches over one connection and single records over eight."""

import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from bench.installation import Phone
from bench.line import Line
from bench.processes import Server
from bench.records import next_rows

BATCH, CONNECTIONS = 100, 8
PATH = "/v1/sync/records/push"


class NotKept(AssertionError):
    """The server did not keep and assemble what was pushed, so its speed says nothing."""


@dataclass(slots=True)
class Times:
    """What a side took: seconds on the wall of each round, and of all: processor seconds and bytes of the bodies."""

    wall_s: list[float] = field(default_factory=list)
    cpu_s: float = 0.0
    sent_bytes: int = 0


@dataclass(slots=True)
class Side:
    """One server under load, the phones that push to it, and what it took."""

    name: str
    server: Server
    phones: Sequence[Phone]
    hundreds: Times = field(default_factory=Times)
    ones: Times = field(default_factory=Times)


def require_kept(answer: dict[str, Any]) -> None:
    """Read the acknowledgements of a push: what is measured must have been kept. Raises NotKept."""
    told = str(answer["acks"])
    if not answer["acks"] or "quarantined" in told or "intake_failed" in told:
        raise NotKept(told[:300])


def warm_up(side: Side) -> None:
    """Push one batch from every phone, before anything is measured."""
    for phone in side.phones:
        with Line(side.server.url, _auth(phone)) as line:
            push(line, next_rows(phone, CONNECTIONS))


def see_kept(side: Side) -> None:
    """Push some records from the first phone and see that they are kept. Raises NotKept."""
    phone = side.phones[0]
    with Line(side.server.url, _auth(phone)) as line:
        require_kept(line.call("POST", PATH, next_rows(phone, CONNECTIONS), Prefer="return=acks"))


def push(line: Line, body: bytes) -> None:
    """Push one body. Raises NotKept for a conflict, RefusedCall for a refusal."""
    told = line.call("POST", PATH, body)
    if told:
        raise NotKept(f"conflicts: {str(told)[:200]}")


def batch_round(sides: Sequence[Side], number: int) -> None:
    """Push one batch of 100 to each side over one connection; who goes first changes from round to round."""
    for side in _turned(sides, number):
        phone = side.phones[0]
        body, began_cpu_s = next_rows(phone, BATCH), side.server.cpu_s()
        with Line(side.server.url, _auth(phone)) as line:
            began_s = time.perf_counter()
            push(line, body)
            side.hundreds.wall_s.append(time.perf_counter() - began_s)
        side.hundreds.sent_bytes += len(body)
        side.hundreds.cpu_s += side.server.cpu_s() - began_cpu_s


def single_round(sides: Sequence[Side], number: int, *, each: int) -> None:
    """Push `each` single records from every phone of a side at once, side after side."""
    for side in _turned(sides, number):
        bodies = [[next_rows(phone, 1) for _ in range(each)] for phone in side.phones]
        with ThreadPoolExecutor(len(side.phones)) as pool:
            began_s, began_cpu_s = time.perf_counter(), side.server.cpu_s()
            list(pool.map(_push_all, [side.server] * len(bodies), side.phones, bodies))
            side.ones.wall_s.append(time.perf_counter() - began_s)
        side.ones.cpu_s += side.server.cpu_s() - began_cpu_s


def ratio(ours: Times, other: Times) -> float:
    """Return the median over rounds of their seconds divided by ours: above 1 we are the faster."""
    return statistics.median(b / a for a, b in zip(ours.wall_s, other.wall_s, strict=True))


def _push_all(server: Server, phone: Phone, bodies: Sequence[bytes]) -> None:
    with Line(server.url, _auth(phone)) as line:
        for body in bodies:
            push(line, body)


def _auth(phone: Phone) -> dict[str, str]:
    return {"Authorization": f"Bearer {phone.token}"}


def _turned(sides: Sequence[Side], number: int) -> list[Side]:
    turn = number % len(sides)
    return [*sides[turn:], *sides[:turn]]
