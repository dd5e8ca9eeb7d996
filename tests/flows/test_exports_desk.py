"""Lin takes out a list that turns out to be bulk: she is led to the desk of exports, another decides, it is fetched."""

import pytest
from sqlalchemy import select

from server.accounts.models import Creditor
from server.db import begin_write, db
from server.privacy.models import Export
from tests.flows.thumb import look_at


@pytest.fixture
def strict(in_app, creditors, accepted_list):
    """Both creditors' rule made stricter: two cases are bulk already."""
    begin_write()
    for creditor_id in creditors.values():
        creditor = db.session.get_one(Creditor, creditor_id)
        creditor.rule_overrides = {"PI-BULK": {"params": {"bulk_rows": 2}}}
    db.session.commit()
    return creditors


NO_BADGE = "document.querySelector('.side .el-badge') === null"


def badge(one, desk):
    """Return the number at a desk's entry of the menu, once there is one."""
    found = f"document.querySelector('.side a[href$=\"{desk}\"] .el-badge')"
    one.page.wait(f"{found} !== null")
    return one.page.run(f"{found}.innerText")


def exported():
    db.session.rollback()  # read anew what the server of the browser wrote
    return list(db.session.scalars(select(Export).order_by(Export.id)))


class TestAListThatIsBulk:
    def test_is_asked_for_agreed_to_by_another_and_fetched_once(self, desk, strict):
        lin = desk("lin", "/exports")
        lin.sees("没有导出记录")
        assert lin.flawless() == []
        lin.go(f"/cases?creditor_id={strict['bank']}")
        lin.act("export-menu")
        lin.act("export-csv")
        lin.sees("达到批量标准")
        lin.sees("列表中选定的")
        assert exported() == []
        lin.fill("export-reason", "委托方月度核对，用后删除")
        assert lin.flawless() == []
        lin.act("ask-export")
        lin.sees("等待第二人同意")
        lin.sees("刑法 253之一")  # the rule with its source
        assert lin.flawless() == []
        (row,) = exported()
        assert (row.form, row.needs_second, row.taken_at, row.fields) == (
            "csv", True, None, ["case_no", "name", "amount"]
        )  # fmt: skip
        ma = desk("ma", "/complaints")
        assert badge(ma, "/exports") == "1"
        ma.act("inbox")
        ma.sees("待我同意的数据导出")
        assert ma.flawless() == []
        look_at(ma, "inbox")
        ma.tap("[data-waits=export]")
        ma.sees("委托方月度核对")
        ma.gone("[data-waits]")
        assert ma.flawless() == []
        look_at(ma, "exports-waiting")
        ma.tap("a[href*='/exports/0']")
        ma.act("agree-export")
        ma.sees("的个人信息？")
        ma.press("确定")
        ma.sees("只有申请人能下载")
        ma.page.wait(NO_BADGE)
        ma.go("/exports?for_me=true")
        ma.sees("没有符合筛选条件的记录")
        lin.go("/cases")
        lin.act("inbox")
        lin.sees("我申请的导出已有结果")
        lin.go(f"/exports/{row.id}")
        lin.act("fetch-export")
        lin.sees("不能再次下载")
        lin.page.wait(NO_BADGE)
        assert lin.flawless() == []
        (row,) = exported()
        assert (row.decision, row.taken_at is not None, len(row.sha256)) == ("agreed", True, 64)

    def test_of_two_creditors_becomes_two_and_one_is_refused(self, desk, strict):
        lin = desk("lin", "/cases")
        lin.act("export-menu")
        lin.act("export-xlsx")
        lin.sees("属于 2 个委托方")
        lin.fill("export-reason", "例会")
        lin.act("ask-export")
        lin.page.wait("location.pathname === '/console/exports'")
        lin.sees("待第二人同意")
        assert sorted(str(row.creditor_id) for row in exported()) == sorted(str(one) for one in strict.values())
        guo = desk("guo", "/exports?waiting=true")
        guo.tap("a[href*='/exports/0']")
        guo.act("refuse-export")
        guo.page.wait("document.querySelector('.el-message-box textarea') !== null")
        guo.type(".el-message-box textarea", "例会不需要姓名")
        guo.press("确定")
        guo.sees("已拒绝：例会不需要姓名")
        assert guo.flawless() == []
        assert sorted(row.decision for row in exported()) == ["", "refused"]


class TestTheDaysSummary:
    def test_is_asked_for_with_the_scheme_filled_in(self, desk, planned):
        zhou = desk("zhou", f"/exports/new?kind=summary&scheme_id={planned}")
        zhou.sees("流程方案")
        zhou.fill("export-reason", "交总经理周例会")
        assert zhou.flawless() == []
        zhou.act("ask-export")
        zhou.act("fetch-export")
        zhou.sees("不能再次下载")
        assert [(row.kind, row.taken_at is not None) for row in exported()] == [("summary", True)]
