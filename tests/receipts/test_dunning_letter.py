from dataclasses import replace

import pytest

from receipts.dunning_letter import PRIVATE_NOTICE, Consequence, render
from tests.receipts import reading, sample


def text(facts) -> str:
    return reading.text_of(render(facts).pdf)


class TestRender:
    def test_says_everything_a_card_letter_must_contain(self):
        found = text(sample.letter())
        for expected in (
            "文号HZ-20261202-0007-7",
            "致冯兰𬱖(尾号0717)",
            "事由贵方未按合同约定履行还款义务",
            "债权人测试银行股份有限公司",
            "合同编号尾号2345",
            "签订日期2023年5月6日",
            "条款摘要第6条还款义务",
            "合计64,386.75陆万肆仟叁佰捌拾陆元柒角伍分",
            "请于2026年12月20日前",
            "¥64,386.75人民币陆万肆仟叁佰捌拾陆元柒角伍分",
            "收款账号6500100020003000111",
            "您有权查询账户",
            "有权提出异议并提交证据",
            "委托方联系信用卡中心0991-1111111",
            "异议途径可致电0991-0000000",
            "授权编号SQ-2026-0031",
            "送达方式外访人员密封直接送达",
            "委托方盖章",
            "签收人",
            "送达/见证人",
        ):
            assert expected in found

    def test_is_for_the_addressees_eyes_only(self):
        assert reading.squeezed(PRIVATE_NOTICE) in text(sample.letter())

    def test_numbers_the_consequences_named(self):
        found = text(sample.letter(consequences=tuple(Consequence)))
        assert all(f"{number}." in found for number in range(1, 8))
        assert "7.生效法律文书" in found

    @pytest.mark.parametrize("consequence", Consequence)
    def test_threatens_with_no_crime_and_no_third_person(self, consequence):
        found = text(sample.letter(consequences=(consequence,)))
        assert not [word for word in ("刑事", "坐牢", "拘留", "家人", "单位领导", "公安", "曝光") if word in found]

    def test_takes_a_consequence_by_its_value(self):
        assert (
            render(sample.letter(consequences=("lawsuit",))).pdf
            == render(sample.letter(consequences=(Consequence.LAWSUIT,))).pdf
        )

    def test_refuses_a_consequence_nobody_approved(self):
        with pytest.raises(ValueError, match="'jail' is not a valid Consequence"):
            render(sample.letter(consequences=("jail",)))

    def test_keeps_the_seal_on_the_first_page_where_the_letter_fits(self):
        debt = replace(sample.DEBT, interest_fen=0, penalty_fen=0)
        four = (Consequence.INTEREST, Consequence.GUARANTOR, Consequence.LAWSUIT, Consequence.COSTS)
        assert render(sample.letter(debt=debt, contract_signed_on=None, consequences=four)).pages == 1

    @pytest.mark.parametrize("number", range(1, 8))
    def test_leaves_no_seal_alone_on_a_page(self, number):
        debt = replace(sample.DEBT, default_fen=100, fees_fen=200)
        paper = render(sample.letter(debt=debt, consequences=tuple(Consequence)[:number]))
        last = reading.pages_of(paper.pdf)[-1]
        assert "委托方盖章" in last
        assert "异议途径" in last

    def test_names_only_the_kinds_of_which_something_is_owed(self):
        found = text(sample.letter(debt=replace(sample.DEBT, interest_fen=0, penalty_fen=0)))
        assert "本金58,300.00" in found
        assert "零元整" not in found

    def test_prints_its_own_letter_number_where_there_is_one(self):
        assert "文号〔2026〕催字第7号" in text(sample.letter(letter_no="〔2026〕催字第 7 号"))

    def test_prints_two_hundred_terms_and_hostile_ones(self):
        terms = "\n".join(f"第 {number} 条 <i>={number}+1</i>" for number in range(200))
        paper = render(sample.letter(contract_terms=terms, addressee=replace(sample.PARTY, name="</para>王")))
        found = reading.text_of(paper.pdf)
        assert "致</para>王" in found
        assert all(f"第{number}条<i>={number}+1</i>" in found for number in range(200))
        assert paper.pages >= 4
