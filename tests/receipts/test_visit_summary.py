from dataclasses import fields, replace

import pytest

from receipts.visit_summary import Figure, SummaryFigures, VisitLineFacts, met_rate, render
from tests.receipts import reading, sample


def text(facts) -> str:
    return reading.text_of(render(facts).pdf)


class TestRender:
    def test_says_everything_the_procedure_asks_for(self):
        found = text(sample.summary())
        for expected in (
            "方案编号FA-20261201-0001-5",
            "期间2026年12月2日",
            "区域天山区",
            "组别A组、B组",
            "见本人率66.7%",
            "逐户明细1户",
            "计划8户V-0001、V-0008",
            "完成6户",
            "未遇0户",
            "拒绝0户",
            "中止0户",
            "改期0户",
            "本人签收0份",
            "亲属代收0份",
            "拒签0份",
            "承诺2笔¥23,456.00人民币贰万叁仟肆佰伍拾陆元整V-0003",
            "重新起算0笔",
            "投诉0件",
            "安全事件0件",
            "未同步设备0台",
            "未同步份数0份",
            "1WH2026-000001测试一见本人-承诺A跟进第一期V-0001",
            "WH2026-000009测试九三次承诺未履行",
            "主管结论建议请示起诉一户",
            "请示事项请批准移送法务",
            "外访部主管",
        ):
            assert expected in found

    def test_prints_every_figure_there_is(self):
        numbered = {
            field.name: Figure(1000 + place, (f"R-{place:03d}",)) for place, field in enumerate(fields(SummaryFigures))
        }
        found = text(sample.summary(figures=SummaryFigures(**numbered)))
        assert all(str(figure.count) in found and figure.records[0] in found for figure in numbered.values())

    def test_names_a_class_of_figures_once(self):
        found = text(sample.summary())
        assert found.count("证据等级A") == found.count("证据等级") == 1

    def test_names_all_records_of_a_figure(self):
        records = tuple(f"V-{number:04d}" for number in range(300))
        figures = replace(sample.summary().figures, planned=Figure(300, records))
        found = text(sample.summary(figures=figures))
        assert all(record in found for record in records)

    def test_lists_two_hundred_households(self):
        lines = tuple(
            VisitLineFacts(f"WH-{n:04d}", f"测试{n}", "无人应答", "C", "再访", (f"V-{n:04d}",)) for n in range(200)
        )
        paper = render(sample.summary(lines=lines))
        found = reading.text_of(paper.pdf)
        assert all(f"{n + 1}WH-{n:04d}测试{n}" in found for n in range(200))
        assert paper.pages >= 5

    def test_shows_what_arrived_late(self):
        assert "补记12月3日补入2份" in text(sample.summary(supplement_note="12月3日补入2份"))

    def test_flags_figures_that_cannot_be_true(self):
        figures = SummaryFigures(completed=Figure(1), met_debtor=Figure(2))
        assert render(sample.summary(figures=figures)).flags == ("figures met more than completed",)

    def test_flags_records_not_yet_here(self):
        figures = SummaryFigures(unsynced_items=Figure(3))
        assert render(sample.summary(figures=figures)).flags == ("incomplete records not yet synced",)

    def test_takes_hostile_text_as_text(self):
        paper = render(sample.summary(conclusion="<font size=99>大</font>", requests="\ud800"))
        assert "主管结论<fontsize=99>大</font>" in reading.text_of(paper.pdf)
        assert paper.flags == ("missing-glyph U+D800",)


class TestMetRate:
    @pytest.mark.parametrize(
        ("met", "completed", "rate"), [(0, 0, "—"), (0, 4, "0.0%"), (1, 3, "33.3%"), (4, 4, "100.0%")]
    )
    def test_is_of_the_completed(self, met, completed, rate):
        assert met_rate(SummaryFigures(met_debtor=Figure(met), completed=Figure(completed))) == rate
