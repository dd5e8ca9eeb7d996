"""The soak's figures; the drills themselves have their tests in tests/faults."""

from bench import soak


class TestGoals:
    def test_name_what_must_be_nothing_and_what_must_bite(self):
        assert {name for name, goal in soak.GOALS.items() if goal.goal == "0"} == set(soak.MUST_BE_ZERO)
        assert {name for name, goal in soak.GOALS.items() if goal.goal == "> 0"} == set(soak.MUST_BITE)
