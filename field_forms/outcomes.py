"""The 14 outcome codes of a visit (外访结果): who was met, which evidence each needs, what it leads to. Pure.

Source: docs/domain.md §2 (the codes); docs/compliance.md §3.4 (limitation), §3.6 (third parties).
"""

from dataclasses import dataclass
from enum import StrEnum


class Who(StrEnum):
    """Who was met at the door (会见人)."""

    DEBTOR = "debtor"  # 本人
    CO_DEBTOR = "co_debtor"  # 共债人
    GUARANTOR = "guarantor"  # 保证人
    CO_RESIDENT_ADULT = "co_resident_adult"  # 同住成年亲属
    THIRD_PARTY = "third_party"  # 无关第三人
    NOBODY = "nobody"  # 无人


class Proof(StrEnum):
    """A record or file that an outcome needs."""

    MET = "met"  # who was met, and how it was known
    DISCLOSURE = "disclosure"  # what was announced
    PROMISE = "promise"  # the promise with its instalments
    SIGNED_PAPER = "signed_paper"  # a paper with its hash, strokes or refusal
    NOTE = "note"  # the agent's own words
    PHOTO = "photo"  # at least one photo of the place


class NextStep(StrEnum):
    """What may lawfully follow."""

    AWAIT_PROMISE = "await_promise"  # 等待承诺到期
    REVISIT = "revisit"  # 再次外访
    PHONE = "phone"  # 电话联系本人
    SEND_LETTER = "send_letter"  # 寄送函件
    RESOLVE_DISPUTE = "resolve_dispute"  # 异议核实（停止外访）
    NEGOTIATE_RELIEF = "negotiate_relief"  # 困难协商/减免分期
    VERIFY_PAYMENT = "verify_payment"  # 向委托方核对回款
    VERIFY_ADDRESS = "verify_address"  # 核实地址
    VERIFY_STATUS = "verify_status"  # 核实死亡/失踪/羁押
    REVIEW_SAFETY = "review_safety"  # 安全复盘
    PROPOSE_SUSPEND = "propose_suspend"  # 提请暂停催收
    PROPOSE_SUE = "propose_sue"  # 提请起诉


OWING = frozenset({Who.DEBTOR, Who.CO_DEBTOR, Who.GUARANTOR})
ANYONE = frozenset(Who)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome code."""

    code: int
    zh: str
    en: str
    met: frozenset[Who]
    next_steps: tuple[NextStep, ...]
    needs: frozenset[Proof]
    is_executed: bool = True


_MET = frozenset({Proof.MET, Proof.DISCLOSURE})
_SEEN = frozenset({Proof.MET, Proof.PHOTO})

_ALL = (
    Outcome(
        1,
        "见本人-承诺",
        "met: promised to pay",
        OWING,
        (NextStep.AWAIT_PROMISE, NextStep.PHONE),
        _MET | {Proof.PROMISE},
    ),
    Outcome(
        2,
        "见本人-签对账单",
        "met: signed the account statement",
        OWING,
        (NextStep.PHONE, NextStep.REVISIT, NextStep.PROPOSE_SUE),
        _MET | {Proof.SIGNED_PAPER},
    ),
    Outcome(
        3,
        "见本人-拒绝",
        "met: refused to pay",
        OWING,
        (NextStep.PHONE, NextStep.REVISIT, NextStep.SEND_LETTER, NextStep.PROPOSE_SUE),
        _MET | {Proof.NOTE},
    ),
    Outcome(4, "见本人-异议", "met: disputes the debt", OWING, (NextStep.RESOLVE_DISPUTE,), _MET | {Proof.NOTE}),
    Outcome(
        5,
        "见本人-困难/协商",
        "met: in hardship, wants to negotiate",
        OWING,
        (NextStep.NEGOTIATE_RELIEF, NextStep.PHONE, NextStep.PROPOSE_SUSPEND),
        _MET | {Proof.NOTE},
    ),
    Outcome(
        6,
        "见同住成年亲属-代收",
        "co-resident adult relative took the sealed paper",
        frozenset({Who.CO_RESIDENT_ADULT}),
        (NextStep.PHONE, NextStep.REVISIT, NextStep.PROPOSE_SUE),
        _MET | {Proof.SIGNED_PAPER, Proof.PHOTO},
    ),
    Outcome(
        7,
        "无人应答",
        "nobody answered",
        frozenset({Who.NOBODY}),
        (NextStep.REVISIT, NextStep.PHONE, NextStep.SEND_LETTER),
        _SEEN,
    ),
    Outcome(
        8,
        "地址不存在/已搬迁",
        "no such address, or moved away",
        frozenset({Who.NOBODY, Who.THIRD_PARTY}),
        (NextStep.VERIFY_ADDRESS, NextStep.PHONE),
        _SEEN | {Proof.NOTE},
    ),
    Outcome(
        9,
        "见第三人-未透露",
        "met a third party, nothing disclosed",
        frozenset({Who.THIRD_PARTY}),
        (NextStep.PHONE, NextStep.REVISIT),
        frozenset({Proof.MET}),
    ),
    Outcome(
        10,
        "拒绝沟通/被阻",
        "would not talk, or the way was barred",
        ANYONE,
        (NextStep.PHONE, NextStep.SEND_LETTER, NextStep.PROPOSE_SUE),
        frozenset({Proof.MET, Proof.NOTE}),
    ),
    Outcome(
        11,
        "安全中止",
        "broken off for safety",
        ANYONE,
        (NextStep.REVIEW_SAFETY, NextStep.SEND_LETTER),
        frozenset({Proof.NOTE}),
    ),
    Outcome(
        12,
        "死亡/失踪/羁押线索",
        "a lead that the debtor is dead, missing or detained",
        ANYONE,
        (NextStep.VERIFY_STATUS, NextStep.PROPOSE_SUSPEND),
        frozenset({Proof.MET, Proof.NOTE}),
    ),
    Outcome(13, "已还款(客户称)", "says that it is paid", OWING, (NextStep.VERIFY_PAYMENT,), _MET | {Proof.NOTE}),
    Outcome(
        14,
        "未执行(改期)",
        "not carried out, to be planned again",
        frozenset({Who.NOBODY}),
        (NextStep.REVISIT, NextStep.PHONE),
        frozenset({Proof.NOTE}),
        is_executed=False,
    ),
)

OUTCOMES = {outcome.code: outcome for outcome in _ALL}


def find(code: object) -> Outcome | None:
    """Return the outcome of a code, or None: a record may carry any number."""
    return OUTCOMES.get(code) if type(code) is int else None


def may_disclose(who: object) -> bool:
    """Tell whether the debt may be spoken of and papers shown open: only to those who owe it.

    Source: docs/compliance.md §3.6: only debtor, co-debtor and guarantor hold an owed amount.
    """
    return who in OWING


def is_consistent(code: object, who: object) -> bool:
    """Tell whether an outcome can follow from meeting this person; an unknown code or person never does."""
    outcome = find(code)
    return outcome is not None and who in outcome.met


def missing(code: object, *, present: frozenset[Proof]) -> frozenset[Proof]:
    """Return the evidence that an outcome needs and that is not there; nothing for an unknown code."""
    outcome = find(code)
    return outcome.needs - present if outcome else frozenset()
