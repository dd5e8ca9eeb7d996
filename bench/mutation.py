"""`python -m bench.mutation --modules sync --sample 60 --seed 1`: how many faults planted by mutmut the tests find.

mutmut writes the mutants of whole modules into a copy of the tree; a sample drawn by the seed is then woken one at a
time, under the tests that call the mutated function. Constants outside functions are not mutated, nor is what mutmut
leaves alone in decorated functions.
"""

import difflib
import json
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import chdir, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from bench import report as reports
from bench.mutants import EVERY_CALL, TIMED_OUT
from bench.report import Goal, Report
from server import clock

ROOT = Path(__file__).parent.parent
DEADLY = "fail"  # each mutated function raises: tests that pass under it prove nothing
_LEFT_OUT = (".git", ".venv", "node_modules", "__pycache__", "var", ".hypothesis", "mutants", ".*_cache", "results")
_Z = 1.96
_LIBRARIES = (
    "alembic.command", "argon2", "click", "cryptography.hazmat.primitives.serialization.pkcs12", "cryptography.x509",
    "flask", "flask_migrate", "flask_sqlalchemy", "geopy.distance", "httpx2", "hypothesis", "marshmallow", "openpyxl",
    "PIL.Image", "pyhanko.pdf_utils.reader", "pyhanko.sign.signers", "pyhanko.sign.validation", "pyotp", "pypdf",
    "reportlab.pdfgen.canvas", "schemathesis", "segno", "sqlalchemy.dialects.sqlite",
)  # fmt: skip
_CONTROL_S = 1800


@dataclass(frozen=True, slots=True)
class Group:
    """Modules that are mutated together, and the arguments of pytest that choose the tests meant to find it."""

    sources: tuple[str, ...]
    tests: tuple[str, ...]


GROUPS = {
    "sync": Group(("sync/**/*.py",), ("--confcutdir=tests/sync", "tests/sync")),
    "compliance": Group(("server/compliance/*.py",), ("tests/server/compliance",)),
    "limitation": Group(
        ("server/cases/limitation*.py", "server/escalation/deadlines.py"),
        (
            "tests/server/cases/test_limitation.py", "tests/server/cases/test_limitation_oracle.py",
            "tests/server/cases/test_limitation_words.py", "tests/server/cases/api/test_limitation.py",
            "tests/server/escalation/test_deadlines.py", "tests/server/escalation/api/test_deadlines.py",
        ),
    ),
    "auth": Group(
        tuple(
            f"server/accounts/{name}.py"
            for name in (
                "auth", "first_password", "lockout", "origin", "owed", "passwords", "refused", "sessions", "totp"
            )
        ),
        ("tests/server/accounts", "--ignore=tests/server/accounts/test_passkeys.py"),
    ),
    "crypto": Group(
        ("server/vault.py", "server/keys.py", "server/cases/keyring.py", "server/paper_seal.py", "server/pades.py"),
        (
            "tests/server/test_vault.py", "tests/server/test_seal_keys.py", "tests/server/test_paper_seal.py",
            "tests/server/cases/test_keyring.py", "tests/server/cases/test_stamping.py",
            "tests/server/cli/test_rotating.py",
        ),
    ),
}  # fmt: skip
GOALS = {
    "mutants": Goal("mutants", "", "all that mutmut makes of the chosen modules"),
    "sampled": Goal("mutants", "", "drawn of them by the seed"),
    "killed": Goal("mutants", "", "some test failed, or the tests never ended"),
    "score_percent": Goal("%", "≥ 85", "killed of the sampled"),
    "score_low_percent": Goal("%", "", "lower end of Wilson's 95 % interval"),
    "score_high_percent": Goal("%", "", "upper end"),
}


class NoMeasure(AssertionError):
    """The controls do not hold: a score would say nothing."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A planted fault: its name for mutmut, the function it is in, and what it changes."""

    name: str
    function: str
    change: str


def plant(copy: Path, sources: Sequence[str]) -> list[Mutant]:
    """Write the mutants of these modules over them in a copy of the tree; return all of them, in a fixed order."""
    (copy.parent / "setup.cfg").write_text(
        "[mutmut]\nsource_paths=.\n", encoding="utf-8"
    )  # it wants one, and reads it once
    found = []
    for path in sorted({path for pattern in sources for path in copy.glob(pattern)}):
        name = path.relative_to(copy).with_suffix("").as_posix().replace("/", ".")
        with chdir(copy.parent):
            found += _plant(path, name.removesuffix(".__init__"))
    return found


def _plant(path: Path, module: str) -> list[Mutant]:
    from mutmut.mutation.file_mutation import mutate_file_contents  # noqa: PLC0415, sets the process's title

    source = path.read_text(encoding="utf-8")
    mutated = mutate_file_contents(path.name, source)
    if not mutated.mutant_names:
        return []
    path.write_text(mutated.code, encoding="utf-8")
    lines, spans, found = mutated.code.splitlines(), mutated.line_span_by_function_name, []
    for name in mutated.mutant_names:
        function = name.rpartition("__mutmut_")[0]
        before, after = (
            lines[spans[one].start - 1 : spans[one].end] for one in (f"{function}__mutmut_orig", name)
        )  # fmt: skip
        change = [one for one in difflib.ndiff(before, after) if one[0] in "+-" and "__mutmut_" not in one]
        found.append(Mutant(f"{module}.{name}", f"{module}.{function}", "\n".join(change)))
    return found


class Runner:
    """The process in the copy that runs tests with one mutant awake; what they call, and for how long, without any."""

    def __init__(self, copy: Path, tests: Sequence[str], libraries: Sequence[str] = ()) -> None:
        """Start it with these libraries imported."""
        there = os.environ | {"PYTHONPATH": str(copy), "DOORSTEP_TEST_DATA": str(ROOT.parent / "shared" / "data")}
        command = [sys.executable, "-m", "bench.mutants", *libraries]
        self._process = subprocess.Popen(  # noqa: S603, this file's own words
            command, cwd=copy, env=there, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._tests = list(tests)
        self.unfit: list[str] = []
        self.took_s: Mapping[str, float] = {}
        self.calls: Mapping[str, Sequence[str]] = {}
        self.whole_s = 0.0

    def hold_controls(self) -> None:
        """Learn without any mutant what fails, what each test calls and how long it takes. Raises NoMeasure."""
        told = self.ask(EVERY_CALL, limit_s=_CONTROL_S)
        self.calls, self.unfit, self.whole_s = told["calls"], told["failed"], told["s"]
        self.took_s = {test: s for test, s in told["took_s"].items() if test not in self.unfit}
        if told["code"] not in (0, 1) or not self.took_s:
            raise NoMeasure(f"without a mutant {self.unfit or 'all'} fail or nothing runs: {told['code']}")
        if self.ask(DEADLY, "-x", limit_s=_CONTROL_S)["code"] in (0, TIMED_OUT):
            raise NoMeasure("functions that only raise are not noticed")

    def ask(self, mutant: str, *more: str, only: Sequence[str] = (), limit_s: float) -> dict[str, Any]:
        """Return how the tests end with that mutant awake: `only` these in this order, else all."""
        files = sorted({test.partition("::")[0] for test in only}) or self._tests
        question = {
            "mutant": mutant,
            "args": [*files, *more],
            "only": [*only],
            "without": self.unfit,
            "limit_s": limit_s,
        }
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise NoMeasure("no pipes")
        stdin.write(json.dumps(question) + "\n")
        stdin.flush()
        answer: dict[str, Any] = json.loads(stdout.readline())
        return answer

    def verdict(self, mutant: Mutant) -> str:
        """Return how the tests found a mutant (`by <test>`, `never ended`), empty when they did not.

        The cheapest callers of its function go first, those of the module's own test files before the others; all tests
        when nobody calls it. One that only a process started by a test would meet counts as alive when others call it.
        """
        called_by = [test for test, names in self.calls.items() if mutant.function in names and test in self.took_s]
        callers = sorted(called_by, key=self._cost)
        stem = mutant.function.rpartition(".")[0].rpartition(".")[2]
        own = [test for test in callers if f"test_{stem}" in test]
        others = [test for test in callers if test not in own]
        for only in [some for some in (own, others) if some] or [[]]:
            usual_s = sum(map(self._cost, only)) if only else self.whole_s
            answer = self.ask(mutant.name, "-x", only=only, limit_s=60 + 5 * usual_s)
            if answer["code"] == TIMED_OUT:
                return "never ended"
            if answer["code"]:
                return f"by {(answer['failed'] or ['a crash'])[0]}"
        return ""

    def _cost(self, test: str) -> float:
        return self.took_s.get(test, 0.0)

    def close(self) -> None:
        """End it."""
        self._process.communicate()


def interval(killed: int, sampled: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share, as percent."""
    share, square = killed / sampled, _Z * _Z
    middle = (share + square / (2 * sampled)) / (1 + square / sampled)
    half = _Z / (1 + square / sampled) * math.sqrt(share * (1 - share) / sampled + square / (4 * sampled**2))
    return 100 * (middle - half), 100 * (middle + half)


def copied(to: Path) -> Path:
    """Copy the tree as it stands, what is not committed included."""
    copy = Path(shutil.copytree(ROOT, to / "tree", ignore=shutil.ignore_patterns(*_LEFT_OUT)))
    for name in ("web/node_modules", "var/setup"):
        if (ROOT / name).is_dir():
            (copy / name).parent.mkdir(exist_ok=True)
            (copy / name).symlink_to(ROOT / name)
    return copy


def run(report: Report, group: Group, *, sample: int, seed: int, names: Sequence[str] = ()) -> None:
    """Sample and tell the score; survivors go to standard error with what they change. Raises NoMeasure."""
    with tempfile.TemporaryDirectory(prefix="doorstep-mutants-") as folder:
        copy = copied(Path(folder))
        mutants = plant(copy, group.sources)
        dice = random.Random(seed)  # noqa: S311, the same seed draws the same
        drawn = [one for one in mutants if one.name in names] or dice.sample(mutants, min(sample, len(mutants)))
        with closing(Runner(copy, group.tests, _LIBRARIES)) as runner:
            runner.hold_controls()
            click.echo(f"{len(runner.took_s)} tests in {runner.whole_s} s, without {runner.unfit}", err=True)
            killed = sum(_is_found(runner, mutant) for mutant in drawn)
    low, high = interval(killed, len(drawn))
    figures = (len(mutants), len(drawn), killed, 100 * killed / len(drawn), low, high)
    for name, value in zip(GOALS, figures, strict=True):
        report.tell(name, value)


def _is_found(runner: Runner, mutant: Mutant) -> bool:
    begun, verdict = time.monotonic(), runner.verdict(mutant)
    told = f"found {verdict}" if verdict else f"SURVIVED\n{mutant.change}"
    click.echo(f"{time.monotonic() - begun:.1f} s {mutant.name} {told}", err=True)
    return bool(verdict)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--modules", required=True, type=click.Choice(list(GROUPS)), help="Which modules are mutated.")
@click.option("--sample", default=60, show_default=True, type=click.IntRange(1), help="How many mutants are drawn.")
@click.option("--seed", default=1, show_default=True, help="The same seed draws the same mutants of the same code.")
@click.option("--mutant", "names", multiple=True, help="This one instead of a sample; may be repeated.")
@click.option("--keep", "is_kept", is_flag=True, help="Write the figures to bench/results/ as well.")
def main(*, modules: str, sample: int, seed: int, names: tuple[str, ...], is_kept: bool) -> None:
    """Measure the mutation score of MODULES on a random sample."""
    report = Report(f"mutation-{modules}", quick=False, goals=GOALS)
    run(report, GROUPS[modules], sample=sample, seed=seed, names=names)
    reports.show(report, to=Console(width=130))
    if is_kept:
        reports.keep(report, on=clock.today())
    click.echo(reports.as_line(report.document()))


if __name__ == "__main__":
    main()
