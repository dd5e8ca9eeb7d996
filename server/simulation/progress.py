"""Bars of a simulation on a terminal; nothing at all elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars


@dataclass
class Bar:
    """One bar."""

    bars: Bars
    task: TaskID

    def forward(self) -> None:
        """Move by one."""
        self.bars.advance(self.task)


@dataclass
class Progress:
    """Where bars are drawn: on a terminal they stay as the list of what was done."""

    console: Console

    @contextmanager
    def step(self, title: str, *, total: int) -> Iterator[Bar]:
        """Open a bar that counts to `total`."""
        columns = (TextColumn("{task.description}"), BarColumn(30), MofNCompleteColumn(), TimeElapsedColumn())
        with Bars(*columns, console=self.console, disable=not self.console.is_terminal) as bars:
            bar = Bar(bars, bars.add_task(title, total=total))
            yield bar
            bars.update(bar.task, completed=total)
