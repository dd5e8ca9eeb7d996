"""The processes of a plan: stopped with the best so far, asked on while they explain, and gone with their parent."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from server.planning.hands import Hands
from server.planning.model import Limits
from server.planning.piece import Piece
from tests.server.planning.make_problem import problem, town

ROOT = Path(__file__).parents[3]
PROGRAM = """
from multiprocessing import active_children
from server.planning.hands import Hands
from server.planning.model import Limits
from server.planning.piece import Piece
from tests.server.planning.make_problem import problem, town

if __name__ == "__main__":
    def tell():
        print(*(child.pid for child in active_children()), flush=True)
        return False

    with Hands(2, should_stop=tell) as hands:
        list(hands.improve([Piece(problem(*town(20)), {}, Limits(iterations=10**9)) for _ in range(2)]))
"""


def pieces(count, *, iterations):
    return [Piece(problem(*town(20)), {}, Limits(iterations=iterations, seed=number)) for number in range(count)]


def is_alive(pid):
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"


class TestHands:
    def test_end_with_the_best_so_far_when_stopped(self):
        asked = iter([False, False])
        with Hands(2, should_stop=lambda: next(asked, True)) as hands:
            found = [one for _, one in hands.improve(pieces(4, iterations=10**9))]
        assert hands.was_stopped
        assert all(one.stopped_early for one in found)

    def test_begin_nothing_more_when_it_is_enough(self):
        with Hands(1) as hands:
            assert list(hands.improve(pieces(2, iterations=10), enough=lambda: True)) == []

    def test_tell_how_far_a_search_is(self):
        told = []
        with Hands(2) as hands:
            list(hands.improve(pieces(2, iterations=3000), progress=lambda *one: told.append(one)))
        assert told[-1][0] > 0.9
        assert told[-1][2] == 20

    def test_are_gone_when_their_parent_was_killed(self):
        with subprocess.Popen(
            [sys.executable, "-c", PROGRAM], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as parent:  # fmt: skip
            children = next(line for line in parent.stdout if len(line.split()) == 2).split()
            assert all(is_alive(pid) for pid in children)
            os.kill(parent.pid, signal.SIGKILL)
            parent.wait()
        tries = 0
        while any(is_alive(pid) for pid in children) and (tries := tries + 1) < 100:
            time.sleep(0.1)
        assert not any(is_alive(pid) for pid in children)
