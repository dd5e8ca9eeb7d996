"""Zhou at the desk: a list decided by keyboard, a road plan changed by hand, two screens on one scheme, the board."""

import json
import random
from datetime import timedelta

import pytest
import sqlalchemy as sa

from server import clock
from server.accounts.models import Token
from server.db import db
from tests.cast import PASSWORD
from tests.flows.desk import Desk
from tests.flows.thumb import look_at
from tests.server.schemes import make_scheme as make

STOPS = 200


@pytest.fixture
def desk(live_server):
    one = Desk(live_server.url)
    yield one
    one.close()


@pytest.fixture
def second_desk(live_server):
    one = Desk(live_server.url)
    yield one
    one.close()


@pytest.fixture
def submitted_list(as_lin, files, take_in):
    """The id of a list that Lin sent to the supervisor."""
    take_in("bank", files.bank)
    found = as_lin.post("/v1/visit-lists/screen", json={}).json
    body = {"title": "本周名单", "case_ids": [one["case_id"] for one in found["candidates"]][:4]}
    drafted = as_lin.post("/v1/visit-lists", json=body).json
    assert as_lin.post(f"/v1/visit-lists/{drafted['id']}/submit", json={}).status_code == 200
    return drafted["id"]


@pytest.fixture
def two_hundred(as_zhou, creditors):
    """The id of a planned scheme with two hundred visits all over a city."""
    rng = random.Random(4)
    cases = [make.case(creditors["bank"], number) for number in range(STOPS)]
    for one in cases:
        one.addresses[0].lon, one.addresses[0].lat = 114.06 + rng.gauss(0, 0.05), 22.54 + rng.gauss(0, 0.03)
    scheme = make.compiled(as_zhou, make.accepted_list(cases))
    return make.planned(as_zhou, scheme["id"], iterations=5)["id"]


def order(caller, scheme_id):
    """Return the cases in the order they are driven to."""
    db.session.rollback()  # what the server has written since
    stops = caller.get(f"/v1/schemes/{scheme_id}").json["stops"]
    return [one["case_no"] for one in sorted(stops, key=lambda one: one["seq"] or 999) if one["crew_id"]]


def shown_order(desk):
    return desk.page.run(
        "[...document.querySelectorAll('tr[data-stop]')].map((row) => row.cells[2].innerText.split(' ')[0].trim())"
    )


def press_key(desk, key, **more):
    desk.page.call("Input.dispatchKeyEvent", type="keyDown", key=key, **more)
    desk.page.call("Input.dispatchKeyEvent", type="keyUp", key=key, **more)


def choose_in_row(desk, row, words):
    """Open the menu of a row of the road plan and choose what has these words."""
    desk.page.run(
        f"document.querySelectorAll('tr[data-stop]')[{row}].querySelector('.acts .el-dropdown button').click()"
    )
    shown = "[...document.querySelectorAll('.el-dropdown-menu__item')].filter((one) => one.getClientRects().length)"
    found = f"{shown}.find((one) => one.innerText.includes({json.dumps(words)}))"
    desk.page.wait(f"{found} !== undefined")
    desk.page.run(f"{found}.click()")


def plan_orders(caller, scheme_id):
    """Return the orders of the plan in force, stops named by their cases."""
    db.session.rollback()
    names = {one["id"]: one["case_no"] for one in caller.get(f"/v1/schemes/{scheme_id}").json["stops"]}
    held = caller.get(f"/v1/schemes/{scheme_id}/routes").json["parameters"]["orders"]
    return [{"case_no": names[one["stop_id"]], "after_case_no": names[one["after_id"]]} for one in held]


def rows_are_shown(desk, at_least=2):
    desk.page.wait(f"document.querySelectorAll('tr[data-stop]').length >= {at_least}")


class TestSetup:
    def test_whose_session_ran_out_is_saved_after_signing_in_over_it(self, desk, app, as_zhou, planned):
        desk.sign_in("zhou", f"/schemes/{planned}?tab=setup")
        desk.type("textarea", "院内有犬，雨天慢行")
        with app.app_context():
            away = clock.now() - timedelta(minutes=31)
            db.session.execute(sa.update(Token).where(Token.kind == "session").values(seen_at=away))
            db.session.commit()
        desk.act("save-setup")
        desk.sees("长时间未操作")
        assert desk.flawless() == []
        assert as_zhou.get(f"/v1/schemes/{planned}").json["risk_notes"] == ""
        assert desk.page.run("document.querySelector('textarea').value") == "院内有犬，雨天慢行"
        desk.type(".sign-in.over input[name=password]", PASSWORD)
        desk.tap(".sign-in.over button[type=submit]")
        desk.sees("已保存")
        db.session.rollback()
        assert as_zhou.get(f"/v1/schemes/{planned}").json["risk_notes"] == "院内有犬，雨天慢行"


class TestNewScheme:
    def test_says_what_is_missing_and_begins_where_the_newest_did(self, desk, as_zhou, planned, creditors):
        made = make.accepted_list([make.case(creditors["bank"], number) for number in range(50, 53)])
        start = as_zhou.get(f"/v1/schemes/{planned}").json["crews"][0]["start"]
        desk.sign_in("zhou", f"/list-review/{made}")
        desk.act("compile")
        desk.sees("还缺：日期、一组的两名外访员")
        desk.page.wait(f"Number(document.querySelector('.degree input')?.value) === {start['lon']}")
        assert "出发地" not in desk.page.run("document.querySelector('.sticky-actions').innerText")
        assert desk.flawless() == []

    def test_of_another_supervisor_says_whose_it_is(self, desk, planned):
        desk.sign_in("sun", f"/schemes/{planned}?tab=setup")
        desk.sees("只有编制人 周主管 可以修改")
        desk.gone("[data-act=save-setup]")


class TestRoadPlan:
    def test_is_tried_by_hand_and_in_force_only_once_saved(self, desk, as_zhou, planned):
        before = order(as_zhou, planned)
        desk.sign_in("zhou", f"/schemes/{planned}?tab=routes")
        rows_are_shown(desk)
        assert shown_order(desk) == before
        assert desk.flawless() == []
        desk.page.run("document.querySelectorAll('tr[data-stop] .acts button')[1].click()")
        desk.sees("尚未保存")
        desk.sees("调整后")
        wanted = [before[1], before[0], *before[2:]]
        desk.page.wait(f"document.querySelectorAll('tr[data-stop]')[1].innerText.includes('{before[0]}')")
        assert order(as_zhou, planned) == before  # nothing is in force yet
        assert desk.flawless() == []
        desk.page.run("document.querySelector('tr[data-stop]').scrollIntoView({block: 'center'})")
        desk.picture("supervisor-routes")
        desk.act("save-plan")
        desk.page.wait("!document.body.innerText.includes('尚未保存')")
        assert order(as_zhou, planned) == wanted
        assert shown_order(desk) == wanted

    def test_is_reordered_by_keys_and_by_dragging_alike(self, desk, as_zhou, planned):
        before = order(as_zhou, planned)
        desk.sign_in("zhou", f"/schemes/{planned}?tab=routes")
        rows_are_shown(desk)
        desk.page.run("document.querySelectorAll('tr[data-stop]')[0].focus()")
        press_key(desk, "ArrowDown", modifiers=1)
        desk.page.wait(f"document.querySelectorAll('tr[data-stop]')[1].innerText.includes('{before[0]}')")
        desk.page.run("""(() => {
          const rows = document.querySelectorAll('tr[data-stop]'), carried = new DataTransfer();
          const told = { dataTransfer: carried, bubbles: true, cancelable: true };
          const tell = (row, kind) => row.dispatchEvent(new DragEvent(kind, told));
          tell(rows[1], 'dragstart'); tell(rows[0], 'dragover'); tell(rows[0], 'drop');
        })()""")
        desk.page.wait(f"document.querySelectorAll('tr[data-stop]')[0].innerText.includes('{before[0]}')")
        assert shown_order(desk) == before

    def test_keeps_a_stop_after_another_until_freed(self, desk, as_zhou, planned):
        first, second = order(as_zhou, planned)[:2]
        desk.sign_in("zhou", f"/schemes/{planned}?tab=routes")
        rows_are_shown(desk)
        choose_in_row(desk, 1, f"须排在 {first} 之后")
        desk.sees(f"在 {first} 之后")
        assert desk.flawless() == []
        desk.act("save-plan")
        desk.page.wait("!document.body.innerText.includes('尚未保存')")
        (held,) = plan_orders(as_zhou, planned)
        assert (held["case_no"], held["after_case_no"]) == (second, first)
        desk.page.run("document.querySelectorAll('tr[data-stop] .acts button')[1].click()")
        desk.sees(f"违反所设先后次序或间隔：{second}")
        assert desk.page.run("document.querySelector('[data-act=save-plan]').disabled")
        desk.page.run("[...document.querySelectorAll('button')].find((one) => one.innerText === '全部放弃').click()")
        desk.page.wait("!document.body.innerText.includes('尚未保存')")
        choose_in_row(desk, 1, "取消先后次序")
        desk.act("save-plan")
        desk.page.wait("!document.body.innerText.includes('尚未保存')")
        assert plan_orders(as_zhou, planned) == []

    def test_changed_by_somebody_else_meanwhile_is_shown_and_nothing_lost(self, desk, second_desk, as_zhou, planned):
        """The rule lets only the compiler change a scheme: the second person sits at another of his screens."""
        before = order(as_zhou, planned)
        desk.sign_in("zhou", f"/schemes/{planned}?tab=routes")
        rows_are_shown(desk)
        desk.page.run("document.querySelectorAll('tr[data-stop] .acts button')[1].click()")
        desk.sees("尚未保存")
        second_desk.sign_in("zhou", f"/schemes/{planned}?tab=setup")
        second_desk.type("textarea", "院内有犬，雨天慢行")
        second_desk.act("save-setup")
        second_desk.sees("已保存")
        desk.act("save-plan")
        desk.sees("方案刚被他人修改")
        desk.sees("院内有犬，雨天慢行")
        assert desk.flawless() == []
        desk.act("apply-mine")
        desk.sees("尚未保存")
        desk.act("save-plan")
        desk.page.wait("!document.body.innerText.includes('尚未保存')")
        assert order(as_zhou, planned) == [before[1], before[0], *before[2:]]
        assert as_zhou.get(f"/v1/schemes/{planned}").json["risk_notes"] == "院内有犬，雨天慢行"

    def test_of_two_hundred_visits_is_a_map_and_a_table(self, desk, two_hundred):
        desk.sign_in("zhou", f"/schemes/{two_hundred}?tab=routes")
        desk.page.wait(f"document.querySelectorAll('.mark').length >= {STOPS}")
        box = "document.querySelector('.mark .mark-stop').getBoundingClientRect()"
        x, y = desk.page.run(f"(({{x, y, width, height}}) => [x + width / 2, y + height / 2])({box})")
        for kind in ("mousePressed", "mouseReleased"):
            desk.page.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
        desk.page.wait("document.querySelector('tr.picked') !== null")
        hosts = {one.split("/")[2] for one in desk.page.requests if one.startswith("http")}
        assert len(hosts) == 1, hosts  # no map service is asked
        assert desk.flawless() == []


class TestList:
    def test_is_decided_line_by_line_with_the_keyboard(self, desk, as_zhou, submitted_list):
        desk.sign_in("zhou", f"/list-review/{submitted_list}")
        desk.page.wait("document.querySelectorAll('tr[data-line]').length === 4")
        assert desk.flawless() == []
        for _ in range(3):
            press_key(desk, "a")
        desk.picture("supervisor-review")
        press_key(desk, "x")
        desk.sees("移除 ")
        desk.type(".el-message-box textarea", "上周已访")
        desk.page.run("document.querySelector('.el-message-box .el-button--primary').click()")
        desk.sees("4/4 已审")
        desk.act("send-review")
        desk.sees("部分通过")
        db.session.rollback()
        lines = as_zhou.get(f"/v1/visit-lists/{submitted_list}").json["lines"]
        assert sorted(one["decision"] for one in lines) == ["accept", "accept", "accept", "remove"]
        assert {one["reason"] for one in lines} == {"", "上周已访"}


@pytest.mark.screen
class TestScreens:
    def test_of_the_day_hold_no_fault(self, desk, as_zhou, as_fang, dispatched, fangs_phone):
        on = as_zhou.get(f"/v1/schemes/{dispatched}").json["dates"][0]
        desk.sign_in("zhou", f"/board?on={on}")
        desk.sees("方外访")
        assert desk.flawless() == []
        desk.picture("supervisor-board")
        for place, word in (
            ("/devices", "方的手机"),
            ("/visits", "还没有外访记录"),
            ("/schemes", "流程方案"),
            (f"/schemes/{dispatched}?tab=actual", "尚无消息"),
            (f"/schemes/{dispatched}?tab=checks", "版本"),
            (f"/schemes/{dispatched}?tab=setup", "小组"),
            ("/schemes/new", "已通过的名单"),
            ("/list-review", "本周名单"),
        ):
            desk.go(place)
            desk.sees(word)
            assert desk.flawless() == [], place

    def test_show_the_code_of_an_enrolment_as_a_picture_too(self, desk, as_fang):
        desk.sign_in("zhou", "/devices")
        desk.press("登记手机")
        desk.tap(".el-dialog .el-select__wrapper")
        desk.tap(".el-select-dropdown__item")
        desk.press("生成登记码")
        desk.page.wait("document.querySelector('.el-dialog img.qr')?.naturalWidth > 100")
        desk.sees("用手机相机扫描二维码")
        look_at(desk, "desk-enrol")
        assert desk.flawless() == []

    def test_close_a_lost_phone(self, desk, as_zhou, fangs_phone):
        (phone,) = as_zhou.get("/v1/devices").json["items"]
        desk.sign_in("zhou", f"/devices/{phone['id']}")
        desk.sees("时钟比对")
        assert desk.flawless() == []
        desk.act("report-lost")
        desk.sees("不可恢复")
        desk.page.run("document.querySelector('.el-message-box .el-button--primary').click()")
        desk.sees("已挂失")
        db.session.rollback()
        assert as_zhou.get(f"/v1/devices/{phone['id']}").json["state"] == "lost"
