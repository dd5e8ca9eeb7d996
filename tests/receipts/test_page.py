import os
import re
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import datetime

import pytest

from receipts import page
from receipts.lettering import BODY
from receipts.page import BOTTOM, TOP, Sheet, Title
from receipts.wording import NaiveTime
from tests.receipts import reading, sample

TITLE = Title("样张", "Specimen")
DIGESTS = """
import hashlib
from tests.receipts import sample
for name, (render, facts) in sample.EVERY_PAPER.items():
    print(name, hashlib.sha256(render(facts()).pdf).hexdigest())
"""


def finished(pages: int = 1, seal=sample.SEAL, title: Title = TITLE):
    sheet = Sheet(title, sample.PARTY, seal)
    for _ in range(pages - 1):
        sheet.new_page()
    return sheet.finish()


class TestTogether:
    @staticmethod
    def laid(*, above_pt, height_pt):
        sheet = Sheet(TITLE, sample.PARTY, sample.SEAL)
        sheet.y += above_pt

        def lay():
            for part in "鼠牛":
                sheet.need(height_pt)
                sheet.line(*sheet.fit(part, BODY, 50), BODY, 50, sheet.y)
                sheet.y += height_pt

        sheet.together(lay)
        return ["鼠" in text and "牛" in text for text in reading.pages_of(sheet.finish().pdf)]

    def test_leaves_what_fits_where_it_is(self):
        assert self.laid(above_pt=20, height_pt=50) == self.laid(above_pt=0, height_pt=50)
        assert len(self.laid(above_pt=20, height_pt=50)) == 1

    def test_moves_all_of_it_to_the_next_page(self):
        first, second = self.laid(above_pt=BOTTOM - TOP - 60, height_pt=50)
        assert (first, second) == (False, True)

    def test_breaks_what_no_page_can_hold(self):
        assert len(self.laid(above_pt=0, height_pt=(BOTTOM - TOP) * 0.7)) == 2


class TestEveryPaper:
    @pytest.mark.parametrize("name", sample.EVERY_PAPER)
    def test_is_the_same_bytes_for_the_same_facts(self, name):
        render, facts = sample.EVERY_PAPER[name]
        assert render(facts()) == render(facts())

    def test_is_the_same_bytes_in_another_process(self):
        """Whatever order that process hashes its strings in: a court's expert renders the facts anew, years later."""
        told = {
            subprocess.run(
                [sys.executable, "-c", DIGESTS], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True,
                check=True, timeout=120,
            ).stdout
            for seed in ("1", "2")
        }  # fmt: skip
        assert len(told) == 1
        assert told.pop().count(b"\n") == len(sample.EVERY_PAPER)

    @pytest.mark.parametrize("name", sample.EVERY_PAPER)
    def test_carries_head_foot_and_qr_on_every_page(self, name):
        render, facts = sample.EVERY_PAPER[name]
        paper = render(facts())
        pages = reading.pages_of(paper.pdf)
        assert len(pages) == paper.pages
        for number, text in enumerate(pages, start=1):
            assert text.count(f"第{number}/{paper.pages}页") == 2
            for expected in (
                sample.SEAL.serial,
                "版本2",
                "2026-12-0218:20:00",
                paper.fingerprint[:12],
                "70213/9f86d081884c",
            ):
                assert expected in text
            (payload,) = reading.qr_texts(paper.pdf, number - 1)
            assert payload == f"{sample.SEAL.verify_url}#f={paper.fingerprint[:12]}&n=70213&r={sample.ROOT}"

    @pytest.mark.parametrize("name", sample.EVERY_PAPER)
    def test_embeds_every_font_as_a_subset(self, name):
        render, facts = sample.EVERY_PAPER[name]
        pdf = render(facts()).pdf
        assert all(re.fullmatch(r"[A-Z]{6}\+NotoSansSC-(Regular|Bold)", font) for font in reading.font_names(pdf))
        assert pdf.count(b"/FontFile2") == len(reading.font_names(pdf)) > 0
        assert b"Helvetica" not in pdf
        assert len(pdf) < 140_000

    @pytest.mark.parametrize("name", sample.EVERY_PAPER)
    def test_reads_the_same_in_poppler(self, name):
        if not reading.HAS_PDFTOTEXT:
            pytest.skip("pdftotext is not installed")
        render, facts = sample.EVERY_PAPER[name]
        pdf = render(facts()).pdf
        assert sorted(reading.pdftotext(pdf)) == sorted(reading.text_of(pdf))

    @pytest.mark.parametrize("name", sample.EVERY_PAPER)
    def test_has_nothing_to_flag_on_good_facts(self, name):
        render, facts = sample.EVERY_PAPER[name]
        assert render(facts()).flags == ()

    @pytest.mark.parametrize("name", sample.EVERY_PAPER)
    def test_keeps_its_margins_free(self, name):
        render, facts = sample.EVERY_PAPER[name]
        paper = render(facts())
        for number in range(paper.pages):
            image = reading.picture(paper.pdf, number, dpi=72)
            for edge in ((0, 0, 44, 841), (551, 0, 595, 841), (0, 0, 595, 28), (0, 825, 595, 841)):
                assert reading.ink_share(image, edge) == 0


class TestFinish:
    def test_numbers_pages(self):
        paper = finished(3)
        assert paper.pages == 3
        assert ["第2/3页" in text for text in reading.pages_of(paper.pdf)] == [False, True, False]

    def test_dates_the_file_when_the_paper_was_made(self):
        pdf = finished().pdf
        assert b"D:20261202102000Z" in pdf
        assert b"2000" not in re.findall(rb"/CreationDate \(([^)]*)\)", pdf)[0][:6]

    def test_holds_no_text_as_ascii_85(self):
        assert b"ASCII85" not in finished().pdf

    def test_refuses_a_naive_time(self):
        with pytest.raises(NaiveTime):
            finished(seal=replace(sample.SEAL, generated_at=datetime(2026, 12, 2)))  # noqa: DTZ001 - that is the point

    def test_leaves_the_log_out_when_there_is_none(self):
        assert "日志" not in reading.text_of(finished(seal=replace(sample.SEAL, log_root="")).pdf)

    def test_cuts_a_head_that_is_too_long_without_touching_the_qr(self):
        paper = finished(
            seal=replace(sample.SEAL, firm_name="很长的名字" * 40), title=Title("很长的标题" * 20, "long " * 80)
        )
        assert reading.qr_texts(paper.pdf)
        assert "…" in reading.text_of(paper.pdf)

    def test_gives_the_same_bytes_in_many_threads(self):
        expected, found = finished(2).pdf, []
        threads = [threading.Thread(target=lambda: found.append(finished(2).pdf)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [expected] * 6


class TestNeed:
    def test_stays_when_there_is_room(self):
        sheet = Sheet(TITLE, sample.PARTY, sample.SEAL)
        sheet.y = BOTTOM - 50
        sheet.need(50)
        assert sheet.y == BOTTOM - 50

    def test_begins_a_page_when_there_is_none(self):
        sheet = Sheet(TITLE, sample.PARTY, sample.SEAL)
        sheet.y = BOTTOM - 50
        sheet.need(50.1)
        assert sheet.y == TOP
        assert sheet.finish().pages == 2

    def test_does_not_run_away_from_what_no_page_can_hold(self):
        sheet = Sheet(TITLE, sample.PARTY, sample.SEAL)
        sheet.need(10_000)
        sheet.need(10_000)
        assert sheet.finish().pages == 1


class TestFlags:
    def test_name_each_thing_once(self):
        sheet = Sheet(TITLE, sample.PARTY, sample.SEAL)
        sheet.set("\u202e王\u202e", BODY, 100)
        sheet.fit("\u202e", BODY, 100)
        sheet.flag("look here")
        assert sheet.finish().flags == ("missing-glyph U+202E", "look here")


class TestModule:
    def test_writes_binary_streams(self):
        assert page.rl_config.useA85 == 0
