"""Days of rest (法定休假日), behind which the last day of a period moves: weekends and the holidays a pack lists. Pure.

A Saturday made a working day (调休) still counts as rest here, and a year whose holidays are not listed has weekends
only: a period's `act_by_on` is the day to keep to.

Source: 民法典 §203; 民诉法 §85; 全国年节及纪念日放假办法 §2.
"""

from datetime import date
from functools import cache

from server.compliance import rulepack

SATURDAY = 5
HOLIDAY_RULE = "HOLIDAY"


@cache
def holidays() -> frozenset[date]:
    """Return the holidays that the shipped pack lists."""
    rules = {rule.id: rule for rule in rulepack.load().rules}
    return frozenset(date.fromisoformat(day) for day in rules[HOLIDAY_RULE].params["days"])


def is_day_of_rest(day: date) -> bool:
    """Is it a Saturday, a Sunday or a listed holiday?"""
    return day.weekday() >= SATURDAY or day in holidays()
