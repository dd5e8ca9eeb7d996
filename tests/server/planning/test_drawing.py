"""The drawing is one safe document: well-formed, self-contained, every text escaped."""

import re

import pytest
from defusedxml import ElementTree

from server.planning.drawing import REASON_ZH, draw
from server.planning.model import Limits
from server.planning.plans import DropReason
from server.planning.precision import Precision
from server.planning.solve import solve
from tests.server.planning.make_problem import problem, shift, stop, town

SVG = "{http://www.w3.org/2000/svg}"
EVIL = "<script>alert(1)</script>&\"'\x00\x1b"


def drawn(*stops, shifts=None, title="外访路线图", **changes):
    plan = solve(problem(*stops, shifts=shifts, **changes), limits=Limits(iterations=30))
    return draw(plan, title=title)


def texts(svg):
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


class TestDraw:
    def test_is_well_formed_and_loads_nothing(self):
        svg = drawn(*town(6), shifts=[shift("c1"), shift("c2")])
        root = ElementTree.fromstring(svg)
        assert root.tag == f"{SVG}svg"
        assert re.findall(r"(?:https?:)?//[^\"' ]+", svg) == ["http://www.w3.org/2000/svg"]
        assert not {"script", "image", "style", "foreignObject", "use"} & {one.tag.split("}")[1] for one in root.iter()}

    def test_escapes_whatever_a_creditor_wrote(self):
        svg = drawn(stop("a", label=EVIL), stop("b", label=EVIL, point=None), title=EVIL)
        root = ElementTree.fromstring(svg)
        assert f"{SVG}script" not in {one.tag for one in root.iter()}
        assert "<script>alert(1)</script>&\"'" in {one.text for one in root.iter(f"{SVG}title")}

    def test_numbers_the_stops_in_driving_order(self):
        numbers = [text for text in texts(drawn(*town(5))) if text.isdigit()]
        assert sorted(numbers) == ["1", "2", "3", "4", "5"]

    def test_shows_every_crew_with_its_figures(self):
        svg = drawn(*town(8), shifts=[shift("c1", closes=11), shift("c2", closes=11)])
        said = " ".join(texts(svg))
        assert "c1 组 · 新A·测001 · 2026-12-02" in said
        assert "c2 组 · 新A·测001 · 2026-12-02" in said
        assert re.search(r"4 户 · [0-9.]+ km · 09:00 出发", said)

    def test_counts_the_reasons_of_what_is_left_out(self):
        said = texts(drawn(stop("a"), stop("b", point=None), stop("c", precision=Precision.DISTRICT)))
        assert "2 户" in said
        assert "地址未定位 unlocated" in said

    def test_states_how_the_figures_were_made(self):
        said = " ".join(texts(drawn(*town(2))))
        assert "绕行系数 1.0" in said
        assert "seed 1" in said
        assert "PyVRP 0.14" in said

    def test_names_nobody_outside_the_tooltips(self):
        assert not any("户 s0" in text for text in texts(drawn(*town(3))))

    def test_draws_a_hollow_marker_where_the_point_is_not_sure(self):
        sure, vague = drawn(stop("a")), drawn(stop("a", precision=Precision.STREET))
        discs = '<circle cx="[0-9.]+" cy="[0-9.]+" r="10" fill="#fff"'
        assert not re.search(discs, sure)
        assert re.search(discs, vague)

    def test_has_room_for_every_route_of_a_large_plan(self):
        shifts = [shift(f"c{n:02d}", closes=10) for n in range(25)]
        svg = drawn(*town(25, step_m=300), shifts=shifts)
        height = float(re.search(r'viewBox="0 0 \d+ ([\d.]+)"', svg).group(1))
        lows = [float(one) for one in re.findall(r'<text x="[\d.]+" y="([\d.]+)"', svg) if one]
        assert max(lows, default=0.0) < height

    def test_draws_an_empty_plan(self):
        assert "排入 0 户，未排入 1 户" in " ".join(texts(drawn(stop("a", point=None))))

    @pytest.mark.parametrize("count", [1, 12])
    def test_is_the_same_for_the_same_plan(self, count):
        assert drawn(*town(count)) == drawn(*town(count))


class TestReasonZh:
    def test_names_every_reason(self):
        assert set(REASON_ZH) == set(DropReason)
