"""Filings over HTTP: begun after the decision, followed by legal, read by whoever decides."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from server import clock
from server.audit import AuditEvent
from server.db import db


@pytest.fixture
def sued(played, decided):
    """A case decided to be sued."""
    decided(played.case_ids[0], "sue")
    return str(played.case_ids[0])


def begin(caller, case_id, kind="court"):
    return caller.post(f"/v1/cases/{case_id}/filings", json={"kind": kind, "authority": "福田区人民法院"})


def step(caller, filing, name, *, days_ago=0, proof="收据 001"):
    body = {"step": name, "happened_on": (clock.today() - timedelta(days=days_ago)).isoformat(), "proof": proof}
    return caller.post(f"/v1/filings/{filing['id']}/steps", json=body)


def limitation(caller, case_id):
    return caller.get(f"/v1/cases/{case_id}/limitation").json


class TestBegin:
    def test_waits_for_the_decision(self, played, as_hu):
        answer = begin(as_hu, played.case_ids[0])
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/filing-not-decided")

    def test_is_legals_alone(self, sued, as_zhou, as_guo, as_ma, as_tan):
        assert [begin(one, sued).status_code for one in (as_zhou, as_guo, as_ma, as_tan)] == [403] * 4

    def test_takes_one_at_a_time_and_says_what_may_follow(self, sued, as_hu):
        answer = begin(as_hu, sued)
        assert (answer.status_code, answer.json["standing"]) == (201, None)
        assert (answer.json["may_follow"], answer.json["deadlines"]) == (["authorised"], [])
        assert as_hu.get(answer.headers["Location"]).json == answer.json
        assert begin(as_hu, sued).json["type"] == "/problems/filing-open"

    def test_keeps_the_wall_between_creditors(self, sued, as_hu, as_wei):
        filing = begin(as_hu, sued).json
        assert as_wei.get(f"/v1/filings/{filing['id']}").status_code in {403, 404}
        assert as_wei.get(f"/v1/cases/{sued}/filings").status_code in {403, 404}


class TestSteps:
    def test_go_from_the_court_back_to_the_clock(self, sued, as_hu, as_guo):
        filing = begin(as_hu, sued).json
        step(as_hu, filing, "authorised", days_ago=9)
        answer = step(as_hu, filing, "filed", days_ago=8)
        assert answer.status_code == 201, answer.text
        (runs,) = answer.json["deadlines"]
        assert (runs["article"], runs["whose"], runs["grade"]) == ("民诉法 126", "authority", "A")
        told = limitation(as_guo, sued)
        (suit,) = [one for one in told["events"] if one["source"] == f"filing:{filing['id']}"]
        assert (told["state"], suit["kind"], suit["is_moving"]) == ("paused", "suit", True)

    def test_out_of_turn_change_nothing(self, sued, as_hu):
        filing = begin(as_hu, sued).json
        answer = step(as_hu, filing, "judged")
        assert (answer.status_code, answer.json["allowed"]) == (409, ["authorised"])
        assert as_hu.get(f"/v1/filings/{filing['id']}").json["steps"] == []

    def test_of_tomorrow_are_refused(self, sued, as_hu):
        filing = begin(as_hu, sued).json
        assert step(as_hu, filing, "authorised", days_ago=-1).json["type"] == "/problems/odd-step-day"

    def test_are_taken_back_from_the_last_and_stay_readable(self, sued, as_hu):
        filing = begin(as_hu, sued).json
        for name in ("authorised", "filed"):
            filing = step(as_hu, filing, name).json
        first, second = (one["id"] for one in filing["steps"])
        path = f"/v1/filings/{filing['id']}/steps"
        refused = as_hu.post(f"{path}/{first}/retract", json={"reason": "案号有误"})
        assert refused.json["type"] == "/problems/not-the-last-step"
        told = as_hu.post(f"{path}/{second}/retract", json={"reason": "案号有误"}).json
        assert [one["retracted"] for one in told["steps"]] == [False, True]
        assert (told["standing"], limitation(as_hu, sued)["state"]) == ("authorised", "running")
        assert step(as_hu, filing, "filed").status_code == 201

    def test_are_told_on_the_timeline_and_in_the_log(self, sued, as_hu, as_zhou):
        filing = begin(as_hu, sued).json
        step(as_hu, filing, "authorised")
        told = as_zhou.get(f"/v1/cases/{sued}/timeline").json["items"]
        assert [one["title"] for one in told if one["kind"] == "filing"] == ["起诉立案：委托方授权并盖章"]
        query = select(AuditEvent.action).where(AuditEvent.subject == f"filing:{filing['id']}").order_by(AuditEvent.seq)
        assert list(db.session.scalars(query)) == ["filing.begun", "filing.step"]


class TestPolice:
    def test_not_filing_starts_the_clock_anew_and_the_seven_days(self, played, decided, as_hu):
        case_id = played.case_ids[1]
        decided(case_id, "police_prepare")
        filing = begin(as_hu, case_id, "police").json
        for name, days_ago in (("authorised", 40), ("filed", 39), ("refused", 2)):
            filing = step(as_hu, filing, name, days_ago=days_ago).json
        (runs,) = filing["deadlines"]
        assert (runs["code"], runs["whose"]) == ("reconsideration_7_days", "ours")
        (event,) = [one for one in limitation(as_hu, case_id)["events"] if one["source"] == f"filing:{filing['id']}"]
        assert (event["kind"], event["ended_on"]) == (
            "police", (clock.today() - timedelta(days=2)).isoformat(),
        )  # fmt: skip
        assert "诉讼时效规定 13" in event["article"]


class TestReadiness:
    def test_names_what_is_missing_and_concludes_no_intent(self, played, as_hu):
        told = as_hu.get(f"/v1/cases/{played.case_ids[0]}/readiness").json
        assert {"plaintiff", "evidence"} <= set(told["court"]["missing"])
        assert {"intent", "creditor_seal", "no_disguised_loan"} <= set(told["police"]["to_find_out"])
        assert {"no_mutual_debt", "no_preservation"} == set(told["payment_order"]["to_find_out"])
        assert [one["basis"] for one in told["venues"]][-2:] == ["合同履行地", "协议管辖"]
        assert "principal" in {one["code"] for one in told["police"]["items"]}

    def test_is_not_for_specialists_and_agents(self, played, as_lin, as_fang):
        path = f"/v1/cases/{played.case_ids[0]}/readiness"
        assert [one.get(path).status_code for one in (as_lin, as_fang)] == [403, 403]
