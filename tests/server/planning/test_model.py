"""Values that cannot be planned are refused where they are made."""

import pytest

from server.planning.model import BackwardsWindow, LoneCrew, Shift, TwiceInProblem, Window
from tests.server.planning.make_problem import at, problem, shift, stop, window


class TestWindow:
    def test_refuses_to_close_before_it_opens(self):
        with pytest.raises(BackwardsWindow):
            Window(at(12), at(9))

    def test_refuses_to_close_as_it_opens(self):
        with pytest.raises(BackwardsWindow):
            Window(at(12), at(12))


class TestShift:
    @pytest.mark.parametrize("staff", [(), ("fang",), ("fang", "fang")])
    def test_refuses_fewer_than_two_people(self, staff):
        good = shift()
        with pytest.raises(LoneCrew, match="2 different people expected") as refusal:
            Shift(
                crew_id="c1", crew_label="1", staff_ids=staff, vehicle="v", on=good.on, hours=window(9, 18),
                start=good.start, end=good.end,
            )  # fmt: skip
        assert refusal.value.facts == {"crew": "c1"}

    def test_is_known_by_crew_and_day(self):
        assert shift("c7").key == "c7/2026-12-02"


class TestProblem:
    def test_refuses_a_stop_given_twice(self):
        with pytest.raises(TwiceInProblem, match="given twice: a") as refusal:
            problem(stop("a"), stop("b"), stop("a"))
        assert refusal.value.facts == {"twice": ["a"]}

    def test_refuses_a_crew_twice_on_one_day(self):
        with pytest.raises(TwiceInProblem, match="c1/2026-12-02"):
            problem(stop("a"), shifts=[shift("c1"), shift("c1", opens=13)])
