"""What a newcomer stumbled over: where a day begins, who signs for another, why something came back, how to stop."""

import io

import pytest

from server import clock
from tests.server.cases.conftest import placement


@pytest.fixture
def reviewed(as_zhou, as_sun, planned):
    """The id of a scheme that waits for the general manager."""
    as_zhou.post(f"/v1/schemes/{planned}/submit", json={})
    assert as_sun.post(f"/v1/schemes/{planned}/review", json={"decision": "approve"}).status_code == 200
    return planned


def lend(caller, holder, *, most_cost_fen):
    """Let the manager lend his signature for today."""
    today = clock.today().isoformat()
    sent = {"holder_id": holder.person_id, "from_on": today, "until_on": today, "most_cost_fen": most_cost_fen}
    assert caller.post("/v1/delegations", json=sent | {"reason": "出差"}).status_code == 201


@pytest.mark.parametrize(
    ("who", "begins"),
    [("ma", "/complaints"), ("tan", "/audit"), ("an", "/people"), ("hu", "/legal"), ("lin", "/imports")],
)
def test_a_day_begins_at_ones_own_desk(desk, creditors, who, begins):
    one = desk(who, "/")
    one.page.wait(f"location.pathname === '/console{begins}'")
    assert one.page.run("document.querySelector('nav.menu a').getAttribute('href')") == f"/console{begins}"


class TestSigningForTheManager:
    def test_is_found_in_the_menu_and_done_within_the_ceiling(self, desk, as_guo, as_hu, reviewed):
        hu = desk("hu", "/legal")
        assert hu.page.run("document.querySelector('nav.menu a[href$=approvals]')") is None
        lend(as_guo, as_hu, most_cost_fen=10_000_000)
        hu.go("/legal")
        hu.tap("nav.menu a[href$='/approvals']")
        hu.tap(f"main a[href$='/approvals/{reviewed}']")
        hu.sees("您凭授权代签")
        hu.act("agree")
        hu.act("decide")
        hu.sees("没有等待签批的方案")

    def test_beyond_the_ceiling_only_sends_back(self, desk, as_zhou, as_guo, as_hu, planned, as_sun, run_jobs):
        tag = as_zhou.get(f"/v1/schemes/{planned}").headers["ETag"]
        rates = {"cost_rates": {"per_km_fen": 120, "per_crew_day_fen": 60_000}}
        assert as_zhou.patch(f"/v1/schemes/{planned}", json=rates, headers={"If-Match": tag}).status_code == 200
        run_jobs(as_zhou, as_zhou.post(f"/v1/schemes/{planned}/plan", json={"iterations": 20, "seed": 1}))
        as_zhou.post(f"/v1/schemes/{planned}/submit", json={})
        assert as_sun.post(f"/v1/schemes/{planned}/review", json={"decision": "approve"}).status_code == 200
        lend(as_guo, as_hu, most_cost_fen=1)
        hu = desk("hu", f"/approvals/{planned}")
        hu.sees("超出您的授权上限")
        shut = "[...document.querySelectorAll('[data-act=agree], [data-act=limit]')].map((one) => one.disabled)"
        assert hu.page.run(shut) == [True, True]
        assert hu.flawless() == []
        hu.act("return")
        hu.press("费用偏高")
        hu.act("decide")
        hu.sees("没有等待签批的方案")
        zhou = desk("zhou", f"/schemes/{planned}")
        zhou.sees("批准 退回")
        zhou.sees("费用偏高，请压缩路线")


def test_nothing_differs_from_a_plan_that_nobody_has_yet(desk, planned):
    zhou = desk("zhou", f"/schemes/{planned}?tab=actual")
    zhou.sees("方案还没有下发")
    assert "尚无消息" not in zhou.page.run("document.body.innerText")
    assert zhou.flawless() == []


def test_a_case_sent_back_is_listed_again_with_one_press(desk, as_lin, as_zhou, creditors):
    sent = {"file": (io.BytesIO(placement({})), "委案.xlsx"), "creditor_id": str(creditors["bank"])}
    run = as_lin.post("/v1/imports", data=sent, content_type="multipart/form-data")
    as_lin.post(f"{run.headers['Location']}/commit")
    case_id = as_lin.get("/v1/cases?q=A1").json["items"][0]["id"]
    made = as_lin.post("/v1/visit-lists", json={"title": "名单", "case_ids": [case_id]}).json
    as_lin.post(f"/v1/visit-lists/{made['id']}/submit")
    lines = [{"line_id": made["lines"][0]["id"], "decision": "return", "reason": "门牌不详"}]
    assert as_zhou.post(f"/v1/visit-lists/{made['id']}/review", json={"lines": lines}).status_code == 200
    lin = desk("lin", "/lists/returned")
    lin.sees("门牌不详")
    lin.act("again")
    lin.fill("title", "更正后的名单")
    lin.sees("A1")
    assert lin.flawless() == []


def test_a_calendar_is_stopped_also_after_its_address_is_gone(app, desk, as_hu):
    url = as_hu.post("/v1/deadlines/calendar").json["url"]
    hu = desk("hu", "/legal/deadlines")
    feed = "/v1" + url.partition("/v1")[2]
    assert app.test_client().get(feed).status_code == 200
    hu.act("close-feed")
    hu.press("确定")
    hu.sees("订阅已停用")
    assert app.test_client().get(feed).status_code == 401
