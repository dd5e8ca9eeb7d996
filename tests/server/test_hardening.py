"""What a stranger's odd call gets: no method of a debugger, no word of the inside, one reading of each parameter."""

import json
import logging
import re
import socket
from datetime import timedelta
from random import Random

import pytest

from server import clock
from server.accounts.models import Token
from server.app import create_app
from server.db import Base, db
from server.log_lines import JsonLines
from tests import live
from tests.cast import CAST, PASSWORD

LONG = "".join(Random(1).choices("abcdefghijklmnopqrstuvwxyz-_ 0123456789", k=200))


class TestAnswers:
    def test_each_says_what_it_is_and_in_which_characters(self, app, as_guo):
        told = {}
        for rule in app.url_map.iter_rules():
            if "GET" in rule.methods and not rule.arguments and not rule.rule.startswith("/openrosa"):
                answer = as_guo.get(rule.rule)
                told[rule.rule] = (answer.headers.get("Content-Type", ""), bool(answer.data))
        assert len(told) > 40
        assert [one for one, (kind, has_body) in told.items() if has_body and not kind] == []
        assert [
            one for one, (kind, _) in told.items() if kind.startswith("text/") and "charset=utf-8" not in kind
        ] == []

    def test_what_somebody_reads_is_cached_nowhere(self, app, as_guo):
        kept = {
            rule.rule: answer.headers["Cache-Control"]
            for rule in app.url_map.iter_rules()
            if "GET" in rule.methods and not rule.arguments and getattr(app.view_functions[rule.endpoint], "allowed", 0)
            for answer in [as_guo.get(rule.rule)]
            if answer.status_code == 200
        }
        assert len(kept) > 20
        assert {rule: told for rule, told in kept.items() if "no-store" not in told} == {}

    @pytest.mark.parametrize("path", ["/static/", "/static/console/", "/static/console/assets/", "/m/assets/", "/v1/"])
    def test_a_folder_is_not_listed(self, app, path):
        assert app.test_client().get(path).status_code == 404

    def test_trace_is_not_spoken(self, app):
        assert app.test_client().open("/v1/me", method="TRACE").status_code == 405

    def test_a_parameter_given_twice_is_refused(self, as_lin):
        answer = as_lin.get("/v1/cases?limit=1&limit=500")
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/limit")

    def test_reading_changes_nothing(self, app, as_tan):
        """An auditor opens every list: the database is as it was but for what was taken out, which is written down."""

        def counted():
            with app.app_context():
                rows = {name: db.session.query(table).count() for name, table in Base.metadata.tables.items()}
                db.session.rollback()
            return rows

        before = counted()
        opened = [
            as_tan.get(rule.rule).status_code
            for rule in app.url_map.iter_rules()
            if "GET" in rule.methods and not rule.arguments and rule.rule.startswith("/v1/")
            if not rule.rule.startswith(("/v1/sync", "/v1/files"))  # after those the tests do a worker's chores
        ]
        assert opened.count(200) > 20
        after = counted()
        assert {name for name in after if after[name] != before[name]} <= {"audit_event"}


class TestMistakesOfOurs:
    @pytest.mark.parametrize("debug", ["0", "1"])
    def test_tell_nothing_of_the_inside_and_are_logged(self, app, monkeypatch, caplog, debug):
        monkeypatch.setenv("FLASK_DEBUG", debug)
        fresh = create_app(app.extensions["doorstep"])

        def broken(*_, **__):
            raise RuntimeError("SELECT secret FROM vault")

        fresh.view_functions["accounts.me"] = broken
        with caplog.at_level(logging.ERROR):
            answer = fresh.test_client().get("/v1/me")
        assert (answer.status_code, answer.json["type"]) == (500, "/problems/internal")
        assert not re.search(r"secret|SELECT|Traceback|RuntimeError|\.py", answer.text)
        (line,) = [one for one in caplog.records if answer.json["request_id"] in one.getMessage()]
        assert "SELECT secret" in JsonLines().format(line)


class TestLog:
    def test_is_one_object_a_line_in_utc_whatever_a_message_holds(self):
        record = logging.LogRecord(
            "doorstep", logging.WARNING, "", 0, "path %s", ("/a\r\nERROR all is lost \x1b[2J",), None
        )
        record.created = 0.0
        line = JsonLines().format(record)
        assert "\n" not in line
        assert "\r" not in line
        assert "\x1b" not in line
        assert json.loads(line) == {
            "at": "1970-01-01T00:00:00.000+00:00", "level": "warning", "logger": "doorstep",
            "message": "path /a\r\nERROR all is lost \x1b[2J",
        }  # fmt: skip


class TestTokens:
    def test_are_long_random_and_known_to_the_server_only_as_hashes(self, app, in_app):
        told = {"username": "lin", "password": PASSWORD}
        secrets = [app.test_client().post("/v1/auth/token", json=told).json["access_token"] for _ in range(20)]
        assert len(set(secrets)) == 20
        assert all(re.fullmatch(r"[\w-]{43}", one) for one in secrets), "32 bytes, base64url"
        kept = {row.secret_hash for row in db.session.query(Token)}
        assert not kept & set(secrets)

    def test_are_believed_only_as_the_database_has_them(self, app, as_lin):
        for other in (as_lin.token[:-1], as_lin.token + "A", as_lin.token.swapcase(), "", "null"):
            headers = {"Authorization": f"Bearer {other}"}
            assert app.test_client().get("/v1/me", headers=headers).status_code == 401


class TestPasswords:
    @pytest.mark.parametrize(
        "wanted", ["  spaces at both ends  ", "全用汉字也可以作为密码", "emoji🔑and ü and \\ and '", LONG]
    )
    def test_of_any_characters_up_to_two_hundred_are_taken_as_they_come(self, app, as_lin, wanted):
        body = {"password": PASSWORD, "new_password": wanted}
        assert as_lin.post("/v1/me/password", json=body).status_code == 204

        def status(text):
            return app.test_client().post("/v1/auth/token", json={"username": "lin", "password": text}).status_code

        assert status(wanted) == 200
        assert status(wanted.strip() if wanted != wanted.strip() else wanted[:-1]) == 401

    def test_is_good_for_years(self, app):
        try:
            clock.shift(timedelta(days=1500))
            told = {"username": "lin", "password": PASSWORD}
            assert app.test_client().post("/v1/auth/token", json=told).status_code == 200
        finally:
            clock.shift(timedelta())

    def test_of_more_than_two_hundred_characters_are_refused_not_cut(self, as_lin):
        body = {"password": PASSWORD, "new_password": LONG + "y"}
        assert as_lin.post("/v1/me/password", json=body).status_code == 422

    def test_there_is_no_account_that_nobody_made(self, app):
        for name in ("admin", "root", "administrator", "doorstep", "test"):
            assert name not in CAST
            for password in (name, "admin", "password", "doorstep", PASSWORD):
                told = {"username": name, "password": password}
                assert app.test_client().post("/v1/auth/token", json=told).status_code == 401


class TestSmuggling:
    """Over a real socket: what two servers might read in two ways is answered once, and the connection is closed."""

    @pytest.mark.parametrize(
        "head",
        [
            "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
            "Content-Length: 4\r\nContent-Length: 60\r\n",
            "Transfer-Encoding: xchunked\r\n",
            "Content-Length: +4\r\n",
        ],
    )
    def test_a_body_of_two_lengths_is_one_request_at_most(self, app, head):
        smuggled = "GET /v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
        asked = f"POST /v1/auth/token HTTP/1.1\r\nHost: x\r\n{head}\r\n0\r\n\r\n{smuggled}"
        with live.serving(app.extensions["doorstep"], workers=1) as server:
            with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
                line.sendall(asked.encode())
                told = b""
                while chunk := line.recv(65_536):
                    told += chunk
            assert told.count(b"HTTP/1.1 ") <= 1
            assert b"HTTP/1.1 200" not in told
            assert server.is_ready()
