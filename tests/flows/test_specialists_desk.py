"""Lin's and An's desks in a real Chromium: a file becomes a list, nothing typed is lost."""

import io
import json

import pytest
import sqlalchemy as sa

from server import clock
from server.accounts.models import Token
from server.db import db
from tests.cast import PASSWORD
from tests.server.cases.conftest import placement

SECOND = {"案件序列号": "A2", "客户姓名": "测试乙", "证件号码": "99364019800215898X"}
BAD = {"案件序列号": "A3", "首次逾期日": "2025-13-40"}


@pytest.fixture
def placed(as_lin, creditors):
    """Two cases of the bank; returns the id of the first."""
    sent = {"file": (io.BytesIO(placement({}, SECOND)), "委案.xlsx"), "creditor_id": str(creditors["bank"])}
    run = as_lin.post("/v1/imports", data=sent, content_type="multipart/form-data")
    assert as_lin.post(f"{run.headers['Location']}/commit").status_code == 200
    return as_lin.get("/v1/cases?q=A1").json["items"][0]["id"]


def pick(lin, label):
    """Choose an option of the open list by its words."""
    options = "[...document.querySelectorAll('.el-select-dropdown__item')]"
    found = f"{options}.find((one) => one.textContent.trim() === {label!r})"
    lin.page.wait(f"{found} !== undefined")
    lin.page.run(f"{found}.click()")


@pytest.mark.screen
class TestScreens:
    def test_of_the_specialist_hold_nothing_against_them(self, desk, placed, as_lin):
        made = as_lin.post("/v1/visit-lists", json={"title": "名单", "case_ids": [placed]}).json["id"]
        run = as_lin.get("/v1/imports").json["items"][0]["id"]
        lin, found = desk("lin"), {}
        for place in (
            "/imports", "/imports/new", f"/imports/cases/{run}", "/cases", f"/cases/{placed}",
            f"/cases/{placed}?tab=timeline", f"/cases/{placed}?tab=clock", f"/cases/{placed}?tab=money",
            "/lists", "/lists/screen", "/lists/new", f"/lists/{made}", "/lists/returned", "/help",
        ):  # fmt: skip
            lin.go(place)
            lin.page.wait("document.querySelector('.page') !== null && !document.querySelector('[aria-busy=true]')")
            if said := lin.flawless():
                found[place] = said
            if place == f"/cases/{placed}":
                lin.picture("specialist-case")
        assert not found, json.dumps(found, ensure_ascii=False, indent=1)

    def test_of_a_mistyped_address_says_so_in_the_readers_words(self, desk, placed):
        lin = desk("lin", "/lists/nosuch")
        lin.sees("没有这个地址")
        lin.go(f"/cases/{placed}?tab=nosuch")
        lin.page.wait("document.querySelector('.el-tabs__item.is-active')?.textContent.trim() === '概况'")

    def test_of_the_administrator_hold_nothing_against_them(self, desk, creditors):
        an, found = desk("an"), {}
        pictures = {"/people": "admin-people", "/system": "admin-system"}
        for place in ("/people", "/creditors", "/templates", "/rules", "/system"):
            an.go(place)
            an.page.wait("document.querySelector('.page') !== null && !document.querySelector('[aria-busy=true]')")
            if said := an.flawless():
                found[place] = said
            if place in pictures:
                an.picture(pictures[place])
        assert not found, json.dumps(found, ensure_ascii=False, indent=1)


class TestFromFileToList:
    @pytest.mark.screen
    def test_a_file_sent_by_mistake_is_thrown_away(self, desk, creditors, as_lin):
        sent = {"file": (io.BytesIO(placement(BAD)), "委案.xlsx"), "creditor_id": str(creditors["bank"])}
        run = as_lin.post("/v1/imports", data=sent, content_type="multipart/form-data").json["id"]
        lin = desk("lin", f"/imports/cases/{run}")
        lin.sees("不是有效日期")
        lin.press("撤销导入")
        lin.press("确定")
        lin.sees("文件内容已删除")
        assert "不是有效日期" not in lin.page.run("document.body.innerText")
        assert lin.flawless() == []

    def test_a_file_is_checked_committed_screened_and_listed(self, desk, creditors, as_lin, tmp_path):
        path = tmp_path / "委案.xlsx"
        path.write_bytes(placement({}, SECOND, BAD))
        lin = desk("lin", "/imports/new")
        lin.page.wait("document.querySelector('input[type=file]') !== null")
        lin.page.choose("input[type=file]", path)
        lin.tap(".el-select__wrapper")
        pick(lin, as_lin.get(f"/v1/creditors/{creditors['bank']}").json["name"])
        lin.press("上传并试读")
        lin.sees("不是有效日期")
        lin.picture("specialist-import")
        lin.press("确认入库")
        lin.press("确定")
        lin.sees("已入库")
        lin.go("/lists/screen")
        lin.press("勾选前 10 户")
        lin.picture("specialist-screen")
        lin.press("用所选建名单")
        lin.sees("A2")
        lin.type("input[name=title]", "第 1 周")
        lin.press("保存草稿")
        lin.press("提交审核")
        lin.press("确定")
        lin.sees("待审核")
        db.session.rollback()
        (made,) = as_lin.get("/v1/visit-lists").json["items"]
        assert (made["title"], made["state"], made["line_count"]) == ("第 1 周", "submitted", 2)

    def test_a_file_of_another_layout_is_told_what_it_lacks_and_what_to_do(
        self, desk, placed, creditors, as_lin, tmp_path
    ):
        path = tmp_path / "乱.csv"
        path.write_text("甲,乙\n1,2\n", encoding="utf-8")
        lin = desk("lin", "/imports/new")
        lin.sees("请先选择委托方和文件")
        lin.page.choose("input[type=file]", path)
        lin.tap(".el-select__wrapper")
        pick(lin, as_lin.get(f"/v1/creditors/{creditors['bank']}").json["name"])
        lin.press("上传并试读")
        lin.sees("文件缺少映射模板所需的列")
        lin.sees("文件里要有这些列：")
        lin.sees("勾选上面的「重新识别列名」")
        assert lin.flawless() == []

    def test_a_session_that_ends_takes_nothing_of_what_was_typed(self, app, desk, placed, as_lin):
        lin = desk("lin", "/lists/screen")
        lin.press("勾选前 10 户")
        lin.press("用所选建名单")
        lin.type("input[name=title]", "写到一半")
        with app.app_context():
            db.session.execute(sa.update(Token).where(Token.kind == "session").values(revoked_at=clock.now()))
            db.session.commit()
        lin.press("保存草稿")
        lin.sees("登录已过期")
        lin.type(".sign-in.over input[name=password]", PASSWORD)
        lin.tap(".sign-in.over button[type=submit]")
        lin.sees("提交审核")
        db.session.rollback()
        (made,) = as_lin.get("/v1/visit-lists").json["items"]
        assert (made["title"], made["line_count"]) == ("写到一半", 2)


class TestReveal:
    def test_shows_in_full_what_was_asked_for_and_notes_why(self, desk, placed, as_tan):
        lin = desk("lin", f"/cases/{placed}")
        lin.sees("199****0000")
        lin.press("查看完整信息")
        lin.page.wait("document.querySelector('.el-dialog textarea') !== null")
        lin.type(".el-dialog textarea", "核对联系方式")
        lin.press("确定")
        lin.sees("19900000000")
        db.session.rollback()
        (event,) = as_tan.get("/v1/audit?action=case.unmasked").json["items"]
        assert event["facts"] == {"fields": ["phone"], "reason": "核对联系方式"}


class TestTwoAtOnce:
    def test_the_difference_is_shown_and_the_choice_is_saved(self, desk, creditors, as_an):
        an = desk("an", "/creditors")
        path = f"/v1/creditors/{creditors['bank']}"
        before = as_an.get(path)
        an.tap(f"button[aria-label='修改 {before.json['name']}']")
        an.page.wait("document.querySelector('input[name=contact]')?.value !== undefined")
        an.page.wait(f"document.querySelector('input[name=name]').value === {before.json['name']!r}")
        as_an.patch(path, json={"contact": "他人写的"}, headers={"If-Match": before.headers["ETag"]})
        an.type("input[name=contact]", "我写的")
        an.press("保存")
        an.sees("他人写的")
        an.press("按所选保存")
        an.gone(".el-dialog")
        db.session.rollback()
        assert as_an.get(path).json["contact"] == "我写的"
