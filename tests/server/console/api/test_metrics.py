"""The figures at the API: who may read them, what they count, and that they name nobody."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from server import clock, jobs
from server.db import begin_write, db
from server.devices.models import Device
from server.visits.models import Record


@pytest.fixture
def figures(app):
    """Read the figures from this machine: (name, labels without order) → value."""

    def read():
        answer = app.test_client().get("/metrics")
        assert answer.status_code == 200, answer.text
        families = text_string_to_metric_families(answer.text)
        return {(one.name, *sorted(one.labels.items())): one.value for family in families for one in family.samples}

    return read


class TestShowMetrics:
    def test_counts_phones_jobs_and_the_feed(self, app, figures, in_app, as_zhou, as_fang):
        before = figures()
        assert before["doorstep_devices", ("state", "active")] == 0
        code = as_zhou.post("/v1/devices/codes", json={"person_id": as_fang.person_id}).json["code"]
        from sync.signature import Alg, signing_key

        key = signing_key(Alg.ED25519, b"k" * 32).public().jwk()
        told = {"code": code, "alg": "Ed25519", "public_key": key, "label": "p", "app_version": "0"}
        phone = app.test_client().post("/v1/devices", json=told).json
        auth = {"Authorization": f"Bearer {phone['device_token']}"}
        pushed = app.test_client().post("/v1/sync/records/push", json=[{"newDocumentState": {"x": 1}}], headers=auth)
        assert pushed.status_code == 200
        begin_write()
        jobs.enqueue("no-such-kind", owner_id=clock.new_id())
        db.session.commit()
        after = figures()
        assert after["doorstep_devices", ("state", "active")] == 1
        assert after["doorstep_jobs", ("state", "queued")] == 1
        assert after["doorstep_pushed_rows_total", ("verdict", "malformed")] == 1
        assert after["doorstep_pushed_rows_total", ("verdict", "kept")] == 0
        assert after["doorstep_quarantine_rows", ("reason", "seal_missing"), ("replayed", "no")] == 1
        assert after["doorstep_feed_seq",] > before["doorstep_feed_seq",]

    def test_counts_silent_phones_and_broken_chains(self, app, figures, in_app, as_zhou, as_fang):
        for number, (hours, unsent, state) in enumerate(
            [(25, 3, "active"), (23, 3, "active"), (25, 0, "active"), (25, 3, "lost")]
        ):
            begin_write()
            db.session.add(
                Device(
                    person_id=UUID(as_fang.person_id), label="p", alg="Ed25519", public_key={}, state=state,
                    token_hash=str(number), unsent_count=unsent,
                    last_contact_at=clock.now() - timedelta(hours=hours),
                )
            )  # fmt: skip
            db.session.commit()
        told = figures()
        assert told["doorstep_devices_silent",] == 1
        assert told["doorstep_devices_chain_broken",] == 0
        device = db.session.scalars(select(Device).where(Device.token_hash == "0")).one()
        row = {"subject": "x", "type": "arrival", "prev": "0", "sig": "", "alg": "", "env_sealed": ""}
        now = clock.now()
        for seq in (2, 4):
            begin_write()
            db.session.add(
                Record(
                    device_id=device.id, person_id=device.person_id, seq=seq, hash=str(seq), received_at=now,
                    taken_in_at=now, **row,
                )
            )  # fmt: skip
            db.session.commit()
        assert figures()["doorstep_devices_chain_broken",] == 1

    def test_times_requests_by_view(self, app, figures):
        app.test_client().get("/healthz")
        app.test_client().get("/nowhere")
        name = "doorstep_request_duration_seconds_count"
        told = figures()
        assert told[name, ("method", "GET"), ("status", "2xx"), ("view", "system.healthz")] == 1
        assert told[name, ("method", "GET"), ("status", "4xx"), ("view", "none")] == 1

    def test_names_nobody(self, app, as_zhou, as_fang):
        as_zhou.post("/v1/devices/codes", json={"person_id": as_fang.person_id})
        as_zhou.get(f"/v1/devices/{as_fang.person_id}")
        text = app.test_client().get("/metrics").text
        assert as_fang.person_id not in text
        assert "fang" not in text

    @pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-Ip"])
    def test_are_not_read_through_a_proxy(self, app, header):
        answer = app.test_client().get("/metrics", headers={header: "127.0.0.1"})
        assert (answer.status_code, answer.json["type"]) == (404, "/problems/metrics-elsewhere")

    def test_are_not_read_from_another_machine(self, app):
        answer = app.test_client().get("/metrics", environ_overrides={"REMOTE_ADDR": "192.0.2.7"})
        assert (answer.status_code, answer.json["type"]) == (404, "/problems/metrics-elsewhere")

    def test_want_the_token_when_there_is_one(self, app):
        app.extensions["doorstep"] = replace(app.extensions["doorstep"], metrics_token="let-me")
        read = app.test_client().get
        assert read("/metrics").status_code == 401
        assert read("/metrics", headers={"Authorization": "Bearer let-you"}).status_code == 401
        far = {"REMOTE_ADDR": "192.0.2.7"}
        given = read("/metrics", headers={"Authorization": "Bearer let-me"}, environ_overrides=far)
        assert given.status_code == 200
