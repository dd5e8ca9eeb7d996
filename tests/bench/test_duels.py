"""Who wins a pair of instance and budget, and that each solver's routes are judged by the same hand."""

import pytest

from bench import duels, solomon
from bench.duels import Duel
from bench.peers import routers


def duel(ours, theirs, best=100.0):
    return Duel("R104", 1.0, ours, {"vroom": theirs}, best)


class TestDuel:
    @pytest.mark.parametrize(
        ("ours", "theirs", "is_won"),
        [(101.0, 102.0, True), (102.0, 101.0, False), (101.0, 101.0, False), (100.0, 100.0, True),
         (150.0, float("inf"), True)],
    )  # fmt: skip
    def test_is_won_by_the_shorter_or_when_nobody_can_be_shorter(self, ours, theirs, is_won):
        assert duel(ours, theirs).is_ours("vroom") is is_won

    def test_counts_pairs(self):
        fought = [duel(101.0, 102.0), duel(103.0, 102.0)]
        assert duels.won_pct(fought, "vroom") == 50
        assert duels.mean_gap_pct(fought) == pytest.approx(2.0)


class TestPeer:
    def test_counts_an_unlawful_answer_as_none(self, monkeypatch):
        text = solomon.made_up(1, customers=6)
        for routes in (None, [[1, 2, 3]], [[1, 2, 3, 4, 5, 6, 6]]):
            monkeypatch.setitem(routers.SOLVERS, "vroom", lambda _given, _budget_s, routes=routes: routes)
            assert duels.peer("vroom", text, 1.0) == float("inf")

    def test_reckons_a_lawful_answer_anew(self, monkeypatch):
        text = solomon.made_up(1, customers=3)
        monkeypatch.setitem(routers.SOLVERS, "vroom", lambda _given, _budget_s: [[1], [2], [3]])
        alone = sum(solomon.instance(text).tenths[0, number] * 2 for number in (1, 2, 3)) / 10
        assert duels.peer("vroom", text, 1.0) == pytest.approx(alone)


class TestEngine:
    def test_is_checked_by_hand(self):
        assert duels.engine(solomon.made_up(1, customers=8), 0.1) > 0
