"""What binds visits to each other: "only after that one" as the compiler says, days apart as the rules say."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from server import wall
from server.compliance.rulepack import RulePack
from server.db import db
from server.errors import Invalid
from server.planning.model import Problem, Revisit
from server.planning.whatif import NoSuchPlace
from server.schemes import checks, rules
from server.schemes.models import Scheme, SchemeStop

SPACING_RULE = "REVISIT"
"""The rule whose `least_days_apart` the planner keeps to."""


class CircularOrder(Invalid):
    """Visits cannot each come after the other."""


def of_scheme(scheme: Scheme, told: Sequence[Mapping[str, UUID]]) -> list[dict[str, str]]:
    """Return orders as a plan states them: `{stop_id, after_id}`, each once. Raises NoSuchPlace or CircularOrder."""
    stops = {one.id for one in scheme.stops}
    first: dict[str, set[str]] = defaultdict(set)
    for one in told:
        if not {one["stop_id"], one["after_id"]} <= stops:
            raise NoSuchPlace("an order names two stops of the scheme", stop_id=str(one["stop_id"]))
        first[str(one["stop_id"])].add(str(one["after_id"]))
    _refuse_circles(first)
    return [{"stop_id": one, "after_id": other} for one in sorted(first) for other in sorted(first[one])]


def _refuse_circles(first: Mapping[str, set[str]]) -> None:
    """Take away, again and again, what waits for nothing that is left. Raises CircularOrder."""
    left = {one: set(others) for one, others in first.items()}
    while left:
        free = [one for one, others in left.items() if not others & left.keys()]
        if not free:
            raise CircularOrder("each of them waits for another", stop_ids=sorted(left))
        for one in free:
            del left[one]


def hold(problem: Problem, orders: Sequence[Mapping[str, str]]) -> Problem:
    """Return the problem with the orders kept; one that names a stop that is not in it binds nothing."""
    first: dict[str, set[str]] = defaultdict(set)
    for one in orders:
        first[one["stop_id"]].add(one["after_id"])
    stops = (replace(one, after=frozenset(first[one.id])) if one.id in first else one for one in problem.stops)
    return replace(problem, stops=tuple(stops)) if first else problem


def revisits(
    scheme: Scheme, stops: Sequence[SchemeStop], *, rules_for: Callable[[SchemeStop, date], RulePack]
) -> dict[UUID, Revisit]:
    """Return stop → whom it visits and how many days from other visits, for those under a rule that says so.

    Visits made or sent out, of this scheme or another, stand.
    """
    last = date.fromisoformat(max(scheme.dates))
    asked = {stop.id: days for stop in stops if (days := _least_days(rules_for(stop, last)))}
    if not asked:
        return {}
    stands = _standing(scheme, stops, within=timedelta(days=max(asked.values())))
    keys = {stop.id: checks.debtor_key(stop) for stop in stops}
    return {one: Revisit(keys[one], days, frozenset(stands[keys[one]])) for one, days in asked.items()}


def _least_days(pack: RulePack) -> int:
    return max(
        (rule.params["least_days_apart"] for rule in pack.rules if rule.id == SPACING_RULE and rule.is_enabled),
        default=0,
    )


def _standing(scheme: Scheme, stops: Sequence[SchemeStop], *, within: timedelta) -> dict[str, set[date]]:
    """Return debtor → the days of visits that are made, under way or sent out and are no part of the plan."""
    days = [date.fromisoformat(text) for text in scheme.dates]
    planned = {stop.id for stop in stops}
    found: dict[str, set[date]] = defaultdict(set)
    query = select(SchemeStop).where(
        SchemeStop.state.in_([*rules.FIELD_STATES, rules.StopState.DISPATCHED]),
        SchemeStop.day.between(min(days) - within, max(days) + within),
    )
    with wall.everything():  # another creditor may have sent somebody to the same person
        for stop in db.session.scalars(query):
            if stop.id not in planned and stop.day is not None:
                found[checks.debtor_key(stop)].add(stop.day)
    return found
