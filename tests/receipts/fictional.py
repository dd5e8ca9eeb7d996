"""One fictional case: its people, debt, times and marks, from which the sample papers are written."""

import math
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

from PIL import Image, ImageDraw

from receipts.facts import (
    DebtFacts,
    ObjectionFacts,
    PartyFacts,
    PayeeFacts,
    PhotoFacts,
    SealFacts,
    SignatureFacts,
    SignatureState,
    StrokeFacts,
)

ARRIVED_AT = datetime(2026, 12, 2, 2, 4, 31, tzinfo=UTC)
CREDITOR = "测试银行股份有限公司"
DEBTOR = "冯兰𬱖"
ROOT = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
SEAL = SealFacts(
    serial="HZ-20261202-0007-7",
    generated_at=datetime(2026, 12, 2, 10, 20, tzinfo=UTC),
    firm_name="测试资产管理有限公司",
    verify_url="https://doorstep.example/verify/HZ-20261202-0007-7",
    version=2,
    log_size=70213,
    log_root=ROOT,
)
PARTY = PartyFacts(DEBTOR, "0717", "138****0000", "天山区人民路 1 号")
DEBT = DebtFacts(CREDITOR, "信用卡", "6222000011112345", date(2026, 11, 30), 5_830_000, 412_055, 196_620)
PAYEE = PayeeFacts(CREDITOR, "天山支行", "6500 1000 2000 3000 111")
OBJECTION = ObjectionFacts("0991-0000000", "人民路 1 号", days=15)
STROKES = StrokeFacts(
    9000,
    3600,
    tuple(
        tuple((1200 + k * 160 + s * 2300, int(1800 + 900 * math.sin(k / 2 + s))) for k in range(14)) for s in range(3)
    ),
    "ab" * 32,
)
SIGNED = SignatureFacts(DEBTOR, SignatureState.SIGNED, STROKES, ARRIVED_AT + timedelta(minutes=30))


def photo_bytes(size: tuple[int, int] = (400, 300), colour: tuple[int, int, int] = (120, 150, 170)) -> bytes:
    image = Image.new("RGB", size, colour)
    ImageDraw.Draw(image).line([(0, 0), size], fill=(90, 60, 90), width=9)
    out = BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def photo(number: int = 1, content: bytes | None = None) -> PhotoFacts:
    return PhotoFacts(f"P-{number:02d}", ARRIVED_AT, f"{number:02d}" * 32, content or photo_bytes(), "门牌")
