"""Commands of the office: take in a creditor's file, plan a scheme's routes."""

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from server.cli.office import Office, enter

SHOWN_FAULTS = 50


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--creditor", required=True, help="Name or id of the creditor; made when new with --new-creditor.")
@click.option("--as", "username", required=True, help="The specialist who imports.")
@click.option("--payments", is_flag=True, help="The file is the creditor's payment feed.")
@click.option("--commit", is_flag=True, help="Take the good rows; without it nothing is changed (dry run).")
@click.option("--faults", type=click.Path(dir_okay=False, path_type=Path), help="Write the faulty rows to this XLSX.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_obj
def import_file(
    var_dir: Path,
    file: Path,
    creditor: str,
    username: str,
    faults: Path | None,
    *,
    payments: bool,
    commit: bool,
    as_json: bool,
) -> None:
    """Check a creditor's file (dry run) and, with --commit, take its good rows.

    Exit code 1 when the file's own totals differ from the sum of its good rows.
    """
    office = enter(var_dir, username)
    base = "/v1/payments/imports" if payments else "/v1/imports"
    with file.open("rb") as content:
        report = office.post(base, data={"creditor_id": creditor_id(office, creditor), "file": (content, file.name)})
    if faults:
        faults.write_bytes(office.call("GET", f"{base}/{report['id']}/faults.xlsx").data)
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        show_report(report)
    if commit:
        done = office.post(f"{base}/{report['id']}/commit", json={})
        click.echo(json.dumps(done.get("changes", done), ensure_ascii=False))
    if any(total.get("difference_fen") for total in report.get("totals", {}).values()):
        raise click.ClickException("the file's own totals differ from the sum of its good rows")


def creditor_id(office: Office, wanted: str) -> str:
    """Return the id of a creditor given by id or name. Raises ClickException."""
    rows = office.get("/v1/creditors?limit=500")["items"]
    for row in rows:
        if wanted in {row["id"], row["name"]}:
            return str(row["id"])
    raise click.ClickException(f"no creditor {wanted!r}; there are: {', '.join(row['name'] for row in rows)}")


def show_report(report: dict[str, Any]) -> None:
    """Print a dry-run report for people."""
    screen = Console()
    screen.print(
        f"行数 rows {report['rows']} · 接收 accepted {report['accepted']} · "
        f"标记 flagged {report['flagged']} · 退回 refused {report['refused']}"
    )
    if not report["faults"]:
        return
    table = Table("表 sheet", "行 row", "列 column", "值 value", "原因 reason")
    for fault in report["faults"][:SHOWN_FAULTS]:
        table.add_row(*(str(fault.get(name) or "") for name in ("sheet", "row", "column", "value", "reason")))
    screen.print(table, markup=False)
    if len(report["faults"]) > SHOWN_FAULTS:
        screen.print(f"… {len(report['faults']) - SHOWN_FAULTS} more: use --faults FILE")


@click.command()
@click.argument("scheme_id")
@click.option("--as", "username", required=True, help="The supervisor who compiled the scheme.")
@click.option("--iterations", type=click.IntRange(1, 1_000_000), help="Search budget; the same gives the same plan.")
@click.pass_obj
def plan(var_dir: Path, scheme_id: str, username: str, iterations: int | None) -> None:
    """Plan the routes of a scheme and print them."""
    office = enter(var_dir, username)
    body = {"iterations": iterations} if iterations else {}
    answer = office.call("POST", f"/v1/schemes/{scheme_id}/plan", json=body)
    with Progress() as bar:
        task = bar.add_task("排路线 planning", total=1.0)
        office.wait(answer.headers["Location"], lambda done, note: bar.update(task, completed=done, description=note))
    click.echo(json.dumps(office.get(f"/v1/schemes/{scheme_id}/routes"), ensure_ascii=False, indent=2))
