"""Kill -9 of the worker in the middle of its jobs: every job is done, and leaves its mark once."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from flask import Flask
from sqlalchemy import func, select, text

from bench.faults import tables
from bench.faults.jobwork import KIND
from server import clock, config, jobs
from server.db import begin_write, db
from server.jobs import LEASE, Job, JobState

BEATS_S = (0.05, 0.6)
MOST_LIVES = 400


@dataclass(frozen=True, slots=True)
class Queue:
    """What became of the jobs: how often the worker was killed, jobs not done at the end, marks missing or twice."""

    kills: int
    stuck: int
    lost: int
    doubled: int


def kill_workers(app: Flask, *, count: int, kills: int, seed: int, env: Mapping[str, str]) -> Queue:
    """Enqueue jobs and kill the worker so many times, or until it has done them all; then let it end."""
    rng, killed = Random(seed), 0
    with app.app_context():
        folder = str(config.current().var_dir)
        tables.make("CREATE TABLE drill_mark (n INTEGER)")
        begin_write()
        for number in range(count):
            jobs.enqueue(KIND, owner_id=clock.new_id(), n=number)
        db.session.commit()
        db.engine.dispose()
    for life in range(MOST_LIVES):
        ahead_s = str(int((life + 1) * (LEASE.total_seconds() + 1)))
        command = [sys.executable, "-m", "bench.faults.jobwork", folder, ahead_s]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | env) as worker:  # noqa: S603  # ours
            if worker.stdout is None or worker.stdout.readline() != b"ready\n":
                raise RuntimeError("the worker did not start")
            try:
                worker.wait(timeout=rng.uniform(*BEATS_S) if killed < kills else None)
            except subprocess.TimeoutExpired:
                worker.kill()
                killed += 1
                continue
        break
    return _found(app, count=count, kills=killed)


def _found(app: Flask, *, count: int, kills: int) -> Queue:
    with app.app_context():
        stuck = db.session.scalar(select(func.count()).select_from(Job).where(Job.state != JobState.DONE)) or 0
        marks = db.session.scalars(text("SELECT n FROM drill_mark")).all()
        db.session.remove()
    return Queue(kills, stuck, count - len(set(marks)), len(marks) - len(set(marks)))
