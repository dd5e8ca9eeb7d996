"""Exports of lists: what somebody sees on the desk as CSV or XLSX; who took what out is recorded."""

from io import BytesIO
from typing import Any

from flask import Blueprint, send_file
from flask.typing import ResponseReturnValue
from marshmallow import fields, validate

from server import audit, tables
from server.accounts.auth import allow, current_person
from server.accounts.roles import OFFICE, Role
from server.body import Body, Strict, answers, takes
from server.db import db
from server.errors import Invalid
from server.tables import Column, ColumnKind

bp = Blueprint("tables", __name__, url_prefix="/v1")

MOST_BYTES = 24 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS = 50_000, 60
TYPES = {
    "csv": "text/csv; charset=utf-8",
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
    """A list as it is seen: its name, its columns, its rows. The name stands in the record of exports."""

    name = fields.String(required=True, validate=validate.Regexp(r"[a-z][a-z0-9_-]{0,39}\Z"))
    title = fields.String(required=True, validate=validate.Length(1, 80))
    format = fields.String(required=True, validate=validate.OneOf(list(TYPES)))
    columns = fields.List(fields.Nested(ColumnIn), required=True, validate=validate.Length(1, MOST_COLUMNS))
    rows = fields.List(fields.List(CellField(allow_none=True)), required=True, validate=validate.Length(max=MOST_ROWS))


@bp.post("/tables")
@allow(*OFFICE, Role.ADMIN)
@takes(TableIn, most=MOST_BYTES)
@answers(None, content_type="application/octet-stream")
def write_table(body: Body) -> ResponseReturnValue:
    """Write a list that the caller sees as a file for a spreadsheet; that it was taken out is recorded, not what."""
    columns = [Column(one["title"], ColumnKind(one["kind"])) for one in body["columns"]]
    odd = next((number for number, row in enumerate(body["rows"], 1) if len(row) != len(columns)), None)
    if odd is not None:
        raise UnevenTable(f"row {odd} has {len(body['rows'][odd - 1])} cells, there are {len(columns)} columns")
    is_csv = body["format"] == "csv"
    made = tables.as_csv(columns, body["rows"]) if is_csv else tables.as_xlsx(body["title"], columns, body["rows"])
    audit.note(
        "list.exported",
        f"list:{body['name']}",
        actor_id=current_person().id,
        format=body["format"],
        rows=len(body["rows"]),
        columns=len(columns),
    )
    db.session.commit()
    return send_file(BytesIO(made), mimetype=TYPES[body["format"]], download_name=f"{body['name']}.{body['format']}")
