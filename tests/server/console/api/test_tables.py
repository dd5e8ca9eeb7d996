"""Exports of what is seen: the file, the record of it, and what is refused."""

import csv
import io

import pytest
from sqlalchemy import select

from server.audit import AuditEvent
from server.db import db

TABLE = {
    "name": "imports", "title": "导入", "format": "csv",
    "columns": [{"title": "案号"}, {"title": "欠款", "kind": "money"}], "rows": [["=A1", 100], [None, None]],
}  # fmt: skip


class TestWriteTable:
    def test_answers_a_file_and_records_that_it_was_taken_out(self, in_app, as_lin):
        answer = as_lin.post("/v1/tables", json=TABLE)
        assert (answer.status_code, answer.content_type) == (200, "text/csv; charset=utf-8")
        assert list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))) == [
            ["案号", "欠款"], ["'=A1", "1.00"], ["", ""],
        ]  # fmt: skip
        event = db.session.scalar(select(AuditEvent).where(AuditEvent.action == "list.exported"))
        assert event.subject == "list:imports"
        assert event.facts == {"format": "csv", "rows": 2, "columns": 2}

    def test_writes_a_workbook(self, as_lin):
        answer = as_lin.post("/v1/tables", json=TABLE | {"format": "xlsx"})
        assert answer.data.startswith(b"PK")
        assert "imports.xlsx" in answer.headers["Content-Disposition"]

    def test_takes_a_long_list(self, as_lin):
        rows = [[f"案件 {number} " + "长" * 60, number] for number in range(20_000)]
        answer = as_lin.post("/v1/tables", json=TABLE | {"rows": rows})
        assert answer.data.count(b"\r\n") == 20_001

    def test_refuses_a_row_of_another_length(self, as_lin):
        answer = as_lin.post("/v1/tables", json=TABLE | {"rows": [["a", 1], ["b"]]})
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/uneven-table")

    @pytest.mark.parametrize("cell", [True, [], {}, ["a"]])
    def test_refuses_a_cell_that_is_no_cell(self, as_lin, cell):
        answer = as_lin.post("/v1/tables", json=TABLE | {"rows": [["a", cell]]})
        assert answer.status_code == 422

    @pytest.mark.parametrize("name", ["../x", "案件", "", "A", "unheard-of"])
    def test_refuses_a_name_of_no_list(self, as_lin, name):
        assert as_lin.post("/v1/tables", json=TABLE | {"name": name}).status_code == 422

    def test_is_not_for_agents(self, as_fang):
        assert as_fang.post("/v1/tables", json=TABLE).status_code == 403
