"""Which crews can be told of a change now: a plan on a phone without network is not touched behind its back."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from uuid import UUID

from server.schemes.models import Crew

HEARD_WITHIN = timedelta(minutes=30)
"""A phone not heard of for longer counts as offline; firm policy."""

Listener = Callable[[Collection[UUID], datetime], set[UUID]]
_listeners: list[Listener] = []


def hears(listener: Listener) -> Listener:
    """Register a function that returns which of these people's phones were heard of since a moment."""
    _listeners.append(listener)
    return listener


def unreachable(crews: Collection[Crew], *, at: datetime) -> list[Crew]:
    """Return the crews of which neither agent's phone was heard of within HEARD_WITHIN."""
    people = {person for crew in crews for person in (crew.lead_id, crew.second_id)}
    heard = set[UUID]().union(*(listener(people, at - HEARD_WITHIN) for listener in _listeners))
    return [crew for crew in crews if not heard & {crew.lead_id, crew.second_id}]
