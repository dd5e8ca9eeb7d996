"""The solver's clock stands still while a crew rests, day by day."""

from datetime import timedelta

from server.planning.clock import WorkingClock
from server.planning.frame import frame
from tests.server.planning.make_problem import DAY, problem, rest, shift, stop

HOUR = 3600


class TestWorkingClock:
    def test_counts_all_seconds_without_a_rest(self):
        clock = WorkingClock.of(frame(problem(stop("a"))))
        assert [clock.worked_s(hour * HOUR) for hour in (0, 3, 9)] == [0, 3 * HOUR, 9 * HOUR]

    def test_stands_still_in_the_middle_of_the_rest(self):
        """From nine: the rest of an hour between twelve and two is cut out at half past twelve."""
        clock = WorkingClock.of(frame(problem(stop("a"), shifts=[shift(rest=rest())])))
        assert clock.worked_s(3 * HOUR) == 3 * HOUR
        assert clock.worked_s(4 * HOUR) == clock.worked_s(round(3.5 * HOUR)) == round(3.5 * HOUR)
        assert clock.worked_s(9 * HOUR) == 8 * HOUR

    def test_cuts_each_day_once(self):
        tomorrow = DAY + timedelta(days=1)
        shifts = [
            shift("c1", rest=rest()),
            shift("c2", rest=rest()),
            shift("c1", day=tomorrow, rest=rest(day=tomorrow)),
        ]
        assert WorkingClock.of(frame(problem(stop("a"), shifts=shifts))).worked_s(33 * HOUR) == 31 * HOUR
