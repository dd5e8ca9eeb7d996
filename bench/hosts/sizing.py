"""`python -m bench.hosts.sizing`: what a visit and a photo cost, as docs/scale.md counts with them.

Whole visits (13 records and 6 photos in two) are pushed to a real gunicorn on PostgreSQL with its worker beside it;
photos of 300 KB are uploaded through the application into an S3 bucket, and by a signed address past it.
"""

import hashlib
import os
import sys
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click
import obstore
import psycopg
import requests
from rich.console import Console

from bench import installation, postgres
from bench import report as reports
from bench.hosts import store
from bench.installation import Installation
from bench.line import Line
from bench.peers.ours import PUSH, body_of
from bench.records import next_rows
from bench.report import Goal, Report
from server.media.s3 import S3Store
from sync import upload
from sync.ids import uuid7

WIDTH, PAIR, BATCH_PAIRS = 130, 13, 5
PHOTO_BYTES = 300_000
GOALS = {
    "visits": Goal("", "", "visits pushed, each two with 13 records and 6 photos named"),
    "pg_kb_visit": Goal("kB", "", "growth of the database, indexes and all, per visit"),
    "wal_kb_visit": Goal("kB", "", "write-ahead log per visit"),
    "wire_kb_visit": Goal("kB", "", "body of the push per visit, unzipped"),
    "web_cpu_ms_visit": Goal("ms", "", "processor of gunicorn per visit, pushes of 65 records"),
    "worker_cpu_ms_visit": Goal("ms", "", "processor of the worker per visit"),
    "photo_cpu_ms": Goal("ms", "", "processor of gunicorn per photo of 300 KB through the application into the bucket"),
    "signed_cpu_ms": Goal("ms", "", "processor of one signed address, which lets the photo pass the application by"),
}


@dataclass(frozen=True, slots=True)
class Disk:
    """Bytes of the database and of the log before it."""

    database: int
    log: int


def disk(uri: str) -> Disk:
    """Return how large the database is and how much log was written."""
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        row = connection.execute(
            "SELECT pg_database_size(current_database()), pg_current_wal_lsn() - '0/0'::pg_lsn"
        ).fetchone()
    return Disk(int(row[0]), int(row[1])) if row else Disk(0, 0)


def push(report: Report, told: Installation, uri: str, *, batches: int) -> None:
    """Push visits and tell what each cost."""
    phone, sent = told.phones[0], 0
    with Line(told.server.url, {"Authorization": f"Bearer {phone.token}"}) as line:
        line.call("POST", PUSH, body_of(next_rows(phone, PAIR)))
        told.worker.settle()
        before, web_s, worker_s = disk(uri), told.server.cpu_s(), told.worker.cpu_s()
        for _ in range(batches):
            body = body_of(next_rows(phone, PAIR * BATCH_PAIRS))
            line.call("POST", PUSH, body)
            sent += len(body)
        told.worker.settle()
    after, visits = disk(uri), batches * BATCH_PAIRS * 2
    report.tell("visits", visits)
    report.tell("pg_kb_visit", (after.database - before.database) / visits / 1000)
    report.tell("wal_kb_visit", (after.log - before.log) / visits / 1000)
    report.tell("wire_kb_visit", sent / visits / 1000)
    report.tell("web_cpu_ms_visit", (told.server.cpu_s() - web_s) / visits * 1000)
    report.tell("worker_cpu_ms_visit", (told.worker.cpu_s() - worker_s) / visits * 1000)


def photos(report: Report, told: Installation, *, count: int) -> None:
    """Upload photos through the application and tell what each cost."""
    phone, began_s = told.phones[0], told.server.cpu_s()
    for number in range(count):
        content = os.urandom(PHOTO_BYTES)
        facts = {"attachment_id": uuid7(number, os.urandom(10)), "sha256": hashlib.sha256(content).hexdigest()}
        headers = {
            "Authorization": f"Bearer {phone.token}", "Tus-Resumable": upload.TUS_VERSION,
            "Upload-Length": str(PHOTO_BYTES), "Upload-Metadata": upload.write_metadata(facts),
            "Content-Type": "application/offset+octet-stream",
        }  # fmt: skip
        answer = requests.post(f"{told.server.url}/v1/files", data=content, headers=headers, timeout=60)
        answer.raise_for_status()
    report.tell("photo_cpu_ms", (told.server.cpu_s() - began_s) / count * 1000)


def sign(report: Report, bucket: S3Store, *, count: int) -> None:
    """Sign addresses and tell what each cost; one of them is used."""
    client = bucket._client()  # noqa: SLF001  # the product signs none yet
    began_s = sum(os.times()[:2])
    urls = [obstore.sign(client, "PUT", f"uploads/signed-{number}", timedelta(minutes=5)) for number in range(count)]
    report.tell("signed_cpu_ms", (sum(os.times()[:2]) - began_s) / count * 1000)
    requests.put(urls[0], data=os.urandom(PHOTO_BYTES), timeout=60).raise_for_status()


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--quick", "is_quick", is_flag=True)
@click.option("--keep", "is_kept", is_flag=True, help="Write the figures to bench/results/ as well.")
def main(*, is_quick: bool, is_kept: bool) -> None:
    """Measure what a visit and a photo cost."""
    from server import clock  # noqa: PLC0415  # only to name the file of the figures

    report, count = Report("sizing", is_quick, GOALS), 5 if is_quick else 60
    with (
        tempfile.TemporaryDirectory(prefix="doorstep-sizing-") as name, postgres.cluster() as cluster,
        store.running(Path(name) / "s3") as files,
    ):  # fmt: skip
        uri, bucket = cluster.database("sizing"), files.bucket()
        with installation.settings():
            os.environ |= {f"DOORSTEP_{key}": value for key, value in store.settings_of(bucket).items()}
            with installation.served(Path(name) / "var", phones=1, database_url=postgres.sqlalchemy_url(uri)) as told:
                push(report, told, uri, batches=count)
                photos(report, told, count=count)
        sign(report, S3Store(bucket), count=1000)
    reports.show(report, to=Console(width=WIDTH))
    if is_kept:
        reports.keep(report, on=clock.today())
    click.echo(reports.as_line(report.document()))


if __name__ == "__main__":
    sys.exit(main())
