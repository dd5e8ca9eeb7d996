"""The same problem, seed and iterations give the same bytes in any process, whatever the order of Python's sets."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PROGRAM = """
import json, sys
from server.planning import wire
from server.planning.model import Limits, Preference
from server.planning.solve import solve
from tests.server.planning.make_problem import problem, rest, shift, stop, town
given = problem(
    *town(40, step_m=1500),
    stop("a", east_m=2500, needs=frozenset({"ug", "kk"})),
    stop("b", east_m=2600, needs=frozenset({"yue"}), prefers=Preference("c2", 900)),
    stop("far", east_m=60_000, prize_s=60),
    shifts=[shift("c1", rest=rest(), skills=["ug", "kk"]), shift("c2", rest=rest(), skills=["yue", "ug"])],
)
plan = solve(given, limits=Limits(iterations=800, seed=5))
sys.stdout.write(json.dumps(wire.encode(plan), ensure_ascii=False, sort_keys=True))
"""


def planned(hash_seed):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        capture_output=True,
        check=True,
    )
    return done.stdout


class TestSolve:
    def test_gives_the_same_bytes_in_two_processes(self):
        first = planned("1")
        assert len(first) > 10_000
        assert planned("271828") == first
