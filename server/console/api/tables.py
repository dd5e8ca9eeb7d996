"""Exports of lists: what somebody sees on the desk as CSV or XLSX; who took what out is recorded.

A list of cases holds personal data: it counts as an export of its cases, like every other (`server.privacy`).
"""

from io import BytesIO
from typing import Any

from flask import Blueprint, send_file
from flask.typing import ResponseReturnValue
from marshmallow import fields, validate

from server import audit, tables
from server.accounts.auth import allow, current_person
from server.accounts.roles import OFFICE, Role
from server.body import Body, Strict, answers, takes
from server.console import taken_lists
from server.console.taken_lists import LISTS
from server.db import db
from server.errors import Invalid
from server.privacy.export_files import MARK
from server.tables import Column, ColumnKind

bp = Blueprint("tables", __name__, url_prefix="/v1")

MOST_BYTES = 24 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS = 50_000, 60
TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class UnevenTable(Invalid):
    """A row of the table has another number of cells than there are columns."""


class ColumnIn(Strict):
    """One column that is seen."""

    title = fields.String(required=True, validate=validate.Length(1, 80))
    kind = fields.String(load_default="text", validate=validate.OneOf([one.value for one in ColumnKind]))


class CellField(fields.Field[Any]):
    """A text, a number or nothing."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        del attr, data, kwargs
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise self.make_error("validator_failed")
        return value


class TableIn(Strict):
    """A list as it is seen: its name, its columns, its rows; of a list of cases, the case that each row is about."""

    name = fields.String(required=True, validate=validate.OneOf(list(LISTS)))
    title = fields.String(required=True, validate=validate.Length(1, 80))
    format = fields.String(required=True, validate=validate.OneOf(list(TYPES)))
    columns = fields.List(fields.Nested(ColumnIn), required=True, validate=validate.Length(1, MOST_COLUMNS))
    rows = fields.List(fields.List(CellField(allow_none=True)), required=True, validate=validate.Length(max=MOST_ROWS))
    case_ids = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=MOST_ROWS))


@bp.post("/tables")
@allow(*OFFICE, Role.ADMIN, keeps_answer=False)
@takes(TableIn, most=MOST_BYTES)
@answers(None, content_type="application/octet-stream")
def write_table(body: Body) -> ResponseReturnValue:
    """Write a list that the caller sees as a file for a spreadsheet; that it was taken out is recorded, not what.

    A list of cases counts as an export of them, and every row names who took it. From the number of cases a day that
    PI-BULK names on it goes by `POST /v1/exports`, with a second person. Raises GateClosed.
    """
    columns = [Column(one["title"], ColumnKind(one["kind"])) for one in body["columns"]]
    odd = next((number for number, row in enumerate(body["rows"], 1) if len(row) != len(columns)), None)
    if odd is not None:
        raise UnevenTable(f"row {odd} has {len(body['rows'][odd - 1])} cells, there are {len(columns)} columns")
    rows, is_csv = body["rows"], body["format"] == "csv"
    taken = taken_lists.taken(body["name"], form=body["format"], case_ids=body["case_ids"], rows=len(rows))
    if taken:
        columns, rows = [*columns, Column(MARK, ColumnKind.TEXT)], [[*row, taken.mark] for row in rows]
    made = tables.as_csv(columns, rows) if is_csv else tables.as_xlsx(body["title"], columns, rows)
    taken_lists.seal(taken, made)
    audit.note(
        "list.exported",
        f"list:{body['name']}",
        actor_id=current_person().id,
        format=body["format"],
        rows=len(body["rows"]),
        columns=len(body["columns"]),
    )
    db.session.commit()
    return send_file(BytesIO(made), mimetype=TYPES[body["format"]], download_name=f"{body['name']}.{body['format']}")
