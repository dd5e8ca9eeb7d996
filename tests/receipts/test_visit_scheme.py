from dataclasses import replace

import pytest

from receipts.facts import StaffFacts
from receipts.visit_scheme import ChangeFacts, Decision, DecisionFacts, render
from tests.receipts import reading, sample


def text(facts) -> str:
    return reading.text_of(render(facts).pdf)


class TestRender:
    def test_says_everything_the_procedure_asks_for(self):
        found = text(sample.scheme())
        for expected in (
            "方案号FA-20261201-0001-5",
            "方案版本第3版",
            "编制人周主管",
            "审批指纹abababababab",
            "2026年12月2日至2026年12月3日",
            "时段09:30-17:30",
            "目的确认欠款、协商还款",
            "区域天山区",
            "客户数8户",
            "时效将到期2户",
            "合计金额¥80,000.36人民币捌万元叁角陆分",
            "A组方䶮(WF-0127)、测试乙(WF-0131)新A·测001848.3公里6小时35分",
            "估计方法直线距离×1.38",
            "1WH2026-000001测试110,000.01门牌逾期431天无人应答低—",
            "客户对账单8—",
            "每组不少于两人通过",
            "七日内不重复需说明本人约定",
            "安全提示冬季路面结冰",
            "车辆420.00肆佰贰拾元整",
            "合计720.00柒佰贰拾元整",
            "外访部主管同意同意报批abababababab",
            "总经理待处理",
            "系统内签批",
            "日期Date:",
        ):
            assert expected in found

    def test_lists_two_hundred_customers_in_order(self):
        paper = render(sample.scheme(200))
        found = reading.text_of(paper.pdf)
        assert all(f"{number}WH2026-{number:06d}测试{number}" in found for number in range(1, 201))
        assert paper.pages >= 5

    def test_draws_the_managers_strokes(self):
        signed = DecisionFacts(
            "总经理", "郭总", Decision.LIMITED, "限 12 月 5 日前", sample.ARRIVED_AT, "ab" * 32, sample.STROKES
        )
        found = text(sample.scheme(decisions=(signed,)))
        assert "总经理附条件同意限12月5日前" in found
        assert "笔迹指纹abababababab" in found
        assert "系统内签批" not in found

    def test_prints_a_rejection(self):
        rejected = DecisionFacts("总经理", "郭总", Decision.REJECTED, "人手不足", sample.ARRIVED_AT, "ab" * 32)
        assert "总经理驳回人手不足" in text(sample.scheme(decisions=(rejected,)))

    def test_flags_a_decision_about_another_version(self):
        stale = DecisionFacts("总经理", "郭总", Decision.APPROVED, "", sample.ARRIVED_AT, "cd" * 32)
        assert render(sample.scheme(decisions=(stale,))).flags == ("stale-digest 总经理",)

    @pytest.mark.parametrize("members", [(), (StaffFacts("方", "WF-1"),)])
    def test_flags_a_crew_that_is_too_small(self, members):
        crew = replace(sample.scheme().crews[0], members=members)
        assert render(sample.scheme(crews=(crew,))).flags == ("crew-too-small A 组",)

    def test_lists_changes_where_there_are_any(self):
        assert "变更记录" not in text(sample.scheme())
        change = ChangeFacts(2, sample.ARRIVED_AT, "周主管", "删去一户")
        assert "22026-12-0210:04:31周主管删去一户" in text(sample.scheme(changes=(change,)))

    def test_says_when_nothing_was_checked(self):
        assert "尚未检查" in text(sample.scheme(checks=()))

    def test_works_with_nothing_planned_yet(self):
        paper = render(sample.scheme(0, crews=(), materials=(), checks=(), costs=()))
        assert "客户数0户" in reading.text_of(paper.pdf)
        assert paper.flags == ()

    def test_takes_hostile_text_as_text(self):
        hostile = "=cmd|' /C calc'!A0<b>\u202e"
        line = replace(sample.scheme().lines[0], debtor_name=hostile, reason=hostile * 40, risk=hostile)
        paper = render(sample.scheme(lines=(line,), purpose=hostile))
        assert reading.squeezed(f"目的{hostile}").replace("\u202e", "〔U+202E〕") in reading.text_of(paper.pdf)
        assert paper.flags == ("missing-glyph U+202E",)
