"""Sync: real pushes over HTTP into installations behind gunicorn, beside the floors of the same minute."""

import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench import installation, postgres, push
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
    "record_kb": Goal("kB", "", "mean size of a pushed record"),
    "push100_vs_pouchdb": Goal("×", "≥ 1.2", "records/s"),
    "push100_vs_kinto_pg": Goal("×", "≥ 40", "records/s"),
    "push1_vs_kinto_pg": Goal("×", "≥ 1.5", "records/s"),
    "pull_vs_kinto_pg": Goal("×", "≥ 2", "records/s"),
    "week_first_sync_kb": Goal("kB", "≤ 60", "40 stops"),
    "week_first_sync_round_trips": Goal("", "≤ 4", "40 stops"),
    "day_wire_kb": Goal("kB", "≤ 25", "15 visits without photos"),
    "workers2_pss_mib": Goal("MiB", "≤ 130", "two gunicorn workers after the load, SQLite"),
    "workers2_pg_pss_mib": Goal("MiB", "≤ 130", "the same on PostgreSQL"),
}
LATER = "not in the bench yet"
_SKIPPED = {
    "push100_vs_pouchdb": LATER + ": the peer must be installed and kept running",
    "push100_vs_kinto_pg": LATER + ": the peer must be installed and kept running",
    "push1_vs_kinto_pg": LATER + ": the peer must be installed and kept running",
    "pull_vs_kinto_pg": LATER + ": the peer must be installed and kept running",
    "week_first_sync_kb": LATER + ": needs a dispatched week",
    "week_first_sync_round_trips": LATER + ": needs a dispatched week",
    "day_wire_kb": LATER + ": needs a dispatched day",
}


def run(report: Report) -> None:
    """Measure."""
    rounds, blocks, each = (6, 3, 8) if report.quick else (30, 6, 40)
    for name, reason in _SKIPPED.items():
        report.skip(name, reason)
    with ExitStack() as stack:
        sides = _sides(stack)
        for side in sides:
            push.warm_up(side)
        sqlite, postgresql, floor = sides
        for side in (sqlite, postgresql):
            push.see_kept(side)
        for number in range(rounds):
            push.batch_round(sides, number)
        for number in range(blocks):
            push.single_round(sides, number, each=each)
        report.tell("workers2_pss_mib", sqlite.server.pss_mib())
        report.tell("workers2_pg_pss_mib", postgresql.server.pss_mib())
    report.tell("record_kb", floor.hundreds.sent_bytes / (rounds * BATCH) / 1000)
    report.tell("push100_floor_ratio", push.ratio(sqlite.hundreds, floor.hundreds))
    report.tell("push100_floor_ratio_pg", push.ratio(postgresql.hundreds, floor.hundreds))
    for side, prefix, infix in ((sqlite, "push", ""), (postgresql, "push", "_pg"), (floor, "floor", "")):
        report.tell(f"{prefix}100{infix}_rec_s", BATCH / statistics.median(side.hundreds.wall_s))
        report.tell(f"{prefix}100{infix}_cpu_ms", 1000 * side.hundreds.cpu_s / (rounds * BATCH))
        report.tell(f"{prefix}1{infix}_rec_s", CONNECTIONS * each / statistics.median(side.ones.wall_s))
        report.tell(f"{prefix}1{infix}_cpu_ms", 1000 * side.ones.cpu_s / (blocks * CONNECTIONS * each))


def _sides(stack: ExitStack) -> list[Side]:
    """Start the servers: ours on each database, and the floor, which takes the records of phones it never met."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    cluster = stack.enter_context(postgres.cluster())
    sqlite = stack.enter_context(installation.served(folder / "sqlite", phones=CONNECTIONS))
    url = postgres.sqlalchemy_url(cluster.database("doorstep"))
    postgresql = stack.enter_context(installation.served(folder / "postgres", phones=CONNECTIONS, database_url=url))
    floor = stack.enter_context(installation.floor())
    return [
        Side("sqlite", sqlite.server, sqlite.phones),
        Side("postgresql", postgresql.server, postgresql.phones),
        Side("floor", floor, [installation.stranger(number) for number in range(CONNECTIONS)]),
    ]
