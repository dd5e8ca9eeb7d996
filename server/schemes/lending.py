"""Whose signature somebody may give for the general manager: the delegations that are kept, as the rules see them."""

from datetime import date

from sqlalchemy import select

from server.accounts.models import Person
from server.accounts.roles import Role
from server.db import db
from server.schemes.delegation import Lent
from server.schemes.models import Delegation


def lent(row: Delegation) -> Lent:
    """Return a delegation as the rules see it."""
    return Lent(row.id, row.from_on, row.until_on, row.most_cost_fen, is_revoked=row.revoked_at is not None)


def held_by(person: Person, *, today: date) -> list[Lent]:
    """Return what managers who still are managers have lent to somebody and is not over."""
    rows = db.session.scalars(
        select(Delegation)
        .where(Delegation.holder_id == person.id, Delegation.until_on >= today)
        .order_by(Delegation.id)
    )
    return [lent(row) for row in rows if row.giver.is_active and Role.MANAGER in row.giver.roles]
