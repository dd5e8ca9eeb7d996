"""The mutation bench, on a tree of one module: what its tests find, what they do not, and the controls."""

import time

import pytest

from bench import mutants, mutation
from bench.mutation import NoMeasure, Runner

TOY = """
def span(start, end):
    if end < start:
        raise ValueError("ends before it starts")
    while start == end:
        return 0
    return end - start
"""
SHARP = """
import pytest
from toy import span

def test_spans():
    assert span(3, 5) == 2

def test_refuses():
    with pytest.raises(ValueError, match="^ends before it starts$"):
        span(5, 3)
"""


@pytest.fixture
def tree(tmp_path):
    copy = tmp_path / "tree"
    copy.mkdir()
    (copy / "bench").symlink_to(mutation.ROOT / "bench")
    (copy / "toy.py").write_text(TOY)
    (copy / "tests").mkdir()
    (copy / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '--import-mode=importlib'\n")
    return copy


@pytest.fixture
def running(tree):
    started = []

    def run(tests):
        (tree / "tests" / "test_toy.py").write_text(tests)
        started.append(Runner(tree, ["tests"]))
        started[-1].hold_controls()
        return started[-1]

    yield run
    for one in started:
        one.close()


class TestRunner:
    def test_tells_found_mutants_from_those_that_survive(self, tree, running):
        planted = {one.change: one for one in mutation.plant(tree, ["toy.py"])}
        runner = running(SHARP)
        found = runner.verdict(planted["-     return end - start\n+     return end + start"])
        assert found == "by tests/test_toy.py::test_spans"
        assert runner.verdict(planted["-     while start == end:\n+     while start != end:"]) == found
        assert not runner.verdict(planted["-     if end < start:\n+     if end <= start:"])
        assert runner.calls["tests/test_toy.py::test_refuses"] == ["toy.x_span"]

    def test_leaves_out_what_fails_without_a_mutant(self, tree, running):
        mutation.plant(tree, ["toy.py"])
        runner = running(SHARP + "\ndef test_never():\n    raise AssertionError\n")
        assert runner.unfit == ["tests/test_toy.py::test_never"]
        assert set(runner.took_s) == {"tests/test_toy.py::test_spans", "tests/test_toy.py::test_refuses"}

    @pytest.mark.parametrize("tests", ["def test_nothing():\n    pass\n", ""], ids=["blind", "none"])
    def test_measures_nothing_with_tests_that_cannot_fail(self, tree, running, tests):
        mutation.plant(tree, ["toy.py"])
        with pytest.raises(NoMeasure):
            running(tests)


class TestForked:
    def test_ends_what_never_ends(self):
        begun = time.monotonic()
        answer = mutants.forked({"limit_s": 0.5}, lambda _: time.sleep(600))
        assert answer["code"] == mutants.TIMED_OUT
        assert time.monotonic() - begun < 300

    def test_gives_an_answer_longer_than_a_pipe_holds(self):
        assert mutants.forked({"limit_s": 60}, lambda _: {"failed": ["x" * 1_000_000]})["failed"] == ["x" * 1_000_000]

    def test_calls_a_death_without_answer_a_crash(self):
        assert mutants.forked({"limit_s": 60}, lambda _: 1 / 0)["code"] == mutants.CRASHED


@pytest.mark.parametrize(
    ("killed", "sampled", "low", "high"), [(51, 60, 73.89, 91.90), (30, 30, 88.65, 100), (0, 10, 0, 27.75)]
)
def test_interval_is_wilsons(killed, sampled, low, high):
    assert mutation.interval(killed, sampled) == pytest.approx((low, high), abs=0.01)


def test_every_group_names_modules_and_tests_that_exist():
    for group in mutation.GROUPS.values():
        assert all(list(mutation.ROOT.glob(pattern)) for pattern in group.sources)
        assert all((mutation.ROOT / path.rpartition("=")[2]).exists() for path in group.tests)
