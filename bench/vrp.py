"""`python -m bench.vrp`: our engine on every instance of `vrp/`, not only on those of the planning bench.

56 Solomon and 30 Gehring-Homberger instances of 200 to 1,000 stops take 37 CPU minutes; `--peers` as many again for
each. The last line is one JSON object as of the benches.
"""

import json
from collections import defaultdict
from pathlib import Path

import click

from bench import duels
from bench.peers import routers
from bench.testdata import best_known, folder

BUDGETS_S = {"solomon": (1.0, 5.0, 20.0), "homberger": (5.0, 20.0)}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--kind", "kinds", multiple=True, type=click.Choice(list(BUDGETS_S)), help="Both when none is named.")
@click.option("--budget", "budgets_s", multiple=True, type=float, help="CPU seconds; those of the planning bench.")
@click.option("--peers", "has_peers", is_flag=True, help="OR-Tools and VROOM beside it, as many CPU seconds each.")
def main(kinds: tuple[str, ...], budgets_s: tuple[float, ...], *, has_peers: bool) -> None:
    """Solve every instance in every budget; a line each, the means at the end."""
    data = folder()
    if data is None:
        raise click.ClickException("DOORSTEP_TEST_DATA names no folder with vrp/")
    if has_peers:
        routers.install()
    fought: dict[str, list[duels.Duel]] = defaultdict(list)
    for kind in kinds or BUDGETS_S:
        for budget_s in (one for one in BUDGETS_S[kind] if one in (budgets_s or BUDGETS_S[kind])):
            for path in sorted((data / "vrp" / kind).glob("*.txt")):
                found = _fight(path, budget_s, known=best_known(data)[path.stem], has_peers=has_peers)
                fought[f"{kind}_all_gap_{budget_s:g}s"].append(found)
    click.echo(json.dumps({"bench": "vrp", "figures": _figures(fought, has_peers=has_peers)}))


def _fight(path: Path, budget_s: float, *, known: float, has_peers: bool) -> duels.Duel:
    text = path.read_text(encoding="utf-8")
    theirs = {peer: duels.peer(peer, text, budget_s) for peer in (routers.SOLVERS if has_peers else ())}
    found = duels.Duel(path.stem, budget_s, duels.engine(text, budget_s), theirs, known)
    click.echo(f"{found.name} {budget_s:g} s: {100 * (found.ours / known - 1):.2f} %, {theirs or ''}", err=True)
    return found


def _figures(fought: dict[str, list[duels.Duel]], *, has_peers: bool) -> dict[str, float]:
    figures = {name: round(duels.mean_gap_pct(own), 4) for name, own in fought.items()}
    every = [duel for own in fought.values() for duel in own]
    for peer in routers.SOLVERS if has_peers else ():
        figures[f"beats_{peer}_all"] = round(duels.won_pct(every, peer), 2)
    return figures


if __name__ == "__main__":
    main()
