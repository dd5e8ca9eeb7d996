"""Serial numbers of papers (单据编号): `HZ-20261202-0007-4` = kind, day, running number, check digit. Pure."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

_SHAPE = re.compile(r"([A-Z]{2})-([0-9]{8})-([0-9]{4,8})-([0-9])")
_MOST = 99_999_999


class PaperKind(StrEnum):
    """Which paper a serial belongs to; the value is the prefix."""

    VISIT_RECEIPT = "HZ"  # 到访回执单
    ACCOUNT_STATEMENT = "DZ"  # 客户对账单
    DUNNING_LETTER = "CK"  # 催款函
    LAWYERS_LETTER = "LS"  # 律师函
    PROMISE = "CN"  # 还款承诺书
    VISIT_SCHEME = "FA"  # 外访方案审批表
    VISIT_SUMMARY = "HB"  # 走访汇总表
    EVIDENCE_INDEX = "ML"  # 法务移送卷宗目录
    DELETION_CERTIFICATE = "SC"  # 个人信息删除证明
    BREACH_NOTICE = "TZ"  # 个人信息安全事件通知


class BadSerial(ValueError):
    """The text is not a serial of ours, or was mistyped."""


class BadNumber(ValueError):
    """A running number is from 1 to 99,999,999."""


@dataclass(frozen=True, slots=True)
class Serial:
    """A serial taken apart; `number` counts from 1 within a kind and a day."""

    kind: PaperKind
    on: date
    number: int


def make(kind: PaperKind, *, on: date, number: int) -> str:
    """Return the serial of the number-th paper of its kind on that day (Asia/Shanghai). Raises BadNumber."""
    if not 1 <= number <= _MOST:
        raise BadNumber(f"expected 1 to {_MOST}, got {number}")
    body = f"{kind.value}-{on:%Y%m%d}-{number:04d}"
    return f"{body}-{check_digit(body)}"


def read(serial: str) -> Serial:
    """Take a serial apart, whatever the case of its letters and the spaces around it. Raises BadSerial."""
    match = _SHAPE.fullmatch(serial.strip().upper())
    if not match:
        raise BadSerial(f"expected a serial like HZ-20261202-0007-4, got {serial!r}")
    prefix, day, number, digit = match.groups()
    expected = check_digit(f"{prefix}-{day}-{number}")
    if digit != expected:
        raise BadSerial(f"expected check digit {expected}, got {digit} in {serial!r}")
    try:
        return Serial(PaperKind(prefix), date.fromisoformat(day), int(number))
    except ValueError as error:
        raise BadSerial(f"expected a known prefix and a day of the calendar, got {serial!r}") from error


def check_digit(body: str) -> str:
    """Return the digit that makes any one mistyped digit of the body show, and nearly every swap of neighbours.

    Letters count as two digits each (A=10 .. Z=35), hyphens not at all.
    Source: ISO/IEC 7064:2003, hybrid system MOD 11,10; letters as in ISO 13616 (IBAN).
    """
    product = 10
    for digit in "".join(str(int(character, 36)) for character in body if character != "-"):
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)
