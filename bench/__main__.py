"""`python -m bench [names] [--quick] [--json] [--keep]`: tables for people, the last line one JSON object.

Each bench is a module of this folder with `GOALS` (figure → Goal) and `run(report)`.
"""

import sys
from collections.abc import Sequence
from importlib import import_module

import click
from rich.console import Console

from bench import report as reports
from bench.report import Report
from server import clock

NAMES = ("planning", "roads", "papers", "photos", "sync", "log", "dossier", "law")
WIDTH = 130


def measure(name: str, *, is_quick: bool, only: Sequence[str] = ()) -> Report:
    """Run one bench and return its report."""
    module = import_module(f"bench.{name}")
    report = Report(name, is_quick, module.GOALS, only=only)
    module.run(report)
    report.document()
    return report


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1, type=click.Choice(NAMES))
@click.option("--quick", "is_quick", is_flag=True, help="The short form: all benches within 50 s on two cores.")
@click.option("--only", multiple=True, help="Only figures whose names begin so; `planning` leaves the others out.")
@click.option("--json", "is_json_only", is_flag=True, help="Print the last line only.")
@click.option("--keep", "is_kept", is_flag=True, help="Write the figures to bench/results/ as well.")
def main(
    names: tuple[str, ...], *, is_quick: bool, only: tuple[str, ...], is_json_only: bool, is_kept: bool
) -> None:  # fmt: skip
    """Run the benches NAMES, all of them when none is named. See bench/README.md for the protocol."""
    console = Console(width=WIDTH, quiet=is_json_only)
    found = []
    for name in names or NAMES:
        report = measure(name, is_quick=is_quick, only=only)
        reports.show(report, to=console)
        if is_kept:
            reports.keep(report, on=clock.today())
        found.append(report)
    click.echo(reports.as_line(reports.merge(found)))


if __name__ == "__main__":
    sys.exit(main())
