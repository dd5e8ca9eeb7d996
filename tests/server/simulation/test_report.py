import json

import pytest

from server.simulation import invariants, report
from server.simulation.plan import Faults, draw
from server.simulation.simulate import Outcome


@pytest.fixture
def outcome(right):
    plan = draw(agents=6, days=1, faults=Faults.HEAVY, seed=7)
    return Outcome(plan, tuple(invariants.check(right)), {"visits": 9}, ())


@pytest.fixture
def bad(right, outcome):
    right.wire.server_faults += [f"500 /{n}" for n in range(10)]
    return Outcome(outcome.plan, tuple(invariants.check(right)), {}, ())


class TestWords:
    def test_has_one_line_for_each_invariant_in_both_languages(self, outcome):
        lines = list(report.words(outcome))
        told = [line for line in lines if line.startswith("ok")]
        assert len(told) == 12
        assert "已存储的必曾由手机发出 · stored ⇒ was sent: records 6" in told[1]
        assert lines[-1] == "全部成立 all hold: 12/12"
        assert "seed 7" in lines[0]

    def test_names_violations_and_fails(self, bad):
        lines = list(report.words(bad))
        assert [line[:9] for line in lines if line.startswith("FAIL")] == ["FAIL I11 "]
        assert "          - 500 /0" in lines
        assert "          … 2 more" in lines
        assert lines[-1] == "不成立 FAILED: 11/12"
        assert not bad.holds

    def test_what_nobody_foresaw_fails_too(self, outcome):
        lost = Outcome(outcome.plan, outcome.findings, {}, ("a phone did not come home",))
        assert not lost.holds
        assert any("a phone did not come home" in line for line in report.words(lost))


class TestAsJson:
    def test_says_the_same(self, outcome, bad):
        told = json.loads(report.as_json(outcome))
        assert told["holds"] is True
        assert [one["code"] for one in told["invariants"]] == [f"I{n}" for n in range(1, 13)]
        assert json.loads(report.as_json(bad))["invariants"][10]["violations"] == [f"500 /{n}" for n in range(10)]
