"""What a court, a payment order and the police each ask for, as lists that name what is missing. Pure.

They decide nothing, and none of them concludes intent. Source: 民诉法 §22, §24, §35, §122, §124 (suit), §225, §227 and
督促程序规定 (payment order), 法释〔2018〕19号 §6-8, §11 (police, cards).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from server.cases.limitation import LimitationClock
from server.escalation.demands import DemandCheck
from server.escalation.readiness import ReadinessItem

DISPUTES = frozenset({"dispute", "complaint"})
RESIDENCES = {"registered": ("户籍地或注册地（住所）", "民诉法 22；民诉解释 3"), "home": ("经常居住地", "民诉法 22")}
ELSEWHERE = ("其他地址，须核实是否为住所", "民诉法 22")
UNREACHABLE = frozenset({8, 12})  # 地址不存在/已搬迁; 死亡/失踪/羁押线索


_DEMANDS_EN = {
    "after_due": "demanded after default",
    "confirmed": "demanded in a way that confirms receipt",
    "two_30_days": "two demands at least thirty days apart",
    "unpaid_3_months": "unpaid for more than three months after two effective demands",
    "principal": "principal, without interest and fees, of at least 50,000 yuan",
    "intent": "intent to keep it unlawfully: never from not paying alone; for creditor and lawyer to judge",
}
"""The English of what `demands.demand_checks` asks, by code."""


@dataclass(frozen=True, slots=True)
class Check:
    """One condition: whether it holds, None where a person has to find out, its article and a note."""

    code: str
    zh: str
    en: str
    holds: bool | None
    article: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """An address of the debtor, down to its district: kind, district, adcode, whether a route leads there."""

    kind: str
    district: str
    adcode: str
    is_routable: bool


@dataclass(frozen=True, slots=True)
class FilingFacts:
    """What is held of a case that a filing needs. outcomes: the codes of the visits, oldest first."""

    has_creditor_code: bool
    has_identity: bool
    places: tuple[Place, ...]
    amounts_add_up: bool
    has_as_of: bool
    outstanding_fen: int
    is_due: bool
    has_contract_no: bool
    has_basis_day: bool
    open_stops: tuple[str, ...]
    outcomes: tuple[int, ...]


def court(facts: FilingFacts, *, clock: LimitationClock, evidence: Iterable[ReadinessItem]) -> tuple[Check, ...]:
    """Return what a statement of claim needs: parties, claims, facts, evidence, venue, and the clock."""
    lacking = [one.zh for one in evidence if not one.holds]
    in_time = None if clock.days_left is None else clock.days_left >= 0
    return (
        Check("plaintiff", "原告：委托方名称及统一社会信用代码", "the creditor's name and credit code",
              facts.has_creditor_code, "民诉法 124(1)"),
        Check("defendant", "被告：身份已核实", "the debtor's identity is confirmed", facts.has_identity,
              "民诉法 122(2)、124(2)"),
        Check("residence", "被告住所明确", "the debtor's residence is known", bool(facts.places), "民诉法 124(2)"),
        Check("claims", "诉讼请求：金额构成相加等于总额，截至日明确", "the parts add up, with an as-of day",
              facts.amounts_add_up and facts.has_as_of and facts.outstanding_fen > 0, "民诉法 122(3)、124(3)"),
        Check("facts", "事实与理由：合同号与逾期日", "contract number and day of default",
              facts.has_contract_no and facts.has_basis_day, "民诉法 124(3)"),
        Check("evidence", "证据及来源", "evidence and where it comes from", not lacking, "民诉法 124(4)",
              f"缺：{'、'.join(lacking)}" if lacking else ""),
        Check("venue", "管辖法院可据住所确定", "the court follows from the residence",
              has_residence(facts.places), "民诉法 22、24、122(4)"),
        Check("limitation", "诉讼时效未届满", "limitation has not run out", in_time, "民法典 188、192",
              clock.act_by_on.isoformat() if clock.act_by_on else ""),
    )  # fmt: skip


def payment_order(facts: FilingFacts) -> tuple[Check, ...]:
    """Return the conditions of a payment order (支付令): an objection ends it, so a dispute speaks against it."""
    disputed = sorted(DISPUTES & set(facts.open_stops))
    gone = bool(facts.outcomes) and facts.outcomes[-1] in UNREACHABLE
    return (
        Check("money_only", "仅请求给付金钱", "money only is asked for", holds=True, article="民诉法 225"),
        Check("due_and_definite", "债务已到期且数额确定", "due, and of a definite amount",
              facts.is_due and facts.amounts_add_up and facts.outstanding_fen > 0, "民诉法 225、督促程序规定"),
        Check("no_mutual_debt", "债权人与债务人没有其他债务纠纷、无对待给付义务", "no other debt between the two",
              None, "民诉法 225(1)", "须委托方确认"),
        Check("deliverable", "支付令能够送达债务人", "the order can be served", bool(facts.places) and not gone,
              "民诉法 225(2)", "最近一次外访：已搬迁或下落不明" if gone else ""),
        Check("undisputed", "债务人未提出异议（异议成立则程序终结）", "the debtor raised no dispute", not disputed,
              "民诉法 227", "、".join(disputed)),
        Check("grassroots_court", "债务人住所地基层法院", "the grassroots court of the residence",
              has_residence(facts.places), "民诉法 22、督促程序规定"),
        Check("no_preservation", "未申请诉前保全", "no preservation before suit", None, "督促程序规定", "须委托方确认"),
    )  # fmt: skip


def police(
    demands: Sequence[DemandCheck], *, is_card: bool, open_stops: Iterable[str]
) -> tuple[Check, ...]:  # fmt: skip
    """Return the police gate of a card debt: conditions one by one. Intent is never concluded from not paying."""
    article = "法释〔2018〕19号 6-8"
    named = [Check(one.code, one.zh, _DEMANDS_EN[one.code], one.holds, article, one.note) for one in demands]
    disputed = sorted(DISPUTES & set(open_stops))
    return (
        Check("card", "信用卡透支（其他产品不适用）", "a card debt", is_card, "刑法 196"),
        *named,
        Check("lawful", "催收方式合法，无未结投诉或争议", "lawful demands, no complaint open", not disputed,
              "法释〔2018〕19号 7(4)", "、".join(disputed)),
        Check("creditor_seal", "催收证据由发卡银行工作人员签名并加盖公章", "proof signed and sealed by the bank",
              None, "法释〔2018〕19号 7", "须委托方办理"),
        Check("no_disguised_loan", "不属于以信用卡形式发放的贷款", "no loan in the guise of a card", None,
              "法释〔2018〕19号 11", "须委托方确认"),
    )  # fmt: skip


def has_residence(places: Iterable[Place]) -> bool:
    """Tell whether the district of the debtor's residence is known, registered or habitual."""
    return any(place.kind in RESIDENCES and place.district for place in places)


def venues(places: Iterable[Place]) -> list[dict[str, Any]]:
    """Return hints at the court, by basis; place of performance and what was agreed only the contract says."""
    hints = []
    for place in places:
        basis, article = RESIDENCES.get(place.kind, ELSEWHERE)
        if place.district:
            hints.append({"basis": basis, "article": article, "district": place.district, "adcode": place.adcode})
    return [
        *hints,
        {"basis": "合同履行地", "article": "民诉法 24", "district": None, "adcode": None},
        {"basis": "协议管辖", "article": "民诉法 35", "district": None, "adcode": None},
    ]


def listed(checks: Iterable[Check]) -> dict[str, Any]:
    """Return a list of conditions as page data, with what is missing and what a person has to find out."""
    found = list(checks)
    return {
        "items": [
            {"code": one.code, "zh": one.zh, "en": one.en, "holds": one.holds, "article": one.article,
             "note": one.note}
            for one in found
        ],
        "missing": [one.code for one in found if one.holds is False],
        "to_find_out": [one.code for one in found if one.holds is None],
    }  # fmt: skip
