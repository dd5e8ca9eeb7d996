"""The facts of the route sheet (外访路线单) a crew takes along, for `receipts.route_sheet`."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from receipts import route_sheet
from receipts.facts import StaffFacts
from receipts.route_sheet import CallFacts, RouteFacts, RouteSheetFacts
from server import config
from server.accounts import rulebook
from server.cases import papers, sealing
from server.cases.freezing import frozen_kinds
from server.cases.identity import mask_address
from server.compliance import allowlist
from server.compliance.allowlist import Shown
from server.planning.ics import CAUTION_ZH
from server.planning.plans import Route, RoutedStop
from server.schemes import plan_store, sheet
from server.schemes.cards import DO_NOT, DO_NOT_RULES
from server.schemes.handover import materials
from server.schemes.models import Scheme, SchemeStop
from server.schemes.rules import StopState

KIND = "route_sheet"
_NOT_VISITED = {
    StopState.WITHDRAWN: "已撤下",
    StopState.WITHHELD: "已留置",
    StopState.SKIPPED: "已跳过",
    StopState.BLOCKED: "无法到达",
    StopState.DROPPED: "未排入",
}


def facts(scheme: Scheme, routes: Sequence[Route], *, at: datetime) -> RouteSheetFacts:
    """Return what the sheet of these routes says. Raises SealBroken.

    Until the scheme's present content is signed off an address is told down to its district only.
    """
    is_signed_off = bool(scheme.digest) and scheme.signed_digest == scheme.digest
    stops = {str(stop.id): stop for stop in scheme.stops}
    return RouteSheetFacts(
        seal=papers.seal_facts(scheme.serial, at=at, version=scheme.version),
        scheme_no=scheme.serial,
        scheme_version=scheme.version,
        plan_version=scheme.plan_version or 0,
        is_signed_off=is_signed_off,
        office_phone=config.current().firm.phone,
        travel_method=sheet.method(plan_store.plan_in_force(scheme)),
        routes=tuple(_route(scheme, route, stops, is_signed_off=is_signed_off) for route in routes),
        rules=tuple(_quoted(code) for code in DO_NOT),
        safety_note=scheme.risk_notes,
    )


def _quoted(code: str) -> str:
    """Return what nobody does at any door, with source and grade of the rule it rests on."""
    (rule,) = rulebook.quoted([{"rule_id": DO_NOT_RULES[code]}])
    return f"{DO_NOT[code]['zh']}〔{rule['source_zh']}，{rule['grade']} 级〕"


def pdf(scheme: Scheme, routes: Sequence[Route], *, at: datetime) -> bytes:
    """Return the route sheet as PDF bytes. Raises SealBroken."""
    return route_sheet.render(facts(scheme, routes, at=at)).pdf


def _route(scheme: Scheme, route: Route, stops: dict[str, SchemeStop], *, is_signed_off: bool) -> RouteFacts:
    crew = next(one for one in scheme.crews if str(one.id) == route.crew_id)
    return RouteFacts(
        crew=route.crew_label,
        on=route.on,
        members=tuple(StaffFacts(one.name, one.staff_no) for one in (crew.lead, crew.second)),
        vehicle=route.vehicle,
        departs_at=route.departs_at,
        returns_at=route.returns_at,
        distance_m=route.distance_m,
        driving_min=round(route.driving_s / 60),
        back_m=route.back_m,
        calls=tuple(_call(scheme, one, stops[one.stop_id], is_signed_off=is_signed_off) for one in route.stops),
        rest_from=route.rest.opens_at if route.rest else None,
        rest_until=route.rest.closes_at if route.rest else None,
    )


def _call(scheme: Scheme, routed: RoutedStop, stop: SchemeStop, *, is_signed_off: bool) -> CallFacts:
    kept_back = _kept_back(stop)
    return CallFacts(
        seq=stop.seq or routed.seq,
        case_no=stop.case.case_no,
        debtor_name="" if kept_back else stop.case.debtor.name,
        address="" if kept_back else _address(stop, is_signed_off=is_signed_off),
        arrives_at=routed.starts_at,
        latest_at=routed.starts_at + timedelta(seconds=routed.slack_s),
        leaves_at=routed.leaves_at,
        leg_m=routed.leg_m,
        materials=tuple(sheet.MATERIAL_ZH[kind] for kind in materials(scheme, stop)),
        cautions=() if kept_back else _cautions(routed, stop),
        kept_back=kept_back,
    )


def _kept_back(stop: SchemeStop) -> str:
    """Return why nobody goes to this door after all, empty where nothing stands against it."""
    return "案件已冻结" if frozen_kinds(stop.case) else _NOT_VISITED.get(StopState(stop.state), "")


def _address(stop: SchemeStop, *, is_signed_off: bool) -> str:
    """Return the address as far as the allow-list gives it to this paper, of a draft its district."""
    if stop.address is None:
        return ""
    text = sealing.address_text(stop.address)
    in_full = is_signed_off and allowlist.on_paper(KIND, "address") is Shown.FULL
    return text if in_full else mask_address(text)


def _cautions(routed: RoutedStop, stop: SchemeStop) -> tuple[str, ...]:
    told = [CAUTION_ZH.get(routed.caution, ""), stop.note]
    if stop.address is not None:
        told.append("高风险地址" if stop.address.risk_level == "high" else "")
        if allowlist.on_paper(KIND, "access_note") is Shown.FULL:
            told.append(stop.address.access_note)
    return tuple(one for one in told if one)
