"""Legal records suits, reports and letters; the clock of the case follows and explains itself."""

import pytest


@pytest.fixture
def case_id(desk):
    desk.place({})
    return desk.case()["id"]


def record(caller, case_id, **body):
    good = {"kind": "suit", "happened_on": "2026-03-02", "grade": "A", "proof": "（2026）测试01民初1号"}
    return caller.post(f"/v1/cases/{case_id}/limitation-facts", json=good | body)


def clock(caller, case_id):
    return caller.get(f"/v1/cases/{case_id}/limitation").json


class TestShowLimitation:
    def test_explains_itself_line_by_line_with_articles(self, as_lin, case_id):
        told = clock(as_lin, case_id)
        assert (told["state"], told["certain_on"], told["cap_on"]) == ("running", "2028-09-11", "2045-09-11")
        assert all(line["zh"] and line["en"] and line["article"] for line in told["lines"])
        assert told["guarantees"] == []
        assert told["act_by_on"] == "2028-09-10"  # a Sunday
        assert [line["on"] for line in told["lines"] if line["article"] == "民法典 203"] == ["2028-09-10"]


class TestRecordFact:
    def test_stops_the_clock_while_the_suit_lasts(self, as_hu, case_id):
        assert record(as_hu, case_id).status_code == 201
        told = clock(as_hu, case_id)
        assert (told["state"], told["expires_on"]) == ("paused", "2045-09-11")
        assert told["events"][0]["article"] == "民法典 195(3)(4)；诉讼时效规定 10、11"

    def test_counts_anew_from_the_end(self, as_hu, case_id):
        record(as_hu, case_id, ended_on="2026-09-30")
        assert (clock(as_hu, case_id)["state"], clock(as_hu, case_id)["expires_on"]) == ("running", "2029-10-01")

    def test_takes_an_obstacle_with_its_end(self, as_hu, case_id):
        assert record(as_hu, case_id, kind="obstacle", ended_on="2026-09-30", grade="B").status_code == 201
        (told,) = clock(as_hu, case_id)["events"]
        assert (told["reason"], told["article"]) == ("not_in_last_half_year", "民法典 194")

    @pytest.mark.parametrize(
        "body",
        [
            {"happened_on": "2999-01-01"},
            {"ended_on": "2026-03-01"},
            {"ended_on": "2999-01-01"},
            {"kind": "letter", "ended_on": "2026-04-01"},
        ],
    )
    def test_refuses_days_that_do_not_fit(self, as_hu, case_id, body):
        answer = record(as_hu, case_id, **body)
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/odd-limitation-fact")
        assert clock(as_hu, case_id)["events"] == []

    def test_is_legals_alone(self, as_zhou, as_guo, case_id):
        assert [record(caller, case_id).status_code for caller in (as_zhou, as_guo)] == [403, 403]


class TestRetractFact:
    def test_takes_it_back_once(self, as_hu, case_id):
        fact = record(as_hu, case_id).json
        path = f"/v1/cases/{case_id}/limitation-facts/{fact['id']}/retract"
        assert as_hu.post(path, json={"reason": "案号有误"}).json["retracted_at"] is not None
        assert clock(as_hu, case_id)["events"] == []
        assert as_hu.post(path, json={"reason": "案号有误"}).json["type"] == "/problems/fact-retracted"
