"""Signing in and the people of the firm, over HTTP."""

import pytest

from tests.cast import PASSWORD


class TestToken:
    def test_answers_with_a_pair(self, app):
        answer = app.test_client().post("/v1/auth/token", json={"username": "lin", "password": PASSWORD})
        assert answer.status_code == 200
        assert answer.json["token_type"] == "bearer"
        assert answer.headers["Cache-Control"] == "no-store"

    @pytest.mark.parametrize("username", ["lin", "nobody"])
    def test_says_the_same_for_a_wrong_password_and_an_unknown_name(self, app, username):
        answer = app.test_client().post("/v1/auth/token", json={"username": username, "password": "wrong-wrong-wrong"})
        assert answer.status_code == 401
        assert answer.json["type"] == "/problems/wrong-password"
        assert answer.json["detail"] == "check the user name and the password"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")

    def test_locks_after_five_wrong_passwords(self, app):
        client = app.test_client()
        for _ in range(5):
            client.post("/v1/auth/token", json={"username": "lin", "password": "wrong-wrong-wrong"})
        answer = client.post("/v1/auth/token", json={"username": "lin", "password": PASSWORD})
        assert answer.status_code == 401
        assert answer.json["type"] == "/problems/account-locked"

    def test_refuses_an_unknown_key_with_its_pointer(self, app):
        answer = app.test_client().post("/v1/auth/token", json={"username": "lin", "password": PASSWORD, "role": "x"})
        assert answer.status_code == 422
        assert answer.json["errors"][0]["pointer"] == "/role"

    @pytest.mark.parametrize(
        "raw", [b"{", b"[" * 5000, b'{"username":"a","username":"b"}', b"\xff\xfe{}", b'"x"', b"null"]
    )
    def test_refuses_bodies_that_are_not_strict_json(self, app, raw):
        answer = app.test_client().post("/v1/auth/token", data=raw, content_type="application/json")
        assert answer.status_code == 422
        assert answer.content_type == "application/problem+json"


class TestBearer:
    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
    def test_is_taken_however_the_scheme_is_written(self, app, as_lin, scheme):
        answer = app.test_client().get("/v1/me", headers={"Authorization": f"{scheme}  {as_lin.token} "})
        assert answer.status_code == 200

    @pytest.mark.parametrize("header", ["Bearer", "Bearer ", "{token}", "Basic {token}", "Bearer{token}"])
    def test_is_asked_for(self, app, as_lin, header):
        answer = app.test_client().get("/v1/me", headers={"Authorization": header.format(token=as_lin.token)})
        assert (answer.status_code, answer.json["detail"]) == (401, "send a bearer token")

    def test_is_refused_alike_when_unknown_or_of_another_kind(self, app):
        client = app.test_client()
        pair = client.post("/v1/auth/token", json={"username": "lin", "password": PASSWORD}).json
        for token in ("x", pair["refresh_token"]):
            answer = client.get("/v1/me", headers={"Authorization": f"Bearer {token}"})
            assert (answer.status_code, answer.json["detail"]) == (401, "the token is unknown, expired or revoked")

    def test_names_the_right_that_is_missing(self, as_fang):
        answer = as_fang.get("/v1/people")
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/wrong-role")
        assert answer.json["detail"] == f"needs {', '.join(answer.json['needs'])}"
        assert answer.json["needs"] == sorted(answer.json["needs"])


class TestRefresh:
    def test_works_once(self, app):
        client = app.test_client()
        first = client.post("/v1/auth/token", json={"username": "lin", "password": PASSWORD}).json
        again = client.post("/v1/auth/refresh", json={"refresh_token": first["refresh_token"]})
        assert again.status_code == 200
        assert client.post("/v1/auth/refresh", json={"refresh_token": first["refresh_token"]}).status_code == 401
        old = client.get("/v1/me", headers={"Authorization": f"Bearer {first['access_token']}"})
        assert old.status_code == 401


class TestSession:
    def test_needs_the_csrf_token_for_writes_only(self, app):
        client = app.test_client()
        opened = client.post(
            "/v1/auth/session", json={"username": "lin", "password": PASSWORD}, base_url="https://localhost"
        )
        cookie = opened.headers["Set-Cookie"]
        assert cookie.startswith("__Host-doorstep=")
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        me = client.get("/v1/me", base_url="https://localhost")
        assert me.status_code == 200
        refused = client.post("/v1/auth/logout", base_url="https://localhost")
        assert refused.json["type"] == "/problems/csrf-missing"
        assert refused.json["detail"] == "send X-CSRF-Token from GET /v1/me"
        done = client.post(
            "/v1/auth/logout", base_url="https://localhost", headers={"X-CSRF-Token": me.json["csrf_token"]}
        )
        assert done.status_code == 204
        assert client.get("/v1/me", base_url="https://localhost").status_code == 401

    def test_tells_a_browser_who_is_signed_in_and_nobody_is_no_error(self, app):
        client, at = app.test_client(), {"base_url": "https://localhost"}
        nobody = client.get("/v1/auth/session", **at)
        assert (nobody.status_code, nobody.json) == (200, {"me": None})
        opened = client.post("/v1/auth/session", json={"username": "lin", "password": PASSWORD}, **at)
        told = client.get("/v1/auth/session", **at).json["me"]
        assert told == client.get("/v1/me", **at).json
        assert told["csrf_token"] == opened.json["csrf_token"]
        client.post("/v1/auth/logout", **at, headers={"X-CSRF-Token": told["csrf_token"]})
        assert client.get("/v1/auth/session", **at).json == {"me": None}


class TestPeople:
    def test_only_the_admin_adds_people(self, as_an, as_guo):
        person = {"username": "new.one", "name": "新人", "staff_no": "WF-9", "roles": ["agent"]}
        assert as_guo.post("/v1/people", json=person).json["type"] == "/problems/wrong-role"
        answer = as_an.post("/v1/people", json=person)
        assert answer.status_code == 201
        assert "password_hash" not in answer.text
        assert as_an.post("/v1/people", json=person).json["type"] == "/problems/name-taken"

    def test_demands_if_match_to_change_one(self, as_an, as_fang):
        path = f"/v1/people/{as_fang.person_id}"
        assert as_an.patch(path, json={"name": "方"}).status_code == 428
        assert as_an.patch(path, json={"name": "方"}, headers={"If-Match": '"v9"'}).status_code == 412
        answer = as_an.patch(path, json={"name": "方"}, headers={"If-Match": '"v1"'})
        assert answer.json["name"] == "方"
        assert answer.headers["ETag"] == '"v2"'

    def test_closing_an_account_ends_its_tokens(self, as_an, as_fang):
        as_an.patch(f"/v1/people/{as_fang.person_id}", json={"is_active": False}, headers={"If-Match": '"v1"'})
        assert as_fang.get("/v1/me").status_code == 401

    def test_nobody_closes_himself(self, as_an):
        answer = as_an.patch(f"/v1/people/{as_an.person_id}", json={"is_active": False}, headers={"If-Match": '"v1"'})
        assert answer.status_code == 409

    def test_pages_hold_every_person_once(self, as_an):
        seen, cursor = [], None
        while True:
            answer = as_an.get("/v1/people?limit=4" + (f"&cursor={cursor}" if cursor else ""))
            seen += [row["username"] for row in answer.json["items"]]
            cursor = answer.json["next_cursor"]
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) == answer.json["total"]

    def test_an_insider_can_read_the_audit_log_of_it(self, as_an, as_tan):
        person = {"username": "b", "name": "乙", "staff_no": "WF-8", "roles": ["agent"]}
        as_an.post("/v1/people", json=person)
        log = as_tan.get("/v1/audit?action=person.added").json
        assert log["total"] == 1
        assert log["chain"]["intact"]
