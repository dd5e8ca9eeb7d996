"""Console sessions: their end by idleness and by age, and what keeps one alive."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from server import clock
from server.accounts import sessions
from server.accounts.models import Person, Token, TokenKind
from server.db import db
from server.errors import NotSignedIn
from tests.cast import PASSWORD


@pytest.fixture
def browser(app):
    """A signed-in browser: `browser.get(path, **headers)`, and the clock turned by `browser.later(minutes)`."""
    client, begin = app.test_client(), clock.now()
    home = {"base_url": "https://localhost"}
    answer = client.post("/v1/auth/session", json={"username": "lin", "password": PASSWORD}, **home)
    assert answer.status_code == 200, answer.text

    def get(path="/v1/me", **headers):
        return client.get(path, headers=headers, **home)

    def later(minutes):
        clock.shift(timedelta())
        clock.shift(begin + timedelta(minutes=minutes) - clock.now())

    client.look, client.later = get, later
    yield client
    clock.shift(timedelta())


class TestIdleness:
    def test_ends_a_session_nobody_used_for_half_an_hour(self, browser):
        browser.later(31)
        answer = browser.look()
        assert (answer.status_code, answer.json["type"]) == (401, "/problems/session-idle")

    def test_does_not_end_one_that_is_used(self, browser):
        for minutes in (25, 50, 75):
            browser.later(minutes)
            assert browser.look().status_code == 200

    def test_is_counted_anew_once_the_servers_clock_was_put_back(self, browser):
        for minutes in (15, 25, 0):
            browser.later(minutes)
            assert browser.look().status_code == 200
        browser.later(31)
        assert browser.look().json["type"] == "/problems/session-idle"

    def test_what_a_page_asks_by_itself_is_no_use(self, browser):
        for minutes in (10, 20, 29):
            browser.later(minutes)
            assert browser.look(**{"X-Unattended": "1"}).status_code == 200
        browser.later(31)
        assert browser.look().json["type"] == "/problems/session-idle"

    def test_a_change_is_use_and_is_refused_when_idle(self, browser):
        browser.later(31)
        token = {"X-CSRF-Token": "x", "Origin": "https://localhost"}
        answer = browser.post("/v1/auth/logout", headers=token, base_url="https://localhost")
        assert answer.json["type"] == "/problems/session-idle"

    def test_is_as_long_as_the_settings_say(self, app, browser):
        app.extensions["doorstep"] = replace(app.extensions["doorstep"], session_idle_s=120)
        browser.later(3)
        assert browser.look().status_code == 401


class TestAge:
    def test_ends_a_session_after_its_hours_however_much_it_is_used(self, browser):
        for minutes in range(20, 480, 20):
            browser.later(minutes)
            assert browser.look().status_code == 200, minutes
        browser.later(481)
        answer = browser.look()
        assert (answer.status_code, answer.json["type"]) == (401, "/problems/session-over")


@pytest.fixture
def held(in_app):
    """Give Lin a token, `held(kind, **what differs)`, begun now; its secret's hash is `.secret_hash`."""
    lin = db.session.scalars(select(Person).where(Person.username == "lin")).one()
    at = clock.now()

    def give(kind=TokenKind.SESSION, **more):
        usual = {"person_id": lin.id, "family": clock.new_id(), "created_at": at, "expires_at": at + timedelta(hours=8)}
        row = Token(id=clock.new_id(), kind=kind, secret_hash=clock.new_id().hex, **usual | more)
        db.session.add(row)
        db.session.commit()
        return row

    give.at, give.lin_id = at, lin.id
    return give


class TestLive:
    """What one cookie opens, to the moment; the requests carry no header unless said."""

    def live(self, app, row, *, after_s, **headers):
        with app.test_request_context(headers=headers):
            found = sessions.live(row.secret_hash, at=row.created_at + timedelta(seconds=after_s))
        return found.id

    def refusal(self, app, row, *, after_s):
        with pytest.raises(NotSignedIn) as refused:
            self.live(app, row, after_s=after_s)
        return refused.value.kebab(), refused.value.detail

    def seen_after_s(self, row):
        db.session.rollback()
        db.session.refresh(row)
        return row.seen_at and (row.seen_at - row.created_at).total_seconds()

    def test_says_the_same_of_an_unknown_one_an_ended_one_and_another_kind(self, app, held):
        odd = [Token(secret_hash="x", created_at=held.at), held(revoked_at=held.at), held(TokenKind.ACCESS)]
        told = {self.refusal(app, row, after_s=0) for row in odd}
        assert told == {("not-signed-in", "the session is unknown or was ended")}

    def test_is_over_at_its_last_moment(self, app, held):
        row = held(expires_at=held.at + timedelta(seconds=900))
        assert self.live(app, row, after_s=899) == row.id
        assert self.refusal(app, row, after_s=900) == ("session-over", "")

    def test_is_idle_after_half_an_hour_and_not_at_it(self, app, held):
        unused, used = held(), held(seen_at=held.at + timedelta(seconds=60))
        assert self.refusal(app, unused, after_s=1801) == ("session-idle", "")
        assert self.live(app, unused, after_s=1800) == unused.id
        assert self.refusal(app, used, after_s=1861) == ("session-idle", "")
        assert self.live(app, used, after_s=1860) == used.id

    @pytest.mark.parametrize(
        ("idle_s", "after_s", "is_written"),
        [(1800, 0, False), (1800, 59, False), (1800, 60, True), (1800, -1, True), (120, 29, False), (120, 30, True)],
    )
    def test_writes_its_use_down_once_a_minute_or_a_quarter_of_what_is_idle(
        self, app, held, idle_s, after_s, is_written
    ):
        app.extensions["doorstep"] = replace(app.extensions["doorstep"], session_idle_s=idle_s)
        row, other = held(), held()
        self.live(app, row, after_s=after_s)
        assert self.seen_after_s(row) == (after_s if is_written else None)
        assert self.seen_after_s(other) is None

    def test_writes_nothing_of_what_a_page_asks_by_itself(self, app, held):
        row = held()
        self.live(app, row, after_s=600, **{"X-Unattended": "1"})
        assert self.seen_after_s(row) is None


class TestHeldBy:
    def names(self, held, *, after_s=0):
        return [one.device for one in sessions.held_by(held.lin_id, at=held.at + timedelta(seconds=after_s))]

    def test_leaves_out_what_opens_nothing(self, held):
        held(device="ended", revoked_at=held.at)
        held(TokenKind.CALENDAR, device="calendar")
        held(device="over", expires_at=held.at)
        held(device="somebody's", person_id=db.session.scalars(select(Person.id).where(Person.username == "sun")).one())
        held(device="mine")
        assert self.names(held) == ["mine"]

    def test_leaves_out_a_session_that_is_idle_and_no_program(self, held):
        held(device="unused")
        held(device="used", created_at=held.at + timedelta(seconds=1), seen_at=held.at + timedelta(seconds=1000))
        held(TokenKind.ACCESS, device="program", created_at=held.at - timedelta(seconds=1))
        assert self.names(held, after_s=1800) == ["used", "unused", "program"]
        assert self.names(held, after_s=1801) == ["used", "program"]

    def test_shows_of_a_family_the_one_that_lasts_longest_and_the_last_begun_first(self, held):
        family = clock.new_id()
        held(TokenKind.ACCESS, device="short", family=family)
        held(TokenKind.REFRESH, device="long", family=family, expires_at=held.at + timedelta(days=30))
        held(device="later", created_at=held.at + timedelta(seconds=1))
        assert self.names(held) == ["later", "long"]


class TestEnd:
    def alive(self, *rows):
        for row in rows:
            db.session.refresh(row)
        return [row.revoked_at is None for row in rows]

    @pytest.mark.parametrize(
        ("chosen", "left"), [({}, [False, False]), ({"family": 0}, [False, True]), ({"but": 0}, [True, False])]
    )
    def test_ends_one_or_the_others_or_all_and_counts_them(self, held, chosen, left):
        mine = [held(), held(TokenKind.ACCESS)]
        kept = [held(TokenKind.CALENDAR), held(person_id=db.session.scalars(
            select(Person.id).where(Person.username == "sun")).one())]  # fmt: skip
        before = held(revoked_at=held.at)
        which = {name: mine[number].family for name, number in chosen.items()}
        at = held.at + timedelta(seconds=9)
        assert sessions.end(held.lin_id, at=at, **which) == left.count(False)
        assert self.alive(*mine, *kept) == [*left, True, True]
        assert {row.revoked_at for row in mine} <= {None, at}
        db.session.refresh(before)
        assert before.revoked_at == held.at

    def test_a_new_password_ends_the_calendar_too(self, held):
        mine, calendar, before = held(), held(TokenKind.CALENDAR), held(revoked_at=held.at)
        at = held.at + timedelta(seconds=9)
        sessions.end_others(held.lin_id, but=mine.family, at=at)
        assert self.alive(mine, calendar) == [True, False]
        assert (calendar.revoked_at, self.alive(before), before.revoked_at) == (at, [False], held.at)


@pytest.mark.parametrize(
    ("said", "known"),
    [("Mozilla/5.0 (Linux; Android 15) Chrome/140 MicroMessenger/8", "微信 · Android"), ("curl/8.1", "curl"),
     ("a b /1 Linux", "a b · Linux"), ("/1", ""), ("Mozilla/5.0 (X11; Linux) OPR/9 Chrome/1", "Opera · Linux")],
)  # fmt: skip
def test_a_device_is_called_after_what_descends_last(said, known):
    assert sessions.device_of(said) == known
