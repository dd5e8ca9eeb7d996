"""What the firm owes by a day: Ma sees what is overdue, draws the notice for a lost phone; legal draws one too."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from server import clock, media
from server.accounts.models import Creditor
from server.cases.models import Case, Paper, StopFlag
from server.db import begin_write, db
from server.devices.models import Device
from tests.flows.thumb import look_at
from tests.receipts.reading import squeezed, text_of


@pytest.fixture
def owed(as_zhou, as_ma, fangs_phone, dispatched):
    """Everything overdue: a request, records kept too long, a lost phone, an ended commission. The phone's id."""
    stops = as_zhou.get(f"/v1/schemes/{dispatched}").json["stops"]
    came = (clock.today() - timedelta(days=16)).isoformat()
    asked = {"kind": "access", "words": "请提供我的信息", "received_on": came}
    taken = as_ma.post(f"/v1/cases/{stops[0]['case_id']}/data-requests", json=asked)
    assert taken.status_code == 201, taken.text
    begin_write()
    case = db.session.get_one(Case, UUID(stops[1]["case_id"]))
    case.state, at = "settled", clock.now() - timedelta(days=3_000)
    flag = StopFlag(id=clock.new_id(), case_id=case.id, kind="settled", reason="结清", raised_by_id=None, raised_at=at)
    db.session.add(flag)
    db.session.get_one(Creditor, case.creditor_id).contract_ends_on = clock.today() - timedelta(days=3)
    device_id = db.session.scalars(select(Device.id)).one()
    db.session.commit()
    lost = as_zhou.post(f"/v1/devices/{device_id}/revoke", json={"is_lost": True})
    assert lost.status_code == 200, lost.text
    return device_id


def notices():
    db.session.rollback()  # read anew what the server of the browser wrote
    return db.session.scalars(select(Paper).where(Paper.kind == "breach_notice")).all()


class TestOverdue:
    def test_stands_among_the_exceptions_with_its_rule_until_it_is_done(self, desk, owed):
        ma = desk("ma", "/exceptions?kind=duty_overdue")
        for rule, article in (("PI-REQUEST", "44-47"), ("PI-KEEP", "19"), ("PI-RETURN", "21"), ("PI-BREACH", "57")):
            ma.sees(rule)
            ma.sees(f"个人信息保护法 {article}")
        assert ma.flawless() == []
        look_at(ma, "duties-overdue")
        ma.tap("a[href*='/cases?creditor_id=']")  # what the ended commission still holds
        ma.sees("YS-HT-")
        ma.go("/exceptions?kind=duty_overdue")
        ma.tap(f"a[href$='/devices/{owed}']")
        ma.sees("个人信息安全事件通知")
        assert ma.flawless() == []
        look_at(ma, "breach-compliance")
        ma.act("breach-pdf")
        ma.sees("草稿已生成")
        (paper,) = notices()
        assert paper.subject_id == owed
        ma.go("/exceptions?kind=duty_overdue")
        ma.sees("PI-KEEP")
        ma.page.wait("!document.body.innerText.includes('PI-BREACH')")

    def test_a_lost_phone_is_told_to_legal_who_draws_the_notice(self, desk, owed):
        hu = desk("hu", "/legal")
        hu.act("inbox")
        hu.sees("已挂失的手机，尚未生成泄露通知")
        look_at(hu, "inbox-legal")
        hu.tap("[data-waits=breach_notice]")
        hu.sees("只看已挂失的")
        hu.gone("[data-waits]")
        assert hu.flawless() == []
        hu.tap(f"a[href$='/devices/{owed}']")
        hu.sees("由法务核对草稿")
        assert hu.flawless() == []
        look_at(hu, "breach-legal")
        assert "隔离记录" not in hu.page.run("document.body.innerText")
        hu.act("breach-md")
        hu.sees("草稿已生成")
        assert notices() == []  # as text to edit it is no paper
        hu.act("breach-pdf")
        hu.page.wait("document.querySelector('.side .el-badge') === null")
        (paper,) = notices()
        assert "个人信息安全事件通知" in squeezed(text_of(media.store().get(paper.sha256)))
