"""The command that looks at the lines of an installation: who can listen, and who may answer."""

from pathlib import Path

import click

from server import clock, config
from server.tls import lines


@click.command()
@click.pass_obj
def tls(var_dir: Path, /) -> None:
    """Tell of every line of this installation whether it is encrypted and to be trusted; tries the public address.

    Exit code 1 when one is not, or when the certificate ends within two weeks.
    """
    found = lines(config.load(var_dir), at=clock.now())
    for one in found:
        click.echo(f"{'ok  ' if one.is_good else 'FAIL'}  {one.name}: {one.told}")
    if not all(one.is_good for one in found):
        raise click.exceptions.Exit(1)
