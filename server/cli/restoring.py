"""`doorstep restore`: a backup becomes the installation, checked before it takes the place of what was there.

Everything is put together beside, in a folder and for PostgreSQL in a database of its own: hashes, schema, a fresh
epoch, audit chain and files. Only what passes moves in, and what stood there before is kept, under another name.
Killed before that, nothing has changed; killed in the middle of it there is no database, so that no server starts on
half of it, and `restore --force` again ends it.
"""

import json
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

from server import audit, clock, config, feed, media
from server.app import create_app, upgrade_database
from server.cli import renaming, safekeeping
from server.cli.durable import sha256_of, sync_tree
from server.config import Config
from server.db import begin_write, db
from server.media.local import LocalStore

SQLITE_DUMP = "doorstep.db"
POSTGRES_DUMP = "doorstep.pgdump"
SQLITE_PARTS = ("", "-wal", "-shm")
IN_USE = "数据库正在使用，请先停止服务。The database is in use: stop `doorstep serve` and every worker first."
OLD_DATABASE = "原数据库（如有）改名为 {name}，用后请删除。The old database, if any, is {name} now: drop it in time."
HALF_WAY = (
    "有文件而无数据库：上次恢复中途停止。There are files and no database: a restore stopped half-way. "
    "The old database has a name with _before_ in it; --force restores whole"
)
OTHER_CONNECTIONS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND backend_type = 'client backend'"
)
ASKED_AGAIN, BREATH_S = 10, 0.2
DONE = """已从备份恢复：{files} 个文件，备份时间 {made_at}，新纪元 {epoch}。
每台手机下次联网都会从头同步，补传服务器缺少的内容，不会重复。
Restored {files} files, made {made_at}, epoch {epoch}. Phones send again what is missing, nothing is doubled."""


@click.command()
@click.argument("backup", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Restore over an installation in use before; what was there is kept aside.")
@click.pass_obj
def restore(var_dir: Path, backup: Path, *, force: bool) -> None:
    """Make BACKUP the installation: database and files, under a new epoch. Stop the server first.

    The keys must lie in VAR already. Refuses a copy with a missing or altered file, and, without --force, an
    installation that holds anything.
    """
    settings, manifest = config.load(var_dir).as_owner(), checked_manifest(backup)
    check_keys(settings, manifest)
    check_target(settings, force=force)
    stamp = clock.now().strftime("%Y%m%dT%H%M%S%f")
    staged, aside = settings.var_dir / f".restoring-{stamp}", settings.var_dir / f"before-restore-{stamp}"
    staged.mkdir(parents=True)
    try:
        copy_files(backup, staged, manifest["files"])
        check_dump(staged, is_sqlite=settings.is_sqlite)
        staging = fill_database(settings, staged)
        epoch = begin_epoch(staging, made_at=str(manifest["made_at"]), files=len(manifest["files"]))
        sync_tree(staged)
        move_in(settings, staged, aside, stamp=stamp)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    click.echo(DONE.format(files=len(manifest["files"]), made_at=manifest["made_at"], epoch=epoch))
    if aside.exists():
        click.echo(f"原有数据保存在 {aside}。What was there is in {aside}.")
    if not settings.is_sqlite:
        click.echo(OLD_DATABASE.format(name=aside_name(settings, stamp)))


def checked_manifest(backup: Path) -> dict[str, Any]:
    """Return the manifest of a backup whose every file is there and unaltered. Raises ClickException."""
    try:
        manifest: dict[str, Any] = json.loads((backup / "manifest.json").read_text(encoding="utf-8"))
        files, _ = dict(manifest["files"]), manifest["made_at"]
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise click.ClickException(f"{backup} has no readable manifest.json: not a backup") from fault
    root = backup.resolve()
    for name, digest in files.items():
        path = (backup / name).resolve()
        if not path.is_relative_to(root) or not path.is_file():
            raise click.ClickException(f"{name} is missing from the backup")
        if sha256_of(path) != digest:
            raise click.ClickException(f"{name} is altered: its hash is not the manifest's")
    return manifest


def check_keys(settings: Config, manifest: dict[str, Any]) -> None:
    """Refuse a backup made with other keys: nothing sealed in it could be read. Raises ClickException."""
    marks, ours = dict(manifest.get("keys", {})), config.key_marks(settings.var_dir)
    strange = sorted(name for name, mark in marks.items() if ours.get(name) != mark)
    if strange:
        raise click.ClickException(f"密钥不符。The backup was made with other keys: {', '.join(strange)}")


def check_target(settings: Config, *, force: bool) -> None:
    """Let a restore go where nothing is, or anywhere when forced. Raises ClickException."""
    has_files = settings.bucket is None and settings.media_dir.is_dir() and any(settings.media_dir.rglob("*"))
    is_there = has_database(settings)
    if not force and not is_there and has_files and not settings.is_sqlite:
        raise click.ClickException(HALF_WAY)
    if not force and (has_files or is_there):
        raise click.ClickException("there is an installation already: --force keeps it aside and restores over it")
    if has_database(settings):
        check_unused(make_url(settings.database_url), is_sqlite=settings.is_sqlite)


def _has_others(url: URL) -> bool:
    """Tell whether PostgreSQL has other sessions in this database; wait a little when it has."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        others = connection.execute(OTHER_CONNECTIONS).scalar_one() > 0
    if others:
        time.sleep(BREATH_S)
    return bool(others)


def check_unused(url: URL, *, is_sqlite: bool) -> None:
    """Refuse while anybody has the database open: he would go on in the old one. Raises ClickException."""
    if not is_sqlite:
        # The sessions of a server that was just stopped end a moment after it.
        if all(_has_others(url) for _ in range(ASKED_AGAIN)):
            raise click.ClickException(IN_USE)
        return
    with closing(sqlite3.connect(str(url.database), timeout=0.2, isolation_level=None)) as alone:
        try:
            alone.execute("PRAGMA journal_mode=delete").fetchone()  # works only when nobody else has the file open
        except sqlite3.OperationalError as fault:
            raise click.ClickException(IN_USE) from fault
        except sqlite3.DatabaseError:
            return  # a broken file is a reason to restore; it moves aside as it is


def has_database(settings: Config) -> bool:
    """Tell whether the database exists, for PostgreSQL whether it holds any table."""
    url = make_url(settings.database_url)
    if settings.is_sqlite:
        return Path(str(url.database)).exists()
    if not renaming.exists(url):
        return False
    engine = create_engine(url)
    try:
        return bool(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def copy_files(backup: Path, staged: Path, files: dict[str, str]) -> None:
    """Copy the files of a backup; each copy must have the manifest's hash. Raises ClickException."""
    for name, digest in files.items():
        target = staged / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(backup / name, target)
        if sha256_of(target) != digest:
            raise click.ClickException(f"{name} was not copied whole: look at the disk")


def check_dump(staged: Path, *, is_sqlite: bool) -> None:
    """Refuse a backup of the other kind of database. Raises ClickException."""
    wanted = SQLITE_DUMP if is_sqlite else POSTGRES_DUMP
    if not (staged / wanted).is_file():
        raise click.ClickException(f"the backup has no {wanted}: it was made on another kind of database")


def fill_database(settings: Config, staged: Path) -> Config:
    """Return settings of the restored database and files, both beside those in use.

    Raises ClickException.
    """
    if settings.is_sqlite:
        return replace(settings, var_dir=staged, database_url=f"sqlite:///{staged / SQLITE_DUMP}", bucket=None)
    tool = shutil.which("pg_restore")
    if tool is None:
        raise click.ClickException("pg_restore is not on PATH; install the PostgreSQL client")
    url = renaming.beside(make_url(settings.database_url))
    renaming.make_anew(url)
    address, env = safekeeping.spoken_to(url)
    command = [tool, "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "-d", address]
    done = subprocess.run([*command, str(staged / POSTGRES_DUMP)], env=env, check=False)  # noqa: S603
    if done.returncode:
        raise click.ClickException("pg_restore failed; nothing of the installation was changed")
    address = url.render_as_string(hide_password=False)
    return replace(settings, var_dir=staged, database_url=address, owner_url="", bucket=None)


def aside_name(settings: Config, stamp: str) -> str:
    """Return the name that the PostgreSQL database in use gets when another takes its place."""
    return f"{make_url(settings.database_url).database}_before_{stamp.lower()}"


def begin_epoch(staging: Config, *, made_at: str, files: int) -> str:
    """Bring the restored database to today's schema and into a new epoch, then check it all; return the epoch.

    Raises ClickException.
    """
    app = create_app(staging)
    with app.app_context():
        upgrade_database()
        begin_write()
        epoch = feed.rotate_epoch(db.session())
        audit.note("installation.restored", f"epoch:{epoch}", actor_id=None, made_at=made_at, files=files)
        db.session.commit()
        faults = {name: fault for name, fault in safekeeping.checks_of(app).items() if fault}
        db.session.remove()
        db.engine.dispose()
    if faults:
        raise click.ClickException(f"the backup does not pass: {faults}")
    return epoch


def fill_bucket(settings: Config, folder: Path) -> None:
    """Put every file of a folder into the bucket, where it is not there already. Raises StorageFails."""
    with create_app(settings).app_context():
        for sha256 in LocalStore(folder).hashes():
            media.store().put(LocalStore(folder).get(sha256))


def move_in(settings: Config, staged: Path, aside: Path, *, stamp: str) -> None:
    """Put what was there aside and the restored files in its place, the database first away and last in.

    Killed half-way there is no database, so that a server refuses to start. Into a bucket the files go first, and
    nothing there is removed: a file too many harms nobody. Raises StorageFails.
    """
    if settings.bucket is not None:
        fill_bucket(settings, staged / "media")
    url = make_url(settings.database_url)
    if not settings.is_sqlite and renaming.exists(url):
        renaming.rename(url, aside_name(settings, stamp))
    database = Path(str(make_url(settings.database_url).database)) if settings.is_sqlite else None
    old = [database.with_name(database.name + part) for part in SQLITE_PARTS] if database else []
    for path in [*old, *([] if settings.bucket else [settings.media_dir])]:
        if path.exists():
            aside.mkdir(exist_ok=True)
            shutil.move(path, aside / path.name)
    if settings.bucket is None and (staged / "media").is_dir():
        shutil.move(staged / "media", settings.media_dir)
    if database is not None:
        with sqlite3.connect(staged / SQLITE_DUMP) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        shutil.move(staged / SQLITE_DUMP, database)
    else:
        renaming.rename(renaming.beside(url), str(url.database))
