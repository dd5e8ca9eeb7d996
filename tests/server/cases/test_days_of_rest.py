"""The days of rest that move a last day: weekends, and the holidays the pack lists."""

from datetime import date

import pytest

from server.cases.days_of_rest import holidays, is_day_of_rest


@pytest.mark.parametrize(
    ("day", "is_rest"),
    [
        (date(2026, 11, 28), True),  # a Saturday
        (date(2026, 11, 29), True),
        (date(2026, 11, 30), False),
        (date(2026, 10, 1), True),  # a Thursday
        (date(2026, 10, 8), False),
        (date(2029, 10, 1), False),  # a Monday of a year whose holidays are not listed
    ],
)
def test_are_weekends_and_listed_holidays(day, is_rest):
    assert is_day_of_rest(day) is is_rest


def test_come_from_the_pack():
    assert {day.year for day in holidays()} == {2026, 2027}
