"""Zhou closes the day out in the console and proposes what becomes of a case; the refusals stand where they bind."""

import pytest

from server.db import db
from server.demo import doors
from server.demo.doors import Door
from tests.flows.desk import Desk

PROMISED, REFUSED_TO_PAY = 1, 3
MOST_ASKED_ABOUT = """globalThis.most = 0;
new MutationObserver(() => most = Math.max(most, document.querySelectorAll('input[name^=why-]').length))
  .observe(document.body, {childList: true, subtree: true});"""


@pytest.fixture
def desk(live_server):
    one = Desk(live_server.url)
    yield one
    one.close()


@pytest.fixture
def day_done(as_zhou, dispatched, fangs_phone):
    """The visits of a scheme: to every stop but the last, every one reviewed but the first."""
    stops = fangs_phone.stops()
    for stop in stops[:-1]:
        at = {"arrive_at": fangs_phone.clock.at.isoformat()}
        doors.play(Door(fangs_phone, dict(stop) | at, REFUSED_TO_PAY))
        fangs_phone.clock.at = fangs_phone.clock.at.replace(microsecond=0)
    assert fangs_phone.sync().unsent == 0
    visits = as_zhou.get("/v1/visits", query_string={"scheme_id": dispatched, "limit": 100}).json["items"]
    for visit in visits[1:]:
        review(as_zhou, visit["id"])
    return visits


def review(caller, visit_id):
    tag = caller.get(f"/v1/visits/{visit_id}").headers["ETag"]
    done = caller.post(f"/v1/visits/{visit_id}/review", json={"decision": "accept"}, headers={"If-Match": tag})
    assert done.status_code == 200, done.text


def may_send(desk):
    return desk.page.run("!document.querySelector('[data-act=send-close-out]').disabled")


def test_a_scheme_is_closed_out_and_a_case_proposed(desk, as_zhou, dispatched, day_done):
    visits = day_done
    desk.sign_in("zhou", f"/schemes/{dispatched}")
    desk.act("close-out")
    desk.sees("还有 1 条外访记录未复核")
    last = "input[name^=why-]"
    desk.type(last, "客户外出，改期")
    assert not may_send(desk)
    assert desk.flawless() == []
    review(as_zhou, visits[0]["id"])
    desk.go(f"/schemes/{dispatched}")
    desk.page.run(MOST_ASKED_ABOUT)
    desk.act("close-out")
    desk.page.wait(f"document.querySelector({last!r}) !== null")
    assert desk.page.run("most") == 1  # not even for a moment about those who were visited
    assert not may_send(desk)  # whom nobody visited has no reason yet
    desk.type(last, "客户外出，改期")
    desk.fill("conclusion", "当日完成")
    assert desk.flawless() == []
    desk.picture("supervisor-close")
    desk.act("send-close-out")
    desk.sees(f"已归总：{len(visits)} 户待决策")
    db.session.rollback()  # read anew what the server of the browser wrote
    assert as_zhou.get(f"/v1/schemes/{dispatched}").json["state"] == "collated"

    case_id = visits[0]["case_id"]
    desk.go(f"/cases/{case_id}")
    desk.act("propose")
    desk.fill("reasons", "当面拒绝，两次承诺均未履行")
    desk.tap(".el-dialog .el-checkbox input")
    assert desk.flawless() == []
    desk.act("send-proposal")
    desk.sees("已提请，等待法务意见")
    db.session.rollback()
    (asked,) = as_zhou.get("/v1/escalations", query_string={"case_id": case_id}).json["items"]
    assert (asked["state"], asked["proposal"]) == ("proposed", "sue")
    assert [one["id"] for one in asked["evidence"]] == [visits[0]["id"]]

    desk.go(f"/cases/{visits[1]['case_id']}")
    desk.act("go-on")
    desk.page.wait("document.querySelector('.el-message-box textarea') !== null")
    desk.type(".el-message-box textarea", "月底发薪后再联系")
    desk.press("确定")
    desk.sees("已转为继续催收")
    db.session.rollback()
    assert as_zhou.get(f"/v1/cases/{visits[1]['case_id']}").json["state"] == "continued"


def test_a_case_tells_what_happened_in_words(desk, as_ma, dispatched, fangs_phone):
    stop = fangs_phone.stops()[0]
    doors.play(Door(fangs_phone, dict(stop) | {"arrive_at": fangs_phone.clock.at.isoformat()}, PROMISED))
    assert fangs_phone.sync().unsent == 0
    complaint = {"case_id": stop["case_id"], "channel": "phone", "text": "上门太晚"}
    assert as_ma.post("/v1/complaints", json=complaint).status_code == 201
    desk.sign_in("zhou", f"/cases/{stop['case_id']}?tab=timeline")
    desk.sees("书面还款承诺 草拟 · ¥")
    desk.sees("投诉登记 电话")
    assert desk.flawless() == []
