"""Refused calls in the audit log: which, by whom, and how few rows a flood leaves."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from server import audit, clock
from server.accounts import lockout
from server.accounts.refused import MOST_KEYS, Counts
from server.db import db
from tests.cast import PASSWORD

AT = datetime(2026, 11, 27, 3, tzinfo=UTC)
WRONG = {"username": "lin", "password": "wrong-wrong-wrong"}


@pytest.fixture
def rows(app):
    """Return (refused as, how often, actor, subject) of each row."""

    def read():
        with app.app_context():
            found = db.session.scalars(
                select(audit.AuditEvent).where(audit.AuditEvent.action == "call.refused").order_by(audit.AuditEvent.seq)
            )
            told = [
                (one.facts["refused_as"], one.facts["times"], str(one.actor_id or ""), one.subject) for one in found
            ]
            assert audit.verify(db.session()) is None
            db.session.rollback()
            return told

    return read


class TestWhatIsWritten:
    def test_a_wrong_password_names_the_account_and_nobody_as_actor(self, app, as_lin, rows):
        app.test_client().post("/v1/auth/token", json=WRONG)
        assert rows() == [("wrong-password", 1, "", f"person:{as_lin.person_id}")]

    def test_an_unknown_name_names_the_address_by_its_blind_index(self, app, rows):
        app.test_client().post("/v1/auth/token", json=WRONG | {"username": "nobody"})
        ((kind, times, actor, subject),) = rows()
        assert (kind, times, actor) == ("wrong-password", 1, "")
        assert subject.startswith("address:")
        assert "127.0.0.1" not in subject

    def test_a_locked_account(self, app, as_lin, rows):
        for _ in range(6):
            app.test_client().post("/v1/auth/token", json=WRONG)
        assert [(kind, times) for kind, times, *_ in rows()] == [("wrong-password", 1), ("account-locked", 1)]

    def test_a_missing_right_names_the_person(self, as_fang, rows):
        as_fang.get("/v1/cases")
        as_fang.post("/v1/people", json={})
        assert rows() == [("wrong-role", 1, as_fang.person_id, f"person:{as_fang.person_id}")]

    def test_a_change_without_csrf_token(self, app, as_lin, rows):
        browser = app.test_client()
        home = {"base_url": "https://localhost"}
        browser.post("/v1/auth/session", json={"username": "lin", "password": PASSWORD}, **home)
        browser.post("/v1/me/totp", json={"password": PASSWORD}, **home)
        assert rows() == [("csrf-missing", 1, as_lin.person_id, f"person:{as_lin.person_id}")]

    def test_an_address_that_asks_too_often(self, app, rows):
        for _ in range(200):
            if app.test_client().get("/verify/NOBODY-0001").status_code == 429:
                break
        assert [(kind, times) for kind, times, *_ in rows()] == [("too-many-requests", 1)]

    def test_looking_for_what_is_hidden_is_told_from_the_tenth_on(self, as_wei, rows):
        for number in range(12):
            as_wei.get(f"/v1/cases/0193a0b1-0000-7000-8000-{number:012d}")
        assert rows() == [("missing", 10, as_wei.person_id, f"person:{as_wei.person_id}")]

    def test_an_old_cookie_is_an_attempt_the_tenth_time_and_a_wrong_password_of_a_form_the_first(self, app, rows):
        for _ in range(10):
            browser = app.test_client()
            browser.set_cookie("__Host-doorstep", "old", domain="localhost", secure=True)
            assert browser.get("/v1/me", base_url="https://localhost").status_code == 401
        app.test_client().get("/openrosa/formList")
        assert [(kind, times) for kind, times, *_ in rows()] == [("not-signed-in", 10)]
        app.test_client().get("/openrosa/formList", auth=("fang", "wrong-wrong-wrong"))
        assert [(kind, times) for kind, times, *_ in rows()] == [("not-signed-in", 10), ("basic-needed", 1)]

    def test_tells_the_view_and_the_address_by_its_blind_index(self, app, as_fang):
        as_fang.get("/v1/cases")
        with app.app_context():
            row = db.session.scalars(select(audit.AuditEvent).where(audit.AuditEvent.action == "call.refused")).one()
            assert row.facts == {
                "refused_as": "wrong-role", "times": 1, "address": lockout.index_of("127.0.0.1"),
                "view": app.url_map.bind("").match("/v1/cases")[0],
            }  # fmt: skip

    def test_an_unknown_name_is_its_address_of_this_connection(self, app, rows):
        app.test_client().post(
            "/v1/auth/token", json=WRONG | {"username": "nobody"}, environ_base={"REMOTE_ADDR": "192.0.2.7"}
        )
        with app.app_context():
            assert [subject for *_, subject in rows()] == [f"address:{lockout.index_of('192.0.2.7')}"]


class TestWhatIsNot:
    def test_who_shows_nothing_tried_nothing(self, app, rows):
        for _ in range(20):
            app.test_client().get("/v1/me")
            app.test_client().get("/nowhere")
        assert rows() == []

    def test_an_old_token_is_no_attempt_but_ten_are(self, app, rows):
        for number in range(10):
            assert rows() == [], number
            app.test_client().get("/v1/me", headers={"Authorization": "Bearer old"})
        assert [(kind, times) for kind, times, *_ in rows()] == [("not-signed-in", 10)]

    def test_a_refusal_stands_although_the_log_fails(self, app, as_fang, rows, monkeypatch, caplog):
        def broken(*_, **__):
            raise OSError("no space")

        monkeypatch.setattr(audit, "note", broken)
        assert as_fang.get("/v1/cases").status_code == 403
        monkeypatch.undo()
        assert rows() == []
        (told,) = [one for one in caplog.records if one.levelname == "ERROR"]
        assert (told.name, told.getMessage()) == ("doorstep", "a refused call was not written down")
        assert "no space" in caplog.text


class TestBound:
    def test_a_flood_at_one_door_leaves_a_row_for_each_power_of_ten(self, as_fang, rows):
        for _ in range(120):
            as_fang.get("/v1/cases")
        assert [times for _, times, *_ in rows()] == [1, 10, 100]

    def test_a_flood_from_everywhere_leaves_some_hundred_rows(self):
        counts = Counts(AT)
        written = [counts.due(("wrong-password", f"address:{one}"), at=AT) for one in range(100_000)]
        assert sum(one is not None for one in written) == MOST_KEYS + 5
        assert [one[2] for one in written if one and one[0] == "many"] == [1, 10, 100, 1000, 10_000]

    def test_begins_anew_after_an_hour(self):
        counts = Counts(AT)
        assert [counts.due(("wrong-role", "a"), at=AT) is not None for _ in range(3)] == [True, False, False]
        for still in (timedelta(0), timedelta(minutes=59, seconds=59)):
            assert counts.due(("wrong-role", "a"), at=AT + still) is None
        assert counts.due(("wrong-role", "a"), at=AT + timedelta(hours=1)) == ("wrong-role", "a", 1)
        assert counts.since == AT + timedelta(hours=1)

    def test_begins_anew_when_the_clock_was_put_back(self):
        counts = Counts(AT)
        assert counts.due(("wrong-role", "a"), at=AT) == ("wrong-role", "a", 1)
        assert counts.due(("wrong-role", "a"), at=AT - timedelta(seconds=1)) == ("wrong-role", "a", 1)

    @pytest.mark.parametrize(("kind", "told"), [("wrong-role", [1, 10]), ("missing", [10]), ("not-signed-in", [10])])
    def test_tells_the_first_and_the_tenth_and_of_what_happens_daily_the_tenth(self, kind, told):
        counts = Counts(AT)
        found = [counts.due((kind, "a"), at=AT) for _ in range(99)]
        assert [one for one in found if one] == [(kind, "a", times) for times in told]


def test_what_a_person_owes_is_no_attempt(app, as_guo, rows):
    app.extensions["doorstep"] = replace(app.extensions["doorstep"], second_factor_roles=frozenset({"manager"}))
    assert as_guo.get("/v1/cases").status_code == 403
    assert rows() == []
    assert clock.now() > AT
