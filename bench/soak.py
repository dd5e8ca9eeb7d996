"""`python -m bench.soak [--quick] [--keep] [--only DRILL]`: every fault drill, long, on SQLite and on PostgreSQL.

Prints what each drill did, then a table, and as its last line one JSON object (bench `faults`). Exit code 1 when
anything was lost, doubled, missed, falsely acknowledged or left undone, or when a naive way lost nothing.
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from flask import Flask
from rich.console import Console

from bench import installation, postgres
from bench import report as reports
from bench.faults import cursor, interleaving, powercut, queue, race, slownet
from bench.faults.judge import Verdict, judge
from bench.faults.killing import kill_and_cut
from bench.faults.phones import add_people, enrol_phones, issue_codes
from bench.postgres import Cluster
from bench.report import Goal, Report
from server import clock, jobs
from server.db import db

SEED, WRITERS, PHONES = 7, 8, 8
POWER_ROUND = 250  # cuts
SEEDS_TOLD = 1000
GOALS = {
    "kills": Goal("", "", "gunicorn workers, whole trees and job workers killed -9"),
    "power_states": Goal("", "", "power cuts examined, SQLite and files"),
    "cuts": Goal("", "", "connections cut"),
    "records": Goal("", "", "signed records handed in under kills and cuts"),
    "interleavings": Goal("", "", "seeds played at statement boundaries"),
    "races": Goal("", "", "ids that eight phones pushed at once"),
    "committed": Goal("", "", "transactions followed by the shipped cursor"),
    "naive_missed": Goal("", "> 0", "rows naive cursors and early numbers missed beside it: the drills bite"),
    "plain_doubled": Goal("", "> 0", "ids the plain upsert accepted more than once: the drill bites"),
    "slow_resent": Goal("%", "≤ 15", "bytes sent again on 50 kbit/s, 1 s, 5 % resets"),
    "lost": Goal("", "0", ""),
    "doubled": Goal("", "0", ""),
    "missed": Goal("", "0", ""),
    "false_acks": Goal("", "0", ""),
    "stuck_jobs": Goal("", "0", ""),
}
DRILLS = ("cursors", "interleave", "race", "queue", "slow", "power", "crash")
MUST_BE_ZERO = ("lost", "doubled", "missed", "false_acks", "stuck_jobs")
MUST_BITE = ("naive_missed", "plain_doubled")


@dataclass(frozen=True, slots=True)
class Size:
    """How long each drill is, for each engine."""

    crash_s: float
    cursor_s: float
    seeds: int
    ids: int
    power_cuts: int
    jobs: int
    job_kills: int
    visits: int
    photos: int


FULL = Size(150, 45, 600, 1000, 300, 400, 30, 40, 80)
QUICK = Size(20, 4, 60, 100, 25, 60, 5, 4, 8)


class Soak:
    """The drills on one engine; their counts go into the figures."""

    def __init__(self, folder: Path, cluster: Cluster | None, size: Size, figures: dict[str, float]) -> None:
        """Take a folder of its own; a cluster for PostgreSQL, None for SQLite."""
        self._folder, self._cluster, self._size, self._figures = folder, cluster, size, figures
        self.name = "postgres" if cluster else "sqlite"

    def crash(self) -> None:
        """Kill gunicorn under eight phones on a line that cuts."""
        with self._fresh("crash") as app:
            phones = self._folder / f"{self.name}-phones"
            phones.mkdir()
            codes = issue_codes(app, count=PHONES)
            with self._served(app) as server:
                killed = kill_and_cut(server, codes, folder=phones, lasts_s=self._size.crash_s, seed=SEED)
                self._tell("crash", replace(killed, faults=killed.faults[:3]))
            with app.app_context():
                while jobs.run_chores(clock.now()):
                    pass
                db.session.remove()
            verdict = judge(app, sorted(phones.glob("phone-*.db")))
        self._tell("crash", verdict)
        self._count(kills=killed.kills, cuts=killed.cuts, records=verdict.written)
        self._count_verdict(verdict)

    def cursors(self) -> None:
        """Follow the shipped cursor and the naive ones."""
        naive = [cursor.arrival()] + ([cursor.sequence()] if self._cluster else [])
        with self._fresh("cursor") as app:
            for way in naive:
                wrong = cursor.race(app, way, writers=WRITERS, lasts_s=self._size.cursor_s, seed=SEED)
                self._tell(f"cursor {way.name}", f"missed {len(wrong.missed)} of {len(wrong.committed)}")
                self._count(naive_missed=len(wrong.missed))
            right = cursor.race(app, cursor.shipped(), writers=WRITERS, lasts_s=self._size.cursor_s, seed=SEED)
        self._tell("cursor shipped", f"missed {len(right.missed)} of {len(right.committed)}, dense: {right.is_dense}")
        self._count(committed=len(right.committed), missed=len(right.missed) + (not right.is_dense))

    def interleave(self) -> None:
        """Play seeds at statement boundaries."""
        with self._fresh("interleave") as app:
            interleaving.prepare(app)
            found = []
            for seed in range(self._size.seeds):
                found.append(interleaving.play(app, seed=seed))
                if found[-1].differences or len(found) % SEEDS_TOLD == 0:
                    self._tell("interleaving", f"seed {seed}: {found[-1].differences or 'nothing wrong'}")
        wrong = [one for one in found if one.differences]
        self._tell("interleaving", f"{len(found)} seeds, {sum(one.steps for one in found)} steps, {len(wrong)} wrong")
        early = sum(one.early_missed for one in found)
        self._count(interleavings=len(found), missed=len(wrong), naive_missed=early)

    def race(self) -> None:
        """Push different records under the same ids."""
        ids = race.make_ids(self._size.ids, seed=SEED)
        with self._fresh("race") as app:
            plain = race.upsert_same_ids(app, ids, writers=PHONES)
            ours = race.push_same_ids(app, enrol_phones(app, count=PHONES, seed=SEED), ids, seed=SEED)
        doubled = sum(ours.accepted[one] > 1 for one in ids)
        bitten = sum(plain.accepted[one] > 1 for one in ids)
        self._tell("race", f"{len(ids)} ids, {len(ours.not_once(ids))} not once; plain upsert {bitten} more than once")
        self._count(races=len(ids), doubled=doubled, lost=len(ours.sent - ours.kept), plain_doubled=bitten)

    def power(self) -> None:
        """Cut the power under SQLite and the files; PostgreSQL's disk cannot be reached."""
        if self._cluster:
            return
        lost = done = 0
        while done < self._size.power_cuts:  # each image is read whole, so a round begins with an empty installation
            cuts = min(POWER_ROUND, self._size.power_cuts - done)
            images = self._folder / f"images-{done}"
            with self._fresh(f"power-{done}") as app:
                for image in powercut.cut_while_writing(app, images, cuts=cuts, every=100, seed=SEED + done):
                    powercut.examine(app, image)
                    lost += len(image.lost)
            done += cuts
            self._tell("power", f"{done} cuts, {lost} acknowledged and gone")
        self._count(power_states=done, false_acks=lost)

    def queue(self) -> None:
        """Kill the job worker."""
        with self._fresh("queue") as app:
            environment = import_module("tests.live").environment(app.extensions["doorstep"])
            found = queue.kill_workers(
                app, count=self._size.jobs, kills=self._size.job_kills, seed=SEED, env=environment
            )
        self._tell("jobs", found)
        self._count(kills=found.kills, stuck_jobs=found.stuck, lost=found.lost, doubled=found.doubled)

    def slow(self) -> None:
        """Hand in a day over a second-generation line."""
        with self._fresh("slow") as app, self._served(app) as server:
            day = slownet.play(
                server.port, issue_codes(app, count=1)[0], path=self._folder / f"{self.name}-slow.db",
                visits=self._size.visits, photos=self._size.photos, photo_bytes=300_000, faster=50, seed=SEED,
            )  # fmt: skip
            verdict = judge(app, [day.store])
        self._tell("slow net", day)
        self._count(cuts=day.cuts, lost=day.unsent)
        self._count_verdict(verdict)
        self._figures["slow_resent"] = max(self._figures.get("slow_resent", 0.0), 100 * day.resent)

    @contextmanager
    def _fresh(self, drill: str) -> Iterator[Flask]:
        folder = self._folder / f"{self.name}-{drill}"
        url = postgres.sqlalchemy_url(self._cluster.database(f"{drill}")) if self._cluster else ""
        app = installation.application(folder, database_url=url)
        add_people(app)
        yield app
        with app.app_context():
            db.session.remove()
            db.engine.dispose()

    @contextmanager
    def _served(self, app: Flask) -> Iterator[Any]:
        with import_module("tests.live").serving(app.extensions["doorstep"]) as server:
            yield server

    def _count(self, **counts: float) -> None:
        for name, count in counts.items():
            self._figures[name] = self._figures.get(name, 0) + count

    def _count_verdict(self, verdict: Verdict) -> None:
        self._count(
            lost=verdict.lost + verdict.broken_chains, doubled=verdict.doubled, false_acks=verdict.false_acks,
            missed=verdict.missed + verdict.holes,
        )  # fmt: skip

    def _tell(self, drill: str, found: object) -> None:
        click.echo(f"{self.name:9} {drill}: {found}", err=True)


def run(report: Report, size: Size, *, drills: Sequence[str] = DRILLS) -> None:
    """Run the drills on both engines and tell what they counted."""
    figures: dict[str, float] = dict.fromkeys(GOALS, 0)
    with tempfile.TemporaryDirectory(prefix="doorstep-soak-") as folder, postgres.cluster() as cluster:
        for engine in (None, cluster):
            soak = Soak(Path(folder), engine, size, figures)
            for drill in drills:
                getattr(soak, drill)()
    for name, value in figures.items():
        report.tell(name, value)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--quick", "is_quick", is_flag=True, help="The short form: about two minutes an engine.")
@click.option("--keep", "is_kept", is_flag=True, help="Write the figures to bench/results/ as well.")
@click.option("--only", "only", multiple=True, type=click.Choice(DRILLS), help="These drills only; may be repeated.")
@click.option("--power-cuts", type=click.IntRange(1), help="How many power cuts.")
@click.option("--seeds", type=click.IntRange(1), help="How many seeds are played at statement boundaries.")
@click.option("--crash-s", type=click.FloatRange(1), help="How many seconds the crash drill kills, on each engine.")
def main(
    *,
    is_quick: bool,
    is_kept: bool,
    only: tuple[str, ...],
    power_cuts: int | None,
    seeds: int | None,
    crash_s: float | None,
) -> None:
    """Run the fault drills on both engines."""
    import_module("tests.scratch").in_memory()  # what a power cut spares is simulated, and a kill spares it all
    import_module("tests.routes").compile_seldom()  # an application is made for each image of a power cut
    report = Report("faults", is_quick, GOALS)
    size = QUICK if is_quick else FULL
    size = replace(
        size,
        power_cuts=power_cuts or size.power_cuts,
        seeds=seeds or size.seeds,
        crash_s=crash_s or size.crash_s,
    )
    run(report, size, drills=only or DRILLS)
    reports.show(report, to=Console(width=130))
    if is_kept:
        reports.keep(report, on=clock.today())
    click.echo(reports.as_line(report.document()))
    bites = not only and MUST_BITE
    is_good = not any(report.figures[name] for name in MUST_BE_ZERO) and all(report.figures[n] for n in bites or ())
    sys.exit(0 if is_good else 1)


if __name__ == "__main__":
    main()
