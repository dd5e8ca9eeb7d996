"""What people ask about their data, over HTTP."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from server import clock
from server.audit import AuditEvent
from server.cases.models import StopFlag
from server.db import db
from server.privacy.models import DataRequest


@pytest.fixture
def case_id(day):
    case_id = str(day.case_ids[0])
    db.session.commit()
    return case_id


def ask(caller, case_id, kind="access", *, days_ago=0):
    body = {
        "kind": kind,
        "words": "请提供我的个人信息",
        "received_on": (clock.today() - timedelta(days=days_ago)).isoformat(),
    }
    return caller.post(f"/v1/cases/{case_id}/data-requests", json=body)


class TestTake:
    def test_sets_the_day_of_the_answer_and_seals_the_words(self, case_id, as_lin, as_ma):
        answer = ask(as_lin, case_id)
        assert answer.status_code == 201, answer.text
        assert answer.json["due_on"] == (clock.today() + timedelta(days=15)).isoformat()
        assert (answer.json["article"], answer.json["is_overdue"]) == ("个人信息保护法 45", False)
        row = db.session.scalars(select(DataRequest)).one()
        assert "个人信息" not in row.words_sealed
        assert as_ma.get(answer.headers["Location"]).json["words"] == "请提供我的个人信息"

    def test_flags_what_is_late(self, case_id, as_lin, as_ma):
        ask(as_lin, case_id, days_ago=16)
        (row,) = as_ma.get("/v1/data-requests?open=true").json["items"]
        assert row["is_overdue"] is True
        assert "words" not in row

    def test_stops_visits_at_once_for_a_restriction(self, case_id, as_lin, as_ma):
        request = ask(as_lin, case_id, "restriction").json
        flag = db.session.get(StopFlag, UUID(request["id"]))
        assert (flag.kind, flag.lifted_at) == ("other", None)
        as_ma.post(f"/v1/data-requests/{request['id']}/answer", json={"answer": "refused", "words": "依据合同处理"})
        assert db.session.get(StopFlag, UUID(request["id"]), populate_existing=True).lifted_at is not None

    def test_refuses_one_of_tomorrow(self, case_id, as_lin):
        assert ask(as_lin, case_id, days_ago=-1).json["type"] == "/problems/request-in-future"


class TestHeld:
    def test_is_given_in_full_and_logged(self, case_id, as_lin, as_ma):
        request = ask(as_lin, case_id).json
        told = as_ma.post(f"/v1/data-requests/{request['id']}/held").json
        assert (told["id_number"], told["phone"]) == ("110101199001010717", "13900000000")
        query = select(AuditEvent.action).where(AuditEvent.subject == f"data_request:{request['id']}")
        assert list(db.session.scalars(query.order_by(AuditEvent.seq)))[-1] == "data_request.held_given"

    def test_is_not_for_other_requests_nor_other_roles(self, case_id, as_lin, as_ma, as_hu, as_tan):
        other = ask(as_lin, case_id, "correction").json
        path = f"/v1/data-requests/{other['id']}/held"
        assert as_ma.post(path).json["type"] == "/problems/not-an-access-request"
        assert [one.post(path).status_code for one in (as_lin, as_hu, as_tan)] == [403] * 3


class TestAnswer:
    def test_is_given_once_by_compliance(self, case_id, as_lin, as_ma, as_zhou):
        request = ask(as_lin, case_id, "correction").json
        path, body = f"/v1/data-requests/{request['id']}/answer", {"answer": "granted", "words": "已更正"}
        assert as_zhou.post(path, json=body).status_code == 403
        told = as_ma.post(path, json=body).json
        assert (told["answer"], told["answer_words"]) == ("granted", "已更正")
        assert as_ma.post(path, json=body).json["type"] == "/problems/request-answered"
        assert as_ma.get("/v1/data-requests?open=true").json["items"] == []

    def test_keeps_the_wall_between_creditors(self, case_id, as_wei):
        assert ask(as_wei, case_id).status_code == 404
