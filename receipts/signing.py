"""Signature lines (签收栏): who signs, the strokes or why there are none, and when. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm

from receipts import marks, wording
from receipts.facts import SignatureFacts, SignatureState
from receipts.lettering import BODY, FINE, SMALL, STRONG
from receipts.page import LEFT, WIDTH, Sheet

HEIGHT = 29 * mm  # of one row of signatures
_PAD = 2 * mm


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """A labelled place for one signature."""

    label: str
    signature: SignatureFacts


def signature_lines(sheet: Sheet, places: Sequence[SignatureLine]) -> None:
    """Lay out signature boxes, two to a row, or three where there are just three; a row stays on one page."""
    per_row = 3 if len(places) == 3 else 2  # noqa: PLR2004 - see above
    for start in range(0, len(places), per_row):
        row = places[start : start + per_row]
        sheet.need(HEIGHT)
        width = WIDTH / len(row)
        for number, place in enumerate(row):
            _signature_box(sheet, place, marks.Box(LEFT + number * width, sheet.y, width, HEIGHT))
        sheet.y += HEIGHT
    sheet.y += 1.2 * mm


def _signature_box(sheet: Sheet, place: SignatureLine, box: marks.Box) -> None:
    sheet.frame(box)
    text_width = box.width - 2 * _PAD
    (label,) = sheet.fit(place.label, STRONG, text_width)
    sheet.line(label, STRONG, box.x + _PAD, box.y + 1 * mm)
    name_width = text_width - label.width_pt - 2 * _PAD
    if place.signature.name and name_width > 0:
        sheet.lines(
            sheet.fit(place.signature.name, BODY, name_width), BODY, box.x + 2 * _PAD + label.width_pt, box.y + 1 * mm
        )
    field = marks.Box(box.x + _PAD, box.y + 7 * mm, text_width, box.height - 13 * mm)
    _answer(sheet, place.signature, field)
    sheet.lines(sheet.fit(_foot(place.signature), FINE, text_width), FINE, box.x + _PAD, box.y + box.height - 5 * mm)


def _answer(sheet: Sheet, signature: SignatureFacts, field: marks.Box) -> None:
    """Draw the strokes, or say in words how the line was answered; an open line is a line."""
    strokes = signature.strokes
    if strokes is not None and signature.state is SignatureState.SIGNED:
        sheet.step(lambda canvas: marks.draw_strokes(canvas, strokes, field))
        return
    words = _words(signature)
    if words:
        lines = sheet.set(words, SMALL, field.width)
        shown = int(field.height // SMALL.leading)
        if len(lines) > shown:
            sheet.flag("cut-short signature reason")
        sheet.lines(lines[:shown], SMALL, field.x, field.y)
        return
    foot = field.y + field.height
    sheet.rules([(field.x, foot, field.x + field.width * 0.72, foot)])


def _words(signature: SignatureFacts) -> str:
    match signature.state:
        case SignatureState.OPEN:
            return ""
        case SignatureState.SIGNED:
            return "已在纸质原件上签字 Signed on paper"
        case SignatureState.ELECTRONIC:
            return "系统内签批 Signed off in the system"
        case SignatureState.FINGERPRINT:
            return "已在纸质原件上按印 Fingerprint on paper"
        case SignatureState.REFUSED:
            return f"拒签 Refused: {wording.or_blank(signature.reason)}"


def _foot(signature: SignatureFacts) -> str:
    if signature.state is SignatureState.OPEN:
        return "日期 Date:        年      月      日"
    strokes = signature.strokes
    digest = f"　笔迹指纹 {wording.short_hash(strokes.sha256)}" if strokes is not None and strokes.sha256 else ""
    at = wording.moment(signature.signed_at) if signature.signed_at is not None else ""
    return f"{at}{digest}"
