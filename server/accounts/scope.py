"""The wall between creditors: nobody learns of a case whose creditor he does not work for."""

from typing import Any, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.orm import Mapped

from server.accounts.auth import current_person
from server.db import Base, fetch
from server.errors import Missing


class OfCreditor(Protocol):
    """Anything that belongs to one creditor."""

    creditor_id: Mapped[UUID]


Row = TypeVar("Row", bound=Base)


def scoped(query: Select[Any], column: Any) -> Select[Any]:
    """Narrow a query to the creditors the caller works for; `column` is the creditor id of the rows."""
    visible = current_person().creditor_ids
    return query if visible is None else query.where(column.in_([UUID(text) for text in visible]))


def fetch_visible(model: type[Row], row_id: UUID, *, lock: bool = False) -> Row:
    """Return one row of a creditor the caller works for. Raises Missing, also when it is another creditor's."""
    row = fetch(model, row_id, lock=lock)
    require_visible(getattr(row, "creditor_id", None), f"no {model.__name__} {row_id}")
    return row


def require_visible(creditor_id: UUID | None, detail: str) -> None:
    """Refuse what belongs to a creditor the caller does not work for. Raises Missing."""
    if creditor_id is not None and not current_person().sees(creditor_id):
        raise Missing(detail)


def require_every_creditor(detail: str) -> None:
    """Refuse what may hold any creditor's data to who works for some of them only. Raises Missing."""
    if current_person().creditor_ids is not None:
        raise Missing(detail)
