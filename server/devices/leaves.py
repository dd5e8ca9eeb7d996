"""A kept record becomes a leaf of the log in the transaction that hands it over.

What waits for its visit waits for the log too, and no record is taken in without its leaf.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from uuid import UUID

from sqlalchemy import select

from server import feed
from server.db import db
from server.schemes.models import SchemeStop
from server.transparency import leaves
from server.transparency.leaves import Waiting
from server.transparency.tables import log_leaf
from server.visits.models import Record, Visit
from sync.envelope import write_time
from sync.leaf import Kind

PREFIX = "record:"
PAGE = 500


def add(rows: Sequence[Record]) -> None:
    """Let a leaf wait for each record, in the chain of its case, or of its phone when it is about none."""
    cases = _cases_of(rows)
    leaves.add([
        Waiting(
            ref=PREFIX + str(row.id),
            tag=leaves.tag_of_case(cases[row.id]) if row.id in cases else leaves.tag_apart(f"device:{row.device_id}"),
            kind=Kind.RECORD.value,
            hash=row.hash,
            at=write_time(row.received_at),
            tell=feed.device(row.device_id),
        )
        for row in rows
    ])  # fmt: skip


def add_missing() -> int:
    """Let leaves wait for records that were taken in before there was a log; return for how many.

    Needs a commit by the caller.
    """
    count = 0
    for rows in _unlogged():
        add(rows)
        count += len(rows)
    return count


def missing() -> int:
    """Return how many records were taken in and have no leaf: none, unless somebody removed a leaf."""
    return sum(len(rows) for rows in _unlogged())


def _unlogged() -> Iterator[list[Record]]:
    """Yield the taken-in records without a leaf, page by page."""
    query = select(Record).where(Record.taken_in_at.is_not(None)).order_by(Record.id).limit(PAGE)
    last: UUID | None = None
    while page := db.session.scalars(query if last is None else query.where(Record.id > last)).all():
        last = page[-1].id
        refs = {PREFIX + str(row.id) for row in page}
        held = set(db.session.scalars(select(log_leaf.c.ref).where(log_leaf.c.ref.in_(refs))))
        if rows := [row for row in page if PREFIX + str(row.id) not in held]:
            yield rows


def _cases_of(rows: Sequence[Record]) -> dict[UUID, UUID]:
    """Return record → case of those that are about one: by their visit, or by the stop they are on the way to."""
    visits = _by_id(Visit, {row.visit_id for row in rows if row.visit_id is not None})
    stops = _by_id(SchemeStop, {one for row in rows if row.visit_id is None if (one := _uuid(row.subject))})
    found = {}
    for row in rows:
        case_id = visits.get(row.visit_id) if row.visit_id is not None else stops.get(_uuid(row.subject))
        if case_id is not None:
            found[row.id] = case_id
    return found


def _by_id(model: type[Visit] | type[SchemeStop], ids: set[UUID]) -> dict[UUID | None, UUID | None]:
    if not ids:
        return {}
    return {row.id: row.case_id for row in db.session.execute(select(model.id, model.case_id).where(model.id.in_(ids)))}


def _uuid(text: str) -> UUID | None:
    with suppress(ValueError):
        return UUID(text)
    return None
