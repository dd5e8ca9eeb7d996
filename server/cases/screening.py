"""Who should be visited first, by a published formula; every point is explained, every exclusion has its reason.

Pure. The formula is docs/screening.md's, version FORMULA_VERSION; the weights are firm policy, not law.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

FORMULA_VERSION = "screen-1"

Bands = tuple[tuple[int, int], ...]

OVERDUE_BANDS: Bands = ((720, 25), (360, 20), (180, 15), (90, 10), (30, 5))
AMOUNT_BANDS: Bands = ((50_000_000, 25), (10_000_000, 20), (5_000_000, 15), (1_000_000, 10), (100_000, 5))
PROMISE_BANDS: Bands = ((3, 20), (2, 14), (1, 8))
LIMITATION_BANDS: Bands = ((365, 4), (180, 8), (90, 12), (30, 15))
CONTACT_POINTS = {"": 5, "reached": 0, "refused": 10, "no_answer": 12, "lost": 15}
COMPLAINED_BEFORE_POINTS = -10


class Exclusion(StrEnum):
    """Why a case is no candidate, whatever it would score."""

    COMPLAINT = "complaint"
    DISPUTE = "dispute"
    STOP_FLAG = "stop_flag"
    SETTLED = "settled"
    NOT_OPEN = "not_open"
    VISITED_RECENTLY = "visited_recently"
    IDENTITY_UNCONFIRMED = "identity_unconfirmed"
    NO_ADDRESS = "no_address"
    ACTIVE_TEXT = "active_text"
    LIMITATION_EXPIRED = "limitation_expired"
    ALREADY_LISTED = "already_listed"


EXCLUSION_NAMES: dict[Exclusion, tuple[str, str]] = {
    Exclusion.COMPLAINT: ("投诉处理中，停止外访", "a complaint is open: no visits until it is answered"),
    Exclusion.DISPUTE: ("债务人对金额有异议，先核实", "the debtor disputes the amount: settle that first"),
    Exclusion.STOP_FLAG: ("有停访标志", "a stop flag is raised"),
    Exclusion.SETTLED: ("已结清", "the creditor reports it settled"),
    Exclusion.NOT_OPEN: ("案件状态不允许外访", "the state of the case does not allow a visit"),
    Exclusion.VISITED_RECENTLY: ("距上次外访时间过短", "visited too recently"),
    Exclusion.IDENTITY_UNCONFIRMED: ("身份未核实，可能找错人", "identity unconfirmed: it may be somebody else"),
    Exclusion.NO_ADDRESS: ("没有可上门的地址", "there is no address to visit"),
    Exclusion.ACTIVE_TEXT: (
        "导入内容含公式或网页标记，须人工核对",
        "imported text holds formulas or markup: a person must look",
    ),
    Exclusion.LIMITATION_EXPIRED: ("诉讼时效已届满，须法务先行确认", "limitation has run out: legal must agree first"),
    Exclusion.ALREADY_LISTED: (
        "已在未完结的名单或未下发的方案中",
        "already on a list that is not finished, or in a scheme that is not sent out",
    ),
}


@dataclass(frozen=True, slots=True)
class ScreeningPolicy:
    """The firm's own parameters."""

    min_days_between_visits: int = 7


@dataclass(frozen=True, slots=True)
class ScreeningFacts:
    """What is known about a case on the screening day. Amount in fen; limitation None when it cannot be computed."""

    days_past_due: int
    owed_fen: int
    broken_promises: int
    contact_result: str
    limitation_days_left: int | None
    last_visit_on: date | None
    is_open: bool
    is_settled: bool
    is_identity_confirmed: bool
    has_address: bool
    has_active_text: bool
    complained_before: bool
    is_already_listed: bool
    stop_kinds: tuple[str, ...] = ()
    has_legal_approval: bool = False  # of a visit after limitation has run out


@dataclass(frozen=True, slots=True)
class Term:
    """One summand of a score: what was looked at, its value in words, and the points it gives."""

    code: str
    name: str
    name_en: str
    value: str
    points: int
    most: int


@dataclass(frozen=True, slots=True)
class Screened:
    """A case's score of 0 to 100 with its terms; a case with exclusions is no candidate."""

    score: int
    terms: tuple[Term, ...]
    exclusions: tuple[Exclusion, ...]

    @property
    def is_candidate(self) -> bool:
        """May the case be put on a list?"""
        return not self.exclusions


def screen(facts: ScreeningFacts, *, today: date, policy: ScreeningPolicy) -> Screened:
    """Score one case and say why it may not be visited, if so."""
    terms = score_terms(facts)
    total = max(min(sum(term.points for term in terms), 100), 0)
    return Screened(total, terms, find_exclusions(facts, today=today, policy=policy))


def score_terms(facts: ScreeningFacts) -> tuple[Term, ...]:
    """Return every summand, those that give nothing included, so that two cases can be compared term by term."""
    owed = f"{facts.owed_fen // 100:,}.{facts.owed_fen % 100:02d}"
    left = facts.limitation_days_left
    contact = CONTACT_POINTS.get(facts.contact_result, CONTACT_POINTS[""])
    return (
        Term(
            "overdue", "逾期天数", "days past due", str(facts.days_past_due),
            at_least(facts.days_past_due, OVERDUE_BANDS), 25,
        ),
        Term("amount", "欠款金额（元）", "amount owed (yuan)", owed, at_least(facts.owed_fen, AMOUNT_BANDS), 25),
        Term(
            "broken_promises", "违约承诺次数", "broken promises", str(facts.broken_promises),
            at_least(facts.broken_promises, PROMISE_BANDS), 20,
        ),
        Term("contact", "联系结果", "contact result", facts.contact_result or "unknown", contact, 15),
        Term(
            "limitation", "时效剩余天数", "days of limitation left", "unknown" if left is None else str(left),
            0 if left is None or left < 0 else at_most(left, LIMITATION_BANDS), 15,
        ),
        Term(
            "complained_before", "曾投诉，慎访", "complained before: visit with care",
            "yes" if facts.complained_before else "no",
            COMPLAINED_BEFORE_POINTS if facts.complained_before else 0, 0,
        ),
    )  # fmt: skip


def at_least(value: int, bands: Bands) -> int:
    """Return the points of the first band that the value reaches."""
    return next((points for least, points in bands if value >= least), 0)


def at_most(value: int, bands: Bands) -> int:
    """Return the points of the narrowest band that the value still lies in."""
    return max((points for most, points in bands if value <= most), default=0)


def find_exclusions(facts: ScreeningFacts, *, today: date, policy: ScreeningPolicy) -> tuple[Exclusion, ...]:
    """Return every reason against a visit, gravest first."""
    known = {"complaint": Exclusion.COMPLAINT, "dispute": Exclusion.DISPUTE}
    stops = {known.get(kind, Exclusion.STOP_FLAG) for kind in facts.stop_kinds}
    is_recent = facts.last_visit_on is not None and (today - facts.last_visit_on).days < policy.min_days_between_visits
    is_expired = facts.limitation_days_left is not None and facts.limitation_days_left < 0
    checks = {
        Exclusion.COMPLAINT: Exclusion.COMPLAINT in stops,
        Exclusion.DISPUTE: Exclusion.DISPUTE in stops,
        Exclusion.STOP_FLAG: Exclusion.STOP_FLAG in stops,
        Exclusion.SETTLED: facts.is_settled,
        Exclusion.NOT_OPEN: not facts.is_open and not facts.is_settled,
        Exclusion.IDENTITY_UNCONFIRMED: not facts.is_identity_confirmed,
        Exclusion.ACTIVE_TEXT: facts.has_active_text,
        Exclusion.NO_ADDRESS: not facts.has_address,
        Exclusion.LIMITATION_EXPIRED: is_expired and not facts.has_legal_approval,
        Exclusion.VISITED_RECENTLY: is_recent,
        Exclusion.ALREADY_LISTED: facts.is_already_listed,
    }
    return tuple(exclusion for exclusion, applies in checks.items() if applies)
