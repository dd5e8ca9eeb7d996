from dataclasses import replace
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from receipts import marks
from receipts.facts import StrokeFacts
from receipts.fonts import typefaces
from receipts.images import PrintPhoto, for_print
from receipts.lettering import BODY, wrap
from tests.receipts import reading, sample


def drawn(draw) -> bytes:
    typefaces()
    out = BytesIO()
    canvas = Canvas(
        out, pagesize=(marks.PAGE_WIDTH, marks.PAGE_HEIGHT), initialFontName="NotoSansSC-Regular", invariant=1
    )
    draw(canvas)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


class TestQrPayload:
    def test_names_where_to_verify_what_and_against_which_log(self):
        assert (
            marks.qr_payload(sample.SEAL, "ab" * 32)
            == f"{sample.SEAL.verify_url}#f=abababababab&n=70213&r={sample.ROOT}"
        )

    def test_leaves_the_log_out_when_there_is_none(self):
        assert marks.qr_payload(replace(sample.SEAL, log_root=""), "ab" * 32).endswith("#f=abababababab")


class TestDrawQr:
    @pytest.mark.parametrize("number", range(12))
    def test_can_be_read_from_a_poor_picture(self, number):
        payload = marks.qr_payload(
            replace(sample.SEAL, verify_url=f"https://d.example/verify/HZ-{number * 7919}"), f"{number:02x}" * 32
        )
        pdf = drawn(lambda canvas: marks.draw_qr(canvas, payload, marks.Box(60, 60, 74, 74)))
        poor = reading.picture(pdf, dpi=130).rotate(7, fillcolor="white", expand=True)
        assert [code.text for code in zxingcpp.read_barcodes(poor)] == [payload]

    def test_stays_in_its_box_with_a_quiet_margin(self):
        pdf = drawn(lambda canvas: marks.draw_qr(canvas, "x" * 60, marks.Box(100, 200, 80, 80)))
        image = reading.picture(pdf, dpi=144)
        left, top, right, bottom = (
            edge / 2 for edge in image.convert("L").point(lambda value: 255 * (value < 128)).getbbox()
        )
        assert 105 < left < right < 175.5
        assert 205 < top < bottom < 275.5


class TestDrawStrokes:
    BOX = marks.Box(100, 200, 180, 60)

    def ink(self, strokes: StrokeFacts):
        image = reading.picture(drawn(lambda canvas: marks.draw_strokes(canvas, strokes, self.BOX)), dpi=144)
        box = image.convert("L").point(lambda value: 255 * (value < 160)).getbbox()
        return box and tuple(edge / 2 for edge in box)

    def test_draws_inside_its_box(self):
        left, top, right, bottom = self.ink(sample.STROKES)
        assert 99 <= left < right <= 281
        assert 199 <= top < bottom <= 261
        assert right - left > 40

    def test_keeps_the_hands_proportions(self):
        left, top, right, bottom = self.ink(StrokeFacts(1000, 1000, (((0, 0), (1000, 1000)),)))
        assert right - left == pytest.approx(bottom - top, abs=2)
        assert (right + left) / 2 == pytest.approx(190, abs=2)

    def test_draws_y_downwards(self):
        _, top, _, bottom = self.ink(StrokeFacts(100, 100, (((10, 90), (90, 90)),)))
        assert top > 245
        assert bottom < 261

    def test_draws_a_dot(self):
        assert self.ink(StrokeFacts(100, 100, (((50, 50),),)))

    @pytest.mark.parametrize("strokes", [(), ((),)])
    def test_draws_nothing_for_nothing(self, strokes):
        assert self.ink(StrokeFacts(100, 100, strokes)) is None

    @pytest.mark.parametrize("size", [(0, 0), (-5, 10), (10, 10)])
    def test_lets_no_point_out_of_the_box(self, size):
        found = self.ink(StrokeFacts(*size, (((-(2**53), 2**53), (2**53, -(2**53)), (3, 3)),)))
        assert found is None or (found[0] >= 98 and found[1] >= 198 and found[2] <= 282 and found[3] <= 262)

    def test_thins_a_capture_of_a_million_points(self):
        strokes = StrokeFacts(1000, 1000, (tuple((n % 1000, n // 1000) for n in range(300_000)),))
        pdf = drawn(lambda canvas: marks.draw_strokes(canvas, strokes, self.BOX))
        assert len(pdf) < 400_000


class TestDrawPhoto:
    def test_puts_the_jpeg_in_as_it_is(self):
        made = for_print(sample.photo_bytes())
        assert isinstance(made, PrintPhoto)
        pdf = drawn(lambda canvas: marks.draw_photo(canvas, made, marks.Box(50, 50, 200, 150)))
        assert made.jpeg in pdf

    def test_shows_it_whole_and_undistorted(self):
        tall = for_print(sample.photo_bytes((300, 600), (0, 0, 200)))
        assert isinstance(tall, PrintPhoto)
        image = reading.picture(
            drawn(lambda canvas: marks.draw_photo(canvas, tall, marks.Box(100, 100, 200, 150))), dpi=72
        )
        left, top, right, bottom = Image.eval(image.convert("L"), lambda value: 255 * (value < 200)).getbbox()
        assert (right - left, bottom - top) == (pytest.approx(75, abs=2), pytest.approx(150, abs=2))
        assert (left + right) / 2 == pytest.approx(200, abs=2)


class TestDrawText:
    def test_draws_runs_one_after_the_other(self):
        (line,) = wrap("甲☑乙", BODY, 200).lines
        pdf = drawn(lambda canvas: marks.draw_text(canvas, [(line, 100, 100)], BODY))
        assert reading.text_of(pdf) == "甲☑乙"

    def test_draws_the_tick_in_the_box(self):
        shares = []
        for text in "☐☑":
            (line,) = wrap(text, BODY, 200).lines
            pdf = drawn(lambda canvas, line=line: marks.draw_text(canvas, [(line, 100, 100)], BODY))
            shares.append(reading.ink_share(reading.picture(pdf, dpi=200), (98, 98, 115, 118)))
        assert shares[1] > 1.3 * shares[0]
