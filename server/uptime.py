"""When the installation was at work (运行时段): a run of `serve` or `worker` is a row whose end a pulse moves on.

A time in which no run had a pulse is a downtime, whether somebody stopped the server or the power went.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, mapped_column

from server import clock
from server.db import Base, begin_write, db

EVERY = timedelta(minutes=1)
SILENCE = timedelta(minutes=5)
"""A silence no longer than this is no downtime: an update of a minute, a pulse that came late."""


class Run(Base):
    """One process at work, from its start to its last pulse."""

    __tablename__ = "service_run"

    started_at: Mapped[datetime] = mapped_column(index=True)
    alive_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True, slots=True)
class Downtime:
    """A time without any pulse."""

    start_at: datetime
    end_at: datetime


class Pulse:
    """The pulse of this process: called again and again with the time, it writes once a minute."""

    def __init__(self) -> None:
        self._run_id: UUID | None = None
        self._last: datetime | None = None

    def __call__(self, now: datetime) -> int:
        """Move the end of the run on, or begin a run after a silence; return 0, for there is never more to do.

        The caller commits.
        """
        if self._last is not None and timedelta(0) <= now - self._last < EVERY:
            return 0
        begin_write()
        run = db.session.get(Run, self._run_id) if self._run_id else None
        if run is None or not timedelta(0) <= now - run.alive_at <= SILENCE:
            run = Run(id=clock.new_id(), started_at=now)
            db.session.add(run)
        run.alive_at = now
        self._run_id = run.id
        self._last = now
        return 0


def recorded_from() -> datetime | None:
    """Return since when runs are recorded; None when none ever was."""
    return db.session.scalar(select(func.min(Run.started_at)))


def downtimes(start_at: datetime, end_at: datetime) -> Sequence[Downtime]:
    """Return the downtimes of a period, in order; what came before recording began is not told."""
    alive_at = db.session.scalar(select(func.max(Run.alive_at)).where(Run.started_at <= start_at))
    runs = db.session.scalars(select(Run).where(Run.started_at.between(start_at, end_at)).order_by(Run.started_at))
    found = []
    for run in runs:
        if alive_at is not None and run.started_at - max(alive_at, start_at) > SILENCE:
            found.append(Downtime(max(alive_at, start_at), run.started_at))
        alive_at = max(alive_at or run.alive_at, run.alive_at)
    return found
