"""What goes otherwise than planned in a normal week, acted out over HTTP: scenarios 4 to 11."""

import io
import json
from datetime import timedelta
from random import Random

import pytest

from server import clock
from server.db import begin_write, db
from server.demo import doors
from server.demo.doors import Door
from server.demo.phones import PlayedClock
from server.visits import promise_watch
from tests.flows.conftest import FlowPhone


def now_at(phone, stop):
    """The stop as if its planned time were now."""
    return dict(stop) | {"arrive_at": phone.clock.at.isoformat()}


def play(phone, stop, code):
    doors.play(Door(phone, now_at(phone, stop), code))


def visit_of(caller, stop):
    found = caller.get("/v1/visits", query_string={"case_id": stop["case_id"], "limit": 100}).json["items"]
    assert len(found) == 1, found
    return caller.get(f"/v1/visits/{found[0]['id']}").json


def results(visit, rule_id):
    return {one["finding"] for one in visit["rule_results"] if one["rule_id"] == rule_id}


def case_of(caller, stop):
    return caller.get(f"/v1/cases/{stop['case_id']}").json


def raised(caller, stop):
    return [one["kind"] for one in case_of(caller, stop)["stop_flags"] if one["lifted_at"] is None]


def clock_of(caller, stop):
    return caller.get(f"/v1/cases/{stop['case_id']}/limitation").json


@pytest.fixture
def luos_phone(app, as_zhou, as_luo, dispatched, tmp_path):
    code = as_zhou.post("/v1/devices/codes", json={"person_id": as_luo.person_id}).json["code"]
    phone = FlowPhone(
        tmp_path / "luo.db", app.test_client(), clock=PlayedClock(clock.now()), rng=Random(6), label="罗的手机"
    )
    phone.enrol(code)
    phone.sync()
    yield phone
    phone.store.close()


class TestWrongClock:
    def test_is_kept_and_flagged_and_proves_nothing_to_the_limitation_clock(self, as_zhou, as_lin, fangs_phone):
        stop = fangs_phone.stops()[0]
        before = clock_of(as_lin, stop)
        fangs_phone.clock.error = timedelta(days=3650)
        play(fangs_phone, stop, 3)
        assert fangs_phone.sync().unsent == 0
        visit = visit_of(as_zhou, stop)
        assert {"clock_skew", "future_date"} & set(visit["flags"])
        after = clock_of(as_lin, stop)
        assert after["expires_on"] == before["expires_on"]
        assert [one["is_moving"] for one in after["events"] if one["source"].startswith("visit:")] in ([], [False])


class TestRefusalToSign:
    def test_is_recorded_with_its_witness_and_says_what_is_missing_as_proof(self, as_zhou, as_lin, fangs_phone):
        stop = fangs_phone.stops()[0]
        play(fangs_phone, stop, 3)
        fangs_phone.sync()
        visit = visit_of(as_zhou, stop)
        assert visit["outcome"] == 3
        assert results(visit, "WITNESS") == {"broken"}  # one witness, no photo of the paper
        assert results(visit, "IDENT") == {"kept"}
        receipt = as_zhou.get(f"/v1/visits/{visit['id']}/receipt.pdf")
        assert receipt.status_code == 200
        told = clock_of(as_lin, stop)
        assert "signed_demand_or_agreement" in told["missing_proof"]


class TestNeighbourOpens:
    def test_learns_nothing_and_moves_nothing(self, as_zhou, as_lin, fangs_phone):
        stop = fangs_phone.stops()[0]
        debtor, before = fangs_phone.card(stop)["debtor"]["name"], clock_of(as_lin, stop)["expires_on"]
        play(fangs_phone, stop, 9)
        fangs_phone.sync()
        visit = visit_of(as_zhou, stop)
        assert (visit["met"], results(visit, "THIRD-MODE"), results(visit, "PI-THIRD")) == (
            "third_party", {"kept"}, {"kept"},
        )  # fmt: skip
        assert all(results(visit, rule) <= {"kept"} for rule in ("IDENT", "DEV", "THIRD-PURPOSE"))
        assert clock_of(as_lin, stop)["expires_on"] == before
        pdf = as_zhou.get(f"/v1/visits/{visit['id']}/receipt.pdf").data
        assert debtor.encode() not in pdf
        assert not any(flaw["kind"].startswith("third_party") for flaw in visit["flaws"])


class TestThreatenedAgent:
    def test_keeps_the_next_crew_away_until_the_supervisor_has_looked(self, as_zhou, as_ma, fangs_phone):
        stop = fangs_phone.stops()[0]
        door = Door(fangs_phone, now_at(fangs_phone, stop), 3)
        visit = doors.begin(door)
        body = {"visit_id": visit.visit_id, "stop_id": stop["id"], "case_id": stop["case_id"], "kind": "threat"}
        fangs_phone.records().write("incident", body | {
            "severity": 3, "note": "持械威胁", "police_called": True, "fix": None,
        })  # fmt: skip
        visit.outcome(11, note="安全中止", next_step="review_safety", delivered=[], form=None)
        visit.leave(fangs_phone.fix(stop["place"]))
        fangs_phone.sync()
        assert raised(as_zhou, stop) == ["special"]
        (alert,) = as_zhou.get("/v1/safety/alerts").json["items"]
        assert (alert["kind"], alert["severity"], alert["case_id"]) == ("incident", 3, stop["case_id"])
        assert (
            as_zhou.post(f"/v1/safety/alerts/{alert['key']}/seen", json={"done": "已通话，人员安全"}).status_code == 200
        )
        assert as_zhou.get("/v1/safety/alerts").json["items"] == []
        assert as_zhou.post(f"/v1/safety/alerts/{alert['key']}/seen", json={"done": "再记"}).status_code == 404
        fangs_phone.sync()
        assert fangs_phone.card(stop)["frozen"] == ["stop"]
        assert "持械威胁" not in json.dumps(as_zhou.get("/v1/cases").json, ensure_ascii=False)


class TestReplanWhileOffline:
    def test_keeps_what_was_done_under_the_old_plan(self, as_zhou, as_sun, as_guo, dispatched, fangs_phone, run_jobs):
        fangs_phone.sync()
        stop = fangs_phone.stops()[-1]
        shown = as_zhou.get(f"/v1/schemes/{dispatched}")
        changed = as_zhou.patch(
            f"/v1/schemes/{dispatched}",
            json={"stops": [{"case_id": stop["case_id"], "withdraw": True}]},
            headers={"If-Match": shown.headers["ETag"]},
        )
        assert changed.status_code == 200, changed.text
        play(fangs_phone, stop, 7)
        assert fangs_phone.sync().unsent == 0
        visit = visit_of(as_zhou, stop)
        assert (visit["outcome"], visit["is_complete"]) == (7, True)
        assert stop["plan_version"] == 1


class TestTwoCrewsAtOneDebtor:
    def test_both_visits_stand_and_neither_overwrites_the_other(self, as_zhou, fangs_phone, luos_phone):
        stop = fangs_phone.stops()[0]
        same = next(one for one in luos_phone.stops() if one["id"] == stop["id"])
        play(fangs_phone, stop, 7)
        luos_phone.clock.forward(minutes=20)
        play(luos_phone, same, 9)
        assert (fangs_phone.sync().conflicts, luos_phone.sync().conflicts) == (0, 0)
        found = as_zhou.get("/v1/visits", query_string={"case_id": stop["case_id"], "limit": 10}).json["items"]
        assert sorted(one["outcome"] for one in found) == [7, 9]
        assert all(one["is_complete"] for one in found)


class TestDisputedAmount:
    def test_freezes_the_case_until_compliance_lifts_it(self, as_zhou, as_ma, as_lin, fangs_phone):
        stop = fangs_phone.stops()[0]
        play(fangs_phone, stop, 4)
        fangs_phone.sync()
        assert raised(as_zhou, stop) == ["dispute"]
        (flag,) = case_of(as_zhou, stop)["stop_flags"]
        path = f"/v1/cases/{stop['case_id']}/stops/{flag['id']}/lift"
        assert as_zhou.post(path, json={"reason": "客户认错"}).status_code == 403
        screened = as_lin.post("/v1/visit-lists/screen", json={}).json
        assert stop["case_id"] not in {one["case_id"] for one in screened["candidates"]}
        assert as_ma.post(path, json={"reason": "支行确认费用已减免"}).status_code == 200
        assert raised(as_zhou, stop) == []


class TestSettledBeforeTheNextDoor:
    def test_reaches_the_phone_with_its_next_pull(self, as_zhou, as_lin, creditors, fangs_phone):
        fangs_phone.sync()
        stop = fangs_phone.stops()[0]
        case = case_of(as_lin, stop)
        day = clock.today().isoformat()
        rows = f"案件序列号,入账日期,入账金额,摘要,流水号\n{case['case_no']},{day},1.00,结清,LS1\n"
        fed = feed(as_lin, case["creditor_id"], rows)
        assert fed["changes"]["cases_settled"] == 1
        assert raised(as_zhou, stop) == ["settled"]
        fangs_phone.sync()
        assert fangs_phone.card(stop)["frozen"] == ["settled"]


def feed(caller, creditor_id, text):
    read = caller.post(
        "/v1/payments/imports",
        data={"creditor_id": creditor_id, "file": (io.BytesIO(text.encode()), "feed.csv")},
        content_type="multipart/form-data",
    )
    assert read.status_code == 201, read.text
    return caller.post(f"/v1/payments/imports/{read.json['id']}/commit").json


class TestPromiseBroken:
    def promise(self, phone, stop):
        """Play a visit that ends with a promise the debtor signs."""
        door = Door(phone, now_at(phone, stop), 1)
        visit = doors.begin(door)
        doors.meet(door, visit)
        plan = doors.agree(door, visit)
        form = {"id": str(clock.new_id()), "kind": "promise", "serial": "", "sha256": "0" * 64, "template": "promise/1"}
        doors.sign(door, visit, form)
        doors.conclude(door, visit, plan=plan, photos=doors.photograph(door, visit))
        visit.leave(phone.fix(stop["place"]))

    def test_counts_against_the_case_and_leads_to_suing(self, as_zhou, as_hu, as_guo, as_lin, fangs_phone):
        stop = fangs_phone.stops()[0]
        self.promise(fangs_phone, stop)
        fangs_phone.sync()
        visit = visit_of(as_zhou, stop)
        tag = as_zhou.get(f"/v1/visits/{visit['id']}").headers["ETag"]
        accept = {"decision": "accept"}
        assert (
            as_zhou.post(f"/v1/visits/{visit['id']}/review", json=accept, headers={"If-Match": tag}).status_code == 200
        )
        (promise,) = as_lin.get(f"/v1/cases/{stop['case_id']}/promises").json["items"]
        assert promise["state"] == "effective"
        begin_write()
        assert promise_watch.follow_all(today=clock.today() + timedelta(days=45)) == 1
        db.session.commit()
        assert case_of(as_lin, stop)["broken_promises"] == 1
        made = as_zhou.post(
            "/v1/escalations",
            json={"case_id": stop["case_id"], "proposal": "sue", "reasons": "承诺违约", "evidence": []},
        )
        assert made.status_code == 201, made.text
        path = f"/v1/escalations/{made.json['id']}"
        for caller, step, body in (
            (as_hu, "opinion", {"opinion": "ready", "text": "有签字承诺"}),
            (as_guo, "decide", {"decision": "sue", "reasons": "同意起诉"}),
        ):
            tag = caller.get(path).headers["ETag"]
            assert caller.post(f"{path}/{step}", json=body, headers={"If-Match": tag}).status_code == 200
        assert case_of(as_lin, stop)["state"] == "legal"
        told = as_lin.get(f"/v1/cases/{stop['case_id']}/timeline").json["items"]
        assert any(one["kind"] == "promise" and one["facts"]["state"] == "broken" for one in told)
