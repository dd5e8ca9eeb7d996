"""Texts of a creditor's file as amounts, dates, counts and points. Pure: each function returns None when it cannot.

Money becomes integer fen through Decimal, never through a binary float.
"""

import re
import unicodedata
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

FEN_PER_YUAN = 100
MAX_FEN = 10**15
FLOAT_NOISE = Decimal("0.000001")
EARLIEST_YEAR, LATEST_YEAR = 1949, 2199
SERIALS = range(10_000, 80_000)
EXCEL_EPOCH = date(1899, 12, 30)
MAC_EPOCH = date(1904, 1, 1)

AMOUNT = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?([eE][+-]?\d{1,2})?")
DATE_SHAPES = (
    re.compile(r"(?P<y>\d{4})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*[日号]?"),
    re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"),
)
TIME_TAIL = re.compile(r"[T\s]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")


def narrow(text: str) -> str:
    """Return half-width text without surrounding or zero-width space."""
    return unicodedata.normalize("NFKC", text).replace("\u200b", "").strip()


def fen_of(text: str, *, yuan_per_unit: int = 1) -> int | None:
    """Return an amount in integer fen, None for anything that is not an amount of whole fen.

    yuan_per_unit is 10000 where a file counts in 万元. A spreadsheet's binary noise below a millionth is dropped;
    a real fraction of a fen is refused rather than rounded.
    """
    plain = narrow(text).replace("，", ",").replace(" ", "")
    plain = re.sub(r"^(人民币|RMB|CNY|[¥￥])|元$", "", plain)
    is_negative = plain.startswith("(") and plain.endswith(")")
    plain = plain.strip("()") if is_negative else plain
    if not AMOUNT.fullmatch(plain):
        return None
    try:
        fen = Decimal(plain.replace(",", "")) * yuan_per_unit * FEN_PER_YUAN
        whole = fen.to_integral_value()
    except InvalidOperation:
        return None
    if abs(fen - whole) > FLOAT_NOISE or abs(whole) > MAX_FEN:
        return None
    return -int(whole) if is_negative else int(whole)


def date_of(text: str, *, is_1904: bool = False) -> date | None:
    """Return a date in any of the usual spellings, or a spreadsheet's serial day; None for an impossible one."""
    plain = TIME_TAIL.sub("", narrow(text))
    for shape in DATE_SHAPES:
        found = shape.fullmatch(plain)
        if found:
            return real_day(int(found["y"]), int(found["m"]), int(found["d"]))
    serial = re.fullmatch(r"(\d{5})(\.\d+)?", plain)
    if serial and int(serial[1]) in SERIALS:
        return (MAC_EPOCH if is_1904 else EXCEL_EPOCH) + timedelta(days=int(serial[1]))
    return None


def real_day(year: int, month: int, day: int) -> date | None:
    """Return the date, None when the calendar has no such day or the year is out of any contract's reach."""
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def count_of(text: str) -> int | None:
    """Return a whole number such as days past due."""
    plain = re.sub(r"(天|日|期)$", "", narrow(text).replace(",", ""))
    return int(plain) if re.fullmatch(r"\d{1,6}(\.0+)?", plain) and "." not in plain else whole_of(plain)


def whole_of(plain: str) -> int | None:
    """Return the whole number a spreadsheet wrote as 435.0."""
    found = re.fullmatch(r"(\d{1,6})\.0+", plain)
    return int(found[1]) if found else None


def degrees_of(text: str, *, limit: int) -> float | None:
    """Return an angle within ±limit degrees."""
    plain = narrow(text).rstrip("°")
    if not re.fullmatch(r"[+-]?\d{1,3}(\.\d{1,15})?", plain):
        return None
    degrees = float(plain)
    return degrees if abs(degrees) <= limit else None


def rate_of(text: str) -> int | None:
    """Return a daily penalty rate in hundred-thousandths of a day (5 per ten thousand = 50)."""
    plain = re.sub(r"[‱]$", "", narrow(text))
    if not re.fullmatch(r"\d{1,4}(\.\d)?", plain):
        return None
    return int(Decimal(plain) * 10)


def yuan(fen: int) -> str:
    """Write fen as yuan with two decimals."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"
