"""The list of deadlines and legal's calendar."""

from datetime import timedelta

import pytest

from server import clock
from tests.server.escalation.api.test_filings import begin, step


@pytest.fixture
def judged(played, decided, as_hu):
    """A judgment served sixteen days ago that nobody appealed, and a second case decided but filed nowhere."""
    decided(played.case_ids[0], "sue")
    decided(played.case_ids[1], "sue")
    filing = begin(as_hu, played.case_ids[0]).json
    for name, days_ago in (("authorised", 60), ("filed", 59), ("accepted", 55), ("judged", 30)):
        filing = step(as_hu, filing, name, days_ago=days_ago).json
    return filing


class TestList:
    def test_flags_what_is_overdue_and_names_what_is_not_filed(self, judged, played, as_hu):
        told = as_hu.get("/v1/deadlines").json
        by_code = {one["code"]: one for one in told["items"]}
        assert (by_code["appeal_15_days"]["state"], told["overdue"]) == ("overdue", 1)
        assert by_code["limitation"]["case_id"] == str(played.case_ids[1])
        assert by_code["limitation"]["article"].startswith("民法典 188")
        days = [one["act_by_on"] for one in told["items"]]
        assert days == sorted(days)

    def test_looks_so_many_days_ahead(self, judged, as_hu):
        told = as_hu.get("/v1/deadlines?days=30").json
        assert [one["code"] for one in told["items"]] == ["appeal_15_days"]

    def test_holds_the_review_of_a_suspension(self, played, decided, as_guo):
        decided(played.case_ids[2], "suspend")
        (one,) = as_guo.get("/v1/deadlines").json["items"]
        assert (one["code"], one["due_on"]) == ("review", (clock.today() + timedelta(days=90)).isoformat())

    def test_is_not_for_agents(self, as_fang, as_lin):
        assert [one.get("/v1/deadlines").status_code for one in (as_fang, as_lin)] == [403, 403]


@pytest.fixture
def client(app):
    """Somebody without login."""
    return app.test_client()


class TestCalendar:
    def test_is_subscribed_to_by_a_secret_address(self, judged, as_hu, client, played):
        made = as_hu.post("/v1/deadlines/calendar")
        assert made.status_code == 201, made.text
        path = "/v1/" + made.json["url"].split("/v1/")[1]
        answer = client.get(path)
        assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
        text = answer.get_data(as_text=True).replace("\r\n ", "")
        assert text.count("BEGIN:VEVENT") == 2
        assert "测试" not in text  # no names
        assert as_hu.get("/v1/deadlines.ics").get_data(as_text=True).count("BEGIN:VEVENT") == 2

    def test_is_void_once_another_is_made_or_it_is_closed(self, as_hu, client):
        first, second = ("/v1/" + as_hu.post("/v1/deadlines/calendar").json["url"].split("/v1/")[1] for _ in range(2))
        assert [client.get(path).status_code for path in (first, second)] == [401, 200]
        assert as_hu.delete("/v1/deadlines/calendar").status_code == 204
        assert client.get(second).status_code == 401

    def test_opens_nothing_else(self, as_hu, client):
        secret = as_hu.post("/v1/deadlines/calendar").json["url"].rsplit("/", 1)[1].removesuffix(".ics")
        answer = client.get("/v1/deadlines", headers={"Authorization": f"Bearer {secret}"})
        assert answer.status_code == 401

    def test_is_not_guessed(self, client):
        assert client.get("/v1/calendars/abc.ics").status_code == 401
