"""Commands that prove and preserve: verify an installation or a dossier, back an installation up."""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import click
from flask import Flask
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError

from server import audit, clock, config, media, privileges
from server.app import create_app
from server.cli import sealed
from server.cli.durable import sha256_of, sync_tree, write_whole
from server.console import health
from server.db import begin_write, db
from server.media.local import LocalStore
from server.transparency import check


@click.command()
@click.argument("dossier", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True)
@click.option(
    "--html", "page", type=click.Path(dir_okay=False, path_type=Path), help="Write a dossier's report as HTML."
)
@click.option("--every-value", is_flag=True, help="Open every sealed value, not only the newest of each kind.")
@click.option("--log", "log_address", help="The public log's address: search it for what a dossier leaves out.")
@click.option("--vkey", help="The log's verifier key, got from elsewhere than the dossier.")
@click.option(
    "--tsa-root",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The time-stamping authority's root, PEM, from elsewhere.",
)
@click.pass_obj
def verify(
    var_dir: Path,
    /,
    dossier: Path | None,
    page: Path | None,
    log_address: str | None,
    *,
    as_json: bool,
    every_value: bool,
    **own: Any,
) -> None:
    """Verify a DOSSIER zip, or without one this installation: database, audit chain, sealed values, every stored file.

    Exit code 1 when anything fails.
    """
    if page and not dossier:
        raise click.UsageError("--html is the report of a dossier: name one")
    if log_address and not dossier:
        raise click.UsageError("--log searches for what a dossier leaves out: name one")
    if any(own.values()) and not dossier:
        raise click.UsageError("--vkey and --tsa-root are for a dossier: name one")
    if dossier:
        checks = dossier_checks(dossier, page=page, log=log_address, **own)
    else:
        checks = installation_checks(var_dir, every_value=every_value)
    if as_json:
        click.echo(json.dumps(checks, ensure_ascii=False, indent=2))
    else:
        for name, fault in checks.items():
            click.echo(f"{'ok  ' if fault is None else 'FAIL'}  {name}{'' if fault is None else ': ' + fault}")
    if any(checks.values()):
        raise click.exceptions.Exit(1)


def dossier_checks(
    dossier: Path,
    *,
    page: Path | None = None,
    log: str | None = None,
    vkey: str | None = None,
    tsa_root: Path | None = None,
) -> dict[str, str | None]:
    """Return what verification of a dossier finds, name → fault or None; write the whole report to `page`.

    log is the public log's address, to be searched for leaves of the case that the dossier leaves out; vkey and
    tsa_root, got from elsewhere, replace the log's key and the authority's root that lie in the dossier.
    Raises click.UsageError when it is no such address.
    """
    from sync import public_log, verify_page  # noqa: PLC0415  # only this command needs them
    from sync import verify as bundle  # noqa: PLC0415

    try:
        read = public_log.over_http(log) if log else None
    except ValueError as fault:
        raise click.UsageError(str(fault)) from fault
    report = bundle.verify(dossier, log=read, vkey=vkey, tsa_root=tsa_root.read_bytes() if tsa_root else None)
    if page:
        with dossier.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        looked = verify_page.Looked(dossier.name, digest, f"{clock.now():%Y-%m-%d %H:%M:%S} UTC")
        page.write_text(verify_page.page(report, looked), encoding="utf-8")
    return {check.name: None if check.is_ok else "; ".join(check.found) for check in report.checks}


def installation_checks(var_dir: Path, *, every_value: bool = False) -> dict[str, str | None]:
    """Return what is wrong with an installation, name → fault or None."""
    app = create_app(config.load(var_dir))
    checks = checks_of(app, every_value=every_value)
    with app.app_context():
        db.engine.dispose()
    return checks


def checks_of(app: Flask, *, every_value: bool = False) -> dict[str, str | None]:
    """Return what is wrong with the database and the files of an application, name → fault or None.

    Of sealed values the newest 1,000 of each column are opened, or every one.
    """
    with app.app_context():
        checks = {name: None if state == "ok" else state for name, state in health.checks().items()}
        if config.current().is_sqlite:
            found = db.session.execute(text("PRAGMA integrity_check")).scalar_one()
            checks["database integrity"] = None if found == "ok" else str(found)
        else:
            checks["database role"] = privileges.too_much(db.session.connection(), is_owner=config.current().is_owner)
        checks["audit chain"] = audit.verify(db.session())
        checks["transparency log"] = "; ".join(islice(check.faults(), 3)) or None
        opened, shut = sealed.broken(newest=None if every_value else sealed.NEWEST)
        checks[f"sealed values ({opened})"] = sealed.words_of(shut)
        blobs = media.store()
        broken = [name for name in blobs.hashes() if not blobs.is_intact(name)]
        checks[f"files ({len(blobs.hashes())})"] = f"{len(broken)} altered, first {broken[0]}" if broken else None
    return checks


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.pass_obj
def backup(var_dir: Path, target: Path) -> None:
    """Copy database and files, consistently and while in use, into a new folder TARGET with a manifest.

    The keys are not copied: keep them elsewhere, without them the copy cannot be read. A mark of each in the manifest
    lets a restore refuse other keys.
    """
    settings = config.load(var_dir).as_owner()
    if target.exists() and any(target.iterdir()):
        raise click.ClickException(f"{target} is not empty")
    try:
        made_at, files = copy_installation(settings, target)
    except BaseException as fault:
        shutil.rmtree(target, ignore_errors=True)  # half a backup is none, and a full disk must not stay full of it
        if isinstance(fault, OSError | sqlite3.Error):
            raise click.ClickException(f"{fault}; there is no backup") from fault
        raise
    try:
        note_backup(settings, made_at, files=files)
    except (OSError, DBAPIError) as fault:
        raise click.ClickException(f"{target} is whole, but that could not be noted here: {fault}") from fault
    click.echo(f"Backed up {files} files to {target}.")


def copy_installation(settings: config.Config, target: Path) -> tuple[str, int]:
    """Copy database and files durably, the manifest last; return when and how many.

    Raises OSError, sqlite3.Error, StorageFails and ClickException.
    """
    target.mkdir(parents=True, exist_ok=True)
    copy_database(settings, target)
    copy_media(settings, target / "media")
    files = sync_tree(target)
    made_at = clock.now().isoformat()
    manifest = {
        "made_at": made_at,
        "keys": config.key_marks(settings.var_dir),
        "files": {str(path.relative_to(target)): sha256_of(path) for path in files},
    }
    write_whole(target / "manifest.json", json.dumps(manifest, indent=2).encode())
    return made_at, len(files)


def note_backup(settings: config.Config, made_at: str, *, files: int) -> None:
    """Note in the installation that it was backed up. Raises OSError and DBAPIError."""
    with create_app(settings).app_context():
        try:
            begin_write()
            audit.note("installation.backed_up", f"backup:{made_at}", actor_id=None, files=files)
            db.session.commit()
        finally:
            db.session.remove()
            db.engine.dispose()
    write_whole(settings.var_dir / config.LAST_BACKUP, json.dumps({"made_at": made_at, "files": files}).encode())


def copy_media(settings: config.Config, target: Path) -> None:
    """Copy photos, papers and dossiers into a folder, from another folder or from the bucket.

    Raises StorageFails when the bucket does not answer: half a backup is none.
    """
    if settings.bucket is None:
        if settings.media_dir.is_dir():
            shutil.copytree(settings.media_dir, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".*"))
        return
    with create_app(settings).app_context():
        store, copy = media.store(), LocalStore(target)
        for sha256 in store.hashes():
            path = copy.path(sha256)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(store.get(sha256))


def copy_database(settings: config.Config, target: Path) -> None:
    """Copy the database: SQLite by its online backup, PostgreSQL by pg_dump. Raises ClickException."""
    url = make_url(settings.database_url)
    if settings.is_sqlite:
        with (
            closing(sqlite3.connect(str(url.database))) as source,
            closing(sqlite3.connect(target / "doorstep.db")) as copy,
        ):
            source.backup(copy)
        return
    tool = shutil.which("pg_dump")
    if tool is None:
        raise click.ClickException("pg_dump is not on PATH; install the PostgreSQL client")
    address, env = spoken_to(url)
    done = subprocess.run([tool, "-Fc", "-f", str(target / "doorstep.pgdump"), address], env=env, check=False)  # noqa: S603
    if done.returncode:
        raise click.ClickException("pg_dump failed, there is no backup; it must not be older than the server")


def spoken_to(url: URL) -> tuple[str, dict[str, str]]:
    """Return the address PostgreSQL's tools take, and their environment: a password is in no list of processes."""
    password = {"PGPASSWORD": str(url.password)} if url.password else {}
    return url.set(drivername="postgresql", password=None).render_as_string(), os.environ | password
