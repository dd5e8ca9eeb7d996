"""The facts the receipt tests start from: one fictional case, told in full on every paper."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

from PIL import Image, ImageDraw

from receipts import (
    account_statement,
    breach_notice,
    deletion_certificate,
    dunning_letter,
    evidence_index,
    promise,
    visit_receipt,
    visit_scheme,
    visit_summary,
)
from receipts import lawyers_letter as lawyers
from receipts import route_sheet as route_sheets
from receipts.facts import (
    CheckFacts,
    DebtFacts,
    ObjectionFacts,
    PartyFacts,
    PayeeFacts,
    PhotoFacts,
    RecordingFacts,
    SealFacts,
    SignatureFacts,
    SignatureState,
    StaffFacts,
    StrokeFacts,
)
from receipts.templates import Clause, Template

LAW_FIRM = lawyers.LawFirmFacts("测试律师事务所", "测试律", "16501202610000001", "人民路 9 号 0991-2222222")
FIRM_WORDS = Template(
    "lawyers_letter",
    2,
    (
        Clause("facts", "{debtor}与{creditor}签订{product}合同（{contract}），截至 {as_of} 尚欠 {total}。"),
        Clause("analysis", "债务应当按照约定履行。"),
        Clause("demand", "请于 {until} 前归还，或与委托人协商还款安排。"),
        Clause("attachments", "对账单复印件"),
    ),
)
ARRIVED_AT = datetime(2026, 12, 2, 2, 4, 31, tzinfo=UTC)
CREDITOR = "测试银行股份有限公司"
DEBTOR = "冯兰𬱖"
ROOT = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
SEAL = SealFacts(
    serial="HZ-20261202-0007-7",
    generated_at=datetime(2026, 12, 2, 10, 20, tzinfo=UTC),
    firm_name="测试资产管理有限公司",
    verify_url="https://doorstep.example/verify/HZ-20261202-0007-7",
    version=2,
    log_size=70213,
    log_root=ROOT,
)
PARTY = PartyFacts(DEBTOR, "0717", "138****0000", "天山区人民路 1 号")
DEBT = DebtFacts(CREDITOR, "信用卡", "6222000011112345", date(2026, 11, 30), 5_830_000, 412_055, 196_620)
PAYEE = PayeeFacts(CREDITOR, "天山支行", "6500 1000 2000 3000 111")
OBJECTION = ObjectionFacts("0991-0000000", "人民路 1 号", days=15)
STROKES = StrokeFacts(
    9000,
    3600,
    tuple(
        tuple((1200 + k * 160 + s * 2300, int(1800 + 900 * math.sin(k / 2 + s))) for k in range(14)) for s in range(3)
    ),
    "ab" * 32,
)
SIGNED = SignatureFacts(DEBTOR, SignatureState.SIGNED, STROKES, ARRIVED_AT + timedelta(minutes=30))


def photo_bytes(size: tuple[int, int] = (400, 300), colour: tuple[int, int, int] = (120, 150, 170)) -> bytes:
    image = Image.new("RGB", size, colour)
    ImageDraw.Draw(image).line([(0, 0), size], fill=(90, 60, 90), width=9)
    out = BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def photo(number: int = 1, content: bytes | None = None) -> PhotoFacts:
    return PhotoFacts(f"P-{number:02d}", ARRIVED_AT, f"{number:02d}" * 32, content or photo_bytes(), "门牌")


def receipt(**changes: object) -> visit_receipt.VisitReceiptFacts:
    facts = visit_receipt.VisitReceiptFacts(
        seal=SEAL,
        case_no="WH2026-000123",
        debtor=PARTY,
        scheme_no="FA-20261201-0001-5",
        approved_by="郭总",
        arrived_at=ARRIVED_AT,
        left_at=ARRIVED_AT + timedelta(minutes=47),
        visited_address="天山区人民路 1 号市图书馆东门",
        agents=(StaffFacts("方䶮", "WF-0127", id_shown=True), StaffFacts("测试乙", "WF-0131", id_shown=True)),
        met=visit_receipt.WhoMet.DEBTOR,
        outcome=1,
        complaint_phone="0991-1234567",
        address_matches=True,
        distance_m=18,
        debt=DEBT,
        met_name=DEBTOR,
        met_relation="本人",
        met_is_adult=True,
        notices=tuple(visit_receipt.Notice)[:4],
        documents=(
            visit_receipt.DocumentFacts("客户对账单", "DZ-20261202-0007-1"),
            visit_receipt.DocumentFacts("催款函", "CK-20261202-0003-2", is_sealed=True),
        ),
        agreement="年底前先还 10,000.00 元，其余分 6 期归还",
        signature=SIGNED,
        witness=replace(SIGNED, name="测试乙"),
        photos=(photo(1),),
        recordings=(RecordingFacts("R-01", ARRIVED_AT, 2712, "d" * 64),),
    )
    return replace(facts, **changes)


def statement(**changes: object) -> account_statement.AccountStatementFacts:
    facts = account_statement.AccountStatementFacts(
        seal=SEAL,
        debtor=PARTY,
        debt=DEBT,
        objection=OBJECTION,
        source_note="委托方文件 KC-202611-03，2026-11-30",
        payee=PAYEE,
        case_no="WH2026-000123",
        opening_fen=7_230_000,
        opening_on=date(2026, 1, 31),
        repayments=(
            account_statement.RepaymentFacts(date(2026, 2, 15), 100_000, 5_000, 20_000, 75_000),
            account_statement.RepaymentFacts(date(2026, 3, 15), 101_111, 5_000, 20_000, 76_111),
        ),
        interest_note="按合同约定日利率万分之五",
        signature=SIGNED,
    )
    return replace(facts, **changes)


def letter(**changes: object) -> dunning_letter.DunningLetterFacts:
    facts = dunning_letter.DunningLetterFacts(
        seal=SEAL,
        addressee=PARTY,
        debt=DEBT,
        grace_until_on=date(2026, 12, 20),
        objection=OBJECTION,
        creditor_contact="信用卡中心 0991-1111111",
        mandate_no="SQ-2026-0031",
        payee=PAYEE,
        contract_signed_on=date(2023, 5, 6),
        contract_terms="第 6 条 还款义务",
    )
    return replace(facts, **changes)


def seal_image() -> bytes:
    image = Image.new("RGBA", (300, 300), (255, 255, 255, 0))
    ImageDraw.Draw(image).ellipse((8, 8, 292, 292), outline=(200, 20, 20, 255), width=10)
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def lawyers_letter(**changes: object) -> lawyers.LawyersLetterFacts:
    facts = lawyers.LawyersLetterFacts(
        seal=SEAL,
        firm=LAW_FIRM,
        seal_image=seal_image(),
        addressee=PARTY,
        debt=DEBT,
        until_on=date(2026, 12, 20),
        words=FIRM_WORDS,
        case_no="WH2026-000123",
    )
    return replace(facts, **changes)


def written_promise(**changes: object) -> promise.PromiseFacts:
    facts = promise.PromiseFacts(
        seal=SEAL,
        debtor=PARTY,
        debt=DEBT,
        instalments=tuple(
            promise.InstalmentFacts(number, date(2027, number, 25), amount_fen)
            for number, amount_fen in enumerate((2_000_000, 2_000_000, 2_438_675), start=1)
        ),
        payee=PAYEE,
        service_address="天山区人民路 1 号",
        signature=SIGNED,
    )
    return replace(facts, **changes)


def scheme(customers: int = 8, /, **changes: object) -> visit_scheme.VisitSchemeFacts:
    facts = visit_scheme.VisitSchemeFacts(
        seal=SEAL,
        scheme_no="FA-20261201-0001-5",
        scheme_version=3,
        digest="ab" * 32,
        compiled_by="周主管",
        purpose="确认欠款、协商还款",
        area="天山区",
        start_on=date(2026, 12, 2),
        end_on=date(2026, 12, 3),
        hours="09:30-17:30",
        lines=tuple(
            visit_scheme.SchemeLineFacts(
                f"WH2026-{number:06d}", f"测试{number}", 1_000_000 + number, "门牌", "逾期 431 天", "无人应答", "低"
            )
            for number in range(1, customers + 1)
        ),
        crews=(
            visit_scheme.CrewFacts(
                "A 组", (StaffFacts("方䶮", "WF-0127"), StaffFacts("测试乙", "WF-0131")), "新A·测001", 8, 48_300, 395
            ),
        ),
        limitation_due_count=2,
        travel_method="直线距离 × 1.38",
        materials=(visit_scheme.MaterialFacts("客户对账单", 8),),
        checks=(CheckFacts("每组不少于两人", passed=True), CheckFacts("七日内不重复", passed=False, note="本人约定")),
        safety_note="冬季路面结冰",
        costs=(visit_scheme.CostFacts("车辆", 42_000), visit_scheme.CostFacts("餐补", 30_000)),
        decisions=(
            visit_scheme.DecisionFacts(
                "外访部主管", "周主管", visit_scheme.Decision.APPROVED, "同意报批", ARRIVED_AT, "ab" * 32
            ),
            visit_scheme.DecisionFacts("总经理"),
        ),
    )
    return replace(facts, **changes)


def route_sheet(calls: int = 3, /, **changes: object) -> route_sheets.RouteSheetFacts:
    route = route_sheets.RouteFacts(
        crew="A 组",
        on=date(2026, 12, 2),
        members=(StaffFacts("方䶮", "WF-0127"), StaffFacts("测试乙", "WF-0131")),
        vehicle="新A·测001",
        departs_at=ARRIVED_AT - timedelta(hours=1),
        returns_at=ARRIVED_AT + timedelta(hours=5),
        distance_m=48_300,
        driving_min=145,
        back_m=6_200,
        calls=tuple(
            route_sheets.CallFacts(
                number, f"WH2026-{number:06d}", f"测试{number}", f"天山区人民路 {number} 号 3 单元 201",
                ARRIVED_AT + timedelta(minutes=40 * number), ARRIVED_AT + timedelta(minutes=40 * number + 25),
                ARRIVED_AT + timedelta(minutes=40 * number + 20), 5_100, ("客户对账单", "到访回执单"), ("门牌待确认",),
            )
            for number in range(1, calls + 1)
        ),
        rest_from=ARRIVED_AT + timedelta(hours=2),
        rest_until=ARRIVED_AT + timedelta(hours=3),
    )  # fmt: skip
    facts = route_sheets.RouteSheetFacts(
        seal=SEAL,
        scheme_no="FA-20261201-0001-5",
        scheme_version=3,
        plan_version=2,
        is_signed_off=True,
        office_phone="0991-0000000",
        travel_method="大地线距离 × 1.38",
        routes=(route,),
        rules=("不向第三人透露欠款", "不收取任何款项"),
        safety_note="冬季路面结冰",
    )
    return replace(facts, **changes)


def summary(**changes: object) -> visit_summary.VisitSummaryFacts:
    figure = visit_summary.Figure
    facts = visit_summary.VisitSummaryFacts(
        seal=SEAL,
        scheme_no="FA-20261201-0001-5",
        start_on=date(2026, 12, 2),
        end_on=date(2026, 12, 2),
        area="天山区",
        crews=("A 组", "B 组"),
        figures=visit_summary.SummaryFigures(
            planned=figure(8, ("V-0001", "V-0008")),
            completed=figure(6, ("V-0001", "V-0006")),
            met_debtor=figure(4, ("V-0002",)),
            promises=figure(2, ("V-0003",), 2_345_600),
        ),
        lines=(visit_summary.VisitLineFacts("WH2026-000001", "测试一", "见本人-承诺", "A", "跟进第一期", ("V-0001",)),),
        poor_credit=(visit_summary.PoorCreditFacts("WH2026-000009", "测试九", "三次承诺未履行"),),
        conclusion="建议请示起诉一户",
        requests="请批准移送法务",
    )
    return replace(facts, **changes)


def index(count: int = 3, /, **changes: object) -> evidence_index.EvidenceIndexFacts:
    facts = evidence_index.EvidenceIndexFacts(
        seal=SEAL,
        case_no="WH2026-000009",
        cause="信用卡纠纷",
        creditor=evidence_index.LitigantFacts(CREDITOR, "法人", "91650000TEST00000X", "测试路 1 号", "测试丙"),
        debtor=evidence_index.LitigantFacts(DEBTOR, "自然人", "尾号 0717", "人民路 1 号"),
        claims=(evidence_index.ClaimFacts("本金", 5_830_000, "第 3 条"), evidence_index.ClaimFacts("利息", 412_055)),
        items=tuple(
            evidence_index.EvidenceItemFacts(
                "对账单",
                f"签字对账单{number}",
                "本系统",
                "确认欠款",
                sha256="9f" * 32,
                obtained_by="方䶮",
                obtained_at=ARRIVED_AT,
            )
            for number in range(1, count + 1)
        ),
        court="天山区人民法院",
        timeline=(
            evidence_index.TimelineFacts(date(2026, 12, 2), "签收催款函", "中断"),
            evidence_index.TimelineFacts(date(2025, 9, 26), "最后一期到期", "起算"),
        ),
        collection_checks=(CheckFacts("两次催收间隔 30 日", passed=True),),
        integrity_note="记录逐条哈希链接",
    )
    return replace(facts, **changes)


def certificate(**changes: object) -> deletion_certificate.DeletionCertificateFacts:
    facts = deletion_certificate.DeletionCertificateFacts(
        seal=SEAL,
        creditor=CREDITOR,
        case_no="WH2026-000009",
        case_id="0193a0b1-0000-7000-8000-000000000009",
        deletion_id="0193a0b1-0000-7000-8000-0000000000d1",
        ground="保存期限届满",
        article="个人信息保护法 47",
        asked_by_no="WF-0008",
        carried_out_by_no="WF-0004",
        carried_out_at=ARRIVED_AT,
        method="案件密钥已销毁；明文字段已覆盖；文件已删除",
        erased=(deletion_certificate.ErasedFacts("地址与坐标", 2), deletion_certificate.ErasedFacts("文件", 14)),
        files_sha256="9f" * 32,
        certificate_sha256="a1" * 32,
        kept="记录的编号、哈希、签名与链位置；审计日志；本证明",
        backups="此前备份中的副本随备份到期而失效",
    )
    return replace(facts, **changes)


def notice(**changes: object) -> breach_notice.BreachNoticeFacts:
    facts = breach_notice.BreachNoticeFacts(
        seal=SEAL,
        contact="400-000-0000",
        device_label="外访 1 号",
        holder_no="WF-0005",
        reported_at=ARRIVED_AT,
        last_contact_at=ARRIVED_AT,
        unsent_count=3,
        case_count=2,
        measures="设备已撤销",
        categories=("姓名、证件类型及证件号后四位", "住址及坐标（敏感个人信息）"),
        letter=("您好。我司的一部工作手机报失，其中可能存有您的信息。", "请勿提供验证码或转账。"),
        packs=(breach_notice.PackFacts("FA-20261201-0001-4", "2026-12-02", ARRIVED_AT, ("WH2026-000001",)),),
    )
    return replace(facts, **changes)


EVERY_PAPER = {
    "visit_receipt": (visit_receipt.render, receipt),
    "account_statement": (account_statement.render, statement),
    "dunning_letter": (dunning_letter.render, letter),
    "lawyers_letter": (lawyers.render, lawyers_letter),
    "promise": (promise.render, written_promise),
    "visit_scheme": (visit_scheme.render, scheme),
    "route_sheet": (route_sheets.render, route_sheet),
    "visit_summary": (visit_summary.render, summary),
    "evidence_index": (evidence_index.render, index),
    "deletion_certificate": (deletion_certificate.render, certificate),
    "breach_notice": (breach_notice.render, notice),
}
