"""The same scheme gives the same plan to the byte: read from either database, searched in any process.

PROBLEM is what both engines must read, whatever their collation and the order of their rows; from the same problem a
process of its own, with other hash seeds, must find the same bytes.
"""

import hashlib
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from server.db import db
from server.planning import wire
from server.planning.distance import CITY
from server.planning.model import Limits
from server.planning.planner import plan
from server.schemes import road_problem
from server.schemes.checks import pack_for
from server.schemes.crew_terms import CrewTerms
from server.schemes.models import Scheme
from tests.server.schemes import make_scheme as make

ROOT = Path(__file__).parents[3]
DAYS = ["2026-12-07", "2026-12-08"]
NAMES = ("一组", "B 组", "a 组", "二组", "Ä 组")  # sorted otherwise by every collation
TERMS = CrewTerms(rest={"from": "11:30", "until": "14:00", "min": 45}, max_driving_min=240, max_working_min=None)
LIMITS = Limits(iterations=200, seed=7)
PROBLEM = "1487d27e27b4"
PROGRAM = """
import json, sys
from server.planning import wire
from server.planning.model import Limits, Problem
from server.planning.planner import plan
given = json.load(sys.stdin)
found = plan(wire.decode(Problem, given["problem"]), limits=wire.decode(Limits, given["limits"]), starts=2)
sys.stdout.write(json.dumps(wire.encode(found), ensure_ascii=False, sort_keys=True))
"""


def fixed(number):
    """Return an id whose order is not that in which rows are made."""
    return UUID(bytes=hashlib.sha256(str(number).encode()).digest()[:16], version=4)


def canonical(value):
    return json.dumps(wire.encode(value), ensure_ascii=False, sort_keys=True)


@pytest.fixture
def problem(as_zhou, creditors):
    """A scheme whose ids, days and people are always the same, as the planner is given it."""
    others = [f"{side}{number}" for number in range(1, len(NAMES)) for side in ("lead", "second")]
    make.agents(*others)
    pairs = [("fang", "luo"), *zip(others[::2], others[1::2], strict=True)]
    crews = [make.crew(name, pair) for name, pair in zip(NAMES, pairs, strict=True)]
    cases = [make.case(creditors["bank"], number) for number in range(14)]
    made = make.compiled(as_zhou, make.accepted_list(cases), crews=crews)
    scheme = db.session.get(Scheme, UUID(made["id"]))
    scheme.dates = DAYS
    for crew in scheme.crews:
        crew.id = fixed(crew.name)
    for stop in scheme.stops:
        stop.id, stop.service_min = fixed(stop.case.case_no), 60
    db.session.commit()
    db.session.expire_all()
    read = road_problem.problem(
        scheme, rules_for=lambda stop, day: pack_for(stop, on=day), detour=CITY, route_centroids=False, terms=TERMS
    )
    assert {shift.on for shift in read.shifts} == {date.fromisoformat(day) for day in DAYS}
    ids = [staff for shift in read.shifts for staff in shift.staff_ids]
    people = {staff: f"person {number}" for number, staff in enumerate(ids)}
    told = wire.encode(read)
    for shift in told["shifts"]:
        shift["staff_ids"] = [people[one] for one in shift["staff_ids"]]
    return wire.decode(type(read), told)


class TestSamePlan:
    def test_both_databases_read_the_same_problem(self, problem):
        assert hashlib.sha256(canonical(problem).encode()).hexdigest()[:12] == PROBLEM

    def test_another_process_finds_the_same_bytes(self, problem):
        here = canonical(plan(problem, limits=LIMITS, starts=2))
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": "271828"},
            input=json.dumps({"problem": wire.encode(problem), "limits": wire.encode(LIMITS)}).encode(),
            capture_output=True,
            check=True,
        )
        assert done.stdout.decode() == here
        assert len(json.loads(here)["routes"]) > 1
