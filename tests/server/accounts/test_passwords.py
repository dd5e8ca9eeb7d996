"""One's own password, and which new ones are taken."""

import pytest
from sqlalchemy import select

from server.accounts import passwords
from server.audit import AuditEvent
from server.db import db
from tests.cast import PASSWORD

NEW = "瓦片-teapot-orbit-7"


def change(caller, new=NEW, password=PASSWORD):
    return caller.post("/v1/me/password", json={"password": password, "new_password": new})


class TestChangePassword:
    def test_takes_the_new_one_and_no_longer_the_old(self, app, as_lin):
        assert change(as_lin).status_code == 204
        for password, status in ((PASSWORD, 401), (NEW, 200)):
            answer = app.test_client().post("/v1/auth/token", json={"username": "lin", "password": password})
            assert answer.status_code == status

    def test_ends_every_other_session_and_keeps_this_one(self, sign_in):
        elsewhere, here, somebody = sign_in("lin"), sign_in("lin"), sign_in("zhou")
        change(here)
        assert [one.get("/v1/me").status_code for one in (elsewhere, here, somebody)] == [401, 200, 200]

    def test_needs_the_present_one(self, as_lin):
        answer = change(as_lin, password="wrong-wrong-wrong")
        assert (answer.status_code, answer.json["type"]) == (401, "/problems/wrong-password")

    def test_five_wrong_ones_lock(self, as_lin):
        for _ in range(5):
            change(as_lin, password="wrong-wrong-wrong")
        assert change(as_lin).json["type"] == "/problems/account-locked"

    def test_refuses_the_same_one(self, as_lin):
        assert change(as_lin, new=PASSWORD).json["type"] == "/problems/same-password"

    def test_leaves_a_row_without_the_words(self, as_lin, in_app):
        change(as_lin)
        row = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "account.password_changed")).one()
        assert (str(row.actor_id), row.facts) == (as_lin.person_id, {})

    def test_refuses_one_of_nine_characters(self, as_lin):
        answer = change(as_lin, new="x9#Kd02mV")
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/new_password")

    def test_refuses_a_leaked_one_and_names_the_place(self, as_lin):
        answer = change(as_lin, new="iloveyou123")
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/common-password")
        assert answer.json["errors"][0]["pointer"] == "/new_password"


class TestRequireGood:
    @pytest.mark.parametrize(
        "password", ["password123", "Password2024!", "1234567890", "qwertyuiop", "aaaaaaaaaaaa", "abcd1234abcd",
                     "woaini1314520", "doorstep2026", "linshai2026", "WF-0001-2026"],
    )  # fmt: skip
    def test_refuses(self, password):
        with pytest.raises(passwords.CommonPassword):
            passwords.require_good(password, about=["linshai", "林筛", "WF-0001"])

    @pytest.mark.parametrize("password", [PASSWORD, NEW, "x9#Kd02mVq!", "雨伞三轮车苹果派云南"])
    def test_takes(self, password):
        passwords.require_good(password, about=["linshai", "林筛", "WF-0001"])

    @pytest.mark.parametrize(("where", "told"), [({}, "/password"), ({"pointer": "/new_password"}, "/new_password")])
    def test_says_what_to_do_and_where(self, where, told):
        with pytest.raises(passwords.CommonPassword) as refused:
            passwords.require_good("password123", about=[], **where)
        assert refused.value.detail == "take another one, of several words that do not belong together"
        assert refused.value.facts == {"errors": [{"pointer": told, "detail": "几个不相干的词连在一起，好记又难猜"}]}

    def test_draws_the_line_at_ten_to_the_eighth_and_knows_what_is_said_of_the_person(self):
        passwords.require_good("zebra-lamp1", about=["", None])
        for password, about in (("orbitzz7#", []), ("zebra-lamp1", ["", "ZEBRA-lamp"])):
            with pytest.raises(passwords.CommonPassword):
                passwords.require_good(password, about=about)

    def test_is_quick_with_the_longest(self):
        """zxcvbn's time grows with the square of the length: only the beginning is looked at."""
        passwords.require_good("correct-horse-" * 14, about=[])
