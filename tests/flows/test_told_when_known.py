"""While an answer of the server is on its way, no screen says "none" or nought, and nothing can be typed in vain."""

import json
import time

import pytest

# Answers to addresses that match are kept back in the page until `release()`.
HOLD = """(() => {
  const real = globalThis.fetch, kept = sessionStorage.getItem('kept');
  let let_go;
  const free = new Promise((done) => { let_go = done; });
  globalThis.isKept = false;
  globalThis.release = () => { sessionStorage.removeItem('kept'); let_go(); };
  globalThis.fetch = async (...asked) => {
    const answer = await real(...asked);
    const { pathname, search } = new URL(asked[0].url ?? asked[0], location.href);
    if (kept && new RegExp(kept).test(pathname + search)) { globalThis.isKept = true; await free; }
    return answer;
  };
})()"""
LOADING = "正在载入"


@pytest.fixture
def keeping(desk):
    """Sign somebody in and open a place while the answers of an address are kept back."""

    def at(username, place, address):
        one = desk(username, "/help")
        one.page.call("Page.addScriptToEvaluateOnNewDocument", source=HOLD)
        one.page.run(f"sessionStorage.setItem('kept', {json.dumps(address)})")
        one.go(place)
        return one

    return at


def kept_back(one):
    """Wait until an answer came and is kept back; return what the screen says meanwhile."""
    one.page.wait("isKept")
    one.sees(LOADING)
    time.sleep(0.3)  # whatever else the screen draws without that answer
    return one.page.run("document.body.innerText")


SCREENS = [
    pytest.param("zhou", "/board", "/v1/schemes", "0\n计划", "这一天没有已批准", id="board"),
    pytest.param("zhou", "/devices", "/v1/devices", "共 0 条", "还没有登记手机", id="devices"),
    pytest.param("zhou", "/schemes/new", "/v1/visit-lists", "小组", "没有已通过的名单", id="new scheme"),
    pytest.param("zhou", "/exports/new?kind=summary", "/v1/exports/terms", "提交导出申请", "提交导出申请", id="export"),
    pytest.param("ma", "/exceptions", "/v1/exceptions", "重复照片 0", "这段时间没有异常", id="exceptions"),
    pytest.param("an", "/templates", "/v1/paper-templates", "据此起草", "据此起草", id="templates"),
    pytest.param("ma", "/rules", "/v1/rules", "暂无数据", "PI-REQUEST", id="rules"),
]


@pytest.mark.parametrize(("who", "place", "address", "early", "known"), SCREENS)
def test_a_screen_says_nothing_before_it_knows(keeping, creditors, who, place, address, early, known):
    one = keeping(who, place, address)
    told = kept_back(one)
    assert early not in told
    assert known not in told
    one.page.run("release()")
    one.sees(known)
    one.gone("[data-loading]")


def test_a_crew_is_named_before_all_agents_are_known(keeping, dispatched):
    one = keeping("zhou", f"/schemes/{dispatched}?tab=setup", "/v1/people")
    one.page.wait("isKept && document.querySelector('.crew .el-select__selected-item') !== null")
    chosen = "[...document.querySelectorAll('.crew')].map((e) => e.innerText).join(' ')"
    told = one.page.run(chosen)
    assert "方外访" in told
    assert dispatched[:4] not in told, "the beginning of an id"
    one.page.run("release()")
    one.page.wait(f"({chosen}).includes('方外访 WF-0005')")


def test_a_persons_form_opens_with_what_is_held(keeping, creditors):
    one = keeping("an", "/people", "/v1/people/")
    one.page.wait("document.querySelector('.el-table__body button') !== null")
    one.page.run("document.querySelector('.el-table__body button').click()")
    kept_back(one)
    assert one.page.run("document.querySelector('[role=dialog] form') === null")
    one.page.run("release()")
    one.page.wait("document.querySelector('[role=dialog] input[name=name]')?.value.length > 1")


def test_legal_is_not_told_that_nothing_was_filed(keeping, as_lin, files, take_in):
    take_in("bank", files.bank)
    case_id = as_lin.get("/v1/cases").json["items"][0]["id"]
    one = keeping("hu", f"/legal/cases/{case_id}", "/v1/(cases/.*/filings|dossiers)")
    told = kept_back(one)
    assert "还没有" not in told
    assert one.page.run("document.querySelector('[data-act=begin]') === null")
    assert one.page.run("document.querySelector('[data-act=build]').disabled")
    one.page.run("release()")
    one.sees("还没有")
    one.page.wait("!document.querySelector('[data-act=build]').disabled")


def test_who_proposes_sees_the_visits_first(keeping, as_lin, files, take_in):
    take_in("bank", files.bank)
    case_id = as_lin.get("/v1/cases").json["items"][0]["id"]
    one = keeping("zhou", f"/cases/{case_id}", "/v1/visits.*limit=50")
    one.act("propose")
    one.fill("reasons", "多次外访未见本人")
    told = kept_back(one)
    assert "此案还没有外访" not in told
    assert one.page.run("document.querySelector('[data-act=send-proposal]').disabled")
    one.page.run("release()")
    one.page.wait("!document.querySelector('[data-act=send-proposal]').disabled")
    assert one.page.run("document.querySelector('[name=reasons]').value") == "多次外访未见本人"
