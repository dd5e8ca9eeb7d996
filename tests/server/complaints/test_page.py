"""The form behind the code on a paper: no login, no script; what does not fit comes back to be mended."""

import pytest
from sqlalchemy import select

from server.complaints.models import Complaint
from server.db import db
from tests.server.complaints.test_api import WORDS, flags


@pytest.fixture
def send(app, serial):
    def post(to=serial, headers=None, **form):
        return app.test_client().post(f"/complaint/{to}", data={"text": WORDS} | form, headers=headers)

    return post


def kept():
    return db.session.scalars(select(Complaint)).all()


class TestComplaintForm:
    def test_asks_what_happened_and_names_nobody(self, day, serial, app):
        page = app.test_client().get(f"/complaint/{serial.lower()}")
        assert page.status_code == 200
        assert f'action="/complaint/{serial}"' in page.text
        assert day.case(0).case_no not in page.text

    def test_shows_a_serial_nobody_issued_as_text(self, day, app):
        page = app.test_client().get("/complaint/<script>alert(1)")
        assert (page.status_code, "查无此单据" in page.text, "<script>" in page.text) == (404, True, False)

    def test_answers_an_address_sixty_times_a_minute(self, day, app):
        assert [app.test_client().get("/complaint/x").status_code for _ in range(61)][-2:] == [404, 429]


class TestComplain:
    def test_freezes_the_case(self, day, send):
        page = send(contact="me@example.org")
        assert (page.status_code, "不会再上门" in page.text) == (201, True)
        assert flags(day) == [("complaint", True)]

    @pytest.mark.parametrize("form", [{"text": ""}, {"text": " 。 "}, {"text": "x" * 2001}, {"contact": "1" * 121}])
    def test_gives_back_what_does_not_fit(self, day, send, form):
        page = send(**form)
        assert (page.status_code, "请写 2 至 2000 字" in page.text, kept()) == (422, True, [])
        assert (form | {"text": WORDS} | form)["text"].strip() in page.text

    def test_sends_the_fourth_of_a_day_to_the_telephone(self, day, send):
        assert [send().status_code for _ in range(4)] == [201, 201, 201, 429]
        assert "请拨打电话" in send().text

    def test_refuses_another_sites_form_and_an_unknown_paper(self, day, send):
        assert send(headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
        assert send(to="HZ-20261202-0007-3").status_code == 404
        assert kept() == []
