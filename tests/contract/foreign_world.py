"""One row in every table, all of the bank's, and persons of every role who work for the supplier only.

The rows come from the tables themselves: a new table or column takes part without a word here. Every text that fits
holds the word SECRET, so that whoever gets any of it is caught.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from marshmallow import fields, validate

from field_forms import definitions
from server import clock, config
from server.accounts import auth
from server.accounts.models import Person
from server.accounts.roles import Role
from server.cases.models import ImportRun
from server.db import Base, UtcDateTime, db
from server.vault import place
from tests.cast import PASSWORD
from tests.spoken import NONSENSE

FORM = dict(next(iter(definitions.shipped().values())).document)
SECRET = NONSENSE
SERIAL = "ZD20261120-0001-7"
ABROAD = {"creditor", "person", "token", "idempotency_key", "alembic_version"}
OF_FIRM = {"device", "paper_template", "field_form", "form_activation", "quarantine", "upload", "submission",
           "enrol_code", "ack", "clock_sample", "serial_counter", "device_setting", "delegation",
           "service_run"}  # fmt: skip
NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
OF_TYPE = {
    UtcDateTime: lambda: NOW,
    sa.Date: NOW.date,
    sa.Boolean: lambda: False,
    sa.Integer: lambda: 1,
    sa.JSON: dict,
    sa.Uuid: clock.new_id,
}
OF_FIELD = {
    fields.UUID: lambda: "0193a0b1-0000-7000-8000-00000000a001",
    fields.DateTime: lambda: clock.now().isoformat(),
    fields.Date: lambda: clock.today().isoformat(),
    fields.Boolean: lambda: True,
    fields.Mapping: dict,
}
BODIES = {"columns": {"案件序列号": "case_no"}, "before": 1, "after": 1}
FITTING = {
    ("party", "id_last4"): "0717",
    ("scheme", "state"): "planned",
    ("scheme", "dates"): ["2026-12-07"],
    ("escalation", "proposal"): "sue",
    ("import_run", "kind"): "cases",
    ("paper", "kind"): "account_statement",
    ("export", "kind"): "cases",
    ("quarantine", "coll"): "records",
    ("day_pack", "content"): {"stops": []},
    ("payment_fact", "kind"): "payment",
    ("data_request", "kind"): "access",
    ("limitation_fact", "kind"): "suit",
    ("limitation_fact", "grade"): "A",
    ("visit_list_version", "content"): {"lines": []},
    ("dossier", "sha256"): "0" * 64,
    ("filing", "kind"): "court",
    ("filing_step", "step"): "filed",
    ("paper", "serial"): SERIAL,
    ("signed_paper", "paper_serial"): "",
    ("field_form", "document"): FORM,
}


def build_world(bank):
    """Insert one row of the bank's in every table; return {table: id}."""
    person = db.session.scalars(sa.select(Person.id).where(Person.username == "lin")).one()
    ids = {"creditor": bank, "person": person}
    for table in Base.metadata.sorted_tables:
        if table.name in ABROAD or "id" not in table.columns or table.name.startswith(("sync_", "log_")):
            continue
        ids[table.name] = ids["case"] if table.name == "case_key" and "case" in ids else clock.new_id()
        row = {column.name: value_for(table, column, ids) for column in table.columns}
        db.session.execute(sa.insert(table).values({name: one for name, one in row.items() if one is not None}))
    ids["payment_run"] = clock.new_id()
    payments = db.session.execute(sa.select(ImportRun.__table__)).mappings().one()
    db.session.execute(sa.insert(ImportRun).values({**payments, "id": ids["payment_run"], "kind": "payments"}))
    db.session.commit()
    return ids


def value_for(table, column, ids):
    """Return a value that fits the column: of the bank, and telling when it is text."""
    at = (table.name, column.name)
    if column.name == "id" or at in FITTING:
        return FITTING.get(at, ids[table.name])
    for key in column.foreign_keys:
        return ids.get(key.column.table.name)
    if column.name.endswith("_sealed") and column.name != "key_sealed":
        return config.current().vault.seal(SECRET, at=place(*at, ids[table.name]))
    if column.name == "creditor_id":
        return ids["creditor"]
    is_optional = column.default is not None or (column.nullable and not isinstance(column.type, sa.Text))
    return None if is_optional else plain(column, is_firms=table.name in OF_FIRM)


def plain(column, *, is_firms):
    """Return a value of the column's type; text tells the secret unless it is the firm's own."""
    if isinstance(column.type, sa.String):
        length = column.type.length or 64
        return clock.new_id().hex[:length] if is_firms or column.unique or length < len(SECRET) else told(length)
    return next(make for kind, make in OF_TYPE.items() if isinstance(column.type, kind))()


def told(length):
    return (SECRET + clock.new_id().hex * 2)[: min(length or 64, 64)]


def add_foreigners(supplier):
    """Add somebody of every role who works for the supplier only; his user name is `x-<role>`."""
    for number, role in enumerate(Role):
        db.session.add(
            Person(
                id=clock.new_id(), username=f"x-{role}", name=f"外{role}", staff_no=f"X-{number}",
                role_names=[role.value], creditor_ids=[str(supplier)], password_hash=auth.hash_password(PASSWORD),
            )
        )  # fmt: skip
    db.session.commit()


def body_for(schema):
    """Return a body, or a query, that fits a schema: its required fields only."""
    needed = {field.data_key or name: field for name, field in schema().load_fields.items() if field.required}
    return {name: BODIES.get(name) or example(field) for name, field in needed.items()}


def example(field):
    """Return a value that a field takes."""
    choices = [rule.choices for rule in field.validators if isinstance(rule, validate.OneOf)]
    if choices:
        return next(iter(choices[0]))
    if isinstance(field, fields.Nested):
        return [body_for(type(field.schema))] if field.many else body_for(type(field.schema))
    if isinstance(field, fields.List):
        return [example(field.inner)]
    if isinstance(field, fields.Number):
        return next((rule.min for rule in field.validators if isinstance(rule, validate.Range)), 1) or 1
    made = [make for kind, make in OF_FIELD.items() if isinstance(field, kind)]
    return (
        made[0]()
        if made
        else "a" * max([rule.min or 1 for rule in field.validators if hasattr(rule, "min")], default=10)
    )
