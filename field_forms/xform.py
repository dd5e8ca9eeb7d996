"""The ODK XForm of a form, built by pyxform from the very cells the form document comes from. Pure.

For ODK Collect three questions come first that a phone of ours answers by itself: which stop, where, and with whom
(`WHERE`). They are no part of the form and of its digest.

Source: getodk.github.io/xforms-spec; xlsform.org.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from field_forms import xlsform
from field_forms.definitions import Form
from field_forms.sheets import OddCell, Row, Sheets

ZH, EN = "中文 (zh)", "English (en)"
STOPS_FILE = "stops.csv"
ROOT = "data"
_LANGUAGES = {"zh": ZH, "en": EN}
_APPEARANCES = {"camera": "new", "money": "thousands-sep"}
_FEN = {"zh": "（分）", "en": " (fen)"}
# A choice whose cell is empty has no such element, and to XPath that is not the same as an empty one.
_BLANK = re.compile(r"(?<![${\w])([a-z_][a-z0-9_]*)\s*=\s*(?:''|\"\")")
# A row without an answer yet, or no row at all, makes the sum no number in ODK; ours leaves it out.
_TOTAL = re.compile(r"\b(sum|count)\(\s*(\$\{[^}]*\})\s*\)")
WHERE: tuple[Mapping[str, str], ...] = (
    {"type": "start", "name": "collect_start"},
    {"type": "end", "name": "collect_end"},
    {
        "type": f"select_one_from_file {STOPS_FILE}", "name": "collect_stop", "required": "yes",
        "appearance": "minimal", f"label::{ZH}": "今日哪一户", f"label::{EN}": "Which stop of today",
    },
    {"type": "geopoint", "name": "collect_fix", f"label::{ZH}": "现在的位置", f"label::{EN}": "Where you are"},
    {
        "type": "acknowledge", "name": "collect_crew",
        f"label::{ZH}": "同组外访人员在场", f"label::{EN}": "The other agent of the crew is here",
    },
)  # fmt: skip


def build(sheets: Sheets, form: Form, *, first: tuple[Mapping[str, str], ...] = ()) -> str:
    """Return the XForm of a workbook that compiled into `form`, the questions `first` before it. Raises OddCell."""
    repeats = {item.name for item in _repeats(form)}
    survey = [*map(dict, first), *(_survey(row, repeats) for row in sheets["survey"])]
    workbook: dict[str, Any] = {
        "survey": survey,
        "choices": [_choice(row) for row in sheets.get("choices", ())],
        "settings": [
            {
                "form_id": form.id, "version": form.version, "form_title": form.title["zh"], "default_language": ZH,
                "instance_name": "concat(${met}, ' ', ${outcome})" if {"met", "outcome"} <= _names(survey) else "",
            }
        ],
    }  # fmt: skip
    workbook["settings"] = [{name: text for name, text in workbook["settings"][0].items() if text}]
    from pyxform.errors import PyXFormError  # noqa: PLC0415  # twenty MiB with all it brings
    from pyxform.xls2xform import convert  # noqa: PLC0415

    try:
        return str(convert(workbook, form_name=ROOT).xform)
    except PyXFormError as fault:
        raise OddCell("workbook", f"pyxform: {fault}") from fault


def _repeats(form: Form) -> Iterator[Any]:
    pending = list(form.items)
    while pending:
        item = pending.pop()
        pending += item.items
        if item.kind == "repeat":
            yield item


def _names(survey: list[dict[str, str]]) -> set[str]:
    return {row.get("name", "") for row in survey}


def _survey(row: Row, repeats: set[str]) -> dict[str, str]:
    kept = {
        name: row.get(name)
        for name in ("type", "name", "required", "relevant", "constraint", "calculation", "choice_filter", "parameters")
        if row.get(name)
    }
    for name in kept.keys() - {"type", "name"}:
        kept[name] = _TOTAL.sub(lambda found: _total(found, repeats), kept[name])
    if "choice_filter" in kept:
        kept["choice_filter"] = _BLANK.sub(r"not(\1 != '')", kept["choice_filter"])
    if appearance := row.get("appearance"):
        kept["appearance"] = _APPEARANCES.get(appearance, appearance)
    kept |= _translated(row, ("label", "hint", "constraint_message"))
    if row.get("unit") == "fen" and row.get("type") != "calculate":
        for language, said in _LANGUAGES.items():
            kept[f"label::{said}"] += _FEN[language]
    return kept


def _total(found: re.Match[str], repeats: set[str]) -> str:
    name, question = found[1], found[2]
    if question.strip("${} ") in repeats:
        return found[0]
    answered = f"{question}[. != '']"
    return f"count({answered})" if name == "count" else f"if(count({answered}) > 0, sum({answered}), 0)"


def _choice(row: Row) -> dict[str, str]:
    return {name: text for name, text in row.cells.items() if "::" not in name} | _translated(row, ("label",))


def _translated(row: Row, columns: tuple[str, ...]) -> dict[str, str]:
    return {
        f"{column}::{_LANGUAGES[language]}": text
        for name, text in row.cells.items()
        for column in columns
        if (language := xlsform.language_of(name, column))
    }
