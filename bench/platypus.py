"""The peer of the papers bench: the same receipt in reportlab's own flowing layout, written as its manual teaches."""

import functools
from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing, PolyLine
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Image, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from bench.pictures import jpeg_of
from receipts import amounts, wording
from receipts.facts import StrokeFacts
from receipts.fonts import FOLDER
from receipts.visit_receipt import VisitReceiptFacts

_FACE, _BOLD = "Peer", "Peer-Bold"
_GRID = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.grey), ("VALIGN", (0, 0), (-1, -1), "TOP")])
_LABEL_PT, _VALUE_PT, _PHOTO_PT = 90, 415, (245, 184)


@functools.cache
def _styles() -> tuple[ParagraphStyle, ParagraphStyle]:
    pdfmetrics.registerFont(TTFont(_FACE, str(FOLDER / "NotoSansSC-Regular.ttf")))
    pdfmetrics.registerFont(TTFont(_BOLD, str(FOLDER / "NotoSansSC-Bold.ttf")))
    body = ParagraphStyle("body", fontName=_FACE, fontSize=9, leading=13, wordWrap="CJK")
    return body, ParagraphStyle("head", parent=body, fontName=_BOLD, fontSize=15, leading=22)


def render(facts: VisitReceiptFacts) -> bytes:
    """Return the receipt's words, QR, signature and photos as a PDF."""
    body, head = _styles()
    rows = [[_cell(label, body), _cell(value, body)] for label, value in lines_of(facts)]
    story: list[Flowable] = [
        Paragraph("到访回执单 Visit Receipt", head),
        Paragraph(f"{facts.seal.serial} · {escape(facts.seal.firm_name)}", body),
        _qr(facts.seal.verify_url),
        Table(rows, colWidths=[_LABEL_PT, _VALUE_PT], style=_GRID),
        Spacer(1, 6),
    ]
    if facts.signature.strokes is not None:
        story.append(_signature(facts.signature.strokes))
    story.append(Table([[Image(BytesIO(jpeg_of(photo)), *_PHOTO_PT) for photo in facts.photos]]))
    out = BytesIO()
    SimpleDocTemplate(out, pagesize=A4, topMargin=36, bottomMargin=36, initialFontName=_FACE).build(story)
    return out.getvalue()


def lines_of(facts: VisitReceiptFacts) -> list[tuple[str, str]]:
    """Return the words of a receipt as labels and values: what every peer prints."""
    debt = facts.debt
    money = (
        [("欠款合计", f"{amounts.yuan(debt.total_fen())} {amounts.capitals(debt.total_fen())}")]
        + [(name, amounts.yuan(fen)) for name, fen in debt.parts()]
        if debt
        else []
    )
    return [
        ("案件", facts.case_no), ("方案", f"{facts.scheme_no} {facts.approved_by}"),
        ("债务人", f"{facts.debtor.name} {facts.debtor.id_last4}"), ("地址", facts.visited_address),
        ("到达", wording.moment(facts.arrived_at)), ("离开", wording.moment(facts.left_at)),
        ("外访人员", "、".join(f"{agent.name} {agent.staff_no}" for agent in facts.agents)),
        ("会见人", f"{facts.met_name} {facts.met_relation}"), ("已告知", "、".join(facts.notices)),
        *money,
        ("送达文件", "；".join(f"{paper.name} {paper.serial}" for paper in facts.documents)),
        ("约定", facts.agreement), ("投诉电话", facts.complaint_phone),
        ("照片", "；".join(f"{photo.photo_no} {photo.sha256}" for photo in facts.photos)),
        ("录音", "；".join(f"{one.recording_no} {one.sha256}" for one in facts.recordings)),
        ("说明", "本回执不是收款凭证，工作人员不收取任何款项。"),
    ]  # fmt: skip


def _cell(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(text), style)


def _qr(address: str) -> Drawing:
    drawing = Drawing(80, 80)
    drawing.add(QrCodeWidget(address, barWidth=80, barHeight=80))
    return drawing


def _signature(strokes: StrokeFacts) -> Drawing:
    drawing, scale = Drawing(180, 72), 180 / strokes.width
    for stroke in strokes.strokes:
        points = [side for x, y in stroke for side in (x * scale, 72 - y * scale)]
        drawing.add(PolyLine(points, strokeWidth=1))
    return drawing
