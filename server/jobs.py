"""Long work in the same database: enqueued in the transaction that wants it, leased to one worker, never lost.

A worker that dies lets its lease run out and another takes the job up: a job's last write must be idempotent.
Handlers read, compute, then call `db.begin_write()` and write; `run_next` commits that and the job's end together.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Float, String, Text, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from server import clock
from server.db import Base, Json, begin_write, db
from server.errors import Refusal, StorageFails

log = logging.getLogger("doorstep.jobs")
LEASE = timedelta(seconds=120)
REPORT_EVERY = timedelta(seconds=0.3)
MAX_ATTEMPTS = 3
MOST_TIMES = 20  # that one turn does a chore


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"  # waits for a worker
    RUNNING = "running"  # leased to a worker
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(Base):
    """One piece of long work (后台任务)."""

    __tablename__ = "job"

    kind: Mapped[str] = mapped_column(String(40))
    args: Mapped[dict[str, Any]] = mapped_column(Json)
    owner_id: Mapped[UUID] = mapped_column(index=True)
    state: Mapped[JobState] = mapped_column(String(12), default=JobState.QUEUED, index=True)
    progress: Mapped[float] = mapped_column(Float, default=0.0)
    message: Mapped[str] = mapped_column(Text, default="")
    result_url: Mapped[str | None] = mapped_column(Text)
    error: Mapped[dict[str, Any] | None] = mapped_column(Json)
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    cancel_asked: Mapped[bool] = mapped_column(default=False)


class Cancelled(Exception):
    """The owner asked for the work to stop and there is nothing worth keeping."""


class Report:
    """A handler's way to say how far it is and to learn whether it should stop. Each call is its own short write."""

    def __init__(self, job_id: UUID) -> None:
        self.job_id = job_id
        self._last: datetime | None = None

    def __call__(self, progress: float, message: str = "") -> bool:
        """Store the progress 0..1 (at most every 0.3 s); return True when the owner asked to stop."""
        now = clock.now()
        if self._last is not None and abs(now - self._last) < REPORT_EVERY:  # abs: the clock may be put back
            return False
        self._last = now
        with Session(db.engine.execution_options(doorstep_write=True)) as own, own.begin():
            job = own.get(Job, self.job_id)
            if job is None:
                return True
            job.progress, job.lease_until = min(max(progress, 0.0), 1.0), now + LEASE
            job.message = message or job.message
            return job.cancel_asked


Handler = Callable[[dict[str, Any], Report], str | None]
_handlers: dict[str, Handler] = {}


def runs(kind: str) -> Callable[[Handler], Handler]:
    """Register the handler of a kind of job; it gets the arguments and a Report and returns the result's URL."""

    def register(handler: Handler) -> Handler:
        _handlers[kind] = handler
        return handler

    return register


Chore = Callable[[datetime], int]
_chores: list[Chore] = []


def chore(do: Chore) -> Chore:
    """Register small work that is always to be done soon: takes the time, returns how much it did, 0 for nothing.

    It reads first and calls `begin_write` only when there is something to do; `run_chores` commits.
    """
    _chores.append(do)
    return do


def run_chores(now: datetime) -> int:
    """Do every chore until nothing of it is left, at most twenty times; return how much was done.

    Each time is a transaction of its own, between which others write. One that fails keeps no other waiting: its fault
    is raised at the end.
    """
    done, faults = 0, list[Exception]()
    for do in _chores:
        try:
            for _ in range(MOST_TIMES):
                done_now = do(now)
                db.session.commit()
                done += done_now
                if not done_now:
                    break
        except StorageFails:  # the store says so itself; the work waits for it
            db.session.rollback()
        except Exception as fault:  # noqa: BLE001  # raised below
            db.session.rollback()
            faults.append(fault)
    if faults:
        raise faults[0]
    return done


def enqueue(kind: str, *, owner_id: UUID, **args: Any) -> Job:
    """Add a job to the transaction under way; it runs only if that commits."""
    job = Job(id=clock.new_id(), kind=kind, args=args, owner_id=owner_id)
    db.session.add(job)
    return job


def lease(now: datetime) -> Job | None:
    """Take the oldest job that waits or whose worker died; commits the lease.

    A lease further ahead than any is given was given by a clock that has been put back: nobody holds it.
    """
    begin_write()
    is_over = (Job.lease_until < now) | (Job.lease_until > now + 2 * LEASE)
    free = or_(Job.state == JobState.QUEUED, (Job.state == JobState.RUNNING) & is_over)
    job = db.session.scalar(select(Job).where(free).order_by(Job.id).limit(1).with_for_update(skip_locked=True))
    if job is None:
        db.session.rollback()
        return None
    job.state, job.lease_until, job.attempts = JobState.RUNNING, now + LEASE, job.attempts + 1
    db.session.commit()
    return job


def free_held(now: datetime) -> int:
    """Let every job that somebody holds be taken again, and return how many: for a caller who knows them all dead."""
    begin_write()
    held = update(Job).where(Job.state == JobState.RUNNING, Job.lease_until >= now).values(lease_until=now)
    freed = db.session.connection().execute(held).rowcount
    db.session.commit()
    return freed


def run_next(now: datetime) -> bool:
    """Run one job to its end; return False when none waits."""
    job = lease(now)
    if job is None:
        return False
    job_id, kind, args = job.id, job.kind, dict(job.args)
    if job.attempts > MAX_ATTEMPTS:
        _end(job_id, JobState.FAILED, error={"detail": f"given up after {MAX_ATTEMPTS} attempts"})
        return True
    db.session.rollback()
    try:
        url = _handlers[kind](args, Report(job_id))
    except Cancelled:
        _end(job_id, JobState.CANCELLED)
    except StorageFails as fault:
        _put_back(job_id, fault, until=now + LEASE)
    except Refusal as refusal:
        _end(
            job_id,
            JobState.FAILED,
            error={"type": f"/problems/{refusal.kebab()}", "title": refusal.title(), "detail": refusal.detail}
            | refusal.facts,
        )
    except Exception:
        log.exception("job %s %s broke", kind, job_id)
        _end(job_id, JobState.FAILED, error={"title": "Something is wrong on our side.", "detail": ""})
    else:
        _end(job_id, JobState.DONE, result_url=url, keep=True)
    return True


def _put_back(job_id: UUID, fault: StorageFails, *, until: datetime) -> None:
    """Let a job wait for the store it needs; that it was begun counts for nothing."""
    begin_write()
    job = db.session.get(Job, job_id, populate_existing=True)
    if job is not None:
        job.lease_until, job.attempts, job.message = until, job.attempts - 1, fault.detail
    db.session.commit()


def _end(
    job_id: UUID,
    state: JobState,
    *,
    result_url: str | None = None,
    error: dict[str, Any] | None = None,
    keep: bool = False,
) -> None:
    """Close a job; with `keep` in the handler's own transaction, else after dropping what it wrote."""
    if not keep or not db.session().in_transaction():
        begin_write()
    job = db.session.get(Job, job_id, populate_existing=True)
    if job is not None:
        job.state, job.result_url, job.error, job.lease_until = state, result_url, error, None
        job.progress = 1.0 if state is JobState.DONE else job.progress
    db.session.commit()


def drain(now: datetime) -> int:
    """Run everything that waits; return how many ran."""
    ran = 0
    while run_next(now):
        ran += 1
    return ran
