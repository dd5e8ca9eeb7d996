"""The soak's figures; the drills themselves have their tests in tests/faults."""

from dataclasses import replace

import pytest

from bench import soak
from bench.faults import disk


class TestGoals:
    def test_name_what_must_be_nothing_and_what_must_bite(self):
        assert {name for name, goal in soak.GOALS.items() if goal.goal == "0"} == set(soak.MUST_BE_ZERO)
        assert {name for name, goal in soak.GOALS.items() if goal.goal == "> 0"} == set(soak.MUST_BITE)


class TestPower:
    def test_is_cut_in_rounds_each_on_an_empty_installation(self, monkeypatch, tmp_path, capsys):
        try:
            disk.require_reach()
        except disk.OtherSqlite as reason:
            pytest.skip(str(reason))
        monkeypatch.setattr(soak, "POWER_ROUND", 2)
        figures = dict.fromkeys(soak.GOALS, 0)
        soak.Soak(tmp_path, None, replace(soak.QUICK, power_cuts=3), figures).power()
        assert (figures["power_states"], figures["false_acks"]) == (3, 0)
        assert (tmp_path / "sqlite-power-0").is_dir()
        assert (tmp_path / "sqlite-power-2").is_dir()
        assert "3 cuts, 0 acknowledged and gone" in capsys.readouterr().err
