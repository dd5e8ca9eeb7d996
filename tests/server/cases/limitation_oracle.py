"""A second reading of the limitation rules, written from the text of the law and not from the engine.

It never walks along the events. It asks one question, "could the claim be enforced on this day?", and finds the last
day by halving: on a day the claim stands when some start (the due day, or an act that came while it stood) lies at most
three years back, and the due day at most twenty. Dates are compared as (year, month, day), never moved.

Text: 民法典 188 三年、自权利受到损害之日起超过二十年不予保护；189 自最后一期届满之日；192 届满后同意履行不得抗辩；
194 最后六个月内有障碍的，自障碍消除之日起满六个月届满；
195 从中断、有关程序终结时起重新计算；201 开始的当日不计入；202 没有对应日的，月末日；
203 最后一日是法定休假日的，以法定休假日结束的次日为最后一日；692 保证期间六个月，不中断.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

LAW_YEARS, LAW_CAP = 3, 20
ENDLESS = {"suit", "mediation", "police"}


@dataclass(frozen=True, slots=True)
class Act:
    """One act as a lawyer writes it down."""

    kind: str
    on: date
    grade: str
    ended: date | None = None
    against: str = "debtor"


def not_more_than(start: date, years: int, day: date) -> bool:
    """Tell whether a day still lies within so many years that begin the day after the start."""
    last_of_month = monthrange(start.year + years, start.month)[1]
    return (day.year, day.month, day.day) <= (start.year + years, start.month, min(start.day, last_of_month))


def not_more_than_half_a_year(start: date, day: date) -> bool:
    """Tell whether a day still lies within six months that begin the day after the start."""
    year, month = (start.year + 1, start.month - 6) if start.month > 6 else (start.year, start.month + 6)
    return (day.year, day.month, day.day) <= (year, month, min(start.day, monthrange(year, month)[1]))


class Debt:
    """One debt with its acts, looked at on one day; rest are the days on which nobody sits."""

    def __init__(self, due: date, acts: list[Act], today: date, rest: frozenset[date] = frozenset()) -> None:
        self.due, self.today, self.rest = due, today, rest
        usable = [one for one in acts if self._counts(one)]
        self.acts = [one for one in usable if one.kind != "obstacle"]
        self.obstacles = [one for one in usable if one.kind == "obstacle"]
        self.all = acts
        self._known: dict[date, bool] = {}

    def _counts(self, act: Act) -> bool:
        is_ours = act.against != "guarantor" and act.grade in "ABC"
        return is_ours and (self.due < act.on or act.kind == "obstacle") and act.on <= self.today + timedelta(days=31)

    def _or_after_rest(self, within, day: date) -> bool:
        """Tell whether a day lies within, or only days of rest lie between it and the last one that does."""
        while not within(day):
            day -= timedelta(days=1)
            if day not in self.rest:
                return False
        return True

    def _capped(self, day: date) -> bool:
        return self._or_after_rest(lambda one: not_more_than(self.due, LAW_CAP, one), day)

    def _three_years(self, start: date, day: date) -> bool:
        return self._or_after_rest(lambda one: not_more_than(start, LAW_YEARS, one), day)

    def _held_up(self, act: Act, day: date) -> bool:
        """Tell whether an obstacle keeps the claim standing: it came while the claim stood, and is gone half a year."""
        if act.on >= day or not self.stands_on(act.on):
            return False
        gone = max(act.on, min(act.ended or self.today, self.today))
        return self._or_after_rest(lambda one: not_more_than_half_a_year(gone, one), day)

    def stands_on(self, day: date) -> bool:
        """Could the claim be enforced on a day?"""
        if day <= self.due:
            return True
        if day not in self._known:
            self._known[day] = self._capped(day) and (
                self._three_years(self.due, day)
                or any(self._carries(act, day) for act in self.acts)
                or any(self._held_up(act, day) for act in self.obstacles)
            )
        return self._known[day]

    def _carries(self, act: Act, day: date) -> bool:
        if act.on > day or not self._came_in_time(act):
            return False
        if act.kind in ENDLESS:
            if act.ended is None or act.ended > self.today:
                return True
            return self._three_years(max(act.on, act.ended), day)
        return self._three_years(act.on, day)

    def _came_in_time(self, act: Act) -> bool:
        """An act counts when the claim stood on its day without it."""
        others = [one for one in self.acts if one.on < act.on]
        return self._capped(act.on) and (
            self._three_years(self.due, act.on)
            or any(self._carries(one, act.on) for one in others)
            or any(self._held_up(one, act.on) for one in self.obstacles)
        )

    def last_day(self) -> date:
        """Find the last day on which the claim stands, by halving the twenty years."""
        low, high = self.due + timedelta(days=1), self.due + timedelta(days=LAW_CAP * 366 + 1)
        while (high - low).days > 1:
            middle = low + (high - low) // 2
            low, high = (middle, high) if self.stands_on(middle) else (low, middle)
        return low

    def state(self) -> str:
        """Name how the claim stands today."""
        if self.today <= self.due:
            return "not_due"
        if self.stands_on(self.today):
            lasting = [one for one in self.acts if one.kind in ENDLESS and (one.ended or date.max) > self.today]
            last = self.last_day()
            still = [one for one in self.obstacles if (one.ended or date.max) > self.today and self._held_up(one, last)]
            return "paused" if still or any(self._came_in_time(one) for one in lasting) else "running"
        late = [one for one in self.acts if self._capped(one.on) and not self._came_in_time(one)]
        return "waiver_possible" if any(one.kind in {"agreement", "part_payment"} for one in late) else "expired"

    def grade(self) -> str | None:
        """Name the proof of the last act that counted."""
        good = sorted((one.on, one.kind, one.grade) for one in self.acts if self._came_in_time(one))
        return good[-1][2] if good else None


def guarantee_end(due: date, months: int = 6) -> date:
    """Find the last day of a guarantee period by counting months forward one at a time."""
    year, month = due.year, due.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return date(year, month, min(due.day, monthrange(year, month)[1]))


def guarantee_state(due: date, acts: list[Act], today: date) -> str:
    """Name how a joint guarantor stands: called on by a proven act against him in time, or free."""
    last = guarantee_end(due)
    proven = [act for act in acts if act.against == "guarantor" and act.grade != "D"]
    if [act for act in proven if due < act.on <= min(last, today)]:
        return "called_on"
    if today > last:
        return "lapsed"
    return "not_due" if today <= due else "running"
