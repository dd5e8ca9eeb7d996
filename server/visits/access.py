"""Who may know of a visit: whoever works for its creditor; an agent only of visits he made or witnessed."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_

from server.accounts.auth import current_person
from server.accounts.models import Person
from server.accounts.roles import OFFICE
from server.accounts.scope import scoped
from server.cases import keyring
from server.db import fetch
from server.errors import Missing
from server.visits.models import Visit


def visible(query: Select[Any]) -> Select[Any]:
    """Narrow a query over visits to what the caller may know of."""
    caller = current_person()
    if _is_office(caller):
        return scoped(query, Visit.creditor_id)
    return query.where(or_(Visit.agent_id == caller.id, Visit.witness_id == caller.id))


def fetch_visit(visit_id: UUID, *, lock: bool = False) -> Visit:
    """Return a visit the caller may know of. Raises Missing or CaseErased."""
    visit, caller = fetch(Visit, visit_id, lock=lock), current_person()
    if _is_office(caller):
        # A visit nobody could place belongs to no creditor: only who works for all of them may see it.
        sees = caller.sees(visit.creditor_id) if visit.creditor_id else caller.creditor_ids is None
    else:
        sees = caller.id in {visit.agent_id, visit.witness_id}
    if not sees:
        raise Missing(f"no Visit {visit_id}")
    keyring.require_kept(visit.case_id)
    return visit


def _is_office(caller: Person) -> bool:
    return bool(caller.roles & set(OFFICE))
