"""Papers: what one visit receipt costs, beside the same words and pictures in four other engines."""

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from bench import engines, platypus
from bench.measure import Work, median_cpu_s, ratio
from bench.pictures import photo
from bench.report import Goal, Report
from receipts import images, visit_receipt
from receipts.facts import (
    DebtFacts,
    PartyFacts,
    PhotoFacts,
    RecordingFacts,
    SealFacts,
    SignatureFacts,
    SignatureState,
    StaffFacts,
    StrokeFacts,
)
from receipts.visit_receipt import DocumentFacts, Notice, VisitReceiptFacts, WhoMet
from server.config import SealKind, SealSettings
from server.keys import SEAL_CHAIN, SEAL_KEY, SEAL_ROOT, make_keys
from server.paper_seal import PaperSeal

GOALS = {
    "receipt_cpu_ms": Goal("CPU-ms", "≤ 12", "one receipt with two photos of about 143 kB, QR and signature"),
    "receipt_kb": Goal("kB", "", "its size"),
    "sealed_per_cpu_s": Goal("papers/CPU-s", "≥ 30", "receipts rendered and sealed, PAdES B-B, P-256"),
    "vs_typst": Goal("×", "> 1", "their CPU ÷ ours: same words, QR, signature and photos"),
    "vs_weasyprint": Goal("×", "> 1", "their CPU ÷ ours: same words, QR, signature and photos"),
    "vs_platypus": Goal("×", "> 1", "their CPU ÷ ours: reportlab's flowing layout, same words and photos"),
    "vs_fpdf2": Goal("×", "> 1", "their CPU ÷ ours: same words, QR, signature and photos"),
}
ARRIVED_AT = datetime(2026, 12, 2, 2, 4, 31, tzinfo=UTC)


def run(report: Report) -> None:
    """Measure. Every receipt has its own photos, so that nothing is remembered between documents."""
    rounds = 7 if report.quick else 25
    photos = [photo(seed, width_px=1280, height_px=960, grain=16, quality=72) for seed in range(8)]
    receipts = [made_up(number, photos[number % 8], photos[(number + 3) % 8]) for number in range(8)]
    turn = cycle(receipts)

    def ours() -> object:
        return visit_receipt.render(next(turn))

    def theirs() -> object:
        return platypus.render(next(turn))

    report.tell("receipt_cpu_ms", 1000 * median_cpu_s(ours, rounds=rounds, times=3))
    report.tell("receipt_kb", len(visit_receipt.render(receipts[0]).pdf) / 1000)
    report.tell("vs_platypus", ratio(ours, theirs, rounds=rounds))
    with TemporaryDirectory() as folder:
        seal = _seal(Path(folder))

        def both() -> object:
            return seal.seal(visit_receipt.render(next(turn)).pdf, at=ARRIVED_AT)

        report.tell("sealed_per_cpu_s", 1 / median_cpu_s(both, rounds=rounds, times=3))
    for name in ("typst", "weasyprint", "fpdf2"):
        _compare(report, name, ours, turn)


def _compare(report: Report, name: str, ours: Work, turn: Iterator[VisitReceiptFacts]) -> None:
    """Measure one other engine in the same run, or say why it cannot be."""
    try:
        render = engines.load(name)
        report.tell(f"vs_{name}", ratio(ours, lambda: render(next(turn)), rounds=3 if report.quick else 7))
    except engines.EngineMissing as missing:
        report.skip(f"vs_{name}", str(missing))


def _seal(folder: Path) -> PaperSeal:
    """Return a seal of our own making."""
    make_keys(folder)
    return PaperSeal(SealSettings(SealKind.PEM, folder / SEAL_KEY, folder / SEAL_CHAIN, folder / SEAL_ROOT), Lock())


def made_up(number: int, *contents: bytes) -> VisitReceiptFacts:
    """Return an invented visit, told in full."""
    serial = f"HZ-20261202-{number:04d}-0"
    signature = SignatureFacts("测试甲", SignatureState.SIGNED, _strokes(number), ARRIVED_AT + timedelta(minutes=30))
    return VisitReceiptFacts(
        seal=SealFacts(serial, ARRIVED_AT, "测试催收服务有限公司", f"https://doorstep.example/verify/{serial}"),
        case_no=f"WH2026-{number:06d}",
        debtor=PartyFacts("测试甲", "0717", "138****0000", "天山区人民路 1 号"),
        scheme_no="FA-20261201-0001-5",
        approved_by="郭总",
        arrived_at=ARRIVED_AT,
        left_at=ARRIVED_AT + timedelta(minutes=47),
        visited_address="天山区人民路 1 号市图书馆东门",
        agents=(StaffFacts("方外访", "WF-0127", id_shown=True), StaffFacts("罗外访", "WF-0131", id_shown=True)),
        met=WhoMet.DEBTOR,
        outcome=1,
        complaint_phone="0991-1234567",
        address_matches=True,
        distance_m=18,
        debt=DebtFacts("测试银行", "信用卡", "6222000011112345", date(2026, 11, 30), 5_830_000, 412_055, 196_620),
        met_name="测试甲",
        met_relation="本人",
        met_is_adult=True,
        notices=tuple(Notice),
        documents=(DocumentFacts("客户对账单", f"DZ-{number}"), DocumentFacts("催款函", f"CK-{number}")),
        agreement="年底前先还 10,000.00 元，其余分 6 期归还，每月 15 日前转入委托方账户。",
        signature=signature,
        witness=signature,
        photos=tuple(
            PhotoFacts(f"P-{place:02d}", ARRIVED_AT, f"{number}{place}" * 32, images.derivative(content), "门牌")
            for place, content in enumerate(contents, start=1)
        ),
        recordings=(RecordingFacts("R-01", ARRIVED_AT, 2712, "d" * 64),),
    )


def _strokes(number: int) -> StrokeFacts:
    """Return a signature of three strokes, forty points each."""
    strokes = tuple(
        tuple((900 + k * 60 + s * 2300, int(1800 + 900 * math.sin(k / 5 + s + number))) for k in range(40))
        for s in range(3)
    )
    return StrokeFacts(9000, 3600, strokes, "ab" * 32)
