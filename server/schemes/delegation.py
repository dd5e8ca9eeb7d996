"""The general manager lends his signature (授权签批): to whom, from when until when, up to what cost. Pure.

Source: docs/domain.md §3, the row VisitScheme: signed off by the general manager or a delegate.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from server.accounts.roles import Role
from server.errors import Conflict, Invalid, NotAllowed

MOST_DAYS = 92
HOLDERS = frozenset({Role.MANAGER, Role.SUPERVISOR, Role.LEGAL, Role.COMPLIANCE})
"""Who may hold another's signature: people who decide something already; never an agent, an auditor or an admin."""


class NoDelegation(NotAllowed):
    """Only the general manager signs off, or who holds his delegation today."""


class BeyondDelegation(NotAllowed):
    """The scheme costs more than the delegation allows."""


class OddDelegation(Invalid):
    """A delegation is given to another active officer, for at most 92 days from today on."""


class DelegationOver(Conflict):
    """The delegation is over or was taken back."""


@dataclass(frozen=True, slots=True)
class Lent:
    """A delegation as the rules see it; most_cost_fen in fen, days inclusive, Asia/Shanghai."""

    id: UUID
    from_on: date
    until_on: date
    most_cost_fen: int
    is_revoked: bool = False

    def holds(self, today: date) -> bool:
        """Tell whether it is in force on a day."""
        return not self.is_revoked and self.from_on <= today <= self.until_on


def give(
    *, giver_id: UUID, holder_id: UUID, holder_roles: Collection[Role], is_active: bool, from_on: date, until_on: date,
    today: date,
) -> None:  # fmt: skip
    """Say whether a delegation may be given. Raises OddDelegation naming what is odd."""
    odd = [
        *(["holder_id"] if holder_id == giver_id or not is_active or not HOLDERS & set(holder_roles) else []),
        *(["from_on"] if from_on < today else []),
        *(["until_on"] if not from_on <= until_on or (until_on - from_on).days >= MOST_DAYS else []),
    ]
    if odd:
        raise OddDelegation(f"look at {', '.join(odd)}", odd=odd)


def take_back(lent: Lent, *, today: date) -> None:
    """Say whether there is anything to take back. Raises DelegationOver."""
    if lent.is_revoked or lent.until_on < today:
        raise DelegationOver("nothing is left to take back")


def require_power(
    roles: Collection[Role], *, lent: Sequence[Lent], today: date, cost_fen: int, is_agreeing: bool
) -> UUID | None:
    """Return the delegation somebody signs under, None for the general manager himself.

    To send a scheme back no ceiling counts. Raises NoDelegation or BeyondDelegation.
    """
    if Role.MANAGER in roles:
        return None
    in_force = [one for one in lent if one.holds(today)]
    if not in_force:
        raise NoDelegation("ask the general manager for one")
    widest = max(in_force, key=lambda one: one.most_cost_fen)
    if is_agreeing and cost_fen > widest.most_cost_fen:
        raise BeyondDelegation(
            f"the scheme costs {cost_fen} fen, the ceiling is {widest.most_cost_fen} fen",
            cost_fen=cost_fen, most_cost_fen=widest.most_cost_fen,
        )  # fmt: skip
    return widest.id
