"""Drawing the serial of a paper: one number after the other within a kind and a day, never twice."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from receipts import serials
from receipts.serials import PaperKind
from server.cases.models import SerialCounter
from server.db import db


def draw(kind: PaperKind, *, on: date) -> str:
    """Return the next serial of a kind on a day (Asia/Shanghai). Needs the write transaction."""
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    day = on.strftime("%Y%m%d")
    db.session.execute(
        insert(SerialCounter)
        .values(prefix=kind.value, day=day, last=0)
        .on_conflict_do_nothing(index_elements=["prefix", "day"])
    )
    query = select(SerialCounter).where(SerialCounter.prefix == kind.value, SerialCounter.day == day)
    counter = db.session.scalars(query.with_for_update().execution_options(populate_existing=True)).one()
    counter.last += 1
    db.session.flush()
    return serials.make(kind, on=on, number=counter.last)
