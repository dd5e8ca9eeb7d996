"""A day to try the slice with: four customers of the bank, and the steps of an escalation in the cast's voices."""

import pytest
from sqlalchemy import select

from server import clock, jobs
from server.accounts.models import Creditor
from server.db import begin_write, db
from tests.cast import signed_in
from tests.server.escalation.make_day import accept, ask, dispatched_day

FOUR = ({}, {"broken_promises": 3}, {}, {})


def four_stops():
    begin_write()
    bank = db.session.scalars(select(Creditor.id).order_by(Creditor.id)).first()
    return dispatched_day([bank], cases=FOUR)


def whole_day(app):
    """The day told: 0 promised and signed, 1 refused, 2 nobody there, 3 postponed; all reviewed by Zhou."""
    with app.app_context():
        day = tell(four_stops(), signed_in(app, "zhou"))
        db.session.remove()
    return day.put_down()


def tell(day, zhou):
    visits = [day.promised(0), day.refused(1), day.nobody(2), day.nobody(3, code=14)]
    ids = [visit.id for visit in visits]
    db.session.commit()
    for visit_id in ids:
        accept(zhou, visit_id)
    return day


@pytest.fixture
def beginning(request):
    """Begin when the day has been told, where a test asks for that; a bucket has no copy of its files."""
    return whole_day if "played" in request.fixturenames and "in_bucket" not in request.fixturenames else None


@pytest.fixture
def day(in_app, beginning, install):
    """A dispatched scheme with four stops of the bank, nobody visited yet, in an open write transaction."""
    return four_stops() if beginning is None else install.told(beginning).taken_up()


@pytest.fixture
def played(day, beginning, as_zhou):
    """The day told: 0 promised and signed, 1 refused, 2 nobody there, 3 postponed; all reviewed by Zhou."""
    return tell(day, as_zhou) if beginning is None else day


@pytest.fixture
def propose(as_zhou):
    """Propose something for a case and return the answer."""

    def make(case_id, proposal="sue", caller=None, **members):
        body = {"case_id": str(case_id), "proposal": proposal, "reasons": "两次违约，拒绝还款"} | members
        return (caller or as_zhou).post("/v1/escalations", json=body)

    return make


@pytest.fixture
def decided(propose, as_hu, as_guo):
    """Take a case through proposal, opinion and decision; return the decided escalation."""

    def make(case_id, decision="sue", **members):
        found = propose(case_id, decision).json
        path = f"/v1/escalations/{found['id']}"
        advised = as_hu.post(f"{path}/opinion", json={"opinion": "ready", "text": "证据充分", "version": 1})
        assert advised.status_code == 200, advised.text
        body = {"decision": decision, "reasons": "同意", "version": 2} | members
        answer = as_guo.post(f"{path}/decide", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json

    return make


@pytest.fixture
def make_dossier(as_hu, app):
    """Ask for a dossier, let the worker run, and return what was made."""

    def run(case_id):
        asked = ask(as_hu, case_id)
        assert asked.status_code == 202, asked.text
        jobs.drain(clock.now())
        job = as_hu.get(asked.headers["Location"]).json
        assert job["state"] == "done", job
        return as_hu.get(job["result_url"]).json

    return run
