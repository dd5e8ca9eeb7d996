from datetime import UTC, date, datetime
from hashlib import sha256
from threading import Thread

import pytest

from receipts import promise, serials
from receipts.facts import Paper as Rendered
from receipts.serials import PaperKind
from server.cases.papers import draw_serial, file_paper, find_paper, seal_facts
from server.clock import new_id
from server.db import begin_write, db
from server.media import store
from tests.receipts import sample

AT = datetime(2026, 12, 2, 1, 0, tzinfo=UTC)
DAY = date(2026, 12, 2)
FACTS = sample.summary()
PDF = Rendered(promise.render(sample.written_promise()).pdf, fingerprint="f" * 64, flags=("odd_glyph",), pages=1)


@pytest.mark.usefixtures("in_app")
class TestDrawSerial:
    def test_counts_each_kind_and_day_for_itself(self):
        drawn = [draw_serial(PaperKind.ACCOUNT_STATEMENT, on=DAY) for _ in range(3)]
        assert [serials.read(serial).number for serial in drawn] == [1, 2, 3]
        assert serials.read(draw_serial(PaperKind.VISIT_RECEIPT, on=DAY)).number == 1
        assert serials.read(draw_serial(PaperKind.ACCOUNT_STATEMENT, on=date(2026, 12, 3))).number == 1

    def test_gives_a_number_back_when_the_transaction_fails(self):
        draw_serial(PaperKind.ACCOUNT_STATEMENT, on=DAY)
        db.session.rollback()
        assert serials.read(draw_serial(PaperKind.ACCOUNT_STATEMENT, on=DAY)).number == 1

    def test_gives_no_number_twice_to_writers_at_once(self, app):
        drawn, faults = [], []

        def work():
            with app.app_context():
                try:
                    for _ in range(5):
                        begin_write()
                        drawn.append(draw_serial(PaperKind.VISIT_SCHEME, on=DAY))
                        db.session.commit()
                except Exception as fault:  # noqa: BLE001 - a fault in a thread must fail the test
                    faults.append(fault)
                finally:
                    db.session.remove()

        db.session.rollback()
        threads = [Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert faults == []
        assert sorted(serials.read(serial).number for serial in drawn) == list(range(1, 21))


@pytest.mark.usefixtures("in_app")
class TestFilePaper:
    def test_keeps_the_bytes_under_their_hash_and_is_found_by_subject_and_version(self):
        subject = new_id()
        for serial, version in (("DZ-1", 1), ("DZ-2", 2)):
            paper = file_paper(
                PDF, facts=FACTS, kind="visit_summary", serial=serial, template_version="t1", at=AT,
                subject_id=subject, version=version,
            )  # fmt: skip
        db.session.flush()
        assert store().get(paper.sha256).startswith(PDF.pdf)
        assert (paper.unsealed_sha256, paper.seal_level) == (sha256(PDF.pdf).hexdigest(), "B-B")
        assert (paper.flags, paper.fingerprint) == (["odd_glyph"], "f" * 64)
        assert find_paper("visit_summary", subject_id=subject, version=1).serial == "DZ-1"
        assert find_paper("visit_summary", subject_id=subject, version=3) is None
        assert find_paper("visit_receipt", subject_id=subject, version=1) is None


@pytest.mark.usefixtures("in_app")
class TestSealFacts:
    def test_says_where_the_paper_is_verified(self):
        facts = seal_facts("DZ-1", at=AT, version=3)
        assert facts.verify_url.endswith("/verify/DZ-1")
        assert (facts.version, facts.firm_name) == (3, "测试催收服务有限公司")
