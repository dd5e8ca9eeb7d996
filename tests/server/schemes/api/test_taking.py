"""Zhou prints the route sheet for the car and loads the week into a calendar; nobody else gets the addresses."""

from uuid import UUID

import pytest
import vobject
from sqlalchemy import select

from server.audit import AuditEvent
from server.db import db
from tests.receipts import reading
from tests.server.schemes import make_scheme as make


@pytest.fixture
def cases(creditors):
    return [make.case(creditors["bank"], number) for number in range(3)]


@pytest.fixture
def scheme(as_zhou, cases):
    make.agents("chen", "tao")
    crews = [make.crew(), make.crew("二组", members=("chen", "tao"))]
    drafted = make.compiled(as_zhou, make.accepted_list(cases), crews=crews)
    long = [{"case_id": one["case_id"], "service_min": 200} for one in drafted["stops"]]  # a day's work for two crews
    make.patched(as_zhou, drafted, stops=long)
    return make.planned(as_zhou, drafted["id"])


def signed_off(as_zhou, as_sun, as_guo, scheme):
    make.submitted(as_zhou, scheme["id"])
    return make.signed(as_guo, make.reviewed(as_sun, scheme["id"]))


def sheet(caller, scheme, **query):
    return caller.get(f"/v1/schemes/{scheme['id']}/route-sheet.pdf", query_string=query)


class TestRouteSheet:
    def test_is_a_draft_without_addresses_until_signed_off(self, as_zhou, scheme):
        text = reading.text_of(sheet(as_zhou, scheme).data)
        assert "尚未签批，不得据此上门" in text
        assert "测试路" not in text

    def test_tells_the_way_once_signed_off(self, as_zhou, as_sun, as_guo, scheme):
        signed = signed_off(as_zhou, as_sun, as_guo, scheme)
        answer = sheet(as_zhou, signed)
        text = reading.text_of(answer.data)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "草稿" not in text
        for stop in signed["stops"]:
            assert stop["case_no"] in text
            assert f"测试路{int(stop['case_no'][-6:])}号" in text
        assert "不收取任何款项" in text
        assert "58,300" not in text

    def test_gives_the_same_bytes_again(self, as_zhou, scheme):
        assert sheet(as_zhou, scheme).data == sheet(as_zhou, scheme).data

    def test_names_nobody_whose_case_was_frozen_since(self, as_zhou, as_sun, as_guo, cases, scheme):
        signed = signed_off(as_zhou, as_sun, as_guo, scheme)
        make.flag(cases[1].id)
        text = reading.text_of(sheet(as_zhou, signed).data)
        assert "不得上门：案件已冻结" in text
        assert "测试路1号" not in text
        assert "测试路2号" in text

    def test_is_of_one_crew_where_one_is_asked_for(self, as_zhou, scheme):
        crew, other = scheme["crews"]
        whole = reading.text_of(sheet(as_zhou, scheme).data)
        assert all(f"{one['name']}{make.DAY.year}" in whole for one in (crew, other))
        text = reading.text_of(sheet(as_zhou, scheme, crew_id=crew["id"], on=make.DAY.isoformat()).data)
        assert f"{crew['name']}{make.DAY.year}" in text
        assert f"{other['name']}{make.DAY.year}" not in text
        assert sheet(as_zhou, scheme, on="2020-01-01").status_code == 404

    def test_records_who_printed_it(self, as_zhou, scheme):
        sheet(as_zhou, scheme)
        query = select(AuditEvent).where(AuditEvent.action == "scheme.route_sheet_printed")
        (event,) = db.session.scalars(query)
        assert (event.subject, event.actor_id) == (f"scheme:{scheme['id']}", UUID(as_zhou.person_id))
        assert event.facts["plan_version"] == 1

    def test_is_for_the_supervisor_only(self, as_guo, scheme):
        assert sheet(as_guo, scheme).status_code == 403

    def test_needs_a_plan(self, as_zhou, cases):
        drafted = make.compiled(as_zhou, make.accepted_list(cases))
        answer = sheet(as_zhou, drafted)
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/not-planned")


class TestCalendar:
    def test_holds_the_visits_of_the_plan_and_names_nobody(self, as_zhou, scheme):
        answer = as_zhou.get(f"/v1/schemes/{scheme['id']}/routes.ics")
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        found = vobject.readOne(answer.text)
        visits = {one.uid.value: one for one in found.vevent_list if one.uid.value.startswith("visit-")}
        assert set(visits) == {f"visit-{stop['id']}@doorstep" for stop in scheme["stops"]}
        for stop in scheme["stops"]:
            event = visits[f"visit-{stop['id']}@doorstep"]
            assert event.dtstart.value.isoformat() == stop["arrive_at"]
            assert "福田区" in event.summary.value
        assert "测试" not in answer.text

    def test_is_of_one_day_where_one_is_asked_for(self, as_zhou, scheme):
        answer = as_zhou.get(f"/v1/schemes/{scheme['id']}/routes.ics?on=2020-01-01")
        assert answer.status_code == 404
