"""What a bench found, for people as a table and for machines as one line of JSON. Pure but for `describe_machine`."""

import json
import os
import platform
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"
NOT_ASKED = "not asked for"
_SIGNIFICANT = 4


class UnknownFigure(ValueError):
    """A bench told a figure it never announced, or forgot one it did."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure means: its unit, the goal in words (empty when there is none), and what was compared."""

    unit: str
    goal: str = ""
    note: str = ""


@dataclass(slots=True)
class Report:
    """The figures of one bench; each announced figure is a number, or null with a reason under `skipped`."""

    bench: str
    quick: bool
    goals: Mapping[str, Goal]
    figures: dict[str, float | None] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    only: Sequence[str] = ()

    def asks(self, *names: str) -> bool:
        """Tell whether any of these figures is asked for: all are, unless beginnings of names were given."""
        return not self.only or any(name.startswith(tuple(self.only)) for name in names)

    def tell(self, name: str, value: float) -> None:
        """Give a figure, rounded to four significant digits. Raises UnknownFigure."""
        self._announced(name)
        self.figures[name] = float(f"{value:.{_SIGNIFICANT}g}")

    def skip(self, name: str, reason: str) -> None:
        """Say why a figure could not be measured. Raises UnknownFigure."""
        self._announced(name)
        self.figures[name], self.skipped[name] = None, reason

    def document(self) -> dict[str, Any]:
        """Return the last line's object. Raises UnknownFigure when an announced figure was forgotten."""
        forgotten = [name for name in self.goals if name not in self.figures]
        if forgotten:
            raise UnknownFigure(f"{self.bench} forgot {', '.join(forgotten)}")
        ordered = {name: self.figures[name] for name in self.goals}
        return {"bench": self.bench, "quick": self.quick, "figures": ordered, "skipped": dict(self.skipped)}

    def _announced(self, name: str) -> None:
        if name not in self.goals:
            raise UnknownFigure(f"{self.bench} announced no {name}")


def merge(reports: Sequence[Report]) -> dict[str, Any]:
    """Return one object for a run: the bench's own when there is one, else `all` with every figure by its name."""
    if len(reports) == 1:
        return reports[0].document()
    documents = [report.document() for report in reports]
    return {
        "bench": "all",
        "quick": all(document["quick"] for document in documents),
        "figures": {name: value for document in documents for name, value in document["figures"].items()},
        "skipped": {name: reason for document in documents for name, reason in document["skipped"].items()},
    }


def as_line(document: Mapping[str, Any]) -> str:
    """Return an object as the one line that ends a run."""
    return json.dumps(document, ensure_ascii=False)


def show(report: Report, *, to: Console) -> None:
    """Print a bench's table: figure, value, unit, goal, and what it was compared with or why it is missing."""
    table = Table(title=report.bench + (" (quick)" if report.quick else ""), title_justify="left")
    for heading in ("figure", "value", "unit", "goal", "note"):
        table.add_column(heading, justify="right" if heading == "value" else "left")
    for name, goal in report.goals.items():
        value = report.figures.get(name)
        shown = "–" if value is None else f"{value:,.6g}"
        table.add_row(name, shown, goal.unit, goal.goal, report.skipped.get(name, goal.note))
    to.print(table)


def keep(report: Report, *, on: date, folder: Path = RESULTS) -> Path:
    """Write a bench's figures with the machine's description; return the file.

    Figures that this run was not asked for stay as an earlier run of the day left them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{on.isoformat()}-{report.bench}.json"
    document = report.document() | {"machine": describe_machine()}
    if report.only and path.is_file():
        before = json.loads(path.read_text(encoding="utf-8"))
        unasked = [one for one, why in report.skipped.items() if why == NOT_ASKED]
        for name in [one for one in unasked if one in before["figures"]]:
            document["figures"][name] = before["figures"][name]
            document["skipped"].pop(name, None)
            if name in before["skipped"]:
                document["skipped"][name] = before["skipped"][name]
    path.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path


def describe_machine() -> dict[str, Any]:
    """Return what a figure depends on, without names or paths: processor, cores, memory, versions, load."""
    return {
        "processor": _first_after("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "cores": os.cpu_count() or 0,
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "load_1m": round(os.getloadavg()[0], 2),
    }


def _first_after(file: str, label: str) -> str:
    """Return what stands after `label:` in a file of the kernel, empty when there is none."""
    path = Path(file)
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(label)), "")
