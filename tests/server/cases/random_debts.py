"""Random histories of debts, for the engine and for the oracle alike, and where the two disagree."""

from datetime import date, timedelta
from random import Random

from server.cases.guarantee import read_guarantee
from server.cases.limitation import Against, EvidenceGrade, LimitationEvent, LimitationKind, read_clock
from tests.server.cases.limitation_oracle import Act, Debt, guarantee_end, guarantee_state

SPAN_DAYS = 24 * 365
FIRST, LAST = date(2000, 1, 1), date(2075, 1, 1)
HOLIDAYS = {(1, 1), (5, 1), (5, 2)}
ALL_DAYS = (FIRST + timedelta(days=offset) for offset in range((LAST - FIRST).days))
REST = frozenset(day for day in ALL_DAYS if day.isoweekday() in {6, 7} or (day.month, day.day) in HOLIDAYS)
"""Weekends and a few holidays, for both readings."""
HARD_DAYS = (date(2004, 2, 29), date(2020, 2, 29), date(2023, 8, 31), date(2019, 12, 31), date(2022, 3, 1))


Reading = tuple[date | None, str | None, str, date | None, str]
"""Last day, grade and state of the claim; end and state of the guarantee."""


def history(rng: Random) -> tuple[date, list[Act], date]:
    """Draw a due day, up to nine acts around the three-year marks, and the day on which one asks."""
    due = rng.choice(HARD_DAYS) if rng.random() < 0.3 else date(2003, 1, 1) + timedelta(days=rng.randrange(8000))
    acts, near = [], due
    for _ in range(rng.randrange(10)):
        kind = rng.choice(list(LimitationKind)).value
        jump = rng.choice((3 * 365, 3 * 365 + 1, 3 * 365 - 1, rng.randrange(-200, 1500), rng.randrange(SPAN_DAYS)))
        on = near + timedelta(days=jump)
        ended = on + timedelta(days=rng.randrange(900)) if rng.random() < 0.6 else None
        against = rng.choice(("debtor", "debtor", "co_debtor", "guarantor"))
        acts.append(Act(kind, on, rng.choice("AABBCD"), ended, against))
        near = on if rng.random() < 0.7 else near
    today = due + timedelta(days=rng.randrange(-50, SPAN_DAYS))
    rng.shuffle(acts)
    return due, acts, today


def events_of(acts: list[Act]) -> list[LimitationEvent]:
    """Write the acts the way the engine takes them."""
    return [
        LimitationEvent(LimitationKind(a.kind), a.on, EvidenceGrade(a.grade), "", a.ended, Against(a.against))
        for a in acts
    ]


def engine(due: date, acts: list[Act], today: date) -> Reading:
    """Return what the engine reads."""
    events = events_of(acts)
    clock = read_clock(due, events=events, today=today, is_closed=REST.__contains__)
    guarantee = read_guarantee(due, is_joint=True, events=events, today=today)
    grade = clock.grade and clock.grade.value
    return clock.expires_on, grade, clock.state.value, guarantee.ends_on, guarantee.state.value


def oracle(due: date, acts: list[Act], today: date) -> Reading:
    """Return what the second reading says."""
    debt = Debt(due, acts, today, REST)
    return debt.last_day(), debt.grade(), debt.state(), guarantee_end(due), guarantee_state(due, acts, today)


def disagreements(count: int, *, seed: int) -> list[tuple[date, list[Act], date]]:
    """Return the histories on which engine and oracle differ in any date, grade or state."""
    rng = Random(seed)
    drawn = (history(rng) for _ in range(count))
    return [one for one in drawn if engine(*one) != oracle(*one)]
