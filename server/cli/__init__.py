"""The command line `doorstep`. Exit codes: 0 done, 1 refused or failed, 2 wrong usage."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from server.config import HalfConfigured
from server.errors import Refusal

COMMANDS = {
    "operate": ("init", "serve", "worker", "demo", "openapi"),
    "people": ("user", "device"),
    "casework": ("import", "plan"),
    "safekeeping": ("verify", "backup"),
    "restoring": ("restore",),
    "lines": ("tls",),
    "rotating": ("keys",),
    "log": ("log",),
    "forms": ("form",),
    "proving": ("simulate",),
}
"""The commands by the module of this package that holds them; only the one that is called is loaded."""
MODULE = {command: module for module, commands in COMMANDS.items() for command in commands}


class Commands(click.Group):
    """The commands in the order above, each loaded when it is called or told about."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        del ctx
        return list(MODULE)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of this name, None when there is none."""
        del ctx
        if cmd_name not in MODULE:
            return None
        module = import_module(f"server.cli.{MODULE[cmd_name]}")
        found: Any = getattr(module, "import_file" if cmd_name == "import" else cmd_name)
        return found if isinstance(found, click.Command) else None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
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
