"""The physical floors: what disk, SQLite and PostgreSQL do by themselves in the same minute, records as plain rows."""

import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from bench.postgres import Cluster
from bench.report import Report

BLOCK, RECORD = b"x" * 4096, "x" * 1600
Write = Callable[[int], None]


def tell_floors(report: Report, cluster: Cluster) -> None:
    """Measure the floors and give their figures."""
    times = 50 if report.quick else 300
    with tempfile.TemporaryDirectory() as folder:
        report.tell("fdatasync_ms", 1000 * _fdatasync_s(Path(folder) / "block", times=times))
        with sqlite3.connect(Path(folder) / "raw.db", isolation_level=None) as connection:
            connection.execute("PRAGMA journal_mode=wal")
            connection.execute("PRAGMA synchronous=full")
            connection.execute("CREATE TABLE record(id INTEGER PRIMARY KEY, document TEXT NOT NULL)")
            report.tell("raw_sqlite1_rec_s", _rate(_sqlite_writer(connection), times=times, each=1))
            report.tell("raw_sqlite100_rec_s", _rate(_sqlite_writer(connection), times=times // 5, each=100))
        connection.close()
    with psycopg.connect(cluster.database("raw"), autocommit=True) as pg:
        pg.execute("CREATE TABLE record(id SERIAL PRIMARY KEY, document TEXT NOT NULL)")
        report.tell("raw_pg1_rec_s", _rate(_pg_writer(pg), times=times, each=1))
        report.tell("raw_pg100_rec_s", _rate(_pg_writer(pg), times=times // 5, each=100))


def _fdatasync_s(path: Path, *, times: int) -> float:
    """Return the median seconds of one block written through to the disk."""
    took = []
    file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        for _ in range(times):
            began_s = time.perf_counter()
            os.write(file, BLOCK)
            os.fdatasync(file)
            took.append(time.perf_counter() - began_s)
    finally:
        os.close(file)
    return statistics.median(took)


def _rate(write: Write, *, times: int, each: int) -> float:
    """Return records a second by the median transaction."""
    took = []
    for _ in range(times):
        began_s = time.perf_counter()
        write(each)
        took.append(time.perf_counter() - began_s)
    return each / statistics.median(took)


def _sqlite_writer(connection: sqlite3.Connection) -> Write:
    def write(count: int) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO record(document) VALUES(?)", [(RECORD,)] * count)
        connection.execute("COMMIT")

    return write


def _pg_writer(connection: psycopg.Connection) -> Write:
    def write(count: int) -> None:
        with connection.transaction(), connection.cursor() as cursor:
            cursor.executemany("INSERT INTO record(document) VALUES(%s)", [(RECORD,)] * count)

    return write
