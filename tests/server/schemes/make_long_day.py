"""A day of two crews that is planned to the full, with a rest at noon, and changes tried on it."""

from datetime import datetime, timedelta

from server import clock
from tests.server.schemes import make_scheme as make

NOON = datetime.combine(make.DAY, datetime.min.time(), tzinfo=clock.SHANGHAI) + timedelta(hours=12)


def long_day(as_zhou, creditors):
    """Return the scheme of that day, planned by Zhou."""
    make.agents("chen", "tao")
    cases = [make.case(creditors["bank"], number) for number in range(12)]
    crews = [make.crew(), make.crew("二组", members=("chen", "tao"))]
    compiled = make.compiled(as_zhou, make.accepted_list(cases), crews=crews)
    long = [{"case_id": one["case_id"], "service_min": 60} for one in compiled["stops"]]
    make.patched(as_zhou, compiled, stops=long)
    return make.planned(as_zhou, compiled["id"], iterations=300, rest={"from": "11:30", "until": "14:00", "min": 45})


def tried(caller, scheme, *changes):
    return caller.post(f"/v1/schemes/{scheme['id']}/what-if", json={"changes": list(changes)})


def routed(scheme):
    return [stop for stop in scheme["stops"] if stop["crew_id"]]
