"""Guo decides on his phone's browser: three taps, on exactly what he saw, once even when the answer is lost."""

import random

import pytest
from sqlalchemy import select

from server import audit, clock
from server.db import db
from server.escalation.models import Escalation
from server.schemes.models import Delegation, SchemeDecision
from server.simulation.cutter import CLEAR, Cutter, Weather
from tests.flows.desk import PHONE, Desk
from tests.web.phone_browser import wait_for

MOST_TAPS = 3
LOST = Weather(lose_every=1)


@pytest.fixture
def line(live_server):
    with Cutter(live_server.port, weather=CLEAR, rng=random.Random(8)) as cutter:
        yield cutter


@pytest.fixture
def desk(line):
    one = Desk(line.url, PHONE)
    yield one
    one.close()


@pytest.fixture
def reviewed(as_zhou, as_sun, planned):
    """The id of a scheme that waits for Guo."""
    as_zhou.post(f"/v1/schemes/{planned}/submit", json={})
    assert as_sun.post(f"/v1/schemes/{planned}/review", json={"decision": "approve"}).status_code == 200
    return planned


@pytest.fixture
def advised(as_zhou, as_hu, reviewed):
    """The id of a question about the first case of the scheme, proposed by Zhou for suing, advised by Hu."""
    case_id = as_zhou.get(f"/v1/schemes/{reviewed}").json["stops"][0]["case_id"]
    sent = {"case_id": case_id, "proposal": "sue", "reasons": "两次承诺均未履行"}
    asked = as_zhou.post("/v1/escalations", json=sent).json
    said = {"opinion": "ready", "text": "证据与时效已核对", "version": asked["version"]}
    assert as_hu.post(f"/v1/escalations/{asked['id']}/opinion", json=said).status_code == 200
    return asked["id"]


def signed(app):
    """Return what was decided on schemes, and how often it was noted."""
    with app.app_context():
        rows = db.session.scalars(select(SchemeDecision).where(SchemeDecision.step == "sign_off")).all()
        noted = db.session.query(audit.AuditEvent).filter(audit.AuditEvent.action.like("scheme.sign%")).count()
        told = [(one.decision, one.reason, one.limits) for one in rows]
        db.session.rollback()
        return told, noted


def lent(app):
    with app.app_context():
        rows = db.session.scalars(select(Delegation)).all()
        told = [(one.most_cost_fen, one.from_on, one.revoked_at is not None) for one in rows]
        db.session.rollback()
        return told


def decided(app):
    with app.app_context():
        rows = db.session.scalars(select(Escalation).where(Escalation.state == "decided")).all()
        told = [(one.decision, one.decision_reasons) for one in rows]
        db.session.rollback()
        return told


class TestSigning:
    def test_takes_three_taps_and_every_screen_is_flawless(self, app, desk, reviewed):
        desk.sign_in("guo", "/approvals")
        desk.sees("流程方案")
        assert desk.flawless() == []
        desk.tap("a[href$='/approvals/" + reviewed + "']")
        desk.sees("方外访")
        assert desk.flawless() == []
        desk.picture("manager-brief")
        desk.act("agree")
        desk.sees("签批的正是所见内容")
        assert desk.flawless() == []
        desk.act("decide")
        desk.sees("没有等待签批的方案")
        assert desk.taps <= MOST_TAPS
        assert signed(app) == ([("approve", "", None)], 1)

    def test_an_answer_lost_on_the_way_decides_once(self, app, desk, line, reviewed):
        desk.sign_in("guo", f"/approvals/{reviewed}")
        desk.act("agree")
        line.weather = LOST
        desk.act("decide")
        desk.sees("信号不好，正在重试")
        wait_for(lambda: len(signed(app)[0]) == 1)  # the server did it, the phone does not know
        line.weather = CLEAR
        desk.sees("没有等待签批的方案")
        assert signed(app) == ([("approve", "", None)], 1)

    def test_a_phone_that_dies_meanwhile_goes_on_with_the_same_decision(self, app, desk, line, reviewed):
        desk.sign_in("guo", f"/approvals/{reviewed}")
        desk.act("limit")
        desk.fill("note", "18:00 前结束")
        line.weather = LOST
        desk.act("decide")
        wait_for(lambda: len(signed(app)[0]) == 1)
        desk.page.open("about:blank")  # while no answer comes through: nothing was told to the page
        line.weather = CLEAR
        desk.go(f"/approvals/{reviewed}")
        desk.sees("没有等待签批的方案")
        told, noted = signed(app)
        assert (len(told), noted) == (1, 1)
        assert told[0][2]["note"] == "18:00 前结束"

    def test_sends_back_with_a_reason_only(self, app, desk, reviewed):
        desk.sign_in("guo", f"/approvals/{reviewed}")
        desk.act("return")
        assert desk.page.run("[...document.querySelectorAll('[data-act=decide]')].at(-1).disabled") is True
        desk.press("费用偏高")
        assert desk.flawless() == []
        desk.act("decide")
        desk.sees("没有等待签批的方案")
        assert signed(app)[0] == [("return", "费用偏高，请压缩路线", None)]

    def test_what_changed_after_he_opened_it_is_not_signed_but_shown(self, app, desk, as_zhou, as_guo, reviewed):
        before = as_zhou.get(f"/v1/schemes/{reviewed}").json
        as_guo.post(f"/v1/schemes/{reviewed}/sign-off", json={"digest": before["digest"], "decision": "approve"})
        now = as_zhou.get(f"/v1/schemes/{reviewed}").json
        tag = {"If-Match": f'"v{now["version"]}"'}
        as_zhou.patch(f"/v1/schemes/{reviewed}", json={"materials": ["visit_receipt"]}, headers=tag)
        desk.sign_in("guo", f"/approvals/{reviewed}")
        desk.sees("与上次签批相比")
        desk.sees("材料")
        now = as_zhou.get(f"/v1/schemes/{reviewed}").json
        tag = {"If-Match": f'"v{now["version"]}"'}
        as_zhou.patch(f"/v1/schemes/{reviewed}", json={"risk_notes": "有犬"}, headers=tag)
        desk.act("agree")
        desk.act("decide")
        desk.sees("方案在您查看后有变动，未签批")
        desk.sees("有犬")
        assert len(signed(app)[0]) == 1
        desk.act("agree")
        desk.act("decide")
        desk.sees("没有等待签批的方案")
        assert len(signed(app)[0]) == 2


class TestDelegating:
    def test_lends_his_signature_and_takes_it_back(self, app, desk, as_guo):
        desk.sign_in("guo", "/delegations")
        desk.sees("没有授权")
        desk.act("give")
        desk.tap("[aria-label='受权人']")
        option = "[...document.querySelectorAll('[role=option]')].find((one) => one.textContent.includes('胡法务'))"
        desk.page.wait(f"{option} !== undefined")
        desk.page.run(f"{option}.click()")
        desk.fill("most", "1000")
        assert desk.flawless() == []
        desk.act("decide")
        desk.sees("郭总 → 胡法务")
        assert desk.flawless() == []
        assert lent(app) == [(100_000, clock.today(), False)]
        desk.press("收回")
        desk.press("确定")
        desk.page.wait("[...document.querySelectorAll('li .el-tag')].some((one) => one.textContent === '已收回')")
        assert lent(app) == [(100_000, clock.today(), True)]

    def test_the_holder_sees_his_ceiling_and_signs(self, app, desk, as_hu, as_guo, reviewed):
        today = clock.today().isoformat()
        desk.sign_in("hu", f"/approvals/{reviewed}")
        desk.sees("您今天没有代签授权")
        sent = {"holder_id": as_hu.person_id, "from_on": today, "until_on": today, "most_cost_fen": 100_000}
        assert as_guo.post("/v1/delegations", json=sent).status_code == 201
        desk.go(f"/approvals/{reviewed}")
        desk.sees("您凭授权代签，费用上限 ¥1,000.00")
        desk.act("agree")
        desk.act("decide")
        desk.sees("没有等待签批的方案")
        assert len(signed(app)[0]) == 1


class TestDeciding:
    def test_with_the_evidence_beside_it_once(self, app, desk, line, advised):
        desk.sign_in("guo", "/decisions")
        desk.sees("两次承诺均未履行")
        assert desk.flawless() == []
        desk.tap(f"a[href$='/decisions/{advised}']")
        desk.sees("证据与时效已核对")
        desk.sees("有效催收核对")
        assert desk.flawless() == []
        desk.picture("manager-decision")
        desk.act("open")
        desk.press("采用法务意见")
        assert desk.flawless() == []
        line.weather = LOST
        desk.act("decide")
        wait_for(lambda: len(decided(app)) == 1)
        line.weather = CLEAR
        desk.sees("决定：起诉")
        assert decided(app) == [("sue", "证据与时效已核对")]
        desk.go("/decisions?list=sue")
        desk.sees("证据与时效已核对")
        desk.go("/decisions?list=suspend")
        desk.sees("没有符合筛选条件的记录")
