"""Commands for whoever writes field forms: compile an XLSForm and look at what becomes of it."""

import json
from pathlib import Path

import click

from field_forms import sheets, xform, xlsform
from field_forms.definitions import walk
from field_forms.sheets import OddCell


@click.group("form")
def form() -> None:
    """Field forms 外访表单: see docs/forms.md for how to write one."""


@form.command("compile")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "json_out", type=click.Path(dir_okay=False, path_type=Path), help="Write the form document.")
@click.option("--xform", "xform_out", type=click.Path(dir_okay=False, path_type=Path), help="Write the ODK XForm.")
def compile_file(file: Path, json_out: Path | None, xform_out: Path | None) -> None:
    """Compile FILE, an XLSForm in Markdown or .xlsx, and say what it holds.

    Exit code 1 when a cell is not in the subset; the message names the cell.
    """
    try:
        found = sheets.read(file.read_bytes())
        compiled = xlsform.compile_form(found)
        odk = xform.build(found, compiled, first=xform.WHERE)
    except OddCell as fault:
        raise click.ClickException(str(fault)) from fault
    if json_out:
        json_out.write_text(json.dumps(compiled.document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if xform_out:
        xform_out.write_text(odk, encoding="utf-8")
    questions = sum(not item.items for item in walk(compiled.items))
    click.echo(f"{compiled.id}@{compiled.version}: {questions} questions, digest {compiled.digest}")
