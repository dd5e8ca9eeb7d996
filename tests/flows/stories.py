"""How far the office has come when a journey begins: a list accepted, a scheme planned for tomorrow, sent out."""

import tempfile
from datetime import timedelta
from pathlib import Path
from random import Random

from sqlalchemy import select

from server import clock, jobs
from server.accounts.models import Creditor
from server.db import db
from server.demo import portfolio
from tests import live
from tests.cast import signed_in
from tests.flows.thumb import at_hour, enrolled
from tests.installed import after
from tests.web.phone_browser import BrowserPhone

PROFILE, FORENOON = "profile", 10
BASE = {"lon": 114.0579, "lat": 22.5431, "datum": "GCJ-02", "precision": "building"}


def small_files(folder):
    """Write the demo's two files, small."""
    as_of = clock.today() - timedelta(days=2)
    return portfolio.write(folder, rng=Random(3), as_of=as_of, bank_rows=6, supplier_rows=8)


def take_in(caller, creditor_id, path):
    """Import a file for a creditor and commit its good rows; return the dry-run report."""
    with path.open("rb") as content:
        report = caller.post("/v1/imports", data={"creditor_id": str(creditor_id), "file": (content, path.name)})
    assert report.status_code in {200, 201}, report.text
    done = caller.post(f"/v1/imports/{report.json['id']}/commit", json={})
    assert done.status_code == 200, done.text
    return report.json


def run_jobs(caller, answer):
    """Run whatever waits, as the worker would, and return the ended job."""
    assert answer.status_code == 202, answer.text
    jobs.drain(clock.now())
    job = caller.get(answer.headers["Location"]).json
    assert job["state"] == "done", job
    return job


def list_accepted(app):
    """Lin wrote a visit list of both creditors' cases and Zhou accepted it."""
    lin, zhou = signed_in(app, "lin"), signed_in(app, "zhou")
    with app.app_context():
        bank, supplier = db.session.scalars(select(Creditor.id).order_by(Creditor.id)).all()
        db.session.remove()
    with tempfile.TemporaryDirectory() as folder:
        files = small_files(Path(folder))
        take_in(lin, bank, files.bank)
        take_in(lin, supplier, files.supplier)
    found = lin.post("/v1/visit-lists/screen", json={}).json
    wanted = {"title": "本周名单", "case_ids": [one["case_id"] for one in found["candidates"]]}
    drafted = lin.post("/v1/visit-lists", json=wanted).json
    lin.post(f"/v1/visit-lists/{drafted['id']}/submit", json={})
    lines = [{"line_id": line["id"], "decision": "accept", "reason": ""} for line in drafted["lines"]]
    reviewed = zhou.post(f"/v1/visit-lists/{drafted['id']}/review", json={"lines": lines})
    assert reviewed.json["state"] == "accepted", reviewed.text
    return drafted["id"]


@after(list_accepted)
def day_planned(app, list_id):
    """Zhou compiled a scheme and planned it for tomorrow, for Fang and Luo."""
    zhou = signed_in(app, "zhou")
    crew = {
        "name": "一组",
        "members": [signed_in(app, "fang").person_id, signed_in(app, "luo").person_id],
        "vehicle": "粤B·测001",
        "start": BASE,
        "shift_until": "20:00",  # the plan differs from day to day: a visit moved by hand still fits
    }
    answer = zhou.post(
        "/v1/schemes",
        json={
            "visit_list_id": list_id,
            "title": "流程方案",
            "dates": [(clock.today() + timedelta(days=1)).isoformat()],
            "crews": [crew],
            "materials": ["account_statement", "dunning_letter", "visit_receipt"],
        },
    )
    assert answer.status_code == 201, answer.text
    scheme_id = answer.json["id"]
    asked = zhou.post(f"/v1/schemes/{scheme_id}/plan", json={"iterations": 100, "seed": 1})
    with app.app_context():
        run_jobs(zhou, asked)
        db.session.remove()
    return scheme_id


@after(day_planned)
def day_sent_out(app, scheme_id):
    """Sun reviewed the scheme, Guo signed it off and Zhou sent it out."""
    return send_out(*(signed_in(app, one) for one in ("zhou", "sun", "guo")), scheme_id)


def send_out(zhou, sun, guo, scheme_id):
    """Take a planned scheme to the phones; return its id."""
    digest = zhou.post(f"/v1/schemes/{scheme_id}/submit", json={}).json["digest"]
    assert sun.post(f"/v1/schemes/{scheme_id}/review", json={"decision": "approve"}).status_code == 200
    signed = guo.post(f"/v1/schemes/{scheme_id}/sign-off", json={"digest": digest, "decision": "approve"})
    assert signed.status_code == 200, signed.text
    sent = zhou.post(f"/v1/schemes/{scheme_id}/dispatch", json={})
    assert sent.status_code == 200, sent.text
    return scheme_id


@after(day_sent_out)
def fang_enrolled(app, scheme_id):
    """Fang enrolled his phone, a browser whose profile lies in the installation; told is the port it knows."""
    settings, zhou = app.extensions["doorstep"], signed_in(app, "zhou")
    issued = zhou.post("/v1/devices/codes", json={"person_id": signed_in(app, "fang").person_id})
    with live.serving(settings, port=live.quiet_port()) as server:
        phone = BrowserPhone(server.url, settings.var_dir / PROFILE, before_load=at_hour(FORENOON)).start()
        try:
            enrolled(phone, issued.json["code"])
            phone.page.end()
        finally:
            phone.kill()
        server.stop()
    return server.port
