"""An XLSForm compiles into the form document, and what cannot be compiled names its cell."""

import io
import json
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring
from openpyxl import Workbook

from field_forms import definitions, sheets, xform, xlsform
from field_forms.answers import check
from field_forms.definitions import newest, walk
from field_forms.sheets import OddCell
from tests.field_forms.random_visits import TODAY

FOLDER = Path(definitions.__file__).parent / "forms"
VISIT = FOLDER / "visit.md"
HEAD = ("type", "name", "label::zh", "label::en")
SETTINGS = [["form_id", "version", "form_title::zh", "form_title::en"], ["t", "2026120201", "题", "Title"]]
CHOICES = [
    ["list_name", "name", "label::zh", "label::en", "for_a"],
    ["c", "x", "甲", "X", "yes"],
    ["c", "y", "乙", "Y"],
]


def workbook(*rows, head=HEAD, settings=SETTINGS, **more):
    """Return an .xlsx with these rows under the header of its survey sheet."""
    book = Workbook()
    book.remove(book.active)
    for name, cells in {"survey": [head, *rows], "settings": settings, **more}.items():
        sheet = book.create_sheet(name)
        for row in cells:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def compiled(source):
    return xlsform.compile_form(sheets.read(source))


def ask(column, text, *, kind="text", before=()):
    """Return a workbook with one question that has this text in this column."""
    head = (*HEAD, "constraint_message::zh", "constraint_message::en", column)
    row = (kind, "q", "问", "Q", "不", "no", text)
    return workbook(*before, row, head=head, choices=CHOICES)


class TestShippedForm:
    def test_is_what_its_source_compiles_into(self):
        assert compiled(VISIT.read_bytes()).digest == newest("visit").digest

    def test_comes_out_the_same_from_a_spreadsheet(self):
        found = sheets.read(VISIT.read_bytes())
        tables = {}
        for name, rows in found.items():
            head = list(rows[0].letters)
            tables[name] = [head, *([row.get(column) or None for column in head] for row in rows)]
        assert compiled(workbook(**tables, settings=tables.pop("settings"))).digest == newest("visit").digest

    def test_a_third_party_is_offered_the_slip_and_leaving_and_no_paper(self):
        items = {item.name: item for item in walk(newest("visit").items)}
        assert [one.value for one in items["third_party_step"].choices] == ["pass_contact_slip", "leave"]
        every = {
            name: "yes" if not item.choices else item.choices[0].value
            for name, item in items.items()
            if item.kind in {"text", "select_one"}
        }
        given = every | {"met": "third_party", "delivered": ["account_statement"], "confirmed_fen": 5, "outcome": "9"}
        checked = check(newest("visit"), given, today=TODAY, language="en")
        assert checked.reveals_debt is False
        assert set(checked.answers) == {
            "address_as_planned", "met", "place", "third_party_step", "outcome", "outcome_note", "risk_note",
        }  # fmt: skip


class TestCompile:
    def test_reads_markdown_and_spreadsheets_alike(self):
        text = """
| settings |
| | form_id | version | form_title::中文 (zh) | form_title::English (en) |
| | t | 2026120201 | 题 | Title |
| survey |
| | type | name | label::zh | label::en |
| | text | q | 问 | Q |
"""
        assert compiled(text.encode()).digest == compiled(workbook(("text", "q", "问", "Q"))).digest

    def test_nests_groups_and_repeats(self):
        form = compiled(
            workbook(
                ("begin group", "g", "组", "G"),
                ("begin_repeat", "r", "行", "R"),
                ("integer", "n", "数", "N"),
                ("end repeat",),
                ("end_group",),
                ("text", "q", "问", "Q"),
            )
        )
        assert [item.name for item in form.items] == ["g", "q"]
        assert [item.name for item in walk(form.items)] == ["g", "r", "n", "q"]

    def test_lays_the_filter_over_the_choices(self):
        before = [("text", "a", "先", "A", None, None, None)]
        form = compiled(ask("choice_filter", "for_a = '' or selected(for_a, ${a})", kind="select_one c", before=before))
        assert [one.when for one in form.items[1].choices] == [["in", ["field", "a"], "yes"], None]

    @pytest.mark.parametrize(
        ("source", "message"),
        [
            (workbook(("barcode", "q", "问", "Q")), "survey!A2 (type): the type barcode is not supported"),
            (workbook(("select_one", "q", "问", "Q")), "survey!A2 (type): the type select_one is not supported"),
            (workbook(("text", "Q 1", "问", "Q")), "survey!B2 (name): expected"),
            (workbook(("text", "q", "问", "Q"), ("text", "q", "问", "Q")), "survey!B3 (name): the name q stands twice"),
            (
                workbook(("text", "q", "问", None)),
                "survey!D2 (label::en): expected label::中文 (zh) and label::English (en)",
            ),
            (workbook(("end group",)), "survey!A2 (type): no group is open here"),
            (workbook(("begin group", "g", "组", "G")), "survey!A2 (type): this is never ended"),
            (ask("relevant", "${z} = 1"), "survey!G2 (relevant): there is no question z"),
            (ask("relevant", "q = 1"), "survey!G2 (relevant): q is not supported; a question is written ${q}"),
            (ask("relevant", "pulldata('a')"), "survey!G2 (relevant): the function pulldata() is not supported"),
            (ask("constraint", ". div 2"), "survey!G2 (constraint): not understood from div on"),
            (ask("constraint", "regex(., 'a')"), "survey!G2 (constraint): a pattern begins with ^"),
            (ask("constraint", "regex(., '^a|b$')"), "survey!G2 (constraint): a pattern begins with ^"),
            (ask("constraint", "regex(., '^(?=a)$')"), "survey!G2 (constraint): pattern not allowed"),
            (ask("constraint", "today() + 3 > ."), None),
            (ask("choice_filter", "true()"), "survey!G2 (choice_filter): only a select has one"),
            (ask("appearance", "map"), "survey!G2 (appearance): expected one of"),
            (ask("repeat_count", "3"), "survey!G2 (repeat_count): this column is not in the subset"),
            (ask("unit", "yuan"), "survey!G2 (unit): only fen"),
            (ask("most", "3"), "survey!G2 (most): a number of rows"),
            (ask("parameters", "quality=low"), "survey!G2 (parameters): only max-pixels"),
            (ask("constraint", "1", kind="note"), "survey!G2 (constraint): a note has no answer to judge"),
            (ask("hint::zh", "提示"), "survey!2 (hint): expected hint"),
            (ask("relevant", "(" * 41), "survey!G2 (relevant): longer than"),
            (ask("relevant", "'a"), "survey!G2 (relevant): ' is not supported"),
            (ask("relevant", "${q} = 'x'"), "survey!G2 (relevant): q is asked later"),
            (ask("label::fr", "Q"), "survey!G2 (label::fr): this column is not in the subset"),
            (workbook(("text", "q", "问", "Q"), entities=[["x"], ["y"]]), "entities: no such sheet"),
            (workbook(("select_one c", "q", "问", "Q")), "survey!A2 (type): there is no choice list c"),
            (
                workbook(("begin repeat", "r", "行", "R"), ("begin repeat", "s", "行", "S")),
                "survey!A3 (type): a repeat stands in",
            ),
            (b"PK\x03\x04nonsense", "workbook: not a readable .xlsx"),
            (b"\xff\xfe\xff", "workbook: expected an .xlsx or Markdown in UTF-8"),
            (b"hello", "settings: this sheet is missing"),
            (b"| | a |", "line 1: a row stands before the name of its sheet"),
        ],
    )
    def test_names_the_cell_of_what_it_cannot_compile(self, source, message):
        if message is None:
            assert compiled(source)
            return
        with pytest.raises(OddCell) as fault:
            compiled(source)
        assert str(fault.value).startswith(message)

    def test_names_the_line_of_markdown_too(self):
        text = VISIT.read_text(encoding="utf-8").replace("string-length(.) <= 200", "string-length(.) mod 200", 1)
        with pytest.raises(OddCell, match=r"^survey!H4 \(constraint, line 13\): not understood from mod on$"):
            compiled(text.encode())

    def test_refuses_another_filter_for_the_same_list(self):
        head = (*HEAD, "choice_filter")
        rows = [("select_one c", "p", "问", "P", None), ("select_one c", "q", "问", "Q", "for_a = ''")]
        with pytest.raises(OddCell, match=r"^survey!E3 .*copy the list"):
            compiled(workbook(*rows, head=head, choices=CHOICES))


class TestBuild:
    @pytest.fixture
    def tree(self):
        found = sheets.read(VISIT.read_bytes())
        return fromstring(xform.build(found, xlsform.compile_form(found), first=xform.WHERE))

    def test_is_an_xform_of_the_same_name_and_version(self, tree):
        root = next(one for one in tree.iter() if one.get("id") == "visit")
        assert root.get("version") == newest("visit").version

    def test_asks_first_what_a_phone_of_ours_knows(self, tree):
        assert any(one.get("src") == "jr://file-csv/stops.csv" for one in tree.iter())
        body = [one.get("ref") for one in tree.iter() if one.tag.endswith(("}select1", "}input", "}trigger"))]
        assert body[:3] == ["/data/collect_stop", "/data/collect_fix", "/data/collect_crew"]

    def test_says_that_money_is_in_fen(self, tree):
        texts = {one.text for one in tree.iter() if one.tag.endswith("}value")}
        assert {"确认债务金额（分）", "Amount of the debt confirmed (fen)"} <= texts

    def test_has_no_field_for_money_received(self, tree):
        names = json.dumps([one.tag for one in tree.iter()])
        assert not any(word in names for word in ("received", "paid", "cash"))
