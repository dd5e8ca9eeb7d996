"""Commands that try the product out: simulate."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console


@click.command()
@click.option("--agents", default=50, show_default=True, type=click.IntRange(4), help="An even number: crews of two.")
@click.option("--days", default=3, show_default=True, type=click.IntRange(1, 20))
@click.option("--stops", default=3, show_default=True, type=click.IntRange(1, 15), help="Visits of a crew and day.")
@click.option("--faults", default="heavy", show_default=True, type=click.Choice(["none", "light", "heavy"]))
@click.option("--seed", default=7, show_default=True, help="The same seed draws the same faults and choices.")
@click.option("--json", "is_json", is_flag=True, help="Print the findings as JSON.")
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), help="Play in this new folder and keep it.")
@click.option("--database-url", default="", help="An empty PostgreSQL database; default: SQLite in the folder.")
@click.option("--slow-s", default=5.0, show_default=True, help="I11: seconds above which an answer counts as too slow.")
def simulate(
    agents: int,
    days: int,
    stops: int,
    faults: str,
    seed: int,
    database_url: str,
    slow_s: float,
    *,
    is_json: bool,
    keep: Path | None,
) -> None:
    """Play a fleet of phones against a real server over a bad line and check that sync lost nothing.

    Exit code 0 when all twelve invariants hold, 1 when not. Settings and data of VAR are not touched.
    """
    from server.simulation import plan, report  # noqa: PLC0415  # only this command needs the fleet
    from server.simulation import simulate as simulation  # noqa: PLC0415
    from server.simulation.progress import Progress  # noqa: PLC0415

    if agents % plan.CREW:
        raise click.UsageError("--agents must be even: crews of two")
    drawn = plan.draw(agents=agents, days=days, faults=plan.Faults(faults), seed=seed, stops=stops)
    console = Console(stderr=True, highlight=False)
    with _folder(keep) as folder:
        outcome = simulation.simulate(
            drawn, folder, database_url=database_url, progress=Progress(console), slow_s=slow_s
        )
    click.echo(report.as_json(outcome) if is_json else "\n".join(report.words(outcome)))
    if not outcome.holds:
        raise click.exceptions.Exit(1)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="doorstep-simulate-") as made:
            yield Path(made)
        return
    if keep.exists() and any(keep.iterdir()):
        raise click.ClickException(f"{keep} is not empty")
    keep.mkdir(parents=True, exist_ok=True)
    yield keep
