"""Runs chosen tests once for each question on standard input, one of the mutants awake; `mutation.py` asks.

Started in the copy that holds the mutants. A question and its answer are one line of JSON each. The libraries named
on the command line are imported once; each run is a fork that imports our modules itself; what
they do then is mutated too.
"""

import contextlib
import json
import os
import select
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

EVERY_CALL = "stats"  # MUTANT_UNDER_TEST when no mutant is awake and each function tells that it was called
TIMED_OUT, CRASHED = -1, 3
_EARLY = "ignore::pytest.PytestAssertRewriteWarning"  # what is imported before pytest starts


class Chosen:
    """A pytest plugin: only these tests (all when none are named); what each called, its time, and which failed."""

    def __init__(self, only: Sequence[str], without: Sequence[str]) -> None:
        self.only, self.without = {test: place for place, test in enumerate(only)}, set(without)
        self.calls: dict[str, set[str]] = {}
        self.failed: list[str] = []
        self.took_s: dict[str, float] = {}
        self.called: set[str] = set()

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave the others out, and keep the order they are named in."""
        wanted = [one for one in items if one.nodeid not in self.without and (not self.only or one.nodeid in self.only)]
        config.hook.pytest_deselected(items=[one for one in items if one not in wanted])
        items[:] = sorted(wanted, key=lambda one: self.only.get(one.nodeid, 0))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a failure, the time, and what was called since the last test."""
        self.took_s[report.nodeid] = self.took_s.get(report.nodeid, 0.0) + report.duration
        self.calls.setdefault(report.nodeid, set()).update(self.called)
        self.called.clear()
        if report.failed and report.nodeid not in self.failed:
            self.failed.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a file that could not be read."""
        if report.failed:
            self.failed.append(report.nodeid)

    def answer(self, code: int) -> dict[str, Any]:
        """Return what is told of a run."""
        calls = {test: sorted(names) for test, names in self.calls.items()}
        return {"code": code, "failed": self.failed, "took_s": self.took_s, "calls": calls}


def played(question: dict[str, Any]) -> dict[str, Any]:
    """Play the tests of a question here: which `mutant` is awake, the `args` of pytest, tests `only` and `without`."""
    from hypothesis import settings  # noqa: PLC0415, one of the libraries

    os.environ["MUTANT_UNDER_TEST"] = question["mutant"]
    settings.register_profile("untimed", deadline=None)
    settings.load_profile("untimed")
    chosen = Chosen(question["only"], question["without"])
    # The trampoline tells of each call by this name, and knows no other way to be asked.
    trampoline = import_module("mutmut.mutation.trampoline")
    vars(trampoline)["record_trampoline_hit"] = lambda name, **_: chosen.called.add(name)
    args = [
        "-q",
        "-p",
        "no:cacheprovider",
        "--tb=line",
        "--no-header",
        "-W",
        _EARLY,
        "--hypothesis-seed=0",
        *question["args"],
    ]
    return chosen.answer(int(pytest.main(args, plugins=[chosen])))


def forked(question: dict[str, Any], play: Callable[[dict[str, Any]], dict[str, Any]] = played) -> dict[str, Any]:
    """Play a question in a fork, ended with all it started once its `limit_s` has passed; `code` is then TIMED_OUT."""
    begun, (answers, ours) = time.monotonic(), os.pipe()
    child = os.fork()
    if not child:
        _be_the_child(question, play, ours)
    os.close(ours)
    told = _read(answers, begun + question["limit_s"])
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    missing = {"code": TIMED_OUT if told is None else CRASHED, "failed": [], "took_s": {}, "calls": {}}
    return (json.loads(told) if told else missing) | {"s": round(time.monotonic() - begun, 2)}


def _be_the_child(question: dict[str, Any], play: Callable[[dict[str, Any]], dict[str, Any]], ours: int) -> None:
    os.setpgid(0, 0)
    try:
        with tempfile.TemporaryDirectory() as folder:
            os.environ["TMPDIR"] = tempfile.tempdir = os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = folder
            log = os.open(os.environ.get("MUTANTS_LOG", os.devnull), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.dup2(log, 1)
            os.dup2(log, 2)
            answer = json.dumps(play(question)).encode()
        with os.fdopen(ours, "wb") as stream:
            stream.write(answer)
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        os._exit(0)


def _read(stream: int, until: float) -> bytes | None:
    """Return all of a pipe, None when it is not closed in time."""
    told = b""
    with os.fdopen(stream, "rb", buffering=0) as source:
        while (left_s := until - time.monotonic()) > 0:
            if select.select([source], [], [], left_s)[0]:
                part = source.read(1 << 16)
                if not part:
                    return told
                told += part
    return None


def main() -> None:
    """Answer questions until there are no more."""
    sys.path.insert(0, str(Path.cwd()))
    for name in sys.argv[1:]:
        with contextlib.suppress(ImportError):
            import_module(name)
    for line in sys.stdin:
        print(json.dumps(forked(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
