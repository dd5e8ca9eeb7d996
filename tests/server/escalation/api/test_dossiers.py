"""The dossier over HTTP: refused without a decision, made as a job, verified, handed out."""

import json
import time
import uuid
import zipfile
from io import BytesIO

import bagit
import pytest
from sqlalchemy import select

from server import clock, config, jobs, media
from server.audit import AuditEvent
from server.cases.models import Paper
from server.db import begin_write, db
from server.escalation.models import Dossier, Escalation
from server.media.line import REST_S
from sync import verify
from tests.server.escalation.make_day import ask, take_zip

OPINION = {"opinion": "ready", "text": "证据充分", "version": 1}


class TestMakeDossier:
    def test_refuses_a_case_nobody_decided_and_says_what_lacks(self, played, as_hu):
        answer = ask(as_hu, played.case_ids[0])
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/not-for-court")
        assert answer.json["missing"] == ["legal_opinion", "decision"]

    def test_refuses_while_the_decision_is_open(self, played, propose, as_hu):
        found = propose(played.case_ids[0]).json
        as_hu.post(f"/v1/escalations/{found['id']}/opinion", json=OPINION)
        assert ask(as_hu, played.case_ids[0]).json["missing"] == ["decision"]

    def test_refuses_a_case_decided_otherwise(self, played, decided, as_hu):
        decided(played.case_ids[0], "suspend")
        answer = ask(as_hu, played.case_ids[0])
        assert (answer.json["decision"], answer.json["missing"]) == ("suspend", ["decision"])

    @pytest.mark.parametrize("who", ["as_zhou", "as_guo", "as_tan", "as_lin"])
    def test_is_legals(self, played, who, request):
        assert ask(request.getfixturevalue(who), played.case_ids[0]).status_code == 403

    def test_does_not_know_a_case_that_is_not(self, as_hu):
        assert ask(as_hu, uuid.uuid4()).status_code == 404

    def test_fails_honestly_when_the_decision_changed_meanwhile(self, played, decided, as_hu):
        told = decided(played.case_ids[0])
        asked = ask(as_hu, played.case_ids[0])
        begin_write()
        db.session.get(Escalation, uuid.UUID(told["id"])).decision = "suspend"
        db.session.commit()
        jobs.drain(clock.now())
        job = as_hu.get(asked.headers["Location"]).json
        assert (job["state"], job["error"]["type"]) == ("failed", "/problems/not-for-court")


class TestBuild:
    def test_packs_everything_so_that_strangers_can_check_it(self, played, decided, make_dossier, as_hu, tmp_path):
        decided(played.case_ids[0])
        made = make_dossier(played.case_ids[0])
        assert (made["report"]["verified"], made["report"]["records"], made["report"]["files"]) == (True, 8, 3)
        zipped = tmp_path / "dossier.zip"
        zipped.write_bytes(take_zip(as_hu, made))
        report = verify.verify(zipped)
        assert report.is_ok, verify.text_of(report)
        with zipfile.ZipFile(zipped) as archive:
            archive.extractall(tmp_path / "out")
            names = archive.namelist()
        assert bagit.Bag(str(next((tmp_path / "out").iterdir()))).is_valid()
        kinds = [name.split("/data/")[1].split("-")[0] for name in names if "/papers/" in name]
        assert kinds == ["papers/00", "papers/DZ", "papers/HZ"]

    def test_holds_the_signed_bytes_and_the_decision(self, played, decided, make_dossier, as_hu):
        decided(played.case_ids[0])
        made = make_dossier(played.case_ids[0])
        archive = zipfile.ZipFile(BytesIO(take_zip(as_hu, made)))
        root = archive.namelist()[0].split("/")[0]
        index = json.loads(archive.read(f"{root}/data/index.json"))
        types = [one["type"] for one in index["records"]]
        assert types == ["check_in", "met", "disclosure", "outcome", "promise", "signed_paper", "manifest", "check_out"]
        decision = json.loads(archive.read(f"{root}/data/decision.json"))
        assert (decision["decision"], decision["people"]) == ("sue", ["周主管", "胡法务", "郭总"])
        moments = json.loads(archive.read(f"{root}/data/timeline.json"))
        assert [one["effect"] for one in moments] == ["时效起算", "中断，重新起算", "届满"]

    def test_is_the_same_for_the_same_facts(self, played, decided, make_dossier, as_hu):
        decided(played.case_ids[0])
        first, again = make_dossier(played.case_ids[0]), make_dossier(played.case_ids[0])
        assert first == again
        assert len(db.session.scalars(select(Dossier)).all()) == 1

    def test_differs_once_something_came_late(self, played, decided, make_dossier):
        decided(played.case_ids[0])
        first = make_dossier(played.case_ids[0])
        begin_write()
        lost = played.visit(0).files[0].sha256
        media.store().path(lost).unlink()
        db.session.commit()
        second = make_dossier(played.case_ids[0])
        assert first["sha256"] != second["sha256"]
        states = db.session.scalars(select(Paper.state).where(Paper.kind == "evidence_index").order_by(Paper.version))
        assert list(states) == ["superseded", "issued"]

    def test_names_a_lost_photo_in_the_dossier_and_does_not_verify(self, played, decided, make_dossier, as_hu):
        decided(played.case_ids[0])
        lost = played.visit(0).files[0]
        media.store().path(lost.sha256).unlink()
        made = make_dossier(played.case_ids[0])
        missing = {one["code"]: one["ref"] for one in made["report"]["missing"]}
        assert missing["file_bytes"] == f"file:{lost.id}"
        assert made["report"]["verified"] is False
        archive = zipfile.ZipFile(BytesIO(take_zip(as_hu, made)))
        listed = next(name for name in archive.namelist() if name.endswith("data/missing.json"))
        assert str(lost.id) in archive.read(listed).decode()

    def test_always_asks_for_the_contract(self, played, decided, make_dossier):
        decided(played.case_ids[0])
        assert "contract_documents" in {one["code"] for one in make_dossier(played.case_ids[0])["report"]["missing"]}

    def test_issues_the_receipts_that_were_never_asked_for(self, played, decided, make_dossier):
        decided(played.case_ids[0])
        assert not db.session.scalars(select(Paper).where(Paper.kind == "visit_receipt")).all()
        made = make_dossier(played.case_ids[0])
        assert len(db.session.scalars(select(Paper).where(Paper.kind == "visit_receipt")).all()) == 1
        assert "receipt" not in {one["code"] for one in made["report"]["missing"]}

    def test_leaves_other_customers_out(self, played, decided, make_dossier, as_hu, as_zhou):
        as_zhou.get(f"/v1/schemes/{played.scheme_id}/summary.pdf")
        decided(played.case_ids[0])
        made = make_dossier(played.case_ids[0])
        content = take_zip(as_hu, made)
        assert str(played.stories[1].visit_id).encode() not in content
        assert b"WH2026-001" not in content

    @pytest.mark.parametrize("decision", ["payment_order", "police_prepare"])
    def test_serves_other_ways_to_court_and_police(self, played, decided, make_dossier, decision):
        decided(played.case_ids[0], decision)
        assert make_dossier(played.case_ids[0])["report"]["decision"] == decision

    def test_makes_a_dossier_of_a_case_never_visited_and_says_so(self, day, decided, make_dossier):
        db.session.commit()
        decided(day.case_ids[2])
        codes = {one["code"] for one in make_dossier(day.case_ids[2])["report"]["missing"]}
        assert {"visits", "contract_documents"} <= codes


class TestInBucket:
    def test_is_made_of_files_in_a_bucket_and_handed_out_from_there(
        self, in_bucket, played, decided, make_dossier, as_hu, tmp_path
    ):
        decided(played.case_ids[0])
        made = make_dossier(played.case_ids[0])
        assert made["report"]["verified"], made["report"]["checks"]
        assert made["report"]["files"] > 0
        (tmp_path / "d.zip").write_bytes(take_zip(as_hu, made))
        assert verify.verify(tmp_path / "d.zip").is_ok
        assert made["sha256"] in media.store().hashes()
        assert not list(config.current().media_dir.rglob("??/??/*"))

    def test_waits_for_a_store_that_is_down(self, in_bucket, played, decided, as_hu):
        decided(played.case_ids[0])
        asked = ask(as_hu, played.case_ids[0])
        in_bucket.kill()
        jobs.drain(clock.now())
        waiting = as_hu.get(asked.headers["Location"]).json
        assert waiting["state"] == "running"
        assert "file store" in waiting["message"]
        in_bucket.start()
        time.sleep(REST_S)
        jobs.drain(clock.now() + jobs.LEASE)
        assert as_hu.get(asked.headers["Location"]).json["state"] == "done"


class TestGetZip:
    def test_is_recorded_with_who_took_it(self, played, decided, make_dossier, as_tan):
        decided(played.case_ids[0])
        made = make_dossier(played.case_ids[0])
        take_zip(as_tan, made)
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "dossier.taken")).one()
        assert (event.subject, str(event.actor_id)) == (f"dossier:{made['id']}", as_tan.person_id)

    def test_is_an_attachment(self, played, decided, make_dossier, as_hu):
        decided(played.case_ids[0])
        with as_hu.get(make_dossier(played.case_ids[0])["zip_url"]) as answer:
            assert answer.mimetype == "application/zip"
            assert answer.headers["Content-Disposition"].startswith("attachment;")

    def test_says_so_when_the_file_is_gone(self, played, decided, make_dossier, as_hu):
        decided(played.case_ids[0])
        made = make_dossier(played.case_ids[0])
        media.store().path(made["sha256"]).unlink()
        assert as_hu.get(made["zip_url"]).json["type"] == "/problems/blob-absent"

    @pytest.mark.parametrize("who", ["as_lin", "as_fang", "as_zhou"])
    def test_is_not_for_everybody(self, played, who, request):
        assert request.getfixturevalue(who).get(f"/v1/dossiers/{uuid.uuid4()}.zip").status_code == 403


class TestListDossiers:
    def test_lists_them_newest_first(self, played, decided, make_dossier, as_guo):
        decided(played.case_ids[0])
        made = make_dossier(played.case_ids[0])
        assert [one["id"] for one in as_guo.get("/v1/dossiers").json["items"]] == [made["id"]]
