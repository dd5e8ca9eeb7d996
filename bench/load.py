"""`python -m bench.load [--engine …] [--seconds …]`: pushes from many phones at once: how many, how late, what failed.

By the hundred, then by five, each phone as soon as it is answered; on SQLite by five once more at a given rate beside
a backup, where a push's time counts from when it was due. Bodies are made and signed before the clock starts. Two
gunicorn workers and `doorstep worker` beside them serve; client, server and database share the machine, so that figures
are pessimistic. Prints a line for each run and, last, one JSON object.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from math import ceil
from pathlib import Path

import click

from bench import installation, postgres
from bench.installation import Installation, Phone
from bench.line import Line, RefusedCall
from bench.peers.dialect import NotKept
from bench.peers.ours import PUSH, Ours
from bench.records import next_rows

ENGINES = ("sqlite", "postgres")
P50, P99 = 0.50, 0.99


@dataclass(slots=True)
class Told:
    """What one phone met: seconds of each push that was kept, and the words of each that was not."""

    took_s: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Figures:
    """One run: records a push, pushes kept, rates a second, latencies in ms, and the seconds of a backup beside it.

    `asked_per_s` is the rate of pushes it was held to; None when each phone pushed as soon as it was answered.
    """

    engine: str
    connections: int
    batch: int
    asked_per_s: float | None
    seconds: float
    pushes: int
    records_per_s: float
    pushes_per_s: float
    p50_ms: float
    p99_ms: float
    errors: int
    backup_s: float | None


@dataclass(frozen=True, slots=True)
class Load:
    """Records a push, records a second there are bodies for, and pushes a second of all phones, None for no rest."""

    batch: int
    per_s: float
    asked_per_s: float | None = None


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of them do not exceed; 0.0 of none."""
    return sorted(values)[min(len(values) - 1, ceil(share * len(values)) - 1)] if values else 0.0


@dataclass(frozen=True, slots=True)
class Course:
    """When a phone pushes: from `begin_s` to `end_s` of the monotonic clock, each `every_s`, 0 when answered."""

    begin_s: float
    end_s: float
    every_s: float = 0.0

    def due_s(self, number: int) -> float:
        """Wait until push `number` may go and return since when it is due."""
        due_s = self.begin_s + number * self.every_s
        time.sleep(max(0.0, due_s - time.monotonic()))
        return due_s if self.every_s else time.monotonic()


def pushed(url: str, phone: Phone, bodies: Sequence[bytes], course: Course) -> Told:
    """Push bodies one after the other over a kept connection until the time is over or none is left."""
    told = Told()
    with Line(url, Ours().headers(phone)) as line:
        for number, body in enumerate(bodies):
            began_s = course.due_s(number)
            if began_s >= course.end_s:
                break
            try:
                Ours().require_kept(line.call("POST", PUSH, body), count=0)
                told.took_s.append(time.monotonic() - began_s)
            except (RefusedCall, NotKept, OSError) as fault:
                told.refused.append(str(fault)[:200])
    return told


def run(served: Installation, engine: str, load: Load, *, seconds: float, backup: Path | None) -> Figures:
    """Let every phone push for so many seconds, with a backup of the folder beside it."""
    each = ceil(load.per_s * seconds / load.batch / len(served.phones))
    bodies = [[Ours().batch(phone, next_rows(phone, load.batch)).body for _ in range(each)] for phone in served.phones]
    every_s = len(served.phones) / load.asked_per_s if load.asked_per_s else 0.0
    backup_s = None
    with ThreadPoolExecutor(len(served.phones)) as pool:
        began_s = time.monotonic()
        begins_s = [began_s + number * every_s / len(served.phones) for number in range(len(served.phones))]
        turns = [
            pool.submit(pushed, served.server.url, phone, mine, Course(begin_s, began_s + seconds, every_s))
            for phone, mine, begin_s in zip(served.phones, bodies, begins_s, strict=True)
        ]
        if backup is not None:
            backup_s = backed_up(backup)
        told = [one.result() for one in turns]
        took_s = time.monotonic() - began_s
    late = [one for phone in told for one in phone.took_s]
    refused = [one for phone in told for one in phone.refused]
    for words in sorted(set(refused))[:5]:
        click.echo(f"refused: {words}", err=True)
    return Figures(
        engine, len(served.phones), load.batch, load.asked_per_s, round(took_s, 1), len(late),
        round(len(late) * load.batch / took_s), round(len(late) / took_s), round(1000 * quantile(late, P50)),
        round(1000 * quantile(late, P99)), len(refused), backup_s,
    )  # fmt: skip


def backed_up(folder: Path) -> float:
    """Back the installation up beside the load, as an operator does; return the seconds it took."""
    began_s = time.monotonic()
    command = [sys.executable, "-m", "server.cli", "--var", str(folder), "backup", str(folder.parent / "backup")]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  # our own command
    return round(time.monotonic() - began_s, 1)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--engine", "engines", multiple=True, type=click.Choice(ENGINES), default=ENGINES, help="May be repeated."
)
@click.option("--connections", default=16, show_default=True, type=click.IntRange(1, 64))
@click.option("--seconds", default=60.0, show_default=True, type=click.FloatRange(1))
@click.option("--per-s", default=6000, show_default=True, help="Records a second to make bodies for.")
@click.option("--asked-per-s", default=60.0, show_default=True, help="Pushes of five a second beside a backup.")
def main(engines: tuple[str, ...], connections: int, seconds: float, per_s: int, asked_per_s: float) -> None:
    """Pushes of 100, then of 5, on each engine; on SQLite, of 5 at a rate beside a backup."""
    found = []
    for engine in engines:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="doorstep-load-"))) / "var"
            cluster = stack.enter_context(postgres.cluster()) if engine == "postgres" else None
            url = postgres.sqlalchemy_url(cluster.database("load")) if cluster else ""
            served = stack.enter_context(installation.served(folder, phones=connections, database_url=url))
            runs: list[tuple[Load, float, Path | None]] = [
                (Load(100, per_s), seconds, None), (Load(5, per_s / 2), seconds / 2, None)
            ]  # fmt: skip
            if not cluster:  # pg_dump has to be of the server's own version
                runs.append((Load(5, 10 * asked_per_s, asked_per_s), seconds / 2, folder))
            for load, lasts_s, backup in runs:
                figures = run(served, engine, load, seconds=lasts_s, backup=backup)
                click.echo(" ".join(f"{name}={value}" for name, value in asdict(figures).items()))
                found.append(asdict(figures))
    click.echo(json.dumps({"bench": "load", "runs": found}))
    sys.exit(1 if any(one["errors"] for one in found) else 0)


if __name__ == "__main__":
    main()
