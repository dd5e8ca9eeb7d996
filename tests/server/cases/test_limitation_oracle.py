"""Engine and oracle, two readings of the same law, agree on every date, grade and state of random debts."""

import os
from random import Random

import pytest

from server.cases import guarantee, limitation
from server.cases.guarantee import GuaranteeState
from tests.server.cases import random_debts

HISTORIES = 100_000 if os.environ.get("DOORSTEP_SOAK") else 10_000


class TestAgreement:
    @pytest.mark.parametrize("seed", [1, 2, 3, 4])
    def test_holds_for_random_debts(self, seed):
        assert random_debts.disagreements(HISTORIES // 4, seed=seed) == []

    def test_meets_every_state_the_clock_knows(self):
        rng = Random(1)
        states = {random_debts.engine(*random_debts.history(rng))[2] for _ in range(1_000)}
        assert states == {one.value for one in limitation.ClockState} - {"unknown"}

    def test_meets_every_state_of_a_guarantee(self):
        rng = Random(1)
        states = {random_debts.engine(*random_debts.history(rng))[4] for _ in range(1_000)}
        assert states == {one.value for one in GuaranteeState} - {"unknown"}

    def test_fails_when_a_guarantee_is_interrupted_or_longer(self, monkeypatch):
        monkeypatch.setattr(guarantee, "months_later", lambda day, months: limitation.months_later(day, months + 1))
        assert len(random_debts.disagreements(200, seed=1)) > 5

    @pytest.mark.parametrize(("name", "wrong"), [("PERIOD_YEARS", 2), ("CAP_YEARS", 19), ("HALF_YEAR", 5)])
    def test_fails_when_the_engine_is_wrong(self, monkeypatch, name, wrong):
        monkeypatch.setattr(limitation, name, wrong)
        assert len(random_debts.disagreements(200, seed=1)) > 5
