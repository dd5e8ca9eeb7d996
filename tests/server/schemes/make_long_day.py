"""A day of two crews that is planned to the full, with a rest at noon, and changes tried on it."""

from datetime import datetime, timedelta

from sqlalchemy import select

from server import clock
from server.accounts.models import Creditor
from server.db import db
from tests.cast import signed_in
from tests.server.schemes import make_scheme as make

NOON = datetime.combine(make.DAY, datetime.min.time(), tzinfo=clock.SHANGHAI) + timedelta(hours=12)


def long_day(app):
    """Zhou has planned that day; return its scheme."""
    zhou = signed_in(app, "zhou")
    with app.app_context():
        bank = db.session.scalars(select(Creditor.id).order_by(Creditor.id)).first()
        make.agents("chen", "tao")
        cases = [make.case(bank, number) for number in range(12)]
        crews = [make.crew(), make.crew("二组", members=("chen", "tao"))]
        compiled = make.compiled(zhou, make.accepted_list(cases), crews=crews)
        long = [{"case_id": one["case_id"], "service_min": 60} for one in compiled["stops"]]
        make.patched(zhou, compiled, stops=long)
        rest = {"from": "11:30", "until": "14:00", "min": 45}
        planned = make.planned(zhou, compiled["id"], iterations=300, rest=rest)
        db.session.remove()
    return planned


def tried(caller, scheme, *changes):
    return caller.post(f"/v1/schemes/{scheme['id']}/what-if", json={"changes": list(changes)})


def routed(scheme):
    return [stop for stop in scheme["stops"] if stop["crew_id"]]
