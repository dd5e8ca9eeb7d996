from dataclasses import replace

import pytest

from receipts.facts import SignatureFacts, SignatureState
from receipts.page import BOTTOM, LEFT, TOP, WIDTH, Sheet, Title
from receipts.signing import HEIGHT, SignatureLine, signature_lines
from tests.receipts import reading, sample


@pytest.fixture
def sheet():
    return Sheet(Title("样张", "Specimen"), sample.PARTY, sample.SEAL)


def ink_in_first_box(paper) -> float:
    image = reading.picture(paper.pdf, dpi=144)
    return reading.ink_share(image, (LEFT + 4, TOP + 18, LEFT + WIDTH / 2 - 4, TOP + HEIGHT - 20))


class TestSignatureLines:
    def test_draws_the_strokes(self, sheet):
        signature_lines(sheet, [SignatureLine("签收人", sample.SIGNED), SignatureLine("见证人", SignatureFacts())])
        paper = sheet.finish()
        assert ink_in_first_box(paper) > 0.003
        text = reading.text_of(paper.pdf)
        assert "签收人冯兰𬱖" in text
        assert "2026-12-0210:34:31笔迹指纹abababababab" in text

    def test_leaves_an_open_line_to_sign_on(self, sheet):
        signature_lines(sheet, [SignatureLine("签收人", SignatureFacts()), SignatureLine("见证人", SignatureFacts())])
        paper = sheet.finish()
        assert ink_in_first_box(paper) == 0
        assert "日期Date:年月日" in reading.text_of(paper.pdf)

    @pytest.mark.parametrize(
        ("state", "words"),
        [
            (SignatureState.SIGNED, "已在纸质原件上签字"),
            (SignatureState.FINGERPRINT, "已在纸质原件上按印"),
            (SignatureState.ELECTRONIC, "系统内签批"),
            (SignatureState.REFUSED, "拒签Refused:不愿签字"),
        ],
    )
    def test_says_in_words_what_cannot_be_drawn(self, sheet, state, words):
        signature_lines(sheet, [SignatureLine("签收人", SignatureFacts("测试", state, reason="不愿签字"))])
        assert words in reading.text_of(sheet.finish().pdf)

    def test_draws_no_strokes_of_somebody_who_refused(self, sheet):
        refused = replace(sample.SIGNED, state=SignatureState.REFUSED, reason="")
        signature_lines(sheet, [SignatureLine("签收人", refused), SignatureLine("见证人", SignatureFacts())])
        assert "拒签Refused:—" in reading.text_of(sheet.finish().pdf)

    def test_flags_a_reason_it_had_to_cut(self, sheet):
        signature_lines(
            sheet, [SignatureLine("签收人", SignatureFacts(state=SignatureState.REFUSED, reason="因为" * 900))]
        )
        assert sheet.finish().flags == ("cut-short signature reason",)

    @pytest.mark.parametrize(("count", "rows"), [(1, 1), (2, 1), (3, 1), (4, 2), (5, 3)])
    def test_puts_two_or_just_three_to_a_row(self, sheet, count, rows):
        signature_lines(sheet, [SignatureLine("签", SignatureFacts())] * count)
        assert sheet.y - TOP == pytest.approx(rows * HEIGHT, abs=5)

    def test_never_splits_a_row(self, sheet):
        sheet.y = BOTTOM - HEIGHT + 1
        signature_lines(sheet, [SignatureLine("签收人", sample.SIGNED)])
        paper = sheet.finish()
        assert paper.pages == 2
        assert "签收人" in reading.pages_of(paper.pdf)[1]

    def test_does_not_let_a_long_name_out_of_its_box(self, sheet):
        named = SignatureFacts("阿" * 200)
        signature_lines(sheet, [SignatureLine("签收人", named), SignatureLine("见证人", named)])
        image = reading.picture(sheet.finish().pdf, dpi=144)
        middle = LEFT + WIDTH / 2
        assert reading.ink_share(image, (middle - 5, TOP + 3, middle - 1, TOP + 17)) == 0
