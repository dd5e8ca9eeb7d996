"""Commands about people and phones."""

from pathlib import Path

import click
from sqlalchemy import select

from server import audit, clock, config
from server.accounts import first_password, passwords
from server.accounts.auth import hash_password
from server.accounts.models import Person
from server.accounts.roles import Role
from server.app import create_app
from server.cli.office import enter
from server.db import begin_write, db
from server.devices import exporting
from sync.phone.export import NotAnExport


@click.group()
def user() -> None:
    """People of the firm."""


@user.command("add")
@click.argument("username")
@click.option("--name", required=True)
@click.option("--staff-no", required=True)
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([role.value for role in Role]))
@click.option("--qualified-until", type=click.DateTime(["%Y-%m-%d"]), help="Agents: until when the check holds.")
@click.password_option(envvar="DOORSTEP_NEW_PASSWORD")
@click.pass_obj
def add_user(
    var_dir: Path,
    username: str,
    name: str,
    staff_no: str,
    roles: tuple[str, ...],
    password: str,
    qualified_until: object,
) -> None:
    """Add a person with one or more roles."""
    with create_app(config.load(var_dir)).app_context():
        begin_write()
        taken = select(Person.id).where((Person.username == username) | (Person.staff_no == staff_no))
        if db.session.scalar(taken):
            raise click.ClickException(f"{username} or {staff_no} is taken")
        passwords.require_good(password, about=[username, name, staff_no, config.current().firm.name])
        until = qualified_until.date() if hasattr(qualified_until, "date") else None
        person = Person(
            id=clock.new_id(),
            username=username,
            name=name,
            staff_no=staff_no,
            role_names=sorted(roles),
            creditor_ids=None,
            qualified_until=until,
            password_hash=hash_password(password),
        )
        db.session.add(person)
        audit.note("person.added", f"person:{person.id}", actor_id=None, roles=person.role_names)
        db.session.commit()
    click.echo(f"Added {username} ({', '.join(roles)}).")


@user.command("first-password")
@click.argument("username")
@click.pass_obj
def give_first_password(var_dir: Path, username: str) -> None:
    """Print a first password for USERNAME, good for three days; the present one and every session end with it."""
    with create_app(config.load(var_dir)).app_context():
        begin_write()
        person = db.session.scalar(select(Person).where(Person.username == username))
        if person is None:
            raise click.ClickException(f"nobody is called {username!r}")
        made = first_password.give(person, by=None, at=clock.now())
        db.session.commit()
    click.echo(made)


@user.command("list")
@click.pass_obj
def list_users(var_dir: Path) -> None:
    """List the people."""
    with create_app(config.load(var_dir)).app_context():
        for person in db.session.scalars(select(Person).order_by(Person.staff_no)):
            state = "" if person.is_active else "  (closed)"
            click.echo(f"{person.staff_no}  {person.username:<12} {person.name}  {', '.join(person.role_names)}{state}")


@click.group()
def device() -> None:
    """Phones of the agents."""


@device.command("code")
@click.argument("agent")
@click.option("--as", "username", required=True, help="The supervisor or admin who issues it.")
@click.pass_obj
def issue_code(var_dir: Path, agent: str, username: str) -> None:
    """Print a one-time code with which AGENT enrols a phone within ten minutes."""
    office = enter(var_dir, username)
    with office.app.app_context():
        person_id = db.session.scalar(select(Person.id).where(Person.username == agent))
    if person_id is None:
        raise click.ClickException(f"nobody is called {agent!r}")
    click.echo(office.post("/v1/devices/codes", json={"person_id": str(person_id)})["code"])


@device.command("list")
@click.option("--as", "username", required=True)
@click.pass_obj
def list_devices(var_dir: Path, username: str) -> None:
    """List the phones with their last contact and what they have not sent."""
    for row in enter(var_dir, username).get("/v1/devices?limit=500")["items"]:
        click.echo(f"{row['id']}  {row['label']:<20} {row['state']:<8} last {row['last_contact_at']}")


@device.command("revoke")
@click.argument("device_id")
@click.option("--as", "username", required=True)
@click.pass_obj
def revoke_device(var_dir: Path, device_id: str, username: str) -> None:
    """Revoke a phone: its next request is refused."""
    enter(var_dir, username).post(f"/v1/devices/{device_id}/revoke", json={})
    click.echo(f"Revoked {device_id}.")


@device.command("import")
@click.argument("export_file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def import_export(var_dir: Path, export_file: Path) -> None:
    """Take in EXPORT_FILE of a phone that can sync no more; taking it twice changes nothing."""
    with create_app(config.load(var_dir)).app_context():
        try:
            told = exporting.take(export_file.read_bytes(), at=clock.now(), actor_id=None, keep=db.session.commit)
        except NotAnExport as fault:
            raise click.ClickException(str(fault)) from fault
    click.echo(f"{told.device_id}: kept {told.kept} records and {told.files} files, set aside {told.set_aside}.")
