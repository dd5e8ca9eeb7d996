"""The route sheet (外访路线单): where a crew drives in which order, when it is due and what it takes along. Pure.

It holds what the door needs, names and addresses, and no amounts: a sheet may be left in a car.
"""

from dataclasses import dataclass
from datetime import date, datetime

from reportlab.lib.units import mm

from receipts import blocks, wording
from receipts.blocks import Align, Column, Field
from receipts.facts import Paper, SealFacts, StaffFacts
from receipts.page import TOP, Sheet, Title

_TITLE = Title("外访路线单", "Route sheet")
DRAFT = "草稿：本方案尚未签批，不得据此上门。Draft: not signed off, nobody may visit by it."
KEPT_BACK = "不得上门"


@dataclass(frozen=True, slots=True)
class CallFacts:
    """One visit of a route; latest_at is the last arrival that delays nothing. A visit kept back names nobody."""

    seq: int
    case_no: str
    debtor_name: str
    address: str
    arrives_at: datetime
    latest_at: datetime
    leaves_at: datetime
    leg_m: int
    materials: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    kept_back: str = ""  # why nobody goes there after all


@dataclass(frozen=True, slots=True)
class RouteFacts:
    """One crew's day: metres and minutes as planned."""

    crew: str
    on: date
    members: tuple[StaffFacts, ...]
    vehicle: str
    departs_at: datetime
    returns_at: datetime
    distance_m: int
    driving_min: int
    back_m: int
    calls: tuple[CallFacts, ...]
    rest_from: datetime | None = None
    rest_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RouteSheetFacts:
    """Everything the sheet says: each route on pages of its own."""

    seal: SealFacts
    scheme_no: str
    scheme_version: int
    plan_version: int
    is_signed_off: bool
    office_phone: str
    travel_method: str
    routes: tuple[RouteFacts, ...]
    rules: tuple[str, ...] = ()  # what nobody does at any door
    safety_note: str = ""


def render(facts: RouteSheetFacts) -> Paper:
    """Return the route sheet as a PDF. Raises FontsMissing, NaiveTime or NotAFact."""
    sheet = Sheet(_TITLE, facts, facts.seal)
    for route in facts.routes:
        if sheet.y > TOP:
            sheet.new_page()
        if not facts.is_signed_off:
            blocks.notice(sheet, DRAFT)
        _head(sheet, facts, route)
        _calls(sheet, route)
        _rules(sheet, facts)
    if not facts.routes:
        blocks.paragraph(sheet, "没有路线")
    return sheet.finish()


def _head(sheet: Sheet, facts: RouteSheetFacts, route: RouteFacts) -> None:
    blocks.heading(sheet, f"{route.crew}　{wording.day(route.on)}", "Crew and day")
    rest = f"{wording.clock(route.rest_from)}–{wording.clock(route.rest_until)}" if route.rest_from else wording.BLANK
    blocks.fields(
        sheet,
        [
            Field("方案号", wording.or_blank(facts.scheme_no)),
            Field("方案版本", f"第 {facts.scheme_version} 版，路线第 {facts.plan_version} 版"),
            Field("外访人员", "、".join(f"{one.name}({one.staff_no})" for one in route.members)),
            Field("车辆", wording.or_blank(route.vehicle)),
            Field("出发", wording.clock(route.departs_at)),
            Field("收工", wording.clock(route.returns_at)),
            Field("户数", f"{sum(not call.kept_back for call in route.calls)} 户"),
            Field("午休", rest),
            Field("里程", wording.kilometres(route.distance_m)),
            Field("驾驶", wording.length(route.driving_min)),
            Field("估计方法", wording.or_blank(facts.travel_method), wide=True),
        ],
    )


def _calls(sheet: Sheet, route: RouteFacts) -> None:
    blocks.heading(sheet, "行程", "Visits in order")
    blocks.table(
        sheet,
        (
            Column("序", 5, Align.RIGHT),
            Column("到达", 9),
            Column("最迟", 8),
            Column("离开", 8),
            Column("客户与案件", 19),
            Column("地址", 30),
            Column("里程", 10, Align.RIGHT),
            Column("材料与提示", 24),
            Column("实到", 9),
        ),
        [_row(call) for call in route.calls],
        total=("", "", "", wording.clock(route.returns_at), "回到终点", "", wording.kilometres(route.back_m), "", ""),
    )


def _row(call: CallFacts) -> tuple[str, ...]:
    if call.kept_back:
        note = f"{KEPT_BACK}：{call.kept_back}"
        return (str(call.seq), wording.BLANK, wording.BLANK, wording.BLANK, call.case_no, wording.BLANK, "", note, "")
    return (
        str(call.seq),
        wording.clock(call.arrives_at),
        wording.clock(call.latest_at),
        wording.clock(call.leaves_at),
        f"{call.debtor_name}\n{call.case_no}",
        wording.or_blank(call.address),
        wording.kilometres(call.leg_m),
        "\n".join(part for part in ("、".join(call.materials), "；".join(call.cautions)) if part),
        "",
    )


def _rules(sheet: Sheet, facts: RouteSheetFacts) -> None:
    blocks.heading(sheet, "安全与纪律", "Safety and conduct", keep=30 * mm)
    blocks.fields(
        sheet,
        [
            Field("公司电话", wording.or_blank(facts.office_phone), wide=True),
            Field("上门纪律", wording.or_blank("；".join(facts.rules)), wide=True),
            Field("安全提示", wording.or_blank(facts.safety_note), wide=True),
            Field("保管", "本单含个人信息：随车专人保管，收工当日交回销毁，遗失立即报告。", wide=True),
        ],
    )
