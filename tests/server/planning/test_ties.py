"""Which places are bound to which, and which tours break that."""

from datetime import timedelta

from server.planning.frame import frame
from server.planning.model import Revisit
from server.planning.ties import NO_TIES, bound_groups, broken, standing
from tests.server.planning.make_problem import DAY, problem, shift, stop, window

NEXT_DAY, LATER = DAY + timedelta(days=1), DAY + timedelta(days=4)


def after(*names):
    return {"after": frozenset(names)}


def visit_to(who, days=2, *stands):
    return {"revisit": Revisit(who, days, frozenset(stands))}


def bound(*stops, **changes):
    return frame(problem(*stops, **changes)).ties


class TestTies:
    def test_is_none_when_nothing_is_bound(self):
        assert bound(stop("a"), stop("b", east_m=900)) == NO_TIES

    def test_an_order_names_both_sides(self):
        ties = bound(stop("a"), stop("b", east_m=900, **after("a")))
        assert (ties.before, ties.behind) == ({1: {0}}, {0: {1}})
        assert [ties.partners(number) for number in (0, 1)] == [{1}, {0}]

    def test_an_order_with_a_stop_that_is_not_asked_for_binds_nothing(self):
        assert bound(stop("b", **after("gone"))).is_none

    def test_stops_in_order_are_calls_of_their_own_even_at_one_door(self):
        ready = frame(problem(stop("a"), stop("b", **after("a")), stop("c")))
        assert [[one.id for one in place.stops] for place in ready.places] == [["a"], ["b"], ["c"]]

    def test_visits_to_one_person_at_two_doors_lie_apart_by_the_longer_rule(self):
        ties = bound(stop("a", **visit_to("p", 2)), stop("b", east_m=900, **visit_to("p", 3)), stop("c", north_m=900))
        assert ties.apart == {0: {1: 3}, 1: {0: 3}}

    def test_one_call_on_two_cases_of_one_person_is_one_visit(self):
        assert bound(stop("a", **visit_to("p")), stop("b", **visit_to("p"))).is_none

    def test_two_calls_at_one_door_that_cannot_be_one_lie_apart(self):
        early, late = {"windows": (window(9, 10),)}, {"windows": (window(16, 17),)}
        assert bound(stop("a", **early, **visit_to("p")), stop("b", **late, **visit_to("p"))).apart

    def test_an_order_outranks_the_days_between(self):
        ties = bound(stop("a", **visit_to("p")), stop("b", east_m=900, **visit_to("p"), **after("a")))
        assert not ties.apart

    def test_without_leaves_the_other_kind(self):
        ties = bound(
            stop("a", **visit_to("p")), stop("b", east_m=900, **visit_to("p")), stop("c", north_m=900, **after("a"))
        )
        assert (ties.without_order().is_none, ties.without_order().apart) == (False, ties.apart)
        assert (ties.without_spacing().apart, ties.without_spacing().before) == ({}, ties.before)


class TestPositions:
    def test_lies_behind_what_comes_first_and_before_what_comes_after(self):
        ties = bound(stop("a"), stop("b", east_m=900, **after("a")), stop("c", east_m=1800, **after("b")))
        assert list(ties.positions(1, tour=[5, 0, 6, 2, 7])) == [2, 3]
        assert list(ties.positions(1, tour=[5, 6])) == []
        assert list(ties.positions(0, tour=[5, 1])) == [0, 1]


class TestBroken:
    def test_names_who_comes_too_early_or_on_another_tour(self):
        ties = bound(stop("a"), stop("b", east_m=900, **after("a")))
        days = [DAY, DAY]
        assert broken(ties, tours=[[0, 1], []], days=days) == []
        assert broken(ties, tours=[[1, 0], []], days=days) == [1]
        assert broken(ties, tours=[[0], [1]], days=days) == [1]
        assert broken(ties, tours=[[0], []], days=days) == []

    def test_names_both_of_two_visits_too_near(self):
        ties = bound(stop("a", **visit_to("p", 4)), stop("b", east_m=900, **visit_to("p", 4)))
        assert broken(ties, tours=[[0], [1]], days=[DAY, NEXT_DAY]) == [0, 1]
        assert broken(ties, tours=[[0], [1]], days=[DAY, LATER]) == []

    def test_names_a_visit_too_near_to_one_that_stands(self):
        ties = bound(stop("a", **visit_to("p", 2, NEXT_DAY)))
        assert broken(ties, tours=[[0]], days=[DAY]) == [0]
        assert broken(ties, tours=[[0]], days=[LATER]) == []


class TestBoundGroups:
    def test_follows_orders_and_people(self):
        stops = [
            stop("a"), stop("b", **after("a")), stop("c", **visit_to("p")), stop("d", **visit_to("p"), **after("b")),
            stop("e", **visit_to("q")), stop("f"),
        ]  # fmt: skip
        assert bound_groups(stops) == [[0, 1, 2, 3]]


class TestStanding:
    def test_tells_a_part_when_others_visit_the_same_people(self):
        inside, outside = stop("a", **visit_to("p")), stop("b", **visit_to("p"))
        everyone = {"a": inside, "b": outside}
        (told,) = standing([inside], everyone=everyone, held_on={"a": DAY, "b": LATER, "gone": DAY})
        assert told.revisit.visited_on == {LATER}
        assert standing([inside, outside], everyone=everyone, held_on={"b": LATER}) == (inside, outside)
        assert frame(problem(told, shifts=[shift("c1")])).ties.revisits[0][0].visited_on == {LATER}
