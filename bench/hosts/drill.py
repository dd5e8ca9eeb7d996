"""`python -m bench.hosts.drill [--quick] [--agents N [--stops N]] [--hosts N]`: days of a fleet on hosts which die.

Each host is gunicorn, jobs and chores in its worker; nginx stands before them, PostgreSQL, an S3 store and Redis
behind. In the noon's and in the evening's burst one host is killed with kill -9; on three hosts the store and Redis die
with it, and come back. The twelve invariants of `doorstep simulate` are checked at the end. Exit code 1 when any does
not hold.
"""

import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import click
from rich.console import Console

from bench import postgres
from bench import report as reports
from bench.hosts import limits_store, store
from bench.hosts.many import ManyHosts, nothing
from bench.report import Goal, Report
from server import clock
from server.simulation.plan import STOPS_PER_CREW, Faults, Plan, draw
from server.simulation.progress import Progress
from server.simulation.report import words
from server.simulation.simulate import Outcome, simulate

SEED, WIDTH, SLOW_S, AWAY_S = 7, 130, 120.0, 5.0
GOALS = {
    "fleets": Goal("", "", "fleets played: on two hosts and on three"),
    "agents": Goal("", "", "phones of all fleets"),
    "hosts_killed": Goal("", "> 0", "hosts killed -9 in a burst"),
    "stores_killed": Goal("", "", "how often the store and Redis were killed with one"),
    "visits": Goal("", "", "visits made"),
    "records": Goal("", "", "records handed in, each sent by its phone (I2)"),
    "files": Goal("", "", "files handed in, each announced by its phone (I2)"),
    "cuts": Goal("", "", "connections cut"),
    "held": Goal("", "12 each", "invariants that hold, of all fleets"),
    "violations": Goal("", "0", ""),
}


@dataclass(frozen=True, slots=True)
class Size:
    """How large a fleet is, and whether a host dies at noon as well as in the evening."""

    agents: int
    days: int
    dies_at_noon: bool
    stops: int = STOPS_PER_CREW


FULL, QUICK = Size(30, 2, dies_at_noon=True), Size(6, 1, dies_at_noon=False)


@dataclass
class Backing:
    """What the hosts share: how a fresh database is made, the store and Redis."""

    cluster: postgres.Cluster
    files: store.Store
    limits: limits_store.Redis
    kills: int = 0
    _returns: threading.Thread | None = None

    def die_with(self, _death: int) -> None:
        """Kill the store and Redis; they come back after a while."""
        self.settle()
        self.kills += 1
        self.files.kill()
        self.limits.kill()
        self._returns = threading.Timer(AWAY_S, self._come_back)
        self._returns.start()

    def settle(self) -> None:
        """Wait until store and Redis are back."""
        if self._returns is not None:
            self._returns.join()

    def _come_back(self) -> None:
        self.files.start()
        self.limits.start()


@contextmanager
def backing(folder: Path) -> Iterator[Backing]:
    """Run PostgreSQL, an S3 store and Redis until the end of the block."""
    with postgres.cluster() as cluster, store.running(folder / "s3") as files, limits_store.running() as limits:
        yield Backing(cluster, files, limits)


def plan_of(size: Size, *, seed: int) -> Plan:
    """Return a heavy plan without backup and restore: those need the one folder of one server."""
    plan = draw(agents=size.agents, days=size.days, faults=Faults.HEAVY, seed=seed, stops=size.stops)
    days = [replace(day, is_backed_up=False, is_restored=False) for day in plan.days]
    if not size.dies_at_noon:
        days = [replace(day, kill_after=(0, day.kill_after[1])) for day in days]
    return replace(plan, days=tuple(days))


def play(
    plan: Plan, behind: Backing, folder: Path, *, hosts: int, console: Console, is_store_dying: bool = False
) -> Outcome:
    """Play a fleet on so many hosts; perhaps store and Redis die with each host."""
    also = behind.die_with if is_store_dying else nothing

    def make(var_dir: Path, port: int, url: str) -> ManyHosts:
        return ManyHosts(
            var_dir, port, url, count=hosts, bucket=behind.files.bucket(), redis_url=behind.limits.url, also=also
        )

    url = postgres.sqlalchemy_url(behind.cluster.database(f"hosts_{hosts}"))
    outcome = simulate(plan, folder, database_url=url, progress=Progress(console), slow_s=SLOW_S, make=make)
    behind.settle()
    return outcome


def apart(outcome: Outcome) -> tuple[Outcome, int]:
    """Return an outcome without the honest 503s that a dead store gave, and how many kinds of request got one.

    I11 counts every 5xx; while the store is dead 503 is the right answer to who needs a file.
    """
    found = [
        replace(one, violations=tuple(told for told in one.violations if not told.startswith("503 ")))
        for one in outcome.findings
    ]
    fewer = sum(len(one.violations) for one in outcome.findings) - sum(len(one.violations) for one in found)
    return replace(outcome, findings=tuple(found)), fewer


def tell(report: Report, outcomes: list[Outcome], behind: Backing) -> None:
    """Put what the fleets came to into the report."""
    counts = {
        name: sum(one.counts.get(name, 0) for one in outcomes) for name in ("server_killed", "visits", "line_cut")
    }
    compared = {
        name: sum(found.compared[name] for one in outcomes for found in one.findings if found.code == "I2")
        for name in ("records", "files")
    }
    report.tell("fleets", len(outcomes))
    report.tell("agents", sum(len(one.plan.agents) for one in outcomes))
    report.tell("hosts_killed", counts["server_killed"])
    report.tell("stores_killed", behind.kills)
    report.tell("visits", counts["visits"])
    report.tell("records", compared["records"])
    report.tell("files", compared["files"])
    report.tell("cuts", counts["line_cut"])
    report.tell("held", sum(found.holds for one in outcomes for found in one.findings))
    wrong = sum(len(found.violations) for one in outcomes for found in one.findings)
    report.tell("violations", wrong + sum(len(one.unforeseen) for one in outcomes))


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--quick", "is_quick", is_flag=True, help="Small fleets, one day.")
@click.option("--agents", type=click.IntRange(4), help="Agents of a fleet, an even number, for one day.")
@click.option("--stops", default=STOPS_PER_CREW, type=click.IntRange(1, 15), help="Visits of a crew, with --agents.")
@click.option("--hosts", "counts", multiple=True, type=click.IntRange(2), default=(2, 3), help="May be repeated.")
@click.option("--keep", "is_kept", is_flag=True, help="Write the figures to bench/results/ as well.")
def main(*, is_quick: bool, agents: int | None, stops: int, counts: tuple[int, ...], is_kept: bool) -> None:
    """Play fleets on two and on three hosts that die."""
    size = Size(agents, 1, dies_at_noon=False, stops=stops) if agents else QUICK if is_quick else FULL
    console, report, outcomes = Console(width=WIDTH), Report("hosts", is_quick, GOALS), list[Outcome]()
    with tempfile.TemporaryDirectory(prefix="doorstep-hosts-") as name, backing(Path(name)) as behind:
        for hosts in counts:
            folder = Path(name) / f"on-{hosts}"
            folder.mkdir()
            plan = plan_of(size, seed=SEED)
            outcome = play(plan, behind, folder, hosts=hosts, console=console, is_store_dying=hosts > 2)  # noqa: PLR2004
            told, refused = apart(outcome) if hosts > 2 else (outcome, 0)  # noqa: PLR2004
            click.echo("\n".join([f"{hosts} hosts, 503 while the store was dead: {refused}", *words(told)]))
            outcomes.append(told)
        tell(report, outcomes, behind)
    reports.show(report, to=console)
    if is_kept:
        reports.keep(report, on=clock.today())
    click.echo(reports.as_line(report.document()))
    if not all(one.holds for one in outcomes):
        raise click.exceptions.Exit(1)


if __name__ == "__main__":
    sys.exit(main())
