"""The processes that pieces of a plan are worked on in, side by side and nicer than anything that answers a request.

They are started afresh (spawn), so that they share no database connection, and hold one piece each at a time.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context, parent_process
from multiprocessing.synchronize import Event
from threading import Thread
from time import perf_counter
from types import TracebackType
from typing import Any, Self

from server.planning.found import Progress
from server.planning.piece import Improved, Piece, explained, improve
from server.planning.plans import Plan, SearchRecord

_NICER = 10
_ASK_EVERY_S = 0.3
_stop: Event | None = None
_gauge: Any = None  # the fraction, cost and stops served that a process told last

ShouldStop = Callable[[], bool]


def never() -> bool:
    """Tell that nobody wants the work to end."""
    return False


class Hands:
    """So many processes, none for one: then the work is done here."""

    def __init__(self, processes: int, *, should_stop: ShouldStop = never) -> None:
        """Start nothing yet; `should_stop` is asked a few times a second."""
        self.processes = max(1, processes)
        self.was_stopped = False
        self._should_stop = should_stop
        self._pool: ProcessPoolExecutor | None = None
        self._event: Event | None = None
        self._gauge: Any = None

    def __enter__(self) -> Self:
        """Start the processes."""
        if self.processes > 1:
            context = get_context("spawn")
            self._event, self._gauge = context.Event(), context.Array("d", 3, lock=False)
            self._pool = ProcessPoolExecutor(
                self.processes, mp_context=context, initializer=_begin, initargs=(self._event, self._gauge)
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the processes; what they were at is cut short."""
        if self._pool is not None and self._event is not None:
            self._event.set()
            self._pool.shutdown(cancel_futures=True)

    def improve(
        self, pieces: Sequence[Piece], *, progress: Progress | None = None, enough: ShouldStop = never
    ) -> Iterator[tuple[int, Improved]]:
        """Yield the number of each piece and what became of it, as they are done.

        When it is enough, nothing more is begun; when stopped, what is under way ends with its best so far as well.
        """
        if self._pool is None:
            for number, piece in enumerate(pieces):
                if self.should_stop() or enough():
                    return
                yield number, improve(piece, progress=progress, should_stop=self.should_stop, stopwatch=perf_counter)
            return
        waiting = {self._pool.submit(_improved, piece): number for number, piece in enumerate(pieces)}
        while waiting:
            done, _ = wait(waiting, timeout=_ASK_EVERY_S, return_when=FIRST_COMPLETED)
            for future in done:
                number = waiting.pop(future)
                if not future.cancelled():
                    yield number, future.result()
            if progress is not None and self._gauge is not None:
                progress(self._gauge[0], int(self._gauge[1]), int(self._gauge[2]))
            self._cut_short(waiting, enough=enough)

    def explain(self, pieces: Sequence[Piece], *, record: SearchRecord) -> list[Plan]:
        """Return the plan of each piece, in their order; this is never cut short, but whoever watches is asked on."""
        if self._pool is None:
            return [explained(piece, record=record) for piece in pieces]
        futures = [self._pool.submit(explained, one, record=record) for one in pieces]
        while wait(futures, timeout=_ASK_EVERY_S).not_done:
            self._should_stop()
        return [future.result() for future in futures]

    def _cut_short(self, waiting: Iterable[Future[Improved]], *, enough: ShouldStop) -> None:
        is_stopped = self.should_stop()
        if is_stopped and self._event is not None:
            self._event.set()
        if is_stopped or enough():
            for future in waiting:
                future.cancel()

    def should_stop(self) -> bool:
        """Tell whether the work is to end, now or since earlier."""
        self.was_stopped = self.was_stopped or self._should_stop()
        return self.was_stopped


def _begin(stop: Event, gauge: Any) -> None:
    global _stop, _gauge  # one process, one event
    _stop, _gauge = stop, gauge
    os.nice(_NICER)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when the one that started it was killed: nobody would take what it finds."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _improved(piece: Piece) -> Improved:
    return improve(piece, progress=_tell, should_stop=_stop.is_set if _stop else None, stopwatch=perf_counter)


def _tell(done: float, best_cost: int, served: int) -> None:
    if _gauge is not None:
        _gauge[:] = (done, best_cost, served)
