"""What a search tells on its way and at its end, apart from the engine, which the first search loads. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from server.planning.schedule import Tours

Progress = Callable[[float, int, int], None]
"""Called with the fraction done, the best cost in seconds so far and the number of stops it serves."""


@dataclass(frozen=True, slots=True)
class Found:
    """The best tours of a search and how it ended."""

    tours: Tours
    iterations: int
    stopped_early: bool
