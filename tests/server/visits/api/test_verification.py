"""Anybody may ask whether a paper is genuine, and learns nothing else."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificate
from pyhanko.pdf_utils.reader import PdfFileReader
from sqlalchemy import select

from receipts import serials
from receipts.serials import PaperKind
from server import clock, jobs, media
from server.app import create_app
from server.cases.models import Paper
from server.db import begin_write, db
from server.transparency import reading
from sync import tlog


@pytest.fixture
def paper(kept_visit, as_zhou):
    as_zhou.get(f"/v1/visits/{kept_visit.visit_id}/receipt.pdf")
    jobs.run_chores(clock.now())
    return db.session.scalars(select(Paper)).one()


@pytest.fixture
def anybody(app):
    return app.test_client()


class TestVerify:
    def test_says_that_a_paper_is_genuine_and_where_it_is_logged(self, paper, anybody):
        answer = anybody.get(f"/v1/verify/{paper.serial}")
        ref = f"paper:{paper.serial}"
        logged = reading.stood([ref])[ref]
        assert answer.status_code == 200
        assert answer.json == {
            "serial": paper.serial,
            "valid": True,
            "kind": "visit_receipt",
            "state": "issued",
            "version": 1,
            "sealed_at": paper.issued_at.isoformat(),
            "seal_level": "B-B",
            "sha256": paper.sha256,
            "stamped_sha256": "",
            "fingerprint": paper.fingerprint,
            "log_index": logged.index,
            "log_hash": tlog.leaf_hash(logged.data).hex(),
        }

    def test_takes_any_case_and_spaces(self, paper, anybody):
        assert anybody.get(f"/v1/verify/%20{paper.serial.lower()}").json["valid"] is True

    def test_tells_no_personal_data(self, paper, anybody):
        for path in (f"/v1/verify/{paper.serial}", f"/verify/{paper.serial}"):
            text = anybody.get(path).text
            for secret in ("测试甲", "WH-2026", "市民中心", "方外访", "64,386", "某商业银行"):
                assert secret not in text

    def test_is_not_valid_when_the_bytes_are_altered_or_gone(self, paper, anybody):
        stored = media.store().path(paper.sha256)
        stored.write_bytes(stored.read_bytes() + b" ")
        assert anybody.get(f"/v1/verify/{paper.serial}").json["valid"] is False
        stored.unlink()
        assert anybody.get(f"/v1/verify/{paper.serial}").json["valid"] is False

    @pytest.mark.parametrize("state", ["superseded", "void"])
    def test_is_not_valid_when_no_longer_in_force(self, paper, anybody, state):
        begin_write()
        db.session.get(Paper, paper.id).state = state
        db.session.commit()
        answer = anybody.get(f"/v1/verify/{paper.serial}").json
        assert (answer["valid"], answer["state"]) == (False, state)

    def test_says_so_when_the_serial_is_mistyped(self, paper, anybody):
        wrong = paper.serial[:-1] + str((int(paper.serial[-1]) + 1) % 10)
        answer = anybody.get(f"/v1/verify/{wrong}")
        assert (answer.status_code, answer.json["type"]) == (404, "/problems/serial-unknown")
        assert answer.json["valid"] is False
        assert "check digit" in answer.json["detail"]

    def test_knows_no_paper_nobody_issued(self, in_app, anybody):
        answer = anybody.get(f"/v1/verify/{serials.make(PaperKind.PROMISE, on=date(2026, 12, 2), number=7)}")
        assert (answer.status_code, answer.json["detail"]) == (404, "no such paper")

    def test_makes_an_eager_address_wait(self, in_app, anybody):
        answers = [anybody.get("/v1/verify/x") for _ in range(61)]
        assert {one.status_code for one in answers[:60]} == {404}
        assert answers[60].status_code == 429
        assert int(answers[60].headers["Retry-After"]) >= 1


class TestBehindAProxy:
    @staticmethod
    def ask(app, forwarded):
        return app.test_client().get("/v1/verify/HZ-1", headers={"X-Forwarded-For": forwarded}).status_code

    def test_counts_the_caller_that_the_firms_own_proxy_names(self, install, tmp_path):
        with install(tmp_path) as settings:
            behind = create_app(replace(settings, trusted_proxies=1))
            told = [self.ask(behind, "203.0.113.7") for _ in range(61)]
            assert told[60] == 429
            assert self.ask(behind, "203.0.113.8") != 429
            assert self.ask(behind, "203.0.113.8, 203.0.113.7") == 429, "the caller's own header was believed"
            with behind.app_context():
                db.session.remove()
                db.engine.dispose()

    def test_believes_no_header_without_a_proxy_of_its_own(self, in_app):
        told = [self.ask(in_app, f"203.0.113.{number}") for number in range(61)]
        assert told[60] == 429


class TestVerifyPage:
    def test_says_it_in_words(self, paper, anybody):
        page = anybody.get(f"/verify/{paper.serial}")
        assert page.status_code == 200
        for words in ("单据真实有效", "到访回执单", paper.sha256, paper.fingerprint[:12], "400-000-0000"):
            assert words in page.text

    def test_says_when_a_paper_was_replaced(self, paper, anybody):
        begin_write()
        db.session.get(Paper, paper.id).state = "superseded"
        db.session.commit()
        assert "已被更正版本取代" in anybody.get(f"/verify/{paper.serial}").text

    def test_says_when_a_paper_was_made_void(self, paper, anybody):
        begin_write()
        db.session.get(Paper, paper.id).state = "void"
        db.session.commit()
        page = anybody.get(f"/verify/{paper.serial}").text
        assert "已作废" in page
        assert "单据真实有效" not in page

    def test_is_404_for_an_unknown_serial_and_shows_it_as_text(self, in_app, anybody):
        page = anybody.get("/verify/<script>alert(1)")
        assert page.status_code == 404
        assert "查无此单据" in page.text
        assert "<script>" not in page.text

    def test_may_load_our_style_and_script_and_connect_to_nobody(self, paper, anybody):
        policy = anybody.get(f"/verify/{paper.serial}").headers["Content-Security-Policy"]
        for words in ("default-src 'none'", "script-src 'self'", "connect-src 'none'", "form-action 'none'"):
            assert words in policy
        assert "unsafe" not in policy


class TestSealRoot:
    def test_is_the_root_under_which_papers_are_sealed(self, paper, anybody):
        answer = anybody.get("/v1/seal-root")
        root = load_pem_x509_certificate(answer.data)
        (signature,) = PdfFileReader(BytesIO(media.store().get(paper.sha256))).embedded_signatures
        load_der_x509_certificate(signature.signer_cert.dump()).verify_directly_issued_by(root)
