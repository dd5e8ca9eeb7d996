"""What the firm owes by a day: overdue it stands among the exceptions, with the rule, its source and its grade."""

import dataclasses
from datetime import timedelta

import pytest

from server import clock
from server.accounts.models import Creditor
from server.cases.models import StopFlag
from server.db import begin_write, db
from server.devices.models import Device
from server.privacy.models import LegalHold
from tests.server.escalation.conftest import beginning, day, decided, played, propose

__all__ = ["beginning", "day", "decided", "played", "propose"]
DAY = timedelta(days=1)


def owed(caller):
    answer = caller.get("/v1/exceptions?kind=duty_overdue")
    assert answer.status_code == 200, answer.text
    return [(one["facts"]["rule_id"], one["subject"]) for one in answer.json["items"]]


@pytest.fixture
def asked(played, as_ma):
    """A request that came sixteen days ago; the firm's number is fifteen."""
    came = (clock.today() - 16 * DAY).isoformat()
    body = {"kind": "access", "words": "请提供我的信息", "received_on": came}
    answer = as_ma.post(f"/v1/cases/{played.case_ids[0]}/data-requests", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json["id"]


class TestOverdue:
    def test_names_a_request_that_was_not_answered_in_time(self, asked, as_ma, as_zhou):
        (one,) = as_ma.get("/v1/exceptions?kind=duty_overdue").json["items"]
        assert (one["subject"], one["facts"]["rule_id"]) == (f"data_request:{asked}", "PI-REQUEST")
        assert (one["facts"]["grade"], "44-47" in one["facts"]["source"]) == ("A", True)
        assert owed(as_zhou) == []  # he oversees none of it
        as_ma.post(f"/v1/data-requests/{asked}/answer", json={"answer": "granted", "words": "已提供复印件"})
        assert owed(as_ma) == []

    def test_names_records_kept_too_long_unless_a_hold_stands(self, played, as_ma, as_hu):
        begin_write()
        case, at = played.case(0), clock.now()
        case.state = "settled"
        flag = StopFlag(id=clock.new_id(), case_id=case.id, kind="settled", reason="结清", raised_by_id=None,
                        raised_at=at - 1_829 * DAY)  # fmt: skip
        db.session.add(flag)
        db.session.commit()
        assert owed(as_ma) == [("PI-KEEP", f"case:{played.case_ids[0]}")]
        as_hu.post(f"/v1/cases/{played.case_ids[0]}/holds", json={"reason": "诉讼中"})
        db.session.rollback()
        assert db.session.query(LegalHold).count() == 1
        assert owed(as_ma) == []

    def test_names_a_lost_phone_until_its_notice_is_drawn(self, played, as_ma, as_zhou, in_app):
        device_id = played.phone.id
        db.session.commit()
        closed = as_zhou.post(f"/v1/devices/{device_id}/revoke", json={"is_lost": True})
        assert closed.status_code == 200, closed.text
        assert owed(as_ma) == [("PI-BREACH", f"device:{device_id}")]
        drawn = as_ma.post(f"/v1/devices/{device_id}/breach-notice?form=pdf")
        assert (drawn.status_code, drawn.mimetype, drawn.data[:4]) == (200, "application/pdf", b"%PDF")
        assert owed(as_ma) == []
        db.session.rollback()
        assert db.session.get(Device, device_id).state == "lost"

    def test_names_a_creditor_whose_commission_ended_with_data_still_here(self, played, as_ma):
        begin_write()
        bank = db.session.get_one(Creditor, played.case(0).creditor_id)
        bank.contract_ends_on = clock.today() - DAY
        db.session.commit()
        assert owed(as_ma) == [("PI-RETURN", f"creditor:{bank.id}")]

    def test_names_the_audit_once_its_day_is_past(self, app, played, as_ma, as_tan, monkeypatch):
        set_due(app, clock.today(), monkeypatch)
        assert owed(as_ma) == []
        set_due(app, clock.today() - DAY, monkeypatch)
        assert owed(as_tan) == [("PI-AUDIT", "firm:audit")]
        (one,) = as_ma.get("/v1/exceptions?kind=duty_overdue").json["items"]
        assert "个人信息保护法 54" in one["facts"]["source_zh"]
        assert one["facts"]["confirm_by_counsel"] is True


def set_due(app, day, monkeypatch):
    """Run with another day for the next audit."""
    settings = app.extensions["doorstep"]
    monkeypatch.setitem(app.extensions, "doorstep", dataclasses.replace(settings, audit_due_on=day))
