"""The facts of the approval sheet (外访方案审批表) of a scheme, for `receipts.visit_scheme`."""

from datetime import date, datetime
from typing import Any

from receipts import visit_scheme, wording
from receipts.facts import CheckFacts, StaffFacts
from receipts.visit_scheme import (
    ChangeFacts,
    CostFacts,
    CrewFacts,
    DecisionFacts,
    MaterialFacts,
    SchemeLineFacts,
    VisitSchemeFacts,
)
from server.cases import ledger, papers, timeline
from server.cases.allocation import Entry
from server.compliance.evaluate import Finding
from server.planning.distance import CITY
from server.planning.plans import Plan, Route
from server.planning.precision import Precision
from server.planning.stacked import Doubt, believed
from server.schemes import points, rules
from server.schemes.handover import materials
from server.schemes.models import Scheme, SchemeDecision, SchemeStop
from server.schemes.plan_store import plan_in_force
from server.schemes.rules import StopState

KIND = "visit_scheme"
TEMPLATE_VERSION = "visit-scheme-1"
PURPOSE = "对名单客户依法上门沟通：说明欠款与后果，协商还款意向，取得书面承诺或对账单签字"

PRECISION_ZH = {
    Precision.DOOR: "门牌",
    Precision.BUILDING: "楼栋",
    Precision.STREET: "街道",
    Precision.VILLAGE: "村/小区",
    Precision.DISTRICT: "区县中心",
    Precision.NONE: "未定位",
}
MATERIAL_ZH = {
    "account_statement": "客户对账单",
    "dunning_letter": "催款函",
    "lawyers_letter": "律师函",
    "visit_receipt": "到访回执单",
    "promise": "还款承诺书",
    "recorder": "录音设备",
    "camera": "拍照设备",
}
CONTACT_ZH = {"reached": "已联系", "refused": "拒绝沟通", "no_answer": "无人接听", "lost": "失联"}
RISK_ZH = {"low": "低", "normal": "一般", "high": "高"}
REGION_ZH = {"city": "城区", "county": "县乡"}
SOURCE_ZH = {CITY.source: "本公司参数，待实测"}
_STEPS = {"review": "外访部主管/合规", "sign_off": "总经理"}


def facts(scheme: Scheme) -> VisitSchemeFacts:
    """Return what the approval sheet of the present content says; the same scheme gives the same bytes."""
    plan = plan_in_force(scheme) if scheme.plan_version is not None else None
    days = [date.fromisoformat(text) for text in scheme.dates]
    stops = [stop for stop in scheme.stops_in_order if stop.state != StopState.WITHDRAWN]
    at = max([scheme.versions[-1].changed_at, *(one.decided_at for one in scheme.decisions)])
    doubts = points.doubtful(stops)
    booked = ledger.entries_of([stop.case_id for stop in stops], known_by=at)
    return VisitSchemeFacts(
        seal=papers.seal_facts(scheme.serial, at=at, version=scheme.versions[-1].version),
        scheme_no=scheme.serial,
        scheme_version=scheme.versions[-1].version,
        digest=scheme.digest,
        compiled_by=scheme.compiler.name,
        purpose=PURPOSE,
        area=scheme.area,
        start_on=min(days),
        end_on=max(days),
        hours="；".join(sorted({f"{crew.shift_from}–{crew.shift_until}" for crew in scheme.crews})),
        lines=tuple(_line(stop, entries=booked[stop.case_id], at=at, doubt=doubts.get(str(stop.id))) for stop in stops),
        crews=tuple(_crew(scheme, plan, index) for index in range(len(scheme.crews))),
        limitation_due_count=sum(_is_limitation_due(stop) for stop in stops),
        travel_method=method(plan),
        materials=tuple(_material(kind, stops, scheme) for kind in MATERIAL_ZH if _count(kind, stops, scheme)),
        checks=tuple(_check(entry) for entry in scheme.compliance),
        safety_note=scheme.risk_notes,
        costs=tuple(CostFacts(one["item"], one["amount_fen"], one.get("basis", "")) for one in scheme.costs),
        decisions=_decisions(scheme),
        changes=tuple(
            ChangeFacts(one.version, one.changed_at, one.changed_by.name, one.what) for one in scheme.versions
        ),
    )


def pdf(scheme: Scheme) -> bytes:
    """Return the approval sheet as PDF bytes."""
    return visit_scheme.render(facts(scheme)).pdf


def _line(stop: SchemeStop, *, entries: list[Entry], at: datetime, doubt: Doubt | None) -> SchemeLineFacts:
    """Return one customer as known when the sheet was last changed: what came later does not alter its bytes."""
    precision = Precision(stop.address.precision) if stop.address is not None else Precision.NONE
    reasons = "、".join(_term(term) for term in stop.reasons)
    left_out = f"；未排入：{stop.drop_reason['text']['zh']}" if stop.drop_reason else ""
    return SchemeLineFacts(
        case_no=stop.case.case_no,
        debtor_name=stop.case.debtor.name,
        owed_fen=stop.owed_fen,
        address_precision="重叠点" if doubt is Doubt.STACKED else PRECISION_ZH[believed(precision, doubt)],
        reason=f"{stop.score} 分{'：' if reasons else ''}{reasons}{left_out}",
        last_result=timeline.last_result(stop.case, before=at)
        or CONTACT_ZH.get(stop.case.contact_result, stop.case.contact_result),
        risk=RISK_ZH.get(stop.address.risk_level, stop.address.risk_level) if stop.address is not None else "",
        limitation_due_on=timeline.clock_before(stop.case, entries=entries, day=wording.day_in_beijing(at)).act_by_on,
    )


def _term(term: dict[str, Any]) -> str:
    """Return one summand of the score in words: a count with its points, or the points alone."""
    value = str(term.get("value", ""))
    return (
        f"{term['name']} {value}（{term['points']} 分）"
        if value.isdigit()
        else f"{term['name']}（{term['points']} 分）"
    )


def _is_limitation_due(stop: SchemeStop) -> bool:
    return any(term.get("code") == "limitation" and term.get("points") for term in stop.reasons)


def _crew(scheme: Scheme, plan: Plan | None, index: int) -> CrewFacts:
    crew = scheme.crews[index]
    routes: list[Route] = [one for one in plan.routes if one.crew_id == str(crew.id)] if plan else []
    return CrewFacts(
        name=crew.name,
        members=tuple(StaffFacts(one.name, one.staff_no) for one in (crew.lead, crew.second)),
        vehicle=crew.vehicle,
        stops=sum(len(route.stops) for route in routes),
        distance_m=sum(route.distance_m for route in routes),
        duration_min=sum(round((route.returns_at - route.departs_at).total_seconds() / 60) for route in routes),
    )


def method(plan: Plan | None) -> str:
    """Return in words how far the figures of a plan can be trusted: how distance and time were estimated."""
    if plan is None:
        return "尚未规划"
    detour = plan.search.detour
    region, source = REGION_ZH.get(detour.region, detour.region), SOURCE_ZH.get(detour.source, detour.source)
    return (
        f"{plan.search.how_far_zh}，均速 {detour.speed_km_h:g} km/h，每次停车 {detour.parking_s} 秒"
        f"（{region}，{source}）；{plan.search.solver}，种子 {plan.search.seed}，"
        f"{plan.search.iterations} 次迭代"
    )


def _count(kind: str, stops: list[SchemeStop], scheme: Scheme) -> int:
    return sum(kind in materials(scheme, stop) for stop in stops)


def _material(kind: str, stops: list[SchemeStop], scheme: Scheme) -> MaterialFacts:
    if kind in {"recorder", "camera"}:
        return MaterialFacts(MATERIAL_ZH[kind], len(scheme.crews), "每组一套")
    return MaterialFacts(MATERIAL_ZH[kind], _count(kind, stops, scheme), "每户一份")


def _check(entry: dict[str, Any]) -> CheckFacts:
    passed = entry["finding"] == Finding.KEPT
    counsel = "，待律师确认" if entry["confirm_by_counsel"] else ""
    note = f"{entry['text']['zh']}〔{entry.get('source_zh', entry['source'])}，{entry['grade']} 级{counsel}〕"
    if not passed:
        note = f"{len(entry['subjects'])} 项不符（{entry['action']}）：{note}"
    return CheckFacts(rule=f"{entry['rule_id']}（{entry['checked']} 项）", passed=passed, note=note)


def _decisions(scheme: Scheme) -> tuple[DecisionFacts, ...]:
    """Return the newest decision of each step, open where nobody has decided on the present content."""
    newest: dict[str, SchemeDecision] = {one.step: one for one in scheme.decisions}
    return tuple(_decision(role, newest.get(step)) for step, role in _STEPS.items())


def _decision(role: str, one: SchemeDecision | None) -> DecisionFacts:
    if one is None:
        return DecisionFacts(role)
    limits = (one.limits or {}).get("note", "")
    if one.decision == rules.Decision.RETURN:
        decision = visit_scheme.Decision.REJECTED
    else:
        decision = visit_scheme.Decision.LIMITED if one.limits else visit_scheme.Decision.APPROVED
    return DecisionFacts(
        role=role,
        name=one.person.name + (f"（受{one.delegation.giver.name}授权）" if one.delegation else ""),
        decision=decision,
        opinion="；".join(part for part in (one.reason, limits) if part),
        decided_at=one.decided_at,
        digest=one.digest,
    )
