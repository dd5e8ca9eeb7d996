"""The story the demo prints: numbered steps with progress bars, for a terminal or a log."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn


@dataclass
class Bar:
    """One progress bar; `forward` moves it by one, `to` to a share of the whole."""

    progress: Progress
    task: TaskID

    def forward(self) -> None:
        """Move by one."""
        self.progress.advance(self.task)

    def to(self, share: float) -> None:
        """Move to a share 0..1."""
        total = self.progress.tasks[self.task].total or 1.0
        self.progress.update(self.task, completed=share * total)


@dataclass
class Story:
    """Prints what happens and keeps the files it leads to."""

    out: Path
    console: Console = field(default_factory=lambda: Console(highlight=False, soft_wrap=True))
    number: int = 0

    @contextmanager
    def step(self, title: str, *, total: float = 1.0) -> Iterator[Bar]:
        """Open a numbered step with a bar."""
        self.number += 1
        self.console.print(f"\n[bold]{self.number:>2}. {title}[/bold]")
        columns = (TextColumn("    "), BarColumn(40), TextColumn("{task.percentage:>3.0f}%"), TimeElapsedColumn())
        with Progress(*columns, console=self.console, transient=True) as progress:
            yield Bar(progress, progress.add_task(title, total=total))

    def say(self, text: str) -> None:
        """Print one line of the story; never read as markup."""
        self.console.print(f"    {text}", markup=False)

    def keep(self, name: str, content: bytes) -> Path:
        """Write a product of the day into the output folder."""
        path = self.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path
