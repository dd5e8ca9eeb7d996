"""The command line `doorstep`. Exit codes: 0 done, 1 refused or failed, 2 wrong usage."""

import sys
from pathlib import Path

import click

from server.cli import casework, forms, log, operate, people, proving, restoring, rotating, safekeeping
from server.config import HalfConfigured
from server.errors import Refusal


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


for command in (
    operate.init,
    operate.serve,
    operate.worker,
    operate.demo,
    operate.openapi,
    people.user,
    people.device,
    casework.import_file,
    casework.plan,
    safekeeping.verify,
    safekeeping.backup,
    restoring.restore,
    rotating.keys,
    log.log,
    forms.form,
    proving.simulate,
):
    cli.add_command(command)


def main() -> None:
    """Run the command line; a refusal leaves as one line and exit code 1."""
    try:
        cli(standalone_mode=True)
    except Refusal as refusal:
        click.echo(f"doorstep: {refusal.title()} {refusal.detail}".rstrip(), err=True)
        sys.exit(1)
    except HalfConfigured as missing:
        click.echo(f"doorstep: {missing}", err=True)
        sys.exit(1)
