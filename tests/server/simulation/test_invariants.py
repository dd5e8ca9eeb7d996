"""Each invariant's check must catch a violation planted in a run that is otherwise right: repeats, answers."""

from dataclasses import replace

from server.simulation import invariants
from server.simulation.facts import Retried
from server.simulation.invariants import i9, i11
from tests.server.simulation.planting import broken, only


class TestCheck:
    def test_finds_nothing_wrong_where_nothing_is(self, right):
        assert broken(right) == []
        assert [finding.code for finding in invariants.check(right)] == [f"I{n}" for n in range(1, 13)]

    def test_says_what_was_compared(self, right):
        counts = {finding.code: finding.compared for finding in invariants.check(right)}
        assert counts["I1"] == {"acknowledged records": 6, "acknowledged files": 1, "stored records": 6}
        assert counts["I12"] == {"restores": 1, "records held": 6, "files held": 1}
        assert all(counts.values())


class TestI9:
    def test_catches_a_repeat_that_changed_something(self, right):
        assert only(i9(replace(right, retried=Retried(1, 1, ("record",), ())))).startswith("table record")

    def test_catches_a_repeat_that_was_not_acknowledged(self, right):
        assert only(i9(replace(right, retried=Retried(1, 1, (), ("r",))))) == "r was not acknowledged again"


class TestI11:
    def test_catches_a_failing_server(self, right):
        right.wire.server_faults.append("500 /v1/sync/head")
        assert only(i11(right)) == "500 /v1/sync/head"

    def test_catches_a_lock_that_was_not_given(self, right):
        assert not i11(replace(right, log_faults=("database is locked",))).holds

    def test_calls_a_slow_answer_not_proven(self, right):
        assert "not proven" in only(i11(replace(right, longest_s=5.1)))
        assert i11(replace(right, longest_s=5.1), slow_s=6.0).holds
