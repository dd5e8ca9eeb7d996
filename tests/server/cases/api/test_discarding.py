"""A file sent by mistake: nothing of its content stays, whatever a job was about to do with it."""

import pytest
import sqlalchemy as sa

from server import clock, jobs, media
from server.audit import AuditEvent
from server.cases.api import imports
from server.cases.models import Case, ImportRun
from server.db import db


@pytest.fixture
def run(desk):
    return desk.read(desk.placement({}, {"案件序列号": "A2", "客户姓名": "测试乙", "证件号码": "错"})).json


def act(desk, run, what):
    return desk.caller.post(f"/v1/imports/{run['id']}/{what}")


class TestDiscardImport:
    def test_takes_the_file_and_what_was_read_from_it(self, desk, run, in_app):
        sealed = db.session.scalars(sa.select(ImportRun.sealed_sha256)).one()
        db.session.rollback()
        assert run["faults"]
        assert media.store().has(sealed)
        answer = act(desk, run, "discard")
        assert (answer.status_code, answer.json["state"]) == (200, "discarded")
        assert (answer.json["faults"], answer.json["mapping"], answer.json["rows"]) == ([], {}, None)
        jobs.drain(clock.now())
        assert not media.store().has(sealed)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Case)) == 0

    def test_records_who_threw_it_away_once(self, desk, run):
        assert act(desk, run, "discard").json == act(desk, run, "discard").json
        event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "import.discarded")).one()
        assert (event.subject, event.facts["file_sha256"]) == (f"import:{run['id']}", run["file_sha256"])

    def test_cannot_be_committed_mapped_or_corrected_afterwards(self, desk, run):
        act(desk, run, "discard")
        assert act(desk, run, "commit").json["type"] == "/problems/import-discarded"
        mapping = desk.caller.put(f"/v1/imports/{run['id']}/mapping", json={"columns": run["mapping"]["columns"]})
        assert mapping.json["type"] == "/problems/import-settled"
        faults = desk.caller.get(f"/v1/imports/{run['id']}/faults.xlsx")
        assert faults.json["type"] == "/problems/import-discarded"

    def test_what_is_committed_stands(self, desk, run):
        assert act(desk, run, "commit").status_code == 200
        assert act(desk, run, "discard").json["type"] == "/problems/import-settled"
        assert desk.caller.get(f"/v1/imports/{run['id']}").json["accepted"] == 1

    def test_a_file_still_being_read_stays_thrown_away(self, desk, monkeypatch, in_app):
        monkeypatch.setattr(imports, "BIG_FILE_BYTES", 100)
        read_by = desk.read(desk.placement({})).headers["Location"]
        (run,) = desk.caller.get("/v1/imports").json["items"]
        assert act(desk, run, "discard").json["state"] == "discarded"
        jobs.drain(clock.now())
        assert desk.caller.get(read_by).json["error"]["type"] == "/problems/import-discarded"
        assert desk.caller.get(f"/v1/imports/{run['id']}").json["state"] == "discarded"

    def test_the_same_file_may_be_sent_again(self, desk, run):
        act(desk, run, "discard")
        again = desk.read(desk.placement({}))
        assert act(desk, again.json, "commit").json["changes"]["created"] == 1

    def test_knows_no_run_of_other_creditors_or_another_kind(self, desk, run, as_wei):
        assert as_wei.post(f"/v1/imports/{run['id']}/discard").status_code == 404
        assert desk.caller.post(f"/v1/payments/imports/{run['id']}/discard").status_code == 404
        assert desk.caller.get(f"/v1/imports/{run['id']}").json["state"] == "dry_run"
