"""The papers of the office, told of one fictional case: schemes, route sheets, summaries, indexes, certificates."""

from dataclasses import replace
from datetime import date, timedelta

from receipts import breach_notice, deletion_certificate, evidence_index, visit_scheme, visit_summary
from receipts import route_sheet as route_sheets
from receipts.facts import CheckFacts, StaffFacts
from tests.receipts.fictional import ARRIVED_AT, CREDITOR, DEBTOR, SEAL


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
        attached=(evidence_index.AttachedFacts("decision.json", "9f" * 32),),
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
