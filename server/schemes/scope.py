"""The wall between creditors for schemes: a scheme shows cases of all its creditors, so who sees it must see all."""

from uuid import UUID

from server import wall
from server.accounts.auth import current_person
from server.db import fetch
from server.errors import Missing
from server.schemes.models import Scheme


def fetch_scheme(scheme_id: UUID, *, lock: bool = False) -> Scheme:
    """Return a scheme all of whose cases the caller may know. Raises Missing, also when he may not."""
    scheme = fetch(Scheme, scheme_id, lock=lock)
    if not is_visible(scheme):
        raise Missing(f"no Scheme {scheme_id}")
    return scheme


def is_visible(scheme: Scheme) -> bool:
    """Tell whether the caller works for every creditor of the scheme."""
    person = current_person()
    with wall.everything():
        return all(person.sees(stop.creditor_id) for stop in scheme.stops)
