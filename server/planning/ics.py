"""A crew's days as a calendar to load into any other (iCalendar). Pure.

Calendars lie on other people's servers: an event names case and district, nobody's name, address or coordinates.
Loading a newer plan over an older one moves its events, because each keeps its UID and counts its SEQUENCE up.

Source: RFC 5545.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from server.planning.plans import Caution, Route, RoutedStop

if TYPE_CHECKING:
    from icalendar import Event

MIME = "text/calendar"
CAUTION_ZH = {Caution.FIND_THE_DOOR: "门牌待确认", Caution.CENTROID: "仅区县中心，先核实地址"}


def calendar(
    routes: Iterable[Route], *, title: str, districts: Mapping[str, str], plan_version: int, at: datetime
) -> bytes:
    """Return the routes as a calendar: each day, its rest and each visit; `districts` by stop id.

    The same plan and moment give the same bytes.
    """
    from icalendar import Calendar  # noqa: PLC0415  # 3 MiB: only where a calendar is asked for

    whole = Calendar()
    whole.add("prodid", "-//Doorstep//routes//ZH")
    whole.add("version", "2.0")
    whole.add("method", "PUBLISH")
    whole.add("x-wr-calname", title)
    for route in routes:
        events = [_day(route), *_rest(route), *(_visit(route, stop, districts) for stop in route.stops)]
        for event in events:
            event.add("dtstamp", at.astimezone(UTC))
            event.add("sequence", plan_version)
            whole.add_component(event)
    return bytes(whole.to_ical())


def _day(route: Route) -> "Event":
    """Return the whole day as an event that leaves its hours free."""
    kilometres = f"{route.distance_m / 1000:.1f} 公里"
    event = _event(
        f"day-{route.crew_id}-{route.on.isoformat()}",
        f"外访 {route.crew_label}：{len(route.stops)} 户，{kilometres}",
        route.departs_at,
        route.returns_at,
    )
    event.add("transp", "TRANSPARENT")
    event.add(
        "description",
        f"车辆 {route.vehicle or '—'}；驾驶 {route.driving_s // 60} 分钟；在户 {route.service_s // 60} 分钟",
    )
    return event


def _rest(route: Route) -> "list[Event]":
    if route.rest is None:
        return []
    uid = f"rest-{route.crew_id}-{route.on.isoformat()}"
    return [_event(uid, "午休", route.rest.opens_at, route.rest.closes_at)]


def _visit(route: Route, stop: RoutedStop, districts: Mapping[str, str]) -> "Event":
    place = districts.get(stop.stop_id, "")
    event = _event(
        f"visit-{stop.stop_id}", f"{stop.seq} · {stop.label} {place}".rstrip(), stop.starts_at, stop.leaves_at
    )
    lines = [f"{route.crew_label}；前段 {stop.leg_m / 1000:.1f} 公里；可晚到 {stop.slack_s // 60} 分钟"]
    if stop.caution in CAUTION_ZH:
        lines.append(CAUTION_ZH[stop.caution])
    event.add("description", "\n".join(lines))
    return event


def _event(uid: str, summary: str, begins_at: datetime, ends_at: datetime) -> "Event":
    from icalendar import Event  # noqa: PLC0415

    event = Event()
    event.add("uid", f"{uid}@doorstep")
    event.add("summary", summary)
    event.add("dtstart", begins_at.astimezone(UTC))
    event.add("dtend", ends_at.astimezone(UTC))
    return event
