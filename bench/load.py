"""`python -m bench.load [--engine …] [--seconds …]`: pushes from many phones at once: how many, how late, what failed.

Bodies are made and signed before the clock starts. Two gunicorn workers and `doorstep worker` beside them serve;
client, server and database share the machine, so that figures are pessimistic. Prints a line for each run and, last,
one JSON object.
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
    """One run: records a push, pushes kept, rates a second, latencies in ms, and the seconds of a backup beside it."""

    engine: str
    connections: int
    batch: int
    seconds: float
    pushes: int
    records_per_s: float
    pushes_per_s: float
    p50_ms: float
    p99_ms: float
    errors: int
    backup_s: float | None


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of them do not exceed; 0.0 of none."""
    return sorted(values)[min(len(values) - 1, ceil(share * len(values)) - 1)] if values else 0.0


def pushed(url: str, phone: Phone, bodies: Sequence[bytes], *, until_s: float) -> Told:
    """Push bodies one after the other over a kept connection until the time is over or none is left."""
    told = Told()
    with Line(url, Ours().headers(phone)) as line:
        for body in bodies:
            began_s = time.monotonic()
            if began_s >= until_s:
                break
            try:
                Ours().require_kept(line.call("POST", PUSH, body), count=0)
                told.took_s.append(time.monotonic() - began_s)
            except (RefusedCall, NotKept, OSError) as fault:
                told.refused.append(str(fault)[:200])
    return told


def run(served: Installation, engine: str, *, batch: int, seconds: float, per_s: int, backup: Path | None) -> Figures:
    """Let every phone push at once for so many seconds; `per_s`: records a second there are bodies for."""
    each = ceil(per_s * seconds / batch / len(served.phones))
    bodies = [[Ours().batch(phone, next_rows(phone, batch)).body for _ in range(each)] for phone in served.phones]
    backup_s = None
    with ThreadPoolExecutor(len(served.phones)) as pool:
        began_s = time.monotonic()
        turns = [
            pool.submit(pushed, served.server.url, phone, mine, until_s=began_s + seconds)
            for phone, mine in zip(served.phones, bodies, strict=True)
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
        engine, len(served.phones), batch, round(took_s, 1), len(late), round(len(late) * batch / took_s),
        round(len(late) / took_s), round(1000 * quantile(late, P50)), round(1000 * quantile(late, P99)), len(refused),
        backup_s,
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
@click.option("--per-s", default=4000, show_default=True, help="Records a second to make bodies for.")
def main(engines: tuple[str, ...], connections: int, seconds: float, per_s: int) -> None:
    """Pushes of 100, then of 5 (on SQLite beside a backup), on each engine."""
    found = []
    for engine in engines:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="doorstep-load-"))) / "var"
            cluster = stack.enter_context(postgres.cluster()) if engine == "postgres" else None
            url = postgres.sqlalchemy_url(cluster.database("load")) if cluster else ""
            served = stack.enter_context(installation.served(folder, phones=connections, database_url=url))
            beside = None if cluster else folder  # pg_dump has to be of the server's own version
            for batch, lasts_s, backup in ((100, seconds, None), (5, seconds / 2, beside)):
                rate = per_s if batch == 100 else per_s // 2  # noqa: PLR2004
                figures = run(served, engine, batch=batch, seconds=lasts_s, per_s=rate, backup=backup)
                click.echo(" ".join(f"{name}={value}" for name, value in asdict(figures).items()))
                found.append(asdict(figures))
    click.echo(json.dumps({"bench": "load", "runs": found}))
    sys.exit(1 if any(one["errors"] for one in found) else 0)


if __name__ == "__main__":
    main()
