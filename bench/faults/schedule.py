"""A scheduler that lets one of several writers run from one statement to the next, in an order a seed decides.

Every writer is a thread with a session of its own. It stops at a gate before each statement and before each commit;
the scheduler opens one gate at a time, and the reader looks between any two steps. A writer that waits for a lock of
another is told apart from one that runs by the locks the kernel (SQLite) or the database (PostgreSQL) says are waited
for. So the same seed gives the same order, but for one choice that PostgreSQL keeps for itself: which of several
waiters gets a lock.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy import Connection, event

from server.db import db

SETTLE_WITHIN_S = 20.0
_LOOK_AFTER_S = 0.0003
_here = threading.local()
Task = Callable[[], None]


class Stuck(RuntimeError):
    """No writer can go on, or one neither stops nor waits: a deadlock."""


@dataclass(slots=True)
class _Writer:
    """A thread under the scheduler and where it stands."""

    task: Task
    gate: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    is_parked: bool = False
    is_done: bool = False
    fault: BaseException | None = None


class Scheduler:
    """Runs tasks against an application's database, one statement at a time."""

    def __init__(self, app: Flask, *, rng: Random) -> None:
        """Take the application whose engine is watched, and the randomness that decides."""
        self._app, self._rng, self._writers = app, rng, list[_Writer]()
        self._moved = threading.Condition()
        self.steps = 0

    def run(self, tasks: Sequence[Task], *, between: Task) -> None:
        """Run the tasks to their end; `between` is called after every step. Raises Stuck, or what a task raised."""
        self._writers = [_Writer(task) for task in tasks]
        threads = [threading.Thread(target=self._live, args=(one,), daemon=True) for one in self._writers]
        with self._app.app_context(), self._gated(), _waiting(db.engine) as waiting:
            for thread in threads:
                thread.start()
            self._settle(waiting)
            while parked := [one for one in self._writers if one.is_parked]:
                self._release(self._rng.choice(parked))
                self.steps += 1
                self._settle(waiting)
                between()
        for one in self._writers:
            if one.fault is not None:
                raise one.fault

    def _live(self, writer: _Writer) -> None:
        _here.stop = lambda: self._stop(writer)
        try:
            self._stop(writer)
            with self._app.app_context():
                writer.task()
        except BaseException as fault:  # noqa: BLE001  # it is raised again by run()
            writer.fault = fault
        finally:
            with self._moved:
                writer.is_done = True
                self._moved.notify_all()

    def _stop(self, writer: _Writer) -> None:
        with self._moved:
            writer.is_parked = True
            self._moved.notify_all()
        writer.gate.acquire()

    def _release(self, writer: _Writer) -> None:
        with self._moved:
            writer.is_parked = False
        writer.gate.release()

    def _settle(self, waiting: Callable[[], int]) -> None:
        """Wait until every writer is at a gate, done, or waits for a lock another holds. Raises Stuck."""
        ends_s = time.monotonic() + SETTLE_WITHIN_S
        with self._moved:
            while time.monotonic() < ends_s:
                running = self._running()
                if not running:
                    return
                if self._moved.wait(_LOOK_AFTER_S) and self._running() < running:
                    running = self._running()
                if running == self._running() == waiting():
                    if running and running == sum(not one.is_done for one in self._writers):
                        raise Stuck("every writer waits for a lock")
                    return
        raise Stuck("a writer neither stops nor waits")

    def _running(self) -> int:
        return sum(not (one.is_parked or one.is_done) for one in self._writers)

    @contextmanager
    def _gated(self) -> Iterator[None]:
        def before_statement(*_told: Any) -> None:
            gate()

        def before_commit(_connection: Connection) -> None:
            gate()

        event.listen(db.engine, "before_cursor_execute", before_statement)
        event.listen(db.engine, "commit", before_commit)
        try:
            yield
        finally:
            event.remove(db.engine, "before_cursor_execute", before_statement)
            event.remove(db.engine, "commit", before_commit)


def gate() -> None:
    """Stop here until the scheduler lets this thread go on; elsewhere do nothing."""
    stop = getattr(_here, "stop", None)
    if stop is not None:
        stop()


@contextmanager
def _waiting(engine: sa.Engine) -> Iterator[Callable[[], int]]:
    """Give a function that counts the writers that wait for a lock, as the kernel or the database tells."""
    if engine.dialect.name == "sqlite":
        lock = Path(f"{engine.url.database}.wlock")
        lock.touch()
        mark = f":{lock.stat().st_ino} "
        yield lambda: sum("->" in line and mark in line for line in Path("/proc/locks").read_text("ascii").splitlines())
        return
    query = sa.text(
        "SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid) "
        "WHERE NOT granted AND datname = current_database()"
    )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield lambda: int(connection.scalar(query) or 0)
