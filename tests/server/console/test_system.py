"""Health, jobs and the contract over HTTP."""

import shutil

import pytest


class TestReadyz:
    def test_is_ok_when_everything_works(self, app):
        answer = app.test_client().get("/readyz")
        assert answer.status_code == 200, answer.text
        assert set(answer.json["checks"].values()) == {"ok"}

    def test_is_503_when_files_cannot_be_written(self, app, tmp_path):
        shutil.rmtree(tmp_path / "media", ignore_errors=True)
        (tmp_path / "media").write_text("a file where a folder should be")
        answer = app.test_client().get("/readyz")
        assert answer.status_code == 503
        assert answer.json["checks"]["media"] != "ok"


class TestOpenapi:
    def test_is_3_1_and_names_every_view_of_the_contract(self, app):
        document = app.test_client().get("/v1/openapi.json").json
        assert document["openapi"] == "3.1.0"
        for path in (
            "/v1/auth/token",
            "/v1/imports",
            "/v1/cases/{case_id}",
            "/v1/schemes/{scheme_id}/sign-off",
            "/v1/visits/{visit_id}/receipt.pdf",
            "/v1/escalations",
            "/v1/devices/codes",
        ):
            assert path in document["paths"], path
        assert "person" not in document["paths"]["/v1/auth/token"]["post"]["security"]

    def test_names_the_key_of_every_post_that_is_carried_out_once(self, app):
        paths = app.test_client().get("/v1/openapi.json").json["paths"]
        keyed = {path for path, told in paths.items() if "Idempotency-Key" in str(told.get("post", {}))}
        assert {"/v1/imports", "/v1/schemes/{scheme_id}/sign-off"} <= keyed
        assert not keyed & {"/v1/auth/token", "/v1/files", "/v1/sync/{coll}/push"}  # these carry their own
        assert not keyed & {"/v1/me/totp", "/v1/devices/codes"}  # answers that show a secret are not kept
        assert "Idempotency-Key" not in str([told.get("get") for told in paths.values()])

    @pytest.mark.parametrize("path", ["/v1/imports", "/v1/payments/imports"])
    def test_tells_the_parts_of_an_upload(self, app, path):
        told = app.test_client().get("/v1/openapi.json").json["paths"][path]["post"]
        form = told["requestBody"]["content"]["multipart/form-data"]["schema"]
        assert set(form["properties"]) == {"file", "creditor_id", "mapping", "as_of"}
        assert form["required"] == ["file", "creditor_id"]
        assert set(told["responses"]) == {"201", "202", "default"}

    def test_gives_every_operation_an_id_of_its_own(self, app):
        paths = app.test_client().get("/v1/openapi.json").json["paths"]
        ids = [one["operationId"] for told in paths.values() for one in told.values()]
        assert len(ids) == len(set(ids)) > 80

    def test_the_readable_page_shows_it(self, app):
        page = app.test_client().get("/v1/docs")
        assert page.status_code == 200
        assert "/v1/auth/token" in page.text
        assert "<script" not in page.text


class TestErrors:
    def test_an_unknown_path_is_a_problem(self, app):
        answer = app.test_client().get("/v1/nowhere")
        assert answer.status_code == 404
        assert answer.content_type == "application/problem+json"
        assert answer.json["request_id"] == answer.headers["X-Request-Id"]

    def test_a_wrong_method_keeps_allow(self, app):
        answer = app.test_client().put("/v1/auth/token")
        assert answer.status_code == 405
        assert "POST" in answer.headers["Allow"]

    def test_every_answer_is_hardened(self, app):
        answer = app.test_client().get("/healthz")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


class TestPages:
    def test_leads_to_the_sign_in_form(self, app):
        answer = app.test_client().get("/")
        assert answer.status_code == 303
        assert answer.headers["Location"] == "/login"

    def test_signs_in_and_shows_the_start_page(self, app):
        from tests.cast import PASSWORD

        client = app.test_client()
        answer = client.post("/login", data={"username": "guo", "password": PASSWORD}, base_url="https://localhost")
        assert answer.status_code == 303
        page = client.get("/", base_url="https://localhost")
        assert "郭总" in page.text
        assert "还没有外访方案" in page.text

    def test_shows_what_was_wrong(self, app):
        answer = app.test_client().post("/login", data={"username": "guo", "password": "no"})
        assert answer.status_code == 401
        assert "用户名、密码或验证码不对" in answer.text

    def test_refuses_a_form_from_elsewhere(self, app):
        answer = app.test_client().post("/login", data={}, headers={"Origin": "https://evil.example"})
        assert answer.status_code == 403

    def test_an_agent_sees_no_case(self, app):
        from tests.cast import PASSWORD

        client = app.test_client()
        client.post("/login", data={"username": "fang", "password": PASSWORD}, base_url="https://localhost")
        assert "外访员请使用手机应用" in client.get("/", base_url="https://localhost").text
