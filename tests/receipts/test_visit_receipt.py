from dataclasses import replace
from datetime import timedelta

import pytest

from receipts.facts import SignatureFacts, SignatureState
from receipts.visit_receipt import CASH_NOTICE, OUTCOMES, Notice, WhoMet, may_disclose, render
from tests.receipts import reading, sample

HOSTILE = [
    "王<b>小明</b>",
    '=HYPERLINK("http://evil.example","x")',
    "</para><img src='/etc/passwd'/>",
    "x\ud800y",
    "\u202eexe.gpj\u202c",
    "a\x00b\x1b[31m",
    "%(x)s {0} \\n \\ ) ( endstream",
    "محمد",
    "👨‍👩‍👧",
]


def text(facts) -> str:
    return reading.text_of(render(facts).pdf)


class TestRender:
    def test_says_everything_the_procedure_asks_for(self):
        found = text(sample.receipt())
        for expected in (
            "FA-20261201-0001-5",
            "郭总",
            "WH2026-000123",
            "2026年12月2日",
            "10:04/10:51(停留47分钟)",
            "天山区人民路1号市图书馆东门",
            "与计划一致☑是☐否距计划地点约18米",
            "方䶮WF-0127☑是☐否",
            "测试乙WF-0131",
            "☑受托身份",
            "☑录音录像",
            "☑不收现金",
            "☑个人信息处理",
            "☐异议与投诉渠道",
            "会见人本人冯兰𬱖",
            "是否成年☑是☐否",
            "01见本人，作出承诺",
            "客户对账单DZ-20261202-0007-11☐是☑否",
            "催款函CK-20261202-0003-21☑是☐否",
            "年底前先还10,000.00元",
            "签收人冯兰𬱖",
            "见证人(第二外访人员)测试乙",
            "P-01",
            "R-01",
            "0991-1234567",
            "测试银行股份有限公司",
            "信用卡尾号2345",
            "¥64,386.75人民币陆万肆仟叁佰捌拾陆元柒角伍分",
            "截至2026年11月30日",
        ):
            assert expected in found

    @pytest.mark.parametrize("met", WhoMet)
    @pytest.mark.parametrize("outcome", OUTCOMES)
    def test_always_says_it_is_no_receipt_for_money(self, met, outcome):
        found = text(sample.receipt(met=met, outcome=outcome, photos=(), recordings=()))
        assert "本回执不是收款凭证，工作人员不收取任何款项" in found
        assert "0991-1234567" in found
        assert f"{outcome:02d}" in found

    def test_names_cash_first_in_the_notice(self):
        assert CASH_NOTICE.startswith("本回执不是收款凭证，工作人员不收取任何款项")

    def test_keeps_signatures_on_the_page_of_the_visit(self):
        pages = reading.pages_of(render(sample.receipt()).pdf)
        assert "签收人" in pages[0]
        assert "到访地址" in pages[0]

    def test_keeps_the_heading_of_the_signatures_with_them(self):
        for lines in range(0, 30, 2):
            paper = render(sample.receipt(agreement="\n".join(["约定"] * lines), photos=(), recordings=()))
            (page,) = [found for found in reading.pages_of(paper.pdf) if "签收Signatures" in found]
            assert "见证人(第二外访人员)" in page

    def test_prints_a_refusal_and_its_reason(self):
        refused = SignatureFacts("冯兰", SignatureState.REFUSED, reason="要先问律师")
        assert "拒签Refused:要先问律师" in text(sample.receipt(signature=refused))

    def test_shows_both_addresses_where_they_differ(self):
        found = text(sample.receipt(planned_address="沙依巴克区友好路 2 号", address_matches=False))
        assert "计划地址沙依巴克区友好路2号" in found
        assert "☐是☑否" in found

    def test_works_with_the_least_that_is_known(self):
        least = sample.receipt(
            debt=None,
            left_at=None,
            notices=(),
            documents=(),
            agreement="",
            photos=(),
            recordings=(),
            signature=SignatureFacts(),
            witness=SignatureFacts(),
            met_name="",
            met_is_adult=None,
            address_matches=None,
            distance_m=None,
        )
        paper = render(least)
        assert paper.flags == ()
        assert paper.pages == 1
        assert "10:04/—" in reading.text_of(paper.pdf)

    def test_does_not_count_a_stay_that_ends_before_it_begins(self):
        assert "停留" not in text(sample.receipt(left_at=sample.ARRIVED_AT - timedelta(minutes=1)))

    def test_prints_an_unknown_outcome_and_flags_it(self):
        paper = render(sample.receipt(outcome=99))
        assert "99未知结果码" in reading.text_of(paper.pdf)
        assert "unknown-outcome 99" in paper.flags

    @pytest.mark.parametrize("hostile", HOSTILE)
    def test_takes_hostile_text_as_text(self, hostile):
        facts = sample.receipt(
            debtor=replace(sample.PARTY, name=hostile),
            met_name=hostile,
            met_relation=hostile,
            visited_address=hostile,
            agreement=hostile * 3,
            approved_by=hostile,
            case_no=hostile,
            complaint_phone=hostile,
            signature=replace(sample.SIGNED, name=hostile),
            photos=(replace(sample.photo(), photo_no=hostile, subject=hostile),),
            seal=replace(sample.SEAL, firm_name=hostile),
        )
        paper = render(facts)
        shown = "".join(
            character
            if character.isprintable() and ord(character) < 0x10000 and not "\u0600" <= character < "\u0700"
            else f"〔U+{ord(character):04X}〕"
            for character in hostile
        )
        assert reading.squeezed(f"会见人本人{shown}") in reading.text_of(paper.pdf)
        assert reading.qr_texts(paper.pdf)
        for active in (b"/URI", b"/JavaScript", b"/Launch", b"/Annot"):
            assert active not in paper.pdf
        missing = {
            f"missing-glyph U+{ord(character):04X}" for character in hostile if f"〔U+{ord(character):04X}〕" in shown
        }
        assert missing <= set(paper.flags)

    def test_prints_a_note_of_four_thousand_characters_whole(self):
        note = "".join(f"第{number}句。" for number in range(600))
        paper = render(sample.receipt(agreement=note, photos=()))
        assert len(note) > 3000
        found = reading.text_of(paper.pdf)
        assert all(f"{number}句。" in found for number in range(600))

    def test_prints_two_hundred_documents(self):
        documents = tuple(replace(sample.receipt().documents[0], serial=f"DZ-{number:04d}") for number in range(200))
        paper = render(sample.receipt(documents=documents, photos=()))
        found = reading.text_of(paper.pdf)
        assert all(f"DZ-{number:04d}" in found for number in range(200))
        assert paper.pages > 4


class TestMayDisclose:
    SECRETS = (
        "测试银行",
        "64,386.75",
        "陆万肆仟",
        "信用卡",
        "尾号",
        "10,000.00",
        "年底前",
        "对账单",
        "见本人",
        "作出承诺",
        "本人称",
        "催款函",
        "冯兰",
        "𬱖",
        "0717",
        "欠款",
        "债",
    )

    def test_allows_it_only_when_the_debtor_was_met(self):
        allowed = {
            (met, outcome)
            for met in WhoMet
            for outcome in OUTCOMES
            if may_disclose(sample.receipt(met=met, outcome=outcome))
        }
        assert allowed == {(WhoMet.DEBTOR, outcome) for outcome in (1, 2, 3, 4, 5, 10, 11, 13)}

    @pytest.mark.parametrize(
        ("met", "outcome"),
        [
            (WhoMet.THIRD_PARTY, 9),
            (WhoMet.CO_RESIDENT_ADULT, 6),
            (WhoMet.NOBODY, 7),
            (WhoMet.NOBODY, 8),
            (WhoMet.THIRD_PARTY, 1),
            (WhoMet.THIRD_PARTY, 2),
            (WhoMet.DEBTOR, 9),
            (WhoMet.THIRD_PARTY, 13),
        ],
    )
    def test_keeps_debt_creditor_and_name_from_everybody_else(self, met, outcome):
        facts = sample.receipt(
            met=met,
            outcome=outcome,
            met_name="",
            met_relation="邻居",
            signature=SignatureFacts(),
            witness=SignatureFacts(),
        )
        paper = render(facts)
        found = reading.text_of(paper.pdf)
        assert not [secret for secret in self.SECRETS if secret in found]
        assert "冯**" in found
        assert "DZ-20261202-0007-1" in found
        assert "withheld debt and agreement" in paper.flags

    def test_keeps_them_out_of_the_raw_file_and_the_qr_too(self):
        facts = sample.receipt(
            met=WhoMet.THIRD_PARTY, outcome=9, met_name="", signature=SignatureFacts(), witness=SignatureFacts()
        )
        pdf = render(facts).pdf
        assert "测试银行".encode() not in pdf
        assert "测试银行".encode("utf-16-be") not in pdf
        assert all(secret not in payload for payload in reading.qr_texts(pdf) for secret in ("WH2026", "6222"))

    def test_flags_an_outcome_that_contradicts_who_was_met(self):
        assert "contradiction met debtor, outcome says otherwise" in render(sample.receipt(outcome=7)).flags


class TestNotice:
    def test_has_a_box_for_each(self):
        assert text(sample.receipt(notices=tuple(Notice))).count("☑") > text(sample.receipt(notices=())).count("☑") + 4
