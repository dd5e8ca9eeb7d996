"""The limitation clock told line by line, in Chinese and English, each line with the article it rests on. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from server.cases.limitation import (
    PERIOD_YEARS,
    ClockState,
    Counted,
    LimitationClock,
    LimitationKind,
    Reason,
    is_pending,
    obstacle_end,
    restart_of,
)

KIND = {
    LimitationKind.DEMAND: ("催告", "demand", "民法典 195(1)；诉讼时效规定 8(1)"),
    LimitationKind.LETTER: ("信件或数据电文催告", "demand by letter or message", "诉讼时效规定 8(2)；银行卡规定 3"),
    LimitationKind.DEDUCTION: ("金融机构扣收", "deduction by the bank", "诉讼时效规定 8(3)"),
    LimitationKind.NOTICE: ("公告催收（下落不明）", "public notice, whereabouts unknown", "诉讼时效规定 8(4)"),
    LimitationKind.AGREEMENT: (
        "债务人同意履行（承诺或签字确认）", "debtor agreed to perform (promise or signature)",
        "民法典 195(2)；诉讼时效规定 14",
    ),
    LimitationKind.PART_PAYMENT: ("部分履行（委托方账务）", "part payment in the creditor's books", "诉讼时效规定 14"),
    LimitationKind.SUIT: (
        "起诉、仲裁或申请支付令", "suit, arbitration or payment order", "民法典 195(3)(4)；诉讼时效规定 10、11",
    ),
    LimitationKind.MEDIATION: ("请求调解组织保护", "protection sought from a mediation body", "诉讼时效规定 12"),
    LimitationKind.POLICE: ("报案或控告", "report to the police", "诉讼时效规定 13"),
    LimitationKind.ASSIGNMENT: ("债权转让通知到达", "notice of assignment arrived", "诉讼时效规定 17"),
    LimitationKind.OBSTACLE: ("中止事由（不能行使请求权的障碍）", "an obstacle to claiming", "民法典 194"),
}  # fmt: skip
"""What happened, in both languages, and the article that gives it its effect."""

REASON = {
    Reason.ATTEMPT_ONLY: ("仅为尝试，不中断", "an attempt only: nothing moves"),
    Reason.BEFORE_START: ("早于起算日，不计", "before the start: not counted"),
    Reason.NOT_YET: ("日期远晚于今日，不计，须核实", "dated long after today: not counted, to be looked into"),
    Reason.GUARANTOR_ONLY: ("仅向保证人主张，不影响主债务时效", "against the guarantor only: the debt's clock stays"),
    Reason.AFTER_EXPIRY: ("届满之后，须法务判断", "after expiry: legal decides"),
    Reason.BEYOND_CAP: ("超过二十年，不计", "beyond twenty years: not counted"),
    Reason.NOT_IN_LAST_HALF_YEAR: (
        "障碍在最后六个月之前已消除，不中止",
        "gone before the last six months: nothing is suspended",
    ),
}
PROOF = {
    "due_on": ("债务到期日未知，时效无法计算", "the due day is unknown, nothing can be computed"),
    "signed_demand_or_agreement": (
        "没有本人签署或合格代收的催告、承诺（A/B 级证据）", "no demand or agreement proven by grade A or B",
    ),
    "counsel_confirms_unsigned_delivery": (
        "无签名的送达（C 级证据）须律师确认其效力", "counsel confirms delivery without a signature (grade C)",
    ),
    "legal_reads_events_after_expiry": (
        "时效届满后的签署须法务判断其效力", "legal judges what was signed after expiry",
    ),
}  # fmt: skip
STATE = {
    ClockState.NOT_DUE: ("债务尚未到期，时效未起算", "not due yet: the clock has not started"),
    ClockState.RUNNING: ("诉讼时效进行中", "the clock is running"),
    ClockState.PAUSED: (
        "程序进行中或障碍未消除，时效停止；其终结或消除后继续计算",
        "proceedings are under way or an obstacle lasts: counted on from their end",
    ),
    ClockState.EXPIRED: ("诉讼时效已届满：外访须法务批准", "limitation has run out: a visit needs legal's approval"),
    ClockState.WAIVER_POSSIBLE: (
        "诉讼时效已届满，届满后有同意履行的表示：须法务判断是否放弃抗辩",
        "limitation has run out; the debtor agreed to perform after it: legal judges whether the defence was given up",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the explanation: the day it is about, both languages, the article, the record it comes from."""

    on: date | None
    zh: str
    en: str
    article: str
    source: str = ""


def explain(clock: LimitationClock, *, today: date) -> tuple[Line, ...]:
    """Return the clock line by line: start, events with their effects, last day, how it stands, what is missing."""
    missing = (Line(None, *PROOF[code], "证据规定 90；诉讼时效规定 8、14") for code in clock.missing_proof)
    if clock.start_on is None or clock.expires_on is None or clock.cap_on is None:
        return tuple(missing)
    start = Line(
        clock.start_on,
        f"债务（分期债务为最后一期）到期；诉讼时效自次日起算 {PERIOD_YEARS} 年",
        f"the debt (its last instalment) fell due; {PERIOD_YEARS} years count from the next day",
        "民法典 188、189、201",
    )
    return (start, *(_told(one, today=today) for one in clock.events), *_end(clock, today=today), *missing)


def _told(counted: Counted, *, today: date) -> Line:
    event = counted.event
    zh, en, article = KIND[event.kind]
    effect_zh, effect_en = _effect(counted, today=today)
    return Line(
        event.happened_on,
        f"{zh}（证据 {event.grade} 级）：{effect_zh}",
        f"{en} (proof of grade {event.grade}): {effect_en}",
        article,
        event.source,
    )


def _effect(counted: Counted, *, today: date) -> tuple[str, str]:
    if counted.reason is not None:
        return REASON[counted.reason]
    if counted.event.kind is LimitationKind.OBSTACLE:
        return _suspended(counted, today=today)
    if is_pending(counted.event, today=today):
        return "中断，程序未终结", "the clock stands still while proceedings last"
    day, until = restart_of(counted.event).isoformat(), counted.expires_on.isoformat()
    return f"中断，自 {day} 重新计算，至 {until}", f"restarts on {day}, until {until}"


def _suspended(counted: Counted, *, today: date) -> tuple[str, str]:
    until = counted.expires_on.isoformat()
    if is_pending(counted.event, today=today):
        return (
            f"最后六个月内中止，障碍未消除；即使今日消除，亦至 {until} 届满",
            f"suspended in the last six months, not gone yet; were it gone today, the period would last until {until}",
        )
    end = obstacle_end(counted.event, today=today).isoformat()
    return (
        f"最后六个月内中止，{end} 障碍消除，自该日起满六个月届满（{until}）",
        f"suspended in the last six months; gone on {end}, the period ends six months later ({until})",
    )


def _end(clock: LimitationClock, *, today: date) -> Iterator[Line]:
    left = clock.days_left or 0
    zh, en = f"剩余 {left} 天", f"{left} days left"
    if left < 0:
        zh, en = f"已过 {-left} 天", f"{-left} days ago"
    yield Line(clock.expires_on, f"诉讼时效最后一日（{zh}）", f"last day of the period ({en})", "民法典 188、200-203")
    if clock.act_by_on != clock.expires_on:
        yield Line(
            clock.act_by_on, "期间计满之日为法定休假日，最后一日顺延；安排工作以此日为准",
            "the period is counted to this day of rest and ends after it; act by this day all the same", "民法典 203",
        )  # fmt: skip
    if clock.certain_on != clock.expires_on:
        yield Line(
            clock.certain_on, "若 C 级证据不被采信，最后一日为此日", "the last day if grade C does not hold in court",
            "诉讼时效规定 8(1)",
        )  # fmt: skip
    yield Line(clock.cap_on, "自权利受损起二十年，最长保护期", "twenty years, the longest protection", "民法典 188(2)")
    yield Line(today, *STATE[clock.state], "民法典 192；诉讼时效规定 19" if left < 0 else "民法典 188、195")
