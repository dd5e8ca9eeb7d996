"""What papers say, as plain values: the facts several papers share, and the fingerprint of a whole facts tree.

A facts tree is frozen dataclasses of str, int (fen, metres, minutes), bool, date, aware datetime, bytes and tuples.
Pure.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum, StrEnum
from typing import Any

from receipts.images import PrintPhoto
from receipts.wording import NaiveTime

Point = tuple[int, int]


class NotAFact(TypeError):
    """A facts tree holds only plain values."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A finished paper: its PDF, the fingerprint of its facts, what to look at, and how many pages it has."""

    pdf: bytes
    fingerprint: str
    flags: tuple[str, ...]
    pages: int


@dataclass(frozen=True, slots=True)
class SealFacts:
    """What stands on every page of a paper: who made it, when, under which serial, and where to verify it.

    log_size and log_root name the newest state of the public log, so whoever holds the paper is a witness to it.
    """

    serial: str
    generated_at: datetime
    firm_name: str  # 受托催收机构
    verify_url: str
    version: int = 1
    log_size: int = 0
    log_root: str = ""


@dataclass(frozen=True, slots=True)
class SpecimenSeal(SealFacts):
    """What stands on every page of a paper of invented facts (样本): it is marked so, and nowhere to be verified."""


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """A person or company on a paper: identity by its last four characters only."""

    name: str
    id_last4: str = ""
    phone: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class DebtFacts:
    """What is owed as of a day, in fen, by kind, as the creditor's file says."""

    creditor: str  # 委托方
    product: str
    contract_no: str
    as_of_on: date
    principal_fen: int  # 本金
    interest_fen: int = 0  # 利息
    penalty_fen: int = 0  # 罚息
    default_fen: int = 0  # 违约金
    fees_fen: int = 0  # 费用

    def parts(self) -> tuple[tuple[str, int], ...]:
        """Return each kind's Chinese name and amount in fen, in the order they are printed."""
        return (
            ("本金", self.principal_fen),
            ("利息", self.interest_fen),
            ("罚息", self.penalty_fen),
            ("违约金", self.default_fen),
            ("费用", self.fees_fen),
        )

    def total_fen(self) -> int:
        """Return the sum of all kinds, in fen."""
        return sum(amount_fen for _, amount_fen in self.parts())


@dataclass(frozen=True, slots=True)
class PayeeFacts:
    """The creditor's own account (收款账户), the only kind that is ever printed."""

    account_name: str
    bank: str
    account_no: str


@dataclass(frozen=True, slots=True)
class ObjectionFacts:
    """Where and until when to object (异议途径)."""

    phone: str
    address: str = ""
    until_on: date | None = None
    days: int = 0


@dataclass(frozen=True, slots=True)
class StaffFacts:
    """A field agent (外访专员) as named on paper."""

    name: str
    staff_no: str
    id_shown: bool = False


@dataclass(frozen=True, slots=True)
class StrokeFacts:
    """A handwritten signature: points of each stroke on a field width x height in the same unit, y downwards."""

    width: int
    height: int
    strokes: tuple[tuple[Point, ...], ...]
    sha256: str = ""


class SignatureState(StrEnum):
    """How a signature line was answered."""

    OPEN = "open"  # nobody has signed yet: a line to sign on
    SIGNED = "signed"  # 签字
    ELECTRONIC = "electronic"  # 系统内签批, by a signed-in person
    FINGERPRINT = "fingerprint"  # 按印, on the paper
    REFUSED = "refused"  # 拒签


@dataclass(frozen=True, slots=True)
class SignatureFacts:
    """One signature line and how it was answered."""

    name: str = ""
    state: SignatureState = SignatureState.OPEN
    strokes: StrokeFacts | None = None
    signed_at: datetime | None = None
    reason: str = ""  # why it was refused


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """A photo: the hash names the original; content is its bytes, or the picture made of them for print."""

    photo_no: str
    taken_at: datetime
    sha256: str
    content: bytes | PrintPhoto
    subject: str = ""


@dataclass(frozen=True, slots=True)
class RecordingFacts:
    """A sound or video recording, listed by number and hash."""

    recording_no: str
    started_at: datetime
    duration_s: int | None  # None: its container does not tell
    sha256: str
    medium: str = "录音"


@dataclass(frozen=True, slots=True)
class CheckFacts:
    """One result of a rule (合规检查): its name, whether it passed, and what has to be explained."""

    rule: str
    passed: bool
    note: str = ""


def strokes_of(capture: Mapping[str, Any], strokes: Sequence[Mapping[str, Any]], *, sha256: str = "") -> StrokeFacts:
    """Take the strokes of a phone's signature record: `capture` has w and h, each stroke has p = [[x, y, ...], ...].

    Points without two numbers are left out. Raises KeyError when w or h is missing.
    """
    taken = tuple(
        tuple((int(point[0]), int(point[1])) for point in stroke.get("p", ()) if len(point) > 1) for stroke in strokes
    )
    return StrokeFacts(int(capture["w"]), int(capture["h"]), tuple(stroke for stroke in taken if stroke), sha256)


def fingerprint(facts: object) -> str:
    """Return the SHA-256, as hex, of the facts' canonical form (内容指纹).

    Canonical form: ASCII JSON with sorted keys and no spaces; times in UTC, bytes by their own SHA-256.
    Raises NotAFact or NaiveTime.
    """
    canonical = json.dumps(
        {"paper": type(facts).__name__, "facts": _plain(facts)},
        ensure_ascii=True,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, PrintPhoto):  # a picture is its bytes, however it is handed over
        return _plain_leaf(value.jpeg)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        is_plain = all(type(member) is int for member in value)  # the thousands of points of a signature
        return list(value) if is_plain else [_plain(member) for member in value]
    return _plain_leaf(value)


def _plain_leaf(value: object) -> object:
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | str():
            return value
        case datetime():
            if value.tzinfo is None:
                raise NaiveTime(f"expected a time with its zone, got {value.isoformat()}")
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case bytes():
            return f"sha256:{hashlib.sha256(value).hexdigest()}"
        case _:
            raise NotAFact(f"expected a plain value, got {type(value).__name__}")
