from dataclasses import replace

from receipts.evidence_index import render
from tests.receipts import reading, sample


def text(facts) -> str:
    return reading.text_of(render(facts).pdf)


class TestRender:
    def test_says_everything_the_procedure_asks_for(self):
        found = text(sample.index())
        for expected in (
            "案由信用卡纠纷",
            "案件编号WH2026-000009",
            "管辖建议天山区人民法院",
            "债权人测试银行股份有限公司",
            "证照号91650000TEST00000X",
            "代表人测试丙",
            "债务人冯兰𬱖",
            "性质自然人",
            "本金58,300.00伍万捌仟叁佰元整第3条",
            "合计62,420.55陆万贰仟肆佰贰拾元伍角伍分",
            "对账单签字对账单1",
            "本系统",
            "确认欠款",
            "电子数据",
            "9f9f9f9f9f9f方䶮2026-12-0210:04:31",
            "两次催收间隔30日☑是☐否",
            "完整性声明记录逐条哈希链接",
            "移送人",
            "接收人",
        ):
            assert expected in found

    def test_sorts_the_timeline_by_day(self):
        found = text(sample.index())
        assert found.index("2025-09-26最后一期到期起算") < found.index("2026-12-02签收催款函中断")

    def test_shows_and_flags_what_is_missing(self):
        paper = render(sample.index(missing=("放款凭证原件", "身份证复印件")))
        assert paper.flags == ("missing-item 放款凭证原件", "missing-item 身份证复印件")
        assert "缺失项放款凭证原件身份证复印件" in reading.text_of(paper.pdf)

    def test_numbers_two_hundred_items(self):
        paper = render(sample.index(200))
        found = reading.text_of(paper.pdf)
        assert all(f"签字对账单{number}" in found for number in range(1, 201))
        assert "共200项" in found
        assert paper.pages >= 10

    def test_leaves_the_check_list_out_where_it_does_not_apply(self):
        assert "有效催收核对表" not in text(sample.index(collection_checks=()))

    def test_takes_hostile_text_as_text(self):
        item = replace(sample.index().items[0], name="<a href='x'>证</a>", gist="\x07" * 30, source="=A1" * 20)
        paper = render(sample.index(items=(item,)))
        found = reading.text_of(paper.pdf)
        assert found.count("=A1") == 20
        assert paper.flags == ("missing-glyph U+0007",)
        assert b"/URI" not in paper.pdf
