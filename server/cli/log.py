"""Commands about the transparency log: verify it, print its key, take cosignatures."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

from server import config
from server.app import create_app
from server.db import begin_write, db
from server.devices import leaves
from server.transparency import check, reading, witnesses
from server.transparency import leaves as pending


@click.group()
def log() -> None:
    """Verify the transparency log, take cosignatures of witnesses, print its key."""


@log.command()
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def verify(var_dir: Path, *, as_json: bool) -> None:
    """Recompute the whole log from its leaves and compare every checkpoint, tile and chain.

    Exit code 1 when anything does not fit, or a record has no leaf.
    """
    with _application(var_dir):
        faults = list(check.faults())
        if count := leaves.missing():
            faults.append(f"{count} records were taken in and have no leaf")
        size, root = reading.head()
        told = {"origin": reading.origin(), "size": size, "root": root, "waiting": pending.waiting(), "faults": faults}
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        click.echo(f"{told['origin']}: {size} leaves, root {root or 'of nothing'}, {told['waiting']} wait")
        for fault in faults:
            click.echo(f"FAIL  {fault}")
        click.echo("the log does not hold" if faults else "the log holds")
    if faults:
        raise click.exceptions.Exit(1)


@log.command()
@click.pass_obj
def vkey(var_dir: Path) -> None:
    """Print the log's verifier key: give it to phones, creditors and courts by another way than the log itself."""
    with _application(var_dir):
        click.echo(reading.vkey())


@log.command()
@click.argument("note", type=click.File(encoding="utf-8"))
@click.pass_obj
def cosign(var_dir: Path, note: IO[str]) -> None:
    """Take the cosignatures in NOTE, a checkpoint of this log as a witness gave it back; `-` reads standard input.

    Only lines that verify against a key in DOORSTEP_LOG_WITNESSES are kept; exit code 1 when there is none.
    """
    with _application(var_dir):
        begin_write()
        names = witnesses.take(note.read())
        db.session.commit()
    click.echo(f"Cosigned by {', '.join(names)}.")


@contextmanager
def _application(var_dir: Path) -> Iterator[None]:
    with create_app(config.load(var_dir)).app_context():
        try:
            yield
        finally:
            db.session.remove()
            db.engine.dispose()
