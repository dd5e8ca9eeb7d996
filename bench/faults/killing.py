"""Kill -9 of a running server while a fleet syncs through a line that cuts: single workers, and the whole tree."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Protocol

from bench.faults.fleet import fleet
from server.simulation.cutter import CLEAR, Cutter, Weather

PAUSE_S = (0.05, 0.25)
PAUSE_BEFORE_TREE_S = 1.0
WHOLE_TREE_EVERY = 20
LEAST_CUTS, MOST_TIMES = 20, 5
STORM = Weather(cut=0.3, last_byte=4_000)  # a phone's requests are zipped: a cut after 60 kB would hardly meet one


class Killable(Protocol):
    """A server in a process group of its own, on one port for all its lives."""

    port: int

    def kill(self) -> None:
        """Kill master and workers without a warning."""

    def kill_a_worker(self) -> int | None:
        """Kill one worker without a warning; return its process id, None when there was none."""

    def restart(self) -> object:
        """Start again on the same port."""


@dataclass(slots=True)
class Killed:
    """What was done to the fleet, and what the phones heard beside."""

    workers: int = 0
    trees: int = 0
    connections: int = 0
    cuts: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def kills(self) -> int:
        """How often something was killed."""
        return self.workers + self.trees


def kill_and_cut(
    server: Killable, codes: Sequence[str], *, folder: Path, lasts_s: float, seed: int, kills: int = 0
) -> Killed:
    """Run one phone for each code against a server whose workers are killed several times a second.

    Each twentieth time the whole tree is, after a pause in which work was done; 30 % of connections are cut. On a slow
    machine it goes on until so many were killed and enough was cut. Ends when every phone has handed in all it holds
    over a whole line. The stores of the phones stay in the folder.
    """
    killed, rng = Killed(), Random(seed)
    with Cutter(server.port, weather=STORM, rng=Random(f"weather {seed}")) as line:
        phones = fleet(codes, url=line.url, folder=folder, seed=seed)
        phones.start()
        began_s, count = time.monotonic(), 0
        while _goes_on(time.monotonic() - began_s, lasts_s, killed.kills - kills, line.counts["cut"]):
            time.sleep(rng.uniform(*PAUSE_S))
            count += 1
            if count % WHOLE_TREE_EVERY == 0:
                time.sleep(PAUSE_BEFORE_TREE_S)
                server.kill()
                server.restart()
                killed.trees += 1
            elif server.kill_a_worker() is not None:
                killed.workers += 1
        line.weather = CLEAR
        phones.heal()
        killed.connections = line.counts["connections"] - line.counts["unreachable"]
        killed.cuts, killed.faults = line.counts["cut"], phones.faults
    return killed


def _goes_on(passed_s: float, lasts_s: float, kills_over: int, cuts: int) -> bool:
    is_enough = kills_over >= 0 and cuts >= LEAST_CUTS
    return passed_s < lasts_s or (not is_enough and passed_s < MOST_TIMES * lasts_s)
