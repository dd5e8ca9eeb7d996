from dataclasses import replace

import pytest

from receipts.lawyers_letter import PRIVATE_NOTICE, LetterIncomplete, render
from receipts.templates import Clause, Template, UnknownField
from tests.receipts import reading, sample


def text(facts) -> str:
    return reading.text_of(render(facts).pdf)


def saying(demand: str):
    clauses = [one if one.name != "demand" else Clause("demand", demand) for one in sample.FIRM_WORDS.clauses]
    return Template("lawyers_letter", 3, tuple(clauses))


class TestRender:
    def test_says_everything_a_lawyers_letter_must(self):
        found = text(sample.lawyers_letter())
        for expected in (
            "律师事务所测试律师事务所",
            "函号HZ-20261202-0007-7",
            "律师测试律",
            "执业证号16501202610000001",
            "委托人测试银行股份有限公司",
            "收函人冯兰𬱖(尾号0717)",
            "事实陈述",
            "法律分析",
            "主张与期限",
            "请于2026年12月20日前",
            "¥64,386.75人民币陆万肆仟叁佰捌拾陆元柒角伍分",
            "附件对账单复印件",
            "签收人",
            reading.squeezed(PRIVATE_NOTICE),
        ):
            assert expected in found, expected

    def test_carries_the_firms_seal(self):
        pdf = render(sample.lawyers_letter()).pdf
        assert pdf.count(b"/Subtype /Image") == 1

    @pytest.mark.parametrize("lacking", ["name", "lawyer", "licence_no"])
    def test_is_not_printed_without_firm_lawyer_or_licence(self, lacking):
        with pytest.raises(LetterIncomplete, match=lacking):
            render(sample.lawyers_letter(firm=replace(sample.LAW_FIRM, **{lacking: " "})))

    @pytest.mark.parametrize("image", [b"", b"no picture"])
    def test_is_not_printed_without_a_seal(self, image):
        with pytest.raises(LetterIncomplete, match="seal"):
            render(sample.lawyers_letter(seal_image=image))

    def test_fills_in_nothing_but_merge_fields(self):
        with pytest.raises(UnknownField, match="id_card"):
            render(sample.lawyers_letter(words=saying("身份证 {id_card}")))

    def test_reads_no_field_in_what_was_filled_in(self):
        party = replace(sample.PARTY, name="{total}")
        assert "称呼{total}。" in text(sample.lawyers_letter(addressee=party, words=saying("称呼 {debtor}。")))

    def test_remembers_its_template_in_its_fingerprint(self):
        one, other = render(sample.lawyers_letter()), render(sample.lawyers_letter(words=saying("另一主张")))
        assert one.fingerprint != other.fingerprint

    def test_keeps_a_long_text_whole(self):
        paper = render(sample.lawyers_letter(words=saying("\n".join(f"第 {n} 款" for n in range(120)))))
        assert paper.pages >= 3
        assert "第119款" in reading.text_of(paper.pdf)
