"""`doorstep keys rotate`: a new master key, and everything the old one sealed sealed anew. Resumed wherever it died.

The old key stays beside the new one until nothing is left under it, and both open: a value is always readable. Values
under a case's key are not touched, the case's key is what was sealed. Then the old key moves to `keys/retired/`: it
opens backups made before. The index key, and what is derived of it, is another key and stays.
"""

import base64
import hashlib
import json
import os
from pathlib import Path
from uuid import UUID

import click
from flask import Flask
from sqlalchemy import Select, Table, bindparam, func, not_, select, update
from sqlalchemy.engine import make_url

from server import audit, config, media
from server.app import create_app
from server.cli.restoring import check_unused
from server.cli.sealed import SEALED
from server.console import health
from server.db import Base, begin_write, db
from server.keys import OLDER_KEYS, fresh_key
from server.vault import Vault, key_id_of, place

AT_ONCE = 500
JOURNAL = "master.moving.json"


@click.group()
def keys() -> None:
    """Keys of the installation."""


@keys.command("rotate")
@click.pass_obj
def rotate(var_dir: Path) -> None:
    """Make a new master key and seal everything anew under it. Stop the server first; back up before and after.

    If it is interrupted, call it again: it goes on where it was.
    """
    settings = config.load(var_dir).as_owner()
    folder = settings.var_dir / "keys"
    if os.environ.get("DOORSTEP_MASTER_KEY_FILE"):
        raise click.ClickException("DOORSTEP_MASTER_KEY_FILE names the master key: unset it, with the key in VAR/keys")
    check_unused(make_url(settings.database_url), is_sqlite=settings.is_sqlite)
    check_schema(create_app(settings))
    change_key(folder)
    app = create_app(config.load(var_dir).as_owner())
    with app.app_context():
        try:
            anew = sum(reseal_column(app, table, column) for table, of in SEALED.items() for column in of)
            files = reseal_files(folder)
            finish(folder, anew=anew, files=files)
        finally:
            db.session.remove()
            db.engine.dispose()
    click.echo(
        f"已更换主密钥，重新加密 {anew} 项、{files} 个文件。New master key; sealed anew: {anew} values, {files} files."
    )
    click.echo(
        "旧密钥在 keys/retired/，旧备份须用它打开：请移至离线保管处。The old key opens old backups: keep it offline."
    )


def check_schema(app: Flask) -> None:
    """Refuse a database that is not of today's schema: what this code does not know of would stay under the old key.

    Raises ClickException.
    """
    with app.app_context():
        state = health.checks()["migrations"]
        db.session.remove()
        db.engine.dispose()
    if state != "ok":
        raise click.ClickException(
            f"数据库结构不是最新（{state}），请先运行 `doorstep init`；未作任何改动。"
            f"The database is {state}: run `doorstep init` first; nothing was changed"
        )


def change_key(folder: Path) -> None:
    """Put a new master key in force, the old one beside it; nothing when a rotation is under way already.

    A kill leaves the old key in force, alone or with its copy beside it, or the new one with the old beside it.
    """
    current = folder / "master.key"
    raw = current.read_bytes()
    others = [path for path in folder.glob(OLDER_KEYS) if path.read_bytes() != raw]
    if others:
        return
    mark = key_id_of(base64.b64decode(raw.strip()))
    write_key(folder / f"master.before-{mark}.key", raw)
    write_key(current, fresh_key("master"))


def write_key(path: Path, content: bytes) -> None:
    """Put a key file in place, whole or not at all, durably."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make names of a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def reseal_column(app: Flask, table_name: str, column: str) -> int:
    """Seal a column's values under the new key, some at a time; return how many. As statements: no row is published."""
    vault, table = app.extensions["doorstep"].vault, Base.metadata.tables[table_name]
    query = under_old(table, column, vault).order_by(table.c.id).limit(AT_ONCE)
    change = update(table).where(table.c.id == bindparam("row_id")).values({column: bindparam("sealed")})
    done = 0
    while True:
        connection = begin_write()
        rows = connection.execute(query).all()
        if not rows:
            db.session.rollback()
            return done
        anew = [{"row_id": row.id, "sealed": again(vault, row.sealed, table_name, column, row.id)} for row in rows]
        connection.execute(change, anew)
        db.session.commit()
        done += len(rows)


def under_old(table: Table, column: str, vault: Vault) -> Select[tuple[UUID, str]]:
    """Return the query of (id, sealed) of what the vault itself sealed, and not under the key in force."""
    sealed = table.c[column].label("sealed")
    return select(table.c.id, sealed).where(sealed.like("v1|%"), not_(sealed.like(f"v1|{vault.key_id}|%")))


def again(vault: Vault, sealed: str, table: str, column: str, row_id: UUID) -> str:
    """Return a value sealed under the key in force. Raises SealBroken."""
    at = place(table, SEALED[table][column], row_id)
    return vault.seal(vault.unseal(sealed, at=at), at=at)


def reseal_files(folder: Path) -> int:
    """Seal the imported files anew; return how many. What is being moved is written down, so no old copy stays."""
    settle(folder)
    runs, vault, done = Base.metadata.tables["import_run"], config.current().vault, 0
    query = select(runs.c.sealed_sha256, runs.c.file_sha256).where(runs.c.sealed_sha256 != "").distinct()
    for row in db.session.execute(query.order_by(runs.c.sealed_sha256)).all():
        if not media.store().has(row.sealed_sha256):
            continue
        sealed, at = media.store().get(row.sealed_sha256).decode(), place("file", "sha256", row.file_sha256)
        if sealed.startswith(f"v1|{vault.key_id}|"):
            continue
        anew = vault.seal(vault.unseal(sealed, at=at), at=at).encode()
        new = hashlib.sha256(anew).hexdigest()
        write_key(folder / JOURNAL, json.dumps({"old": row.sealed_sha256, "new": new}).encode())
        media.store().put(anew)
        begin_write().execute(update(runs).where(runs.c.sealed_sha256 == row.sealed_sha256).values(sealed_sha256=new))
        db.session.commit()
        settle(folder)
        done += 1
    return done


def settle(folder: Path) -> None:
    """End the move of a file that was begun: the copy that no import names goes."""
    journal = folder / JOURNAL
    if not journal.exists():
        return
    runs, moved = Base.metadata.tables["import_run"], json.loads(journal.read_bytes())
    for sha256 in (moved["old"], moved["new"]):
        if not db.session.scalar(select(func.count()).select_from(runs).where(runs.c.sealed_sha256 == sha256)):
            media.store().remove(sha256)
    db.session.rollback()
    journal.unlink()


def finish(folder: Path, *, anew: int, files: int) -> None:
    """Write the rotation down and retire the old key, once nothing at all is under it. Raises ClickException."""
    vault, tables = config.current().vault, Base.metadata.tables
    left = {
        f"{name}.{column}": db.session.scalar(
            select(func.count()).select_from(under_old(tables[name], column, vault).subquery())
        )
        for name, of in SEALED.items()
        for column in of
    }
    if any(left.values()):
        raise click.ClickException(
            f"still under the old key: {', '.join(name for name, count in left.items() if count)}"
        )
    begin_write()
    audit.note("keys.rotated", f"key:{vault.key_id}", actor_id=None, values=anew, files=files)
    db.session.commit()
    retired = folder / "retired"
    retired.mkdir(mode=0o700, exist_ok=True)
    for path in folder.glob(OLDER_KEYS):
        path.replace(retired / path.name)
    sync_folder(retired)
    sync_folder(folder)
