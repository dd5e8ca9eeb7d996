"""What a creditor hands over about one case (委案), as typed values. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.cases.identity import IdentityKind
from server.planning.datum import Datum
from server.planning.precision import Precision


class AddressKind(StrEnum):
    """What a person does at an address."""

    HOME = "home"  # 家庭
    WORK = "work"  # 单位
    REGISTERED = "registered"  # 户籍
    DELIVERY = "delivery"  # 送货
    OTHER = "other"  # 经营、通讯


class GuaranteeKind(StrEnum):
    """How a guarantor is bound. Source: 民法典 §686-688."""

    JOINT = "joint"  # 连带责任保证
    GENERAL = "general"  # 一般保证, also where nothing is said (§686)


class Hint(StrEnum):
    """What the creditor's remark says about the case; a person decides what follows."""

    DISPUTE = "dispute"  # 异议、争议
    COMPLAINT = "complaint"  # 曾投诉


@dataclass(frozen=True, slots=True)
class PlacedPoint:
    """A point as the creditor gave it: raw, with its datum, never converted in place."""

    lon: float
    lat: float
    datum: Datum
    precision: Precision


@dataclass(frozen=True, slots=True)
class PlacedAddress:
    """One address of a case."""

    kind: AddressKind
    text: str
    point: PlacedPoint | None = None


@dataclass(frozen=True, slots=True)
class PlacedGuarantor:
    """A guarantor (保证人) named in the file."""

    name: str
    id_number: str
    is_identity_confirmed: bool
    kind: GuaranteeKind


@dataclass(frozen=True, slots=True)
class PlacedAmounts:
    """What is owed, in fen, true on the as-of day; total is the sum of the parts."""

    total_fen: int
    principal_fen: int
    interest_fen: int = 0
    penalty_interest_fen: int = 0
    penalty_fen: int = 0
    fees_fen: int = 0
    contract_amount_fen: int | None = None
    paid_before_fen: int | None = None
    last_paid_fen: int | None = None


@dataclass(frozen=True, slots=True)
class PlacedCase:
    """One good or flagged row of a creditor's file. Dates are Asia/Shanghai."""

    case_no: str
    contract_no: str
    product: str
    batch: str
    name: str
    id_type: str
    id_number: str
    id_kind: IdentityKind
    is_identity_confirmed: bool
    card_no: str
    phone: str
    contact_name: str
    placed_on: date | None
    return_on: date | None
    overdue_on: date
    due_on: date | None
    days_past_due: int
    penalty_rate: int | None
    last_paid_on: date | None
    amounts: PlacedAmounts
    addresses: tuple[PlacedAddress, ...]
    guarantors: tuple[PlacedGuarantor, ...]
    remark: str
    hints: tuple[Hint, ...]
