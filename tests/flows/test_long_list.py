"""A list of 20,000 cases: what the browser holds is one page of it, however far one reads."""

import pytest
from sqlalchemy import insert

from server import clock
from server.cases.models import Case, Party
from server.db import begin_write, db
from tests.flows.desk import Desk

MANY = 20_000
ONE_PAGE = 100
PAGES = 8
MOST_CPU_S = 1.0  # of the page's thread, for one page of rows: what is waited for on a machine with nothing else to do
MOST_NODES_GROWN = 1.1
MOST_HEAP_GROWN = 20e6  # bytes
ROWS = "document.querySelectorAll('.el-table__body tr').length"
FIRST = "document.querySelector('.el-table__body tr')?.innerText.slice(0, 40)"
TURN = f"""(async (name) => {{
  const first = () => {FIRST}, was = first();
  [...document.querySelectorAll('button')].find((one) => one.textContent.trim() === name).click();
  while (first() === was || !first()) await new Promise((done) => requestAnimationFrame(done));
}})"""


@pytest.fixture
def many(creditors):
    """Twenty thousand cases of the bank."""
    begin_write()
    bank, at = creditors["bank"], clock.now()
    parties = [
        {"id": clock.new_id(), "creditor_id": bank, "name": f"测试{n}", "id_last4": "0717", "id_index": f"{n:032d}"}
        for n in range(MANY)
    ]
    db.session.execute(insert(Party), parties)
    money = {"placed_fen": 5_830_000, "principal_fen": 5_830_000, "outstanding_fen": 5_830_000}
    told = money | {"creditor_id": bank, "product": "信用卡", "as_of": clock.today(), "state": "phone"}
    told |= {"content_hash": "0" * 64, "created_at": at}
    cases = [
        told | {"id": clock.new_id(), "case_no": f"WH2026-{n:06d}", "debtor_id": one["id"]}
        for n, one in enumerate(parties)
    ]
    db.session.execute(insert(Case), cases)
    db.session.commit()


@pytest.fixture
def desk(live_server):
    one = Desk(live_server.url)
    yield one
    one.close()


def held(desk):
    """Return the nodes of the document and the bytes that live on after collecting."""
    desk.page.call("HeapProfiler.collectGarbage")
    return desk.page.run("document.querySelectorAll('*').length"), desk.page.call("Runtime.getHeapUsage")["usedSize"]


def cpu(desk):
    """Return the seconds that the page's thread has worked."""
    metrics = desk.page.call("Performance.getMetrics")["metrics"]
    return next(one["value"] for one in metrics if one["name"] == "TaskDuration")


def test_is_read_page_by_page_without_growing(desk, many):
    desk.page.call("Performance.enable", timeDomain="threadTicks")
    desk.sign_in("lin", "/cases")
    desk.page.wait(f"{ROWS} > 0")
    desk.sees(f"共 {MANY} 条")
    rows, (nodes, heap), began = desk.page.run(ROWS), held(desk), cpu(desk)
    for _ in range(PAGES):
        desk.page.run(f"{TURN}('下一页')")
    a_page = (cpu(desk) - began) / PAGES
    desk.page.wait(f"document.body.innerText.includes('第 {PAGES + 1} 页')")
    nodes_then, heap_then = held(desk)
    assert desk.page.run(ROWS) == rows == ONE_PAGE
    assert nodes_then < nodes * MOST_NODES_GROWN
    assert heap_then - heap < MOST_HEAP_GROWN
    assert a_page < MOST_CPU_S
