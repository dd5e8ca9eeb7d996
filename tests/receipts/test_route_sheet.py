"""What a crew reads in the car: its day in order, what it takes along, and nothing of what is owed."""

from dataclasses import replace
from datetime import timedelta

from receipts.route_sheet import render
from tests.receipts import reading, sample

FACTS = sample.route_sheet()


def text(facts) -> str:
    return reading.text_of(render(facts).pdf)


def with_calls(*calls):
    return replace(FACTS, routes=(replace(FACTS.routes[0], calls=calls),))


class TestRender:
    def test_says_where_to_be_when_and_until_when(self):
        found = text(FACTS)
        for expected in (
            "A组2026年12月2日",
            "方案版本第3版，路线第2版",
            "外访人员方䶮(WF-0127)、测试乙(WF-0131)",
            "出发09:04收工15:04",
            "户数3户午休12:04–13:04",
            "里程48.3公里驾驶2小时25分",
            "110:4411:0911:04测试1WH2026-000001天山区人民路1号3单元2015.1公里客户对账单、到访回执单门牌待确认",
            "15:04回到终点6.2公里",
            "公司电话0991-0000000",
            "上门纪律不向第三人透露欠款；不收取任何款项",
        ):
            assert expected in found

    def test_names_nobody_a_crew_may_not_visit(self):
        first, second, third = FACTS.routes[0].calls
        found = text(with_calls(first, replace(second, kept_back="案件已冻结"), third))
        assert "不得上门：案件已冻结" in found
        assert "WH2026-000002" in found
        assert "测试2" not in found
        assert "人民路2号" not in found
        assert "户数2户" in found

    def test_is_a_draft_until_signed_off(self):
        assert "草稿" not in text(FACTS)
        assert "尚未签批，不得据此上门" in text(replace(FACTS, is_signed_off=False))

    def test_begins_each_route_on_a_page_of_its_own(self):
        route = FACTS.routes[0]
        paper = render(replace(FACTS, routes=(route, replace(route, crew="B 组"))))
        first, second = reading.pages_of(paper.pdf)
        assert "A组2026" in first
        assert "B组2026" in second
        assert "A组2026" not in second

    def test_repeats_its_head_where_a_day_runs_over_the_page(self):
        paper = render(sample.route_sheet(40))
        assert paper.pages > 1
        assert all("客户与案件" in page for page in reading.pages_of(paper.pdf)[:2])

    def test_says_so_when_there_is_no_route(self):
        assert "没有路线" in text(replace(FACTS, routes=()))

    def test_follows_its_facts(self):
        later = replace(FACTS.routes[0], returns_at=FACTS.routes[0].returns_at + timedelta(minutes=1))
        assert render(FACTS).pdf == render(sample.route_sheet()).pdf
        assert render(replace(FACTS, routes=(later,))).fingerprint != render(FACTS).fingerprint
