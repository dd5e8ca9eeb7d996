"""A crew's day as a calendar, read back by a parser that is not the one that wrote it."""

from dataclasses import replace
from datetime import UTC, datetime

import vobject

from server.planning import ics
from server.planning.model import Limits
from server.planning.planner import plan
from tests.server.planning import make_problem as make

AT = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)


def made(*, version=1, **changes):
    stops = [replace(one, service_s=5400) for one in make.town(3)]  # a day over noon
    problem = make.problem(*stops, shifts=[make.shift(rest=make.rest())])
    found = plan(problem, limits=Limits(iterations=50))
    told = {"title": "外访 FA-1", "districts": {"s1": "福田区"}, "plan_version": version, "at": AT}
    return found, ics.calendar(found.routes, **(told | changes))


def events(raw):
    whole = vobject.readOne(raw.decode())
    whole.validate(raiseException=True)
    return {one.uid.value: one for one in whole.vevent_list}


class TestCalendar:
    def test_holds_each_visit_at_its_planned_hour(self):
        found, raw = made()
        told = events(raw)
        for stop in found.routes[0].stops:
            event = told[f"visit-{stop.stop_id}@doorstep"]
            assert (event.dtstart.value, event.dtend.value) == (stop.starts_at, stop.leaves_at)
            assert event.summary.value.startswith(f"{stop.seq} · {stop.label}")

    def test_holds_the_day_and_the_rest(self):
        found, raw = made()
        (route,) = found.routes
        told = events(raw)
        day = told[f"day-{route.crew_id}-{route.on.isoformat()}@doorstep"]
        assert (day.dtstart.value, day.dtend.value) == (route.departs_at, route.returns_at)
        assert day.transp.value == "TRANSPARENT"
        rest = told[f"rest-{route.crew_id}-{route.on.isoformat()}@doorstep"]
        assert (rest.dtstart.value, rest.dtend.value) == (route.rest.opens_at, route.rest.closes_at)

    def test_names_the_district_and_no_coordinates(self):
        found, raw = made()
        assert "福田区" in events(raw)["visit-s1@doorstep"].summary.value
        assert b"GEO" not in raw
        assert f"{found.routes[0].stops[0].point.lat:.3f}".encode() not in raw

    def test_a_newer_plan_moves_the_same_events(self):
        _, first = made()
        _, second = made(version=2)
        assert events(first).keys() == events(second).keys()
        assert {one.sequence.value for one in events(second).values()} == {"2"}

    def test_takes_no_line_from_a_label(self):
        _, raw = made(districts={"s1": "福田区\r\nEND:VEVENT"})
        assert len(events(raw)) == 5

    def test_folds_its_lines_and_gives_the_same_bytes(self):
        _, raw = made(title="外访" * 60)
        assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
        assert raw == made(title="外访" * 60)[1]

    def test_is_a_calendar_without_routes(self):
        raw = ics.calendar([], title="外访", districts={}, plan_version=1, at=AT)
        assert vobject.readOne(raw.decode()).name == "VCALENDAR"
