"""The command line `doorstep`. Exit codes: 0 done, 1 refused or failed, 2 wrong usage."""

import base64
import os
import sys
from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask_migrate import upgrade

from server import audit, clock, config
from server.accounts.auth import hash_password
from server.accounts.models import Person
from server.accounts.roles import Role
from server.app import create_app, migrations_dir
from server.config import HalfConfigured
from server.db import begin_write, db
from server.errors import Refusal


def make_keys(folder: Path) -> list[str]:
    """Write the keys that are missing, mode 0600; return the names of those written."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = []
    for name in config.KEY_NAMES:
        path = folder / f"{name}.key"
        if path.exists():
            continue
        if name in {"ack", "log"}:
            content = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        else:
            content = base64.b64encode(os.urandom(32)) + b"\n"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        made.append(name)
    return made


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--var",
    "var_dir",
    type=click.Path(path_type=Path),
    envvar="DOORSTEP_VAR",
    default=Path("var"),
    show_default=True,
    help="The installation's folder: database, media, keys.",
)
@click.version_option(package_name="doorstep")
@click.pass_context
def cli(context: click.Context, var_dir: Path) -> None:
    """Doorstep 外访通: lawful, provable, offline door-to-door collection visits."""
    context.obj = var_dir


@cli.command()
@click.option("--firm-name", default="", help="Name of the collection firm, printed on every paper.")
@click.option("--firm-phone", default="")
@click.option("--firm-complaint-phone", default="")
@click.option("--firm-address", default="")
@click.pass_obj
def init(var_dir: Path, /, **firm: str) -> None:
    """Create the folder, the keys and the database; may be run again at any time."""
    made = make_keys(var_dir / "keys")
    lines = [f"DOORSTEP_{name.upper()}={value!r}" for name, value in firm.items() if value]
    if lines:
        (var_dir / "doorstep.env").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with create_app(config.load(var_dir)).app_context():
        upgrade(directory=str(migrations_dir()))
    click.echo(f"Ready in {var_dir}. Keys made: {', '.join(made) or 'none, all were there'}.")


@cli.group()
def user() -> None:
    """People of the firm."""


@user.command("add")
@click.argument("username")
@click.option("--name", required=True)
@click.option("--staff-no", required=True)
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([role.value for role in Role]))
@click.password_option(envvar="DOORSTEP_NEW_PASSWORD")
@click.pass_obj
def add_user(var_dir: Path, username: str, name: str, staff_no: str, roles: tuple[str, ...], password: str) -> None:
    """Add a person with one or more roles."""
    with create_app(config.load(var_dir)).app_context():
        begin_write()
        person = Person(
            id=clock.new_id(),
            username=username,
            name=name,
            staff_no=staff_no,
            role_names=sorted(roles),
            creditor_ids=None,
            password_hash=hash_password(password),
        )
        db.session.add(person)
        audit.note("person.added", f"person:{person.id}", actor_id=None, roles=person.role_names)
        db.session.commit()
    click.echo(f"Added {username} ({', '.join(roles)}).")


def main() -> None:
    """Run the command line; refusals leave as one line and exit code 1."""
    try:
        cli(standalone_mode=True)
    except Refusal as refusal:
        click.echo(f"doorstep: {refusal.title()} {refusal.detail}", err=True)
        sys.exit(1)
    except HalfConfigured as missing:
        click.echo(f"doorstep: {missing}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
