"""The evidence index (证据目录) of a dossier: what each piece is, where it comes from, what it proves. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from field_forms.outcomes import find
from receipts.evidence_index import (
    ClaimFacts,
    EvidenceIndexFacts,
    EvidenceItemFacts,
    LitigantFacts,
    TimelineFacts,
)
from receipts.facts import CheckFacts, SealFacts
from server.escalation.demands import DemandCheck, Moment
from server.escalation.held import HeldFile, HeldPaper, HeldRecord, HeldVisit, Holdings

PAPER_ZH = {
    "account_statement": ("对账单", "客户对账单", "欠款金额、构成及截至日"),
    "dunning_letter": ("催告文件", "合同催款函", "已向债务人催告"),
    "lawyers_letter": ("催告文件", "律师函", "已向债务人催告"),
    "visit_receipt": ("回执与影像", "到访回执单", "到访时间、地点、会见人及送达情况"),
    "promise": ("承诺书", "还款承诺书", "债务人同意履行，诉讼时效中断"),
}
RECORD_ZH = {
    "check_in": ("到场记录", "外访人员到达现场的时间与位置"),
    "met": ("会见人记录", "会见对象及身份核对"),
    "disclosure": ("告知记录", "已告知受托身份、录音录像、不收现金、异议渠道等"),
    "outcome": ("外访结果记录", "外访结果与送达文件"),
    "promise": ("还款承诺记录", "债务人同意履行，诉讼时效中断"),
    "signed_paper": ("签署记录", "签收或签字确认（含笔迹与所示文件的哈希）"),
    "manifest": ("影像清单记录", "照片、录音与本次外访的绑定关系"),
    "check_out": ("离场记录", "离开时间及本次外访记录的完整清单"),
    "incident": ("安全事件记录", "现场异常情况"),
    "correction": ("更正单", "对先前记录的更正及理由，原记录保留"),
    "contact_attempt": ("联系尝试记录", "电话联系债务人的时间与结果"),
    "plan_event": ("行程记录", "前往现场的行程"),
    "location": ("行踪记录", "两处之间的位置"),
}
SHOWS_ZH = {
    "door": "门口",
    "building": "楼栋",
    "surroundings": "周边环境",
    "delivered_paper": "送达文件",
    "signed_paper": "签署原件",
    "signing": "签署过程",
}
CAUSE_ZH = {"信用卡": "信用卡纠纷", "货款": "买卖合同纠纷", "消费贷": "金融借款合同纠纷"}
COURT_NOTE = "被告住所地或合同履行地人民法院（有协议管辖的从其约定）"
INTEGRITY_NOTE = (
    "外访记录由登记手机用其私钥签名，记录之间以哈希相连；本卷宗按 BagIt 打包，附设备公钥与核验命令，"
    "不依赖本系统即可核验。缺失项如下所列，未作隐瞒。"
)


@dataclass(frozen=True, slots=True)
class CourtCase:
    """The case as a court needs it: the parties and what is claimed."""

    case_no: str
    product: str
    creditor: LitigantFacts
    debtor: LitigantFacts
    claims: tuple[ClaimFacts, ...]


def index_facts(
    case: CourtCase,
    held: Holdings,
    *,
    seal: SealFacts,
    moments: Sequence[Moment],
    checks: Sequence[DemandCheck],
    conditions: str,
) -> EvidenceIndexFacts:
    """Return everything the index says; conditions tells how the system ran."""
    return EvidenceIndexFacts(
        seal=seal,
        case_no=case.case_no,
        cause=cause_of(case.product),
        creditor=case.creditor,
        debtor=case.debtor,
        claims=case.claims,
        items=evidence_items(held),
        court=COURT_NOTE,
        timeline=tuple(TimelineFacts(one.on, one.event, one.effect, one.evidence) for one in moments),
        collection_checks=tuple(_check(one) for one in checks),
        integrity_note=f"{INTEGRITY_NOTE}\n{conditions}",
        missing=tuple(lack.zh for lack in held.lacks),
    )


def cause_of(product: str) -> str:
    """Return a cause of action to start from; counsel decides. Source: 民事案件案由规定."""
    return next((cause for word, cause in CAUSE_ZH.items() if word in product), "合同纠纷")


def _check(check: DemandCheck) -> CheckFacts:
    note = check.note if check.holds is not None else f"{check.note}（尚不能判断）".strip()
    return CheckFacts(check.zh, bool(check.holds), note)


def evidence_items(held: Holdings) -> tuple[EvidenceItemFacts, ...]:
    """Return every piece, papers first, then visit by visit the signed records and the originals."""
    numbers = {visit.id: number for number, visit in enumerate(held.visits, start=1)}
    visits = {visit.id: visit for visit in held.visits}
    return (
        *(_paper(paper) for paper in held.papers),
        *(
            _record(one, numbers.get(one.visit_id) if one.visit_id else None,
                    visits.get(one.visit_id) if one.visit_id else None)
            for one in held.records
        ),
        *(_file(one) for one in held.files),
    )  # fmt: skip


def _paper(paper: HeldPaper) -> EvidenceItemFacts:
    group, name, proves = PAPER_ZH[paper.kind]
    return EvidenceItemFacts(
        group=group,
        name=f"{name} {paper.serial}",
        source="本系统出具",
        proves=proves,
        gist="已被新版替代" if paper.is_superseded else "",
        form="打印件（附电子原件）",
        pages=f"{paper.pages} 页",
        sha256=paper.sha256,
        obtained_by="受托机构",
        obtained_at=paper.issued_at,
    )


def _record(one: HeldRecord, number: int | None, visit: HeldVisit | None) -> EvidenceItemFacts:
    name, proves = RECORD_ZH.get(one.record.type, (one.record.type, "外访经过"))
    outcome = find(visit.outcome) if visit else None
    gist = f"第 {number} 次外访" if number else ""
    if one.record.type == "outcome" and outcome is not None and visit is not None:
        gist += f"：{outcome.zh}；证据等级 {visit.grade or '—'}"
    return EvidenceItemFacts(
        group="回执与影像" if one.record.type != "promise" else "承诺书",
        name=f"{name}（序号 {one.record.seq}）",
        source="外访手机签名记录",
        proves=proves,
        gist=gist,
        form="电子数据",
        sha256=one.record.hash,
        obtained_by=one.told_by,
        obtained_at=one.device_time,
    )


def _file(file: HeldFile) -> EvidenceItemFacts:
    medium = "照片" if file.mime.startswith("image/") else "录音录像"
    return EvidenceItemFacts(
        group="回执与影像",
        name=f"{medium}：{SHOWS_ZH.get(file.shows, '其他')}（{file.id[-8:]}）",
        source="外访手机拍摄",
        proves="现场情况与送达经过",
        form="电子数据（原件）",
        sha256=file.sha256,
        obtained_by=file.taken_by,
        obtained_at=file.taken_at,
    )
