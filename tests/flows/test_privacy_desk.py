"""Ma takes and answers what a person asks about his data; a case's data is held, asked to be deleted, and deleted."""

from datetime import timedelta
from uuid import UUID

import pytest

from server import clock
from server.cases.models import Case, StopFlag
from server.db import begin_write, db


@pytest.fixture
def case(as_zhou, planned):
    """The first case of the scheme."""
    return as_zhou.get(f"/v1/schemes/{planned}").json["stops"][0]


@pytest.fixture
def ended(case):
    """A case that was settled so long ago that its records need not be kept any longer."""
    begin_write()
    row = db.session.get(Case, UUID(case["case_id"]))
    row.state = "settled"
    at = clock.now() - timedelta(days=3_000)
    flag = StopFlag(id=clock.new_id(), case_id=row.id, kind="settled", reason="结清", raised_by_id=None, raised_at=at)
    db.session.add(flag)
    db.session.commit()
    return case


class TestRequests:
    def test_one_is_taken_on_the_case_answered_and_kept(self, desk, as_ma, case):
        ma = desk("ma", "/privacy")
        ma.sees("没有请求")
        assert ma.flawless() == []
        ma.go(f"/cases/{case['case_id']}?tab=retention")
        ma.sees("案件尚未结束，保存期限未开始计算")
        ma.act("take-request")
        ma.fill("request", "请提供你们持有的我的信息")
        assert ma.flawless() == []
        ma.act("save-request")
        ma.sees("查阅")
        assert ma.flawless() == []
        ma.go("/privacy?open=true")
        ma.sees("剩")
        assert ma.flawless() == []
        ma.tap("a[href*='/privacy/requests/']")
        ma.act("held")
        ma.press("确定")
        ma.sees("所持有的个人信息")
        ma.fill("words", "已当面提供复印件")
        assert ma.flawless() == []
        ma.picture("compliance-request")
        ma.act("answer")
        ma.press("确定")
        ma.sees("答复：同意")
        db.session.rollback()  # read anew what the server of the browser wrote
        (row,) = as_ma.get(f"/v1/data-requests?case_id={case['case_id']}").json["items"]
        assert (row["kind"], row["answer"]) == ("access", "granted")


class TestDeletion:
    def test_waits_for_the_hold_and_is_carried_out_by_another(self, desk, as_ma, ended):
        ma = desk("ma", "/privacy/retention")
        ma.sees(ended["case_no"])
        ma.sees("已满")
        assert ma.flawless() == []
        ma.go(f"/cases/{ended['case_id']}?tab=retention")
        ma.sees("可以申请删除")
        ma.act("hold")
        ma.page.wait("document.querySelector('.el-message-box textarea') !== null")
        ma.type(".el-message-box textarea", "诉讼中")
        ma.press("确定")
        ma.sees("法律保全中")
        hu = desk("hu", "/privacy/holds?standing=true")
        hu.sees("诉讼中")
        assert hu.flawless() == []
        hu.act("lift")
        hu.press("确定")
        hu.sees("没有符合筛选条件的记录")
        ma.go(f"/cases/{ended['case_id']}?tab=retention")
        ma.act("ask-deletion")
        ma.fill("deletion", "保存期限届满")
        assert ma.flawless() == []
        ma.act("save-deletion")
        ma.sees("待总经理执行")
        guo = desk("guo", "/privacy/deletions?open=true")
        guo.sees(ended["case_no"])
        assert guo.flawless() == []
        guo.act("carry-out")
        guo.sees("无法恢复")
        guo.press("确定")
        guo.sees("没有符合筛选条件的记录")
        guo.go("/privacy/deletions")
        guo.sees("删除证明")
        assert guo.flawless() == []
        db.session.rollback()  # read anew what the server of the browser wrote
        (row,) = as_ma.get("/v1/deletions").json["items"]
        assert (row["case_no"], row["certificate"]["ground"]) == (ended["case_no"], "retention")
