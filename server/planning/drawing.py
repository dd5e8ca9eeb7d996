"""A plan drawn as one self-contained SVG: no tiles, no scripts, nothing fetched. Pure.

Routes are coloured by crew and dashed by day, stops numbered in driving order, left-out stops crossed. Straight lines
show the order, not the road. The side panel carries no names: a map may lie on a table.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from server.planning.datum import Point
from server.planning.palette import colour_of
from server.planning.plans import Caution, Drop, DropReason, Plan, Route
from server.planning.projection import Box, Pixel, Projection, fit, round_length_m, spread
from server.planning.roads import BY_FACTOR
from server.planning.svg import FONT, element, plain, text

_WIDTH, _PANEL, _TOP = 1240, 380, 70
_MAP_WIDTH = _WIDTH - _PANEL - 40
_LOWEST_MAP, _HIGHEST_MAP = 420, 900
_ROUTE_ROW, _DROP_ROW, _FIXED_ROWS = 46, 22, 330
_MARGIN_PX = 56
_MARKER_PX = 10
_LEAST_ARROW_PX = 44
_INK, _MUTED, _PAPER, _GRID, _LAND = "#1c2430", "#5d6675", "#ffffff", "#e3e0d8", "#f6f4ee"
_WARN = "#b42318"
_DASHES = ("", "9 5", "2 5", "12 4 2 4", "6 3 2 3")
_LOCAL = ZoneInfo("Asia/Shanghai")

REASON_ZH = {
    DropReason.UNLOCATED: "地址未定位",
    DropReason.SKILL: "无具备资格的小组",
    DropReason.PINNED: "指定小组无班次",
    DropReason.WINDOW: "可访时段不在班次内",
    DropReason.SHIFT: "单独往返也超出班次",
    DropReason.ORDER: "须排在其后的拜访未排入或其后无时间",
    DropReason.SPACED: "与同一债务人的另一次外访间隔不足",
    DropReason.LIMIT: "超出驾驶或工时上限",
    DropReason.FULL: "班次已满",
    DropReason.PRIZE: "绕行成本高于优先级",
}
"""What the office reads for each reason; the English word is the code."""


def draw(plan: Plan, *, title: str) -> str:
    """Return the SVG document of a plan; times are local to Asia/Shanghai."""
    box = _box(plan)
    height = box.height + _TOP + 20
    project = fit(_points(plan), box=box, margin_px=_MARGIN_PX)
    crews = [route.crew_id for route in plan.routes]
    days = sorted({route.on for route in plan.routes})
    colours = [colour_of(route.crew_id, crews=crews) for route in plan.routes]
    dashes = [_DASHES[days.index(route.on) % len(_DASHES)] for route in plan.routes]
    body = [
        element("rect", width=_WIDTH, height=height, fill=_PAPER),
        text(title, x=20, y=34, size=20, fill=_INK, font_weight="bold"),
        text(_headline(plan), x=20, y=56, size=13, fill=_MUTED),
        _ground(project),
        *(
            _line(route, project, colour, dash)
            for route, colour, dash in zip(plan.routes, colours, dashes, strict=True)
        ),
        *(_cross(drop, project) for drop in plan.dropped),
        *_markers(plan, project, colours),
        *_bases(plan, project),
        _scale_bar(project),
        _north(box),
        *_panel(plan, colours, dashes, foot=height - 40),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" '
        f'height="{height}" font-family="{FONT}" role="img">'
        f"<title>{plain(title)}</title>{''.join(body)}</svg>\n"
    )


def _box(plan: Plan) -> Box:
    """Return a map as high as its points are, and as the panel beside it needs."""
    reasons = {drop.reason for drop in plan.dropped}
    panel = _FIXED_ROWS + _ROUTE_ROW * len(plan.routes) + _DROP_ROW * len(reasons)
    room = _MAP_WIDTH - 2 * _MARGIN_PX
    wide = fit(_points(plan), box=Box(left=0, top=0, width=room, height=1e9), margin_px=0)
    tops = [wide(point)[1] for point in _points(plan)] or [0.0]
    wanted = min(max(max(tops) - min(tops) + 2 * _MARGIN_PX, _LOWEST_MAP), _HIGHEST_MAP)
    return Box(left=20, top=_TOP, width=_MAP_WIDTH, height=round(max(wanted, panel)))


def _points(plan: Plan) -> list[Point]:
    points = [drop.point for drop in plan.dropped if drop.point is not None]
    for route in plan.routes:
        points += [route.start, route.end, *(stop.point for stop in route.stops)]
    return points


def _roads(plan: Plan) -> str:
    """Return in few words what the drives were reckoned with."""
    used = plan.search.distance
    if used.source == BY_FACTOR.source:
        return f"绕行系数 {plan.search.detour.factor}" + (" (路网未应答)" if used.fell_back else "")
    return f"路网 {used.source}"


def _headline(plan: Plan) -> str:
    hours = plan.driving_s / 3600.0
    return (
        f"排入 {plan.served} 户，未排入 {len(plan.dropped)} 户 · 里程约 {plan.distance_m / 1000.0:.1f} km · "
        f"行驶约 {hours:.1f} h · served / dropped / road km / hours at the wheel"
    )


def _ground(project: Projection) -> str:
    """Draw the sheet with a grid of round kilometres."""
    box = project.box
    sheet = element("rect", x=box.left, y=box.top, width=box.width, height=box.height, fill=_LAND, stroke=_GRID, rx=6)
    step = round_length_m(box.width * project.m_per_px / 5.0) / project.m_per_px
    lines = ""
    x = box.left + step
    while x < box.left + box.width:
        lines += element("line", x1=round(x, 1), x2=round(x, 1), y1=box.top, y2=box.top + box.height)
        x += step
    y = box.top + step
    while y < box.top + box.height:
        lines += element("line", x1=box.left, x2=box.left + box.width, y1=round(y, 1), y2=round(y, 1))
        y += step
    return sheet + element("g", lines, stroke=_GRID, stroke_width=1)


def _line(route: Route, project: Projection, colour: str, dash: str) -> str:
    corners = [project(point) for point in (route.start, *(stop.point for stop in route.stops), route.end)]
    drawn = " ".join(f"{x},{y}" for x, y in corners)
    style: dict[str, str | float] = {"fill": "none", "stroke_linejoin": "round"}
    line = element("polyline", points=drawn, stroke="#fff", stroke_width=5, stroke_opacity=0.8, **style)
    line += element("polyline", points=drawn, stroke=colour, stroke_width=2.4, stroke_dasharray=dash or "none", **style)
    arrows = "".join(_arrow(here, there) for here, there in pairwise(corners))
    return line + (element("g", arrows, fill=colour) if arrows else "")


def _arrow(here: Pixel, there: Pixel) -> str:
    """Show the driving direction in the middle of a leg that is long enough."""
    east, south = there[0] - here[0], there[1] - here[1]
    length = (east**2 + south**2) ** 0.5
    if length < _LEAST_ARROW_PX:
        return ""
    east, south = east / length, south / length
    x, y = (here[0] + there[0]) / 2.0, (here[1] + there[1]) / 2.0
    tip = (x + 6 * east, y + 6 * south)
    left = (x - 4 * east - 4 * south, y - 4 * south + 4 * east)
    right = (x - 4 * east + 4 * south, y - 4 * south - 4 * east)
    return element("polygon", points=" ".join(f"{px:.1f},{py:.1f}" for px, py in (tip, left, right)))


def _markers(plan: Plan, project: Projection, colours: Sequence[str]) -> list[str]:
    flat = [(stop, colour) for route, colour in zip(plan.routes, colours, strict=True) for stop in route.stops]
    anchors = [project(stop.point) for stop, _ in flat]
    spots = spread(anchors, apart_px=2 * _MARKER_PX + 2, farthest_px=4 * _MARKER_PX)
    leaders, markers = [], []
    for (stop, colour), anchor, spot in zip(flat, anchors, spots, strict=True):
        if abs(anchor[0] - spot[0]) + abs(anchor[1] - spot[1]) > _MARKER_PX:
            leaders.append(element("line", x1=anchor[0], y1=anchor[1], x2=spot[0], y2=spot[1], stroke=colour))
            leaders.append(element("circle", cx=anchor[0], cy=anchor[1], r=2.2, fill=colour))
        about = element("title", plain(f"{stop.seq} · {_clock(stop.arrives_at)} · {stop.label}"))
        is_sure = stop.caution is Caution.NONE
        disc = element(
            "circle",
            cx=spot[0],
            cy=spot[1],
            r=_MARKER_PX,
            fill=colour if is_sure else "#fff",
            stroke="#fff" if is_sure else colour,
            stroke_width=1.5 if is_sure else 2,
        )
        figure = text(
            str(stop.seq),
            x=spot[0],
            y=spot[1] + 4,
            size=11,
            fill="#fff" if is_sure else colour,
            text_anchor="middle",
            font_weight="bold",
        )
        markers.append(element("g", about + disc + figure))
    return [*leaders, *markers]


def _bases(plan: Plan, project: Projection) -> list[str]:
    spots = sorted({project(point) for route in plan.routes for point in (route.start, route.end)})
    return [_base(x, y) for x, y in spots]


def _base(x: float, y: float) -> str:
    corners = ((0, -12), (11, -2), (7, -2), (7, 9), (-7, 9), (-7, -2), (-11, -2))
    roof = " ".join(f"{x + east:.1f},{y + south:.1f}" for east, south in corners)
    return element("polygon", points=roof, fill=_INK, stroke="#fff", stroke_width=1.5)


def _cross(drop: Drop, project: Projection) -> str:
    if drop.point is None:
        return ""
    x, y = project(drop.point)
    about = element("title", plain(f"{REASON_ZH[drop.reason]} · {drop.label}"))
    return element("g", about + _cross_sign(x, y), stroke=_WARN, stroke_width=2, fill="none")


def _cross_sign(x: float, y: float) -> str:
    ring = element("circle", cx=x, cy=y, r=6, fill="#fff", fill_opacity=0.85, stroke_width=1.2)
    return ring + element("path", d=f"M{x - 3} {y - 3}L{x + 3} {y + 3}M{x + 3} {y - 3}L{x - 3} {y + 3}")


def _scale_bar(project: Projection) -> str:
    metres = round_length_m(150.0 * project.m_per_px)
    length = metres / project.m_per_px
    x, y = project.box.left + 18, project.box.top + project.box.height - 18
    label = f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"  # noqa: PLR2004  # metres in a kilometre
    bar = element("path", d=f"M{x} {y - 6}V{y}H{x + length:.1f}V{y - 6}", fill="none", stroke=_INK, stroke_width=2)
    return bar + text(label, x=round(x + length / 2.0, 1), y=y - 8, size=12, fill=_INK, text_anchor="middle")


def _north(box: Box) -> str:
    x, y = box.left + box.width - 28, box.top + 30
    needle = element("polygon", points=f"{x},{y - 16} {x + 7},{y + 8} {x},{y + 3} {x - 7},{y + 8}", fill=_INK)
    return needle + text("北 N", x=x, y=y + 23, size=11, fill=_INK, text_anchor="middle")


def _panel(plan: Plan, colours: Sequence[str], dashes: Sequence[str], *, foot: float) -> list[str]:
    x, y = _WIDTH - _PANEL, 88 + 30 - _ROUTE_ROW
    drawn = [text("外访小组 Crews", x=x, y=88, size=15, fill=_INK, font_weight="bold")]
    for route, colour, dash in zip(plan.routes, colours, dashes, strict=True):
        y += _ROUTE_ROW
        drawn.append(_crew_row(route, x=x, y=y, colour=colour, dash=dash))
    y += 60
    drawn.append(text("图例 Key", x=x, y=y, size=15, fill=_INK, font_weight="bold"))
    for sign, label in _key(x):
        y += 25
        drawn.append(element("g", sign, transform=f"translate(0 {y - 4})") + text(label, x=x + 44, y=y, fill=_INK))
    drawn += _drop_rows(plan, x=x, y=y + 40)
    detour = plan.search.detour
    drawn.append(
        text(
            f"直线仅表示顺序 · {_roads(plan)} · {detour.speed_km_h:g} km/h · 停车 {detour.parking_s} s",
            x=x,
            y=foot,
            size=11,
            fill=_MUTED,
        )
    )
    found = f"{plan.search.solver} · seed {plan.search.seed} · {plan.search.iterations} iterations · WGS-84"
    drawn.append(text(found, x=x, y=foot + 18, size=11, fill=_MUTED))
    return drawn


def _crew_row(route: Route, *, x: float, y: float, colour: str, dash: str) -> str:
    line = element("line", x1=x, x2=x + 32, y1=y, y2=y, stroke=colour, stroke_width=4, stroke_dasharray=dash or "none")
    name = f"{route.crew_label} · {route.vehicle} · {route.on.isoformat()}"
    figures = (
        f"{len(route.stops)} 户 · {route.distance_m / 1000.0:.1f} km · "
        f"{_clock(route.departs_at)} 出发 – {_clock(route.returns_at)} 返回"
    )
    head = text(name, x=x + 44, y=y + 1, size=13, fill=_INK, font_weight="bold")
    return line + head + text(figures, x=x + 44, y=y + 19, size=12, fill=_MUTED)


def _key(x: float) -> list[tuple[str, str]]:
    disc = element("circle", cx=x + 16, cy=0, r=8, fill=_MUTED)
    ring = element("circle", cx=x + 16, cy=0, r=8, fill="#fff", stroke=_MUTED, stroke_width=2)
    cross = element("g", _cross_sign(x + 16, 0), stroke=_WARN, stroke_width=2, fill="none")
    return [
        (disc, "停靠点，数字为行车顺序 Stop in driving order"),
        (ring, "位置不确切，先核实地址 Confirm the address first"),
        (_base(x + 16, 0), "出发与返回 Base"),
        (cross, "未排入 Left out"),
    ]


def _drop_rows(plan: Plan, *, x: float, y: float) -> list[str]:
    counts = Counter(drop.reason for drop in plan.dropped)
    if not counts:
        return []
    rows = [text("未排入的原因 Why left out", x=x, y=y, size=15, fill=_INK, font_weight="bold")]
    for reason in DropReason:
        if counts[reason]:
            y += _DROP_ROW
            rows.append(text(f"{counts[reason]} 户", x=x + 32, y=y, fill=_WARN, text_anchor="end"))
            rows.append(text(f"{REASON_ZH[reason]} {reason.value}", x=x + 44, y=y, fill=_INK))
    return rows


def _clock(moment: datetime) -> str:
    return moment.astimezone(_LOCAL).strftime("%H:%M")
