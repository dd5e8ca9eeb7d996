"""Answers in words, in the order of the form and in one language."""

import json
from datetime import date
from pathlib import Path

import pytest

from field_forms.answers import check
from field_forms.definitions import load, newest, walk
from field_forms.export import Row, rows, shown

CASES = json.loads((Path(__file__).parent.parent / "vectors" / "forms.json").read_text(encoding="utf-8"))["cases"]
COMPLETE = CASES[0]
ITEMS = {item.name: item for item in walk(newest("visit").items)}


class TestRows:
    checked = check(newest("visit"), COMPLETE["answers"], today=date(2026, 12, 2), language="zh")

    def test_shows_labels_instead_of_values(self):
        found = {row.pointer: row for row in rows(newest("visit"), self.checked.answers, language="zh")}
        assert found["/met"] == Row("/met", "会见人", "本人")
        assert found["/told"].shown == "受托身份、录音录像、不收现金、个人信息处理、异议渠道"
        assert found["/is_voluntary"].shown == "✓"

    def test_shows_money_in_yuan_and_rows_by_number(self):
        found = {row.pointer: row.shown for row in rows(newest("visit"), self.checked.answers, language="en")}
        assert found["/confirmed_fen"] == "64,386.75"
        assert found["/instalments/1/amount_fen"] == "44,386.75"
        assert found["/instalments/1/due_on"] == "2027-01-15"

    def test_keeps_the_order_of_the_form_and_leaves_out_what_was_not_answered(self):
        pointers = [row.pointer for row in rows(newest("visit"), {"outcome": "7", "met": "nobody"}, language="en")]
        assert pointers == ["/met", "/outcome"]

    def test_is_empty_without_answers(self):
        assert rows(newest("visit"), {}, language="zh") == ()


class TestShown:
    @pytest.mark.parametrize(
        ("fen", "yuan"), [(5, "0.05"), (100, "1.00"), (-150, "-1.50"), (123456789, "1,234,567.89")]
    )
    def test_writes_fen_as_yuan_exactly(self, fen, yuan):
        assert shown(ITEMS["confirmed_fen"], fen, language="zh") == yuan

    def test_writes_a_position_with_its_datum(self):
        label = {"zh": "位置", "en": "position"}
        item = load({"format": "doorstep.form/1", "id": "t", "version": "1", "title": label,
                     "items": [{"name": "at", "type": "geopoint", "label": label}]}).items[0]  # fmt: skip
        fix = {"lon_e6": 114057868, "lat_e6": 22543099, "datum": "GCJ-02", "accuracy_m": 8}
        assert shown(item, fix, language="zh") == "114.057868, 22.543099 (GCJ-02, ±8 m)"
