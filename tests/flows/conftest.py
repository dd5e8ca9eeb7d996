"""What a journey needs: a line to the application without a socket, and a small portfolio of the demo's making."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random

import pytest

from server import clock, jobs
from server.demo import portfolio
from server.demo.phones import Phone, PlayedClock
from sync.phone.transport import Answer, Line
from tests.flows.desk import Desk

BASE = {"lon": 114.0579, "lat": 22.5431, "datum": "GCJ-02", "precision": "building"}


@dataclass
class WsgiTransport:
    """The application reached without a socket."""

    client: object

    def send(self, method, path, *, headers, body):
        got = self.client.open(path, method=method, headers=dict(headers), data=body)
        return Answer(got.status_code, {k.lower(): v for k, v in got.headers.items()}, got.data)


class FlowPhone(Phone):
    """A phone of the demo whose line is the application itself."""

    def __init__(self, path, client, *, clock, rng, label):
        self.wsgi = client
        super().__init__(path, "", clock=clock, rng=rng, label=label)

    def line(self):
        return Line(WsgiTransport(self.wsgi), sleep=lambda _: None, jitter=lambda: 0.5)


@pytest.fixture
def desk(live_server, tmp_path):
    """Sign somebody in at a console of his own: `desk("lin", "/cases")`; a file of one desk overrides it."""
    opened = []

    def at(username, place="/"):
        opened.append(Desk(live_server.url, tmp_path / f"{username}{len(opened)}"))
        return opened[-1].sign_in(username, place)

    yield at
    for one in opened:
        one.close()


@pytest.fixture
def files(tmp_path):
    """The demo's two files, small."""
    return portfolio.write(
        tmp_path / "files", rng=Random(3), as_of=clock.today() - timedelta(days=2), bank_rows=6, supplier_rows=8
    )


@pytest.fixture
def run_jobs(in_app):
    """Run whatever waits, as the worker would, and return the ended job."""

    def run(caller, answer):
        assert answer.status_code == 202, answer.text
        jobs.drain(clock.now())
        job = caller.get(answer.headers["Location"]).json
        assert job["state"] == "done", job
        return job

    return run


@pytest.fixture
def take_in(as_lin, creditors):
    """Import a file for a creditor and commit its good rows; return the dry-run report."""

    def run(name, path):
        with path.open("rb") as content:
            report = as_lin.post(
                "/v1/imports", data={"creditor_id": str(creditors[name]), "file": (content, path.name)}
            )
        assert report.status_code in {200, 201}, report.text
        done = as_lin.post(f"/v1/imports/{report.json['id']}/commit", json={})
        assert done.status_code == 200, done.text
        return report.json

    return run


@pytest.fixture
def accepted_list(as_lin, as_zhou, files, take_in):
    """The id of a visit list that Lin wrote and Zhou accepted."""
    take_in("bank", files.bank)
    take_in("supplier", files.supplier)
    found = as_lin.post("/v1/visit-lists/screen", json={}).json
    drafted = as_lin.post(
        "/v1/visit-lists", json={"title": "本周名单", "case_ids": [one["case_id"] for one in found["candidates"]]}
    ).json
    as_lin.post(f"/v1/visit-lists/{drafted['id']}/submit", json={})
    reviewed = as_zhou.post(
        f"/v1/visit-lists/{drafted['id']}/review",
        json={"lines": [{"line_id": line["id"], "decision": "accept", "reason": ""} for line in drafted["lines"]]},
    )
    assert reviewed.json["state"] == "accepted", reviewed.text
    return drafted["id"]


@pytest.fixture
def planned(as_zhou, as_fang, as_luo, accepted_list, run_jobs):
    """The id of a scheme that Zhou compiled and planned for tomorrow, for Fang and Luo."""
    answer = as_zhou.post(
        "/v1/schemes",
        json={
            "visit_list_id": accepted_list,
            "title": "流程方案",
            "dates": [(clock.today() + timedelta(days=1)).isoformat()],
            "crews": [
                {
                    "name": "一组",
                    "members": [as_fang.person_id, as_luo.person_id],
                    "vehicle": "粤B·测001",
                    "start": BASE,
                    "shift_until": "20:00",  # the plan differs from day to day: a visit moved by hand still fits
                }
            ],
            "materials": ["account_statement", "dunning_letter", "visit_receipt"],
        },
    )
    assert answer.status_code == 201, answer.text
    scheme_id = answer.json["id"]
    run_jobs(as_zhou, as_zhou.post(f"/v1/schemes/{scheme_id}/plan", json={"iterations": 100, "seed": 1}))
    return scheme_id


@pytest.fixture
def dispatched(as_zhou, as_sun, as_guo, planned):
    """The id of a scheme reviewed by Sun, signed off by Guo and sent out."""
    digest = as_zhou.post(f"/v1/schemes/{planned}/submit", json={}).json["digest"]
    assert as_sun.post(f"/v1/schemes/{planned}/review", json={"decision": "approve"}).status_code == 200
    signed = as_guo.post(f"/v1/schemes/{planned}/sign-off", json={"digest": digest, "decision": "approve"})
    assert signed.status_code == 200, signed.text
    sent = as_zhou.post(f"/v1/schemes/{planned}/dispatch", json={})
    assert sent.status_code == 200, sent.text
    return planned


@pytest.fixture
def fangs_phone(app, as_zhou, as_fang, dispatched, tmp_path):
    """Fang's enrolled phone with the day on it."""
    code = as_zhou.post("/v1/devices/codes", json={"person_id": as_fang.person_id}).json["code"]
    phone = FlowPhone(
        tmp_path / "phone.db", app.test_client(), clock=PlayedClock(clock.now()), rng=Random(5), label="方的手机"
    )
    phone.enrol(code)
    phone.sync()
    yield phone
    phone.store.close()
