"""The visit receipt (到访回执单): what happened at one door, who signed, what was handed over.

Debt, creditor and agreements are printed only when the debtor was met in person: whoever else holds the paper, a
relative or a neighbour, learns nothing about a debt. Source: GB/T 45251-2025; 中国银行业协会 2026, third parties.
Pure.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from reportlab.lib.units import mm

from receipts import blocks, photos, wording
from receipts.blocks import Align, Column, Field
from receipts.facts import (
    DebtFacts,
    Paper,
    PartyFacts,
    PhotoFacts,
    RecordingFacts,
    SealFacts,
    SignatureFacts,
    StaffFacts,
)
from receipts.lettering import FINE
from receipts.page import Sheet, Title
from receipts.signing import HEIGHT, SignatureLine, signature_lines
from receipts.templates import Clause, Template

CASH_NOTICE = "本回执不是收款凭证，工作人员不收取任何款项。如有人索要现金或要求转账至个人账户，请拒绝并投诉。"
_PRIVACY_NOTICE = (
    "个人信息处理告知（个人信息保护法 17）：受托处理姓名、地址、联系方式、影像录音与本回执内容，"
    "仅用于核实到访送达和留存证据；案件结束后按法定年限保存，期满删除。可向上列电话查阅、复制、更正、删除或投诉。"
)
_RECEIPT_NOTE = "签收仅表示收到上列文件并知悉到访情况，不构成对任何事项的承认或承诺。"
TEMPLATE = Template("visit_receipt", 1, (Clause("cash_notice", CASH_NOTICE), Clause("receipt_note", _RECEIPT_NOTE)))
_TITLE = Title("到访回执单", "Visit receipt")


class WhoMet(StrEnum):
    """Who was met at the door (会见人)."""

    DEBTOR = "debtor"  # 本人
    CO_RESIDENT_ADULT = "co_resident_adult"  # 同住成年亲属
    THIRD_PARTY = "third_party"  # 其他人员
    NOBODY = "nobody"  # 未会见到任何人


class Notice(StrEnum):
    """What must be told before anything else (已告知事项)."""

    ENTRUSTMENT = "entrustment"  # 受托身份
    RECORDING = "recording"  # 录音录像
    NO_CASH = "no_cash"  # 不收现金
    PRIVACY = "privacy"  # 信息处理告知
    OBJECTION = "objection"  # 异议渠道


OUTCOMES = {
    1: "见本人，作出承诺",
    2: "见本人，签对账单",
    3: "见本人，拒绝",
    4: "见本人，提出异议",
    5: "见本人，困难/协商",
    6: "同住成年亲属代收密封件",
    7: "无人应答",
    8: "地址不存在/已搬迁",
    9: "会见其他人员",
    10: "拒绝沟通/被阻",
    11: "安全中止",
    12: "人员情况有变，待核实",
    13: "本人称已处理",
    14: "未执行，改期",
}
_WITH_DEBTOR = frozenset({1, 2, 3, 4, 5, 10, 11, 13})
_DEBTOR_ONLY = frozenset({1, 2, 3, 4, 5, 13})
_MET_LABELS = {
    WhoMet.DEBTOR: "本人",
    WhoMet.CO_RESIDENT_ADULT: "同住成年亲属",
    WhoMet.THIRD_PARTY: "其他人员",
    WhoMet.NOBODY: "未会见到人员",
}
_NOTICE_LABELS = {
    Notice.ENTRUSTMENT: "受托身份",
    Notice.RECORDING: "录音录像",
    Notice.NO_CASH: "不收现金",
    Notice.PRIVACY: "个人信息处理",
    Notice.OBJECTION: "异议与投诉渠道",
}


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """A document handed over (送达文件)."""

    name: str
    serial: str
    copies: int = 1
    is_sealed: bool = False


@dataclass(frozen=True, slots=True)
class VisitReceiptFacts:
    """Everything a visit receipt says; `outcome` is one of the fourteen outcome codes (外访结果)."""

    seal: SealFacts
    case_no: str
    debtor: PartyFacts
    scheme_no: str
    approved_by: str
    arrived_at: datetime
    left_at: datetime | None
    visited_address: str
    agents: tuple[StaffFacts, ...]
    met: WhoMet
    outcome: int
    complaint_phone: str
    planned_address: str = ""
    address_matches: bool | None = None
    distance_m: int | None = None
    debt: DebtFacts | None = None
    met_name: str = ""
    met_relation: str = ""
    met_is_adult: bool | None = None
    notices: tuple[Notice, ...] = ()
    documents: tuple[DocumentFacts, ...] = ()
    agreement: str = ""
    signature: SignatureFacts = field(default_factory=SignatureFacts)
    witness: SignatureFacts = field(default_factory=SignatureFacts)
    photos: tuple[PhotoFacts, ...] = ()
    recordings: tuple[RecordingFacts, ...] = ()
    words: Template = TEMPLATE


def may_disclose(facts: VisitReceiptFacts) -> bool:
    """Say whether debt, creditor and agreements may stand on this receipt: only when the debtor was met."""
    return facts.met is WhoMet.DEBTOR and facts.outcome in _WITH_DEBTOR


def render(facts: VisitReceiptFacts) -> Paper:
    """Return the receipt as a PDF; what was withheld or could not be printed is in its flags.

    Raises FontsMissing, NaiveTime or NotAFact.
    """
    sheet = Sheet(_TITLE, facts, facts.seal)
    _note_contradictions(sheet, facts)
    _visit(sheet, facts)
    _talk(sheet, facts)
    if may_disclose(facts) and facts.debt is not None:
        _debt(sheet, facts.debt)
    _documents(sheet, facts)
    _agreement(sheet, facts)
    blocks.notice(
        sheet, f"{facts.words.text('cash_notice')}\n投诉电话 Complaints: {facts.complaint_phone}，或扫描右上角二维码。"
    )
    blocks.paragraph(sheet, _PRIVACY_NOTICE, FINE)
    _signatures(sheet, facts)
    _media(sheet, facts)
    return sheet.finish()


def _note_contradictions(sheet: Sheet, facts: VisitReceiptFacts) -> None:
    if facts.outcome not in OUTCOMES:
        sheet.flag(f"unknown-outcome {facts.outcome}")
    if facts.met is WhoMet.DEBTOR and not may_disclose(facts):
        sheet.flag("contradiction met debtor, outcome says otherwise")
    if not may_disclose(facts) and (facts.debt is not None or facts.agreement.strip()):
        sheet.flag("withheld debt and agreement")


def _visit(sheet: Sheet, facts: VisitReceiptFacts) -> None:
    open_name = facts.debtor.name if may_disclose(facts) else wording.masked(facts.debtor.name)
    blocks.heading(sheet, "到访情况", "Visit")
    distance = "" if facts.distance_m is None else f"　距计划地点约 {facts.distance_m} 米"
    entries = [
        Field("方案编号", wording.or_blank(facts.scheme_no)),
        Field("批准人", wording.or_blank(facts.approved_by)),
        Field("业务编号", wording.or_blank(facts.case_no)),
        Field("拟会见人", _with_id(open_name, facts.debtor.id_last4 if may_disclose(facts) else "")),
        Field("到访日期", wording.day_of(facts.arrived_at)),
        Field("到达 / 离开", f"{wording.clock(facts.arrived_at)} / {wording.clock(facts.left_at)}{_stay(facts)}"),
        Field("到访地址", wording.or_blank(facts.visited_address), wide=True),
    ]
    if facts.planned_address and facts.planned_address != facts.visited_address:
        entries.append(Field("计划地址", facts.planned_address, wide=True))
    entries.append(Field("与计划一致", wording.yes_no(facts.address_matches) + distance, wide=True))
    blocks.fields(sheet, entries)
    blocks.heading(sheet, "外访人员", "Field agents")
    blocks.table(
        sheet,
        (Column("姓名", 4), Column("工号", 4), Column("已出示证件", 4, Align.CENTRE)),
        [(one.name, one.staff_no, wording.yes_no(one.id_shown)) for one in facts.agents],
    )


def _with_id(name: str, id_last4: str) -> str:
    return f"{name}　(证件尾号 {id_last4})" if id_last4 else wording.or_blank(name)


def _stay(facts: VisitReceiptFacts) -> str:
    if facts.left_at is None or facts.left_at < facts.arrived_at:
        return ""
    return f"　(停留 {wording.length(int((facts.left_at - facts.arrived_at).total_seconds()) // 60)})"


def _talk(sheet: Sheet, facts: VisitReceiptFacts) -> None:
    blocks.heading(sheet, "告知与会见", "Told and met")
    given = set(facts.notices)
    told = "　 ".join(wording.tick(given=one in given, label=_NOTICE_LABELS[one]) for one in Notice)
    blocks.fields(
        sheet,
        [
            Field("已告知事项", told, wide=True),
            Field("会见人", f"{_MET_LABELS[facts.met]}　{facts.met_name}".strip()),
            Field("关系", wording.or_blank(facts.met_relation)),
            Field("是否成年", wording.yes_no(facts.met_is_adult)),
            Field("情况结果", f"{facts.outcome:02d}　{_outcome_label(facts)}"),
        ],
    )


def _outcome_label(facts: VisitReceiptFacts) -> str:
    """Word the outcome; one that speaks of the debtor is not worded for anybody else."""
    if facts.outcome in _DEBTOR_ONLY and not may_disclose(facts):
        return "见系统记录"
    return OUTCOMES.get(facts.outcome, "未知结果码")


def _debt(sheet: Sheet, debt: DebtFacts) -> None:
    blocks.heading(sheet, "委托事项", "Entrusted matter")
    blocks.fields(
        sheet,
        [
            Field("委托方", debt.creditor),
            Field("产品 / 合同", f"{debt.product}　{wording.last_four(debt.contract_no)}"),
            Field("欠款合计", f"{blocks.money(debt.total_fen())}　(截至 {wording.day(debt.as_of_on)})", wide=True),
        ],
    )


def _documents(sheet: Sheet, facts: VisitReceiptFacts) -> None:
    blocks.heading(sheet, "送达文件", "Documents handed over")
    is_open = may_disclose(facts)
    blocks.table(
        sheet,
        (Column("名称", 6), Column("编号", 5), Column("份数", 2, Align.RIGHT), Column("密封", 3, Align.CENTRE)),
        [
            (one.name if is_open else "文件 (名称略)", one.serial, str(one.copies), wording.yes_no(one.is_sealed))
            for one in facts.documents
        ],
    )


def _agreement(sheet: Sheet, facts: VisitReceiptFacts) -> None:
    if may_disclose(facts):
        blocks.heading(sheet, "约定事项摘要", "What was agreed")
        blocks.paragraph(sheet, facts.agreement.strip() or "无")


def _signatures(sheet: Sheet, facts: VisitReceiptFacts) -> None:
    blocks.heading(sheet, "签收", "Signatures", keep=HEIGHT + 5 * mm)
    blocks.paragraph(sheet, facts.words.text("receipt_note"), FINE)
    signature_lines(
        sheet, (SignatureLine("签收人", facts.signature), SignatureLine("见证人 (第二外访人员)", facts.witness))
    )


def _media(sheet: Sheet, facts: VisitReceiptFacts) -> None:
    if facts.photos:
        blocks.heading(sheet, "现场照片", "Photos", keep=photos.row_height(len(facts.photos)))
        photos.photo_rows(sheet, facts.photos)
    if facts.recordings:
        blocks.heading(sheet, "录音录像", "Recordings")
        photos.recording_table(sheet, facts.recordings)
