"""Marks on the canvas: text, rules, the verification QR, signature strokes, photos.

Places are in points from the top left corner of the page, downwards. Pure.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import segno
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from receipts.facts import SealFacts, StrokeFacts
from receipts.images import PrintPhoto
from receipts.lettering import TICKED, Line, Run, Style, Tone

Ends = tuple[float, float, float, float]
PAGE_WIDTH, PAGE_HEIGHT = A4

_QUIET_MODULES = 4  # blank margin around a QR symbol. Source: ISO/IEC 18004 §5.3.8
_MASK = 3  # trying all eight masks takes four fifths of the time and reads no better: see the tests
_PEN_PT = 1.15
_MOST_POINTS = 20_000
_SPECIMEN_PT, _SPECIMEN_ALPHA = 92, 0.16


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the page."""

    x: float
    y: float
    width: float
    height: float


class _PlainJpeg(ImageReader):
    """A JPEG that is put into the PDF as it is: naming it by its bytes spares reportlab decoding it."""

    def __init__(self, jpeg: bytes) -> None:
        super().__init__(BytesIO(jpeg))
        self._dataA = None
        self._digest = hashlib.sha256(jpeg).digest()

    def getRGBData(self) -> bytes:  # noqa: N802 - reportlab's name
        """Return what the picture is told apart by."""
        return self._digest


def draw_text(canvas: Canvas, lines: Sequence[tuple[Line, float, float]], style: Style) -> None:
    """Draw set lines, each given with its x and the top of its line box."""
    code = ["BT {:.3f} {:.3f} {:.3f} rg".format(*style.tone)]
    ticks, chosen = [], ""
    for line, x, y in lines:
        baseline = PAGE_HEIGHT - y - (style.leading - style.size) / 2 - 0.88 * style.size
        code.append(f"1 0 0 1 {x:.3f} {baseline:.3f} Tm")
        for run in line.runs:
            for font, codes in _in_subsets(canvas, run):
                if font != chosen:
                    chosen = font
                    code.append(f"{font} {style.size:g} Tf")
                code.append(f"<{codes.hex()}> Tj")
            if run.text == TICKED:
                ticks.append((x, baseline))
            x += run.width_pt  # noqa: PLW2901 - the pen moves on
    canvas.addLiteral("\n".join((*code, "ET")))
    for tick in ticks:
        _draw_tick(canvas, tick, style)


def _in_subsets(canvas: Canvas, run: Run) -> Iterator[tuple[str, bytes]]:
    """Yield the name of a font in this document and the codes to show in it: a font has at most 256 characters."""
    typeface: Any = pdfmetrics.getFont(run.font)
    document: Any = canvas._doc  # type: ignore[attr-defined]  # noqa: SLF001 - what a font keeps its subsets by
    for subset, codes in typeface.splitString(run.text, document):
        yield typeface.getSubsetInternalName(subset, document), codes


def _draw_tick(canvas: Canvas, origin: tuple[float, float], style: Style) -> None:
    left, baseline = origin
    path = canvas.beginPath()
    path.moveTo(left + 0.26 * style.size, baseline + 0.36 * style.size)
    path.lineTo(left + 0.44 * style.size, baseline + 0.14 * style.size)
    path.lineTo(left + 0.86 * style.size, baseline + 0.78 * style.size)
    canvas.setStrokeColorRGB(*style.tone)
    canvas.setLineWidth(0.13 * style.size)
    canvas.drawPath(path, stroke=1, fill=0)


def draw_rules(canvas: Canvas, ends: Sequence[Ends], tone: Tone, thickness: float) -> None:
    """Draw straight lines in one colour and thickness."""
    canvas.setStrokeColorRGB(*tone)
    canvas.setLineWidth(thickness)
    lines = [f"{x1:.2f} {PAGE_HEIGHT - y1:.2f} m {x2:.2f} {PAGE_HEIGHT - y2:.2f} l" for x1, y1, x2, y2 in ends]
    canvas.drawPath(PDFPathObject(code=lines), stroke=1, fill=0)


def draw_fill(canvas: Canvas, box: Box, tone: Tone) -> None:
    """Fill a rectangle."""
    canvas.setFillColorRGB(*tone)
    canvas.rect(box.x, PAGE_HEIGHT - box.y - box.height, box.width, box.height, stroke=0, fill=1)


def qr_payload(seal: SealFacts, fingerprint: str) -> str:
    """Return what the QR says: where to verify, the content's fingerprint, and the newest state of the log."""
    log = f"&n={seal.log_size}&r={seal.log_root}" if seal.log_root else ""
    return f"{seal.verify_url}#f={fingerprint[:12]}{log}"


def draw_qr(canvas: Canvas, payload: str, box: Box) -> None:
    """Draw the QR symbol into a square box, quiet zone included."""
    rows = segno.make(payload, error="m", mask=_MASK, micro=False, boost_error=False).matrix
    module = box.width / (len(rows) + 2 * _QUIET_MODULES)
    bars = [f"{start} {-number} {count} -1 re" for number, row in enumerate(rows) for start, count in _dark_runs(row)]
    canvas.saveState()
    canvas.translate(box.x + _QUIET_MODULES * module, PAGE_HEIGHT - box.y - _QUIET_MODULES * module)
    canvas.scale(module, module)
    canvas.setFillColorRGB(0, 0, 0)
    canvas.drawPath(PDFPathObject(code=bars), stroke=0, fill=1)
    canvas.restoreState()


def draw_specimen(canvas: Canvas, font: str) -> None:
    """Write 样本 SPECIMEN across the page, over everything and through it."""
    canvas.saveState()
    canvas.setFillColorRGB(0.75, 0.1, 0.1, alpha=_SPECIMEN_ALPHA)
    canvas.setFont(font, _SPECIMEN_PT)
    canvas.translate(PAGE_WIDTH / 2, PAGE_HEIGHT / 2)
    canvas.rotate(52)
    canvas.drawCentredString(0, -_SPECIMEN_PT / 3, "样本 SPECIMEN")
    canvas.restoreState()


def _dark_runs(row: bytearray) -> Iterator[tuple[int, int]]:
    start = None
    for column, module in enumerate([*row, 0]):
        if module and start is None:
            start = column
        elif not module and start is not None:
            yield start, column - start
            start = None


def draw_strokes(canvas: Canvas, signature: StrokeFacts, box: Box) -> None:
    """Draw the strokes into the box, scaled as a whole; nothing reaches outside it."""
    scale = min(box.width / max(signature.width, 1), box.height / max(signature.height, 1))
    left = box.x + (box.width - signature.width * scale) / 2
    top = PAGE_HEIGHT - box.y - (box.height - signature.height * scale) / 2
    canvas.saveState()
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
    canvas.setLineWidth(_PEN_PT)
    canvas.setStrokeColorRGB(0.05, 0.09, 0.35)
    pen = []
    for stroke in _affordable(signature.strokes):
        points = [
            f"{left + _within(x, signature.width) * scale:.3f} {top - _within(y, signature.height) * scale:.3f}"
            for x, y in stroke
        ]
        pen.append(f"{points[0]} m")
        pen += [f"{point} l" for point in points[1:] or points]  # a dot is a line to itself, round at both ends
    canvas.drawPath(PDFPathObject(code=pen), stroke=1, fill=0)
    canvas.restoreState()


def _within(coordinate: int, most: int) -> int:
    return min(max(coordinate, 0), most)


def _affordable(strokes: tuple[tuple[tuple[int, int], ...], ...]) -> Iterator[tuple[tuple[int, int], ...]]:
    """Yield the strokes that have points, thinned evenly when a capture has more points than a page can show."""
    step = 1 + sum(map(len, strokes)) // _MOST_POINTS
    for stroke in strokes:
        if stroke:
            yield (*stroke[:-1:step], stroke[-1])


def draw_photo(canvas: Canvas, photo: PrintPhoto, box: Box) -> None:
    """Draw the photo into the box, whole and undistorted."""
    scale = min(box.width / photo.width_px, box.height / photo.height_px)
    width, height = photo.width_px * scale, photo.height_px * scale
    left, bottom = box.x + (box.width - width) / 2, PAGE_HEIGHT - box.y - (box.height + height) / 2
    canvas.drawImage(_PlainJpeg(photo.jpeg), left, bottom, width, height)
