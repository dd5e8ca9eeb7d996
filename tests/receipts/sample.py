"""The facts the receipt tests start from: one fictional case, told in full on every paper."""

from dataclasses import replace
from datetime import date, timedelta
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
from receipts.facts import RecordingFacts, StaffFacts
from receipts.templates import Clause, Template
from tests.receipts.fictional import (  # noqa: F401 - whoever writes a paper finds the case here too
    ARRIVED_AT,
    CREDITOR,
    DEBT,
    DEBTOR,
    OBJECTION,
    PARTY,
    PAYEE,
    ROOT,
    SEAL,
    SIGNED,
    STROKES,
    photo,
    photo_bytes,
)
from tests.receipts.sample_office import certificate, index, notice, route_sheet, scheme, summary

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
