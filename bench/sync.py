"""Sync: real pushes over HTTP into installations behind gunicorn, beside the floors of the same minute."""

import statistics
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench import field_day, installation, postgres, push, raw
from bench.installation import Phone
from bench.peers import kinto, pouchdb
from bench.peers.dialect import NotInstalled
from bench.peers.ours import Ours
from bench.push import BATCH, CONNECTIONS, Side
from bench.report import Goal, Report

GOALS = {
    "push100_floor_ratio": Goal("×", "≥ 0.25", "our records/s ÷ Flask-parse floor, one connection, one minute; SQLite"),
    "push100_floor_ratio_pg": Goal("×", "≥ 0.25", "the same on PostgreSQL"),
    "push100_rec_s": Goal("records/s", "", "SQLite, on the wall"),
    "push100_pg_rec_s": Goal("records/s", "", "PostgreSQL, on the wall"),
    "floor100_rec_s": Goal("records/s", "", "the floor, on the wall"),
    "push100_cpu_ms": Goal("CPU-ms", "", "server CPU per record in pushes of 100, SQLite"),
    "push100_pg_cpu_ms": Goal("CPU-ms", "", "the same on PostgreSQL, its own processes not counted"),
    "floor100_cpu_ms": Goal("CPU-ms", "", "the floor's"),
    "push1_cpu_ms": Goal("CPU-ms", "≤ 2.0", "server CPU per record in pushes of 1, 8 connections, SQLite"),
    "push1_pg_cpu_ms": Goal("CPU-ms", "≤ 2.0", "the same on PostgreSQL, its own processes not counted"),
    "floor1_cpu_ms": Goal("CPU-ms", "", "the floor's"),
    "push1_rec_s": Goal("records/s", "", "SQLite, on the wall"),
    "push1_pg_rec_s": Goal("records/s", "", "PostgreSQL, on the wall"),
    "floor1_rec_s": Goal("records/s", "", "the floor, on the wall"),
    "handover_cpu_ms": Goal("CPU-ms", "", "the worker's, per record: giving it to its visit after the push; SQLite"),
    "handover_pg_cpu_ms": Goal("CPU-ms", "", "the same on PostgreSQL, its own processes not counted"),
    "record_kb": Goal("kB", "", "mean size of a pushed record"),
    "push100_vs_pouchdb": Goal("×", "≥ 1.2", "records/s; ours on SQLite, which waits for the disk, it does not"),
    "push100_vs_kinto_pg": Goal("×", "≥ 40", "records/s; both on PostgreSQL"),
    "push1_vs_kinto_pg": Goal("×", "≥ 1.5", "records/s; both on PostgreSQL, a Kinto collection for each phone"),
    "kinto1_cpu_ms": Goal("CPU-ms", "", "Kinto's server CPU per record in pushes of 1"),
    "pull_vs_kinto_pg": Goal("×", "≥ 2", "documents/s in pages of 100; our cards, its records"),
    "pull_vs_pouchdb": Goal("×", "≥ 1.5", "documents/s in pages of 100; ours on SQLite"),
    "pull_doc_s": Goal("documents/s", "", "cards in pages of 100, SQLite"),
    "pull_pg_doc_s": Goal("documents/s", "", "the same on PostgreSQL"),
    "fdatasync_ms": Goal("ms", "", "median of writing 4 kB through to the disk"),
    "raw_sqlite1_rec_s": Goal("records/s", "", "bare SQLite, synchronous=FULL, 1 record a transaction"),
    "raw_sqlite100_rec_s": Goal("records/s", "", "the same, 100 records a transaction"),
    "raw_pg1_rec_s": Goal("records/s", "", "bare PostgreSQL, 1 record a transaction"),
    "raw_pg100_rec_s": Goal("records/s", "", "the same, 100 records a transaction"),
    "week_first_sync_kb": Goal(
        "kB", "≤ 60", "40 stops (scaled from those planned), PDFs not in it; both ways, headers in"
    ),
    "week_first_sync_round_trips": Goal("", "≤ 4", "calls of that sync"),
    "week_papers_kb": Goal("kB", "", "the PDFs of that week's papers, fetched on Wi-Fi"),
    "day_wire_kb": Goal("kB", "≤ 25", "15 visits without the photos' bytes, one sync in the evening"),
    "day_records": Goal("", "", "records of that day"),
    "day_push_up_kb": Goal("kB", "", "of that: the push itself"),
    "day_push_down_kb": Goal("kB", "", "of that: its answer with the acknowledgements"),
    "day_wire_each_kb": Goal("kB", "", "the same day with a sync after each visit"),
    "workers2_pss_mib": Goal("MiB", "≤ 130", "two gunicorn workers after the load, SQLite"),
    "workers2_pg_pss_mib": Goal("MiB", "≤ 130", "the same on PostgreSQL"),
}


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured: rounds of 100, blocks of singles and how many each phone pushes, rounds of pulls."""

    hundreds: int
    blocks: int
    each: int
    pulls: int


QUICK, FULL = Sizes(6, 3, 8, 3), Sizes(30, 6, 40, 15)


def run(report: Report) -> None:
    """Measure."""
    sizes = QUICK if report.quick else FULL
    with ExitStack() as stack:
        cluster = stack.enter_context(postgres.cluster())
        raw.tell_floors(report, cluster)
        field = _open(stack, report, cluster)
        field.measure(sizes)
        report.tell("workers2_pss_mib", field.sqlite.server.pss_mib())
        report.tell("workers2_pg_pss_mib", field.postgresql.server.pss_mib())
    _tell(report, field, sizes)
    with tempfile.TemporaryDirectory() as folder:
        field_day.tell_wire(report, Path(folder))


@dataclass(frozen=True, slots=True)
class Field:
    """The sides of one run; a peer that is not installed is None."""

    sqlite: Side
    postgresql: Side
    floor: Side
    kinto: Side | None
    pouchdb: Side | None

    def measure(self, sizes: Sizes) -> None:
        """Push and pull in turn, all sides in the same minute."""
        ours, peers = [self.sqlite, self.postgresql], [one for one in (self.kinto, self.pouchdb) if one]
        for side in [*ours, self.floor, *peers]:
            push.warm_up(side)
        for side in ours:
            push.see_kept(side)
            side.settle(pushed=0)
        began_s = {side.name: side.worker.cpu_s() if side.worker else 0.0 for side in ours}
        for number in range(sizes.hundreds):
            push.batch_round([*ours, self.floor, *peers], number)
        for number in range(sizes.pulls):
            push.pull_round([*ours, *peers], number)
        for number in range(sizes.blocks):
            singles = [*ours, self.floor, *([self.kinto] if self.kinto else [])]
            push.single_round(singles, number, each=sizes.each)
        for side in ours:
            if side.worker:
                side.handover_cpu_s = side.worker.cpu_s() - began_s[side.name]


def _open(stack: ExitStack, report: Report, cluster: postgres.Cluster) -> Field:
    """Start the servers; the floor and the peers take the records of phones they never met."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    sqlite = stack.enter_context(installation.served(folder / "sqlite", phones=CONNECTIONS))
    url = postgres.sqlalchemy_url(cluster.database("doorstep"))
    postgresql = stack.enter_context(installation.served(folder / "postgres", phones=CONNECTIONS, database_url=url))
    floor = stack.enter_context(installation.floor())
    strangers = [[installation.stranger(number) for number in range(CONNECTIONS)] for _ in range(3)]
    return Field(
        Side("sqlite", sqlite.server, Ours(), sqlite.phones, sqlite.worker),
        Side("postgresql", postgresql.server, Ours(), postgresql.phones, postgresql.worker),
        Side("floor", floor, Ours(), strangers[0]),
        _kinto(stack, report, cluster, folder, strangers[1]),
        _pouchdb(stack, report, folder, strangers[2]),
    )


def _kinto(
    stack: ExitStack, report: Report, cluster: postgres.Cluster, folder: Path, phones: list[Phone]
) -> Side | None:
    may_install = not report.quick
    try:
        served = kinto.served(
            cluster.database("kinto"), folder=folder / "kinto", phones=phones, may_install=may_install
        )
        return Side("kinto", stack.enter_context(served), kinto.Kinto(), phones)
    except NotInstalled as reason:
        for name in ("push100_vs_kinto_pg", "push1_vs_kinto_pg", "pull_vs_kinto_pg", "kinto1_cpu_ms"):
            report.skip(name, str(reason))
        return None


def _pouchdb(stack: ExitStack, report: Report, folder: Path, phones: list[Phone]) -> Side | None:
    try:
        served = pouchdb.served(folder=folder / "pouchdb", may_install=not report.quick)
        return Side("pouchdb", stack.enter_context(served), pouchdb.Pouchdb(), phones)
    except NotInstalled as reason:
        for name in ("push100_vs_pouchdb", "pull_vs_pouchdb"):
            report.skip(name, str(reason))
        return None


def _tell(report: Report, field: Field, sizes: Sizes) -> None:
    sqlite, postgresql, floor = field.sqlite, field.postgresql, field.floor
    report.tell("record_kb", floor.hundreds.sent_bytes / (sizes.hundreds * BATCH) / 1000)
    report.tell("push100_floor_ratio", push.ratio(sqlite.hundreds, floor.hundreds))
    report.tell("push100_floor_ratio_pg", push.ratio(postgresql.hundreds, floor.hundreds))
    for side, prefix, infix in ((sqlite, "push", ""), (postgresql, "push", "_pg"), (floor, "floor", "")):
        report.tell(f"{prefix}100{infix}_rec_s", BATCH / statistics.median(side.hundreds.wall_s))
        report.tell(f"{prefix}100{infix}_cpu_ms", 1000 * side.hundreds.cpu_s / (sizes.hundreds * BATCH))
        singles = CONNECTIONS * sizes.each
        report.tell(f"{prefix}1{infix}_rec_s", singles / statistics.median(side.ones.wall_s))
        report.tell(f"{prefix}1{infix}_cpu_ms", 1000 * side.ones.cpu_s / (sizes.blocks * singles))
    report.tell("handover_cpu_ms", 1000 * sqlite.handover_cpu_s / sqlite.pushed)
    report.tell("handover_pg_cpu_ms", 1000 * postgresql.handover_cpu_s / postgresql.pushed)
    report.tell("pull_doc_s", 1 / statistics.median(sqlite.pulls.wall_s))
    report.tell("pull_pg_doc_s", 1 / statistics.median(postgresql.pulls.wall_s))
    if field.kinto:
        report.tell("push100_vs_kinto_pg", push.ratio(postgresql.hundreds, field.kinto.hundreds))
        report.tell("push1_vs_kinto_pg", push.ratio(postgresql.ones, field.kinto.ones))
        report.tell("pull_vs_kinto_pg", push.ratio(postgresql.pulls, field.kinto.pulls))
        report.tell("kinto1_cpu_ms", 1000 * field.kinto.ones.cpu_s / (sizes.blocks * CONNECTIONS * sizes.each))
    if field.pouchdb:
        report.tell("push100_vs_pouchdb", push.ratio(sqlite.hundreds, field.pouchdb.hundreds))
        report.tell("pull_vs_pouchdb", push.ratio(sqlite.pulls, field.pouchdb.pulls))
