"""Hu prepares a case for court, Ma answers a complaint, Tan reads the log; each screen of theirs is flawless."""

import re
import zipfile

import pytest

from server import clock, jobs
from server.db import db
from server.demo import doors
from server.demo.doors import Door
from tests.flows.desk import PHONE, Desk


@pytest.fixture
def desk(live_server):
    one = Desk(live_server.url)
    yield one
    one.close()


@pytest.fixture
def case(as_zhou, planned):
    """The first case of the scheme."""
    return as_zhou.get(f"/v1/schemes/{planned}").json["stops"][0]


@pytest.fixture
def sued(as_zhou, as_hu, as_guo, case):
    """The id of a case that Guo decided to sue."""
    return sue(case, as_zhou, as_hu, as_guo)


def sue(case, as_zhou, as_hu, as_guo):
    """Propose, advise and decide to sue; return the id of the case."""
    sent = {"case_id": case["case_id"], "proposal": "sue", "reasons": "两次承诺均未履行"}
    asked = as_zhou.post("/v1/escalations", json=sent).json
    said = {"opinion": "ready", "text": "证据与时效已核对", "version": asked["version"]}
    advised = as_hu.post(f"/v1/escalations/{asked['id']}/opinion", json=said).json
    decided = {"decision": "sue", "reasons": "同意起诉", "version": advised["version"]}
    assert as_guo.post(f"/v1/escalations/{asked['id']}/decide", json=decided).status_code == 200
    return case["case_id"]


def work(app):
    with app.app_context():
        jobs.drain(clock.now())
        db.session.remove()


class TestLegal:
    def test_files_a_case_and_builds_a_dossier_that_verifies_here(self, app, desk, as_hu, sued, tmp_path):
        desk.sign_in("hu", "/legal")
        assert desk.flawless() == []
        desk.go(f"/legal/cases/{sued}")
        desk.sees("立案准备")
        desk.sees("合同与放款凭证")
        desk.fill("authority", "测试区人民法院")
        desk.act("begin")
        desk.sees("准备中")
        desk.fill("proof", "授权书 2026-01")
        desk.act("record")
        desk.sees("授权书 2026-01")
        assert desk.flawless() == []
        desk.picture("legal-case")
        desk.act("build")
        desk.sees("正在制作")
        work(app)
        desk.sees("自验通过")
        db.session.rollback()  # read anew what the server of the browser wrote
        made = tmp_path / "dossier.zip"
        with as_hu.get(as_hu.get("/v1/dossiers").json["items"][0]["zip_url"]) as answer:
            made.write_bytes(answer.data)
        self.verify(desk, made, "核验通过")
        desk.sees("日志公钥与本服务器公布的一致")
        assert desk.flawless() == []
        desk.picture("legal-verify")
        self.verify(desk, altered(made, tmp_path / "altered.zip"), "核验未通过")
        desk.sees("被改动过")

    @staticmethod
    def verify(desk, path, words):
        desk.go("/verify-files")
        desk.page.wait("document.querySelector('input[type=file]') !== null")
        sent = len([one for one in desk.page.requests if "/v1/" in one])
        desk.page.choose("input[type=file]", path)
        desk.sees(words)
        assert len([one for one in desk.page.requests if "/v1/" in one]) == sent  # nothing was uploaded

    def test_reads_what_lacks_for_the_police_and_no_conclusion_of_intent(self, desk, as_hu, as_zhou, planned):
        stops = as_zhou.get(f"/v1/schemes/{planned}").json["stops"]
        ready = {one["case_id"]: as_hu.get(f"/v1/cases/{one['case_id']}/readiness").json["police"] for one in stops}
        case_id, police = next((id_, one) for id_, one in ready.items() if "card" not in one["missing"])
        assert {"confirmed", "two_30_days"} <= set(police["missing"])
        assert {"unpaid_3_months", "intent"} <= set(police["to_find_out"])
        desk.sign_in("hu", f"/legal/cases/{case_id}")
        desk.sees(f"报案：缺 {len(police['missing'])} 项")
        tab = "[...document.querySelectorAll('.el-tabs__item')].find((one) => one.textContent.startsWith('报案'))"
        desk.page.run(f"{tab}.click()")
        for one in police["items"]:
            desk.sees(one["zh"])
        desk.sees("系统只列事实与缺项，不作法律结论")
        assert desk.flawless() == []

    def test_sees_what_is_due_and_subscribes_to_it(self, desk, sued):
        desk.sign_in("hu", "/legal/deadlines")
        desk.sees("期限")
        desk.page.wait("document.querySelector('.plain li') !== null")
        desk.picture("legal-deadlines")
        desk.act("subscribe")
        desk.sees("只显示一次")
        assert desk.page.run("document.querySelector('input[readonly]').value.endsWith('.ics')") is True
        assert desk.flawless() == []


def altered(path, to):
    """Return a copy of a dossier in which one letter of one file is another."""
    with zipfile.ZipFile(path) as read, zipfile.ZipFile(to, "w") as write:
        for info in read.infolist():
            content = read.read(info)
            write.writestr(
                info, content.replace(b"sue", b"sux", 1) if info.filename.endswith("decision.json") else content
            )
    return to


class TestCompliance:
    def test_takes_answers_and_closes_a_complaint(self, desk, as_ma, case):
        desk.sign_in("ma", "/complaints")
        desk.sees("没有投诉")
        assert desk.flawless() == []
        desk.act("take")
        desk.fill("about", case["case_no"])
        desk.fill("text", "客户称上门时间过晚")
        assert desk.flawless() == []
        desk.act("decide")
        desk.page.wait("document.querySelector('a[href*=\"/complaints/\"]') !== null")
        desk.tap("a[href*='/complaints/']")
        desk.sees("客户称上门时间过晚")
        desk.sees("外访已冻结")
        desk.fill("answer", "经核实，到访在 19:30，已致歉")
        assert desk.page.run("document.querySelector('[data-act=answer]').disabled") is True  # nothing is found for him
        place = desk.page.run("location.pathname").removeprefix("/console")
        desk.go(f"/cases/{case['case_id']}")
        desk.go(place)
        desk.page.wait("document.querySelector('[name=answer]')?.value.includes('19:30')")
        desk.press("部分属实")
        assert desk.flawless() == []
        desk.picture("compliance-complaint")
        desk.act("answer")
        desk.sees("答复：部分属实")
        desk.act("close")
        desk.press("确定")
        desk.sees("冻结已解除")
        db.session.rollback()  # read anew what the server of the browser wrote
        assert as_ma.get("/v1/complaints?state=closed").json["total"] == 1

    def test_sees_no_exceptions_where_there_are_none(self, desk, planned):
        desk.sign_in("ma", "/exceptions")
        desk.sees("这段时间没有异常")
        assert desk.flawless() == []


class TestAuditor:
    def test_searches_the_log_and_checks_the_whole_chain(self, desk, planned):
        desk.sign_in("tan", "/audit?action=scheme.compiled")
        desk.sees("编制方案")
        said = desk.page.run(
            "[...document.querySelectorAll('.filters input')].map((one) => one.placeholder || one.ariaLabel).join()"
        )
        assert not re.search("[a-z]", said), said  # whoever reads Chinese is shown no code for an example
        desk.sees("链校验完整")
        desk.act("whole")
        desk.sees("整条链校验完整")
        assert desk.flawless() == []
        desk.picture("auditor-log")

    @pytest.fixture
    def visited(self, app, fangs_phone, as_zhou):
        """The case of a visit that Fang made and Zhou accepted."""
        stop = fangs_phone.stops()[0]
        doors.play(Door(fangs_phone, dict(stop) | {"arrive_at": fangs_phone.clock.at.isoformat()}, 1))
        fangs_phone.sync()
        work(app)
        path = f"/v1/visits/{as_zhou.get('/v1/visits').json['items'][0]['id']}"
        tag = as_zhou.get(path).headers["ETag"]
        reviewed = as_zhou.post(f"{path}/review", json={"decision": "accept"}, headers={"If-Match": tag})
        assert reviewed.status_code == 200, reviewed.text
        return stop

    def test_reads_what_was_found_in_a_dossier_in_words(self, app, desk, as_zhou, as_hu, as_guo, visited, tmp_path):
        sued = sue(visited, as_zhou, as_hu, as_guo)
        asked = as_hu.post(f"/v1/cases/{sued}/dossier")
        work(app)
        assert as_hu.get(asked.headers["Location"]).json["state"] == "done"
        made = tmp_path / "dossier.zip"
        with as_hu.get(as_hu.get("/v1/dossiers").json["items"][0]["zip_url"]) as answer:
            made.write_bytes(answer.data)
        desk.sign_in("tan", "/verify-files")
        TestLegal.verify(desk, made, "核验通过")
        desk.sees("个文件与打包时的校验值一致")
        desk.sees("条记录首尾相接")
        assert desk.page.run("[...document.querySelectorAll('.line')].every((one) => /[一-鿿]/.test(one.textContent))")
        assert desk.flawless() == []
        desk.picture("auditor-verify")

    def test_looks_at_a_paper_without_sending_it(self, desk, tmp_path):
        path = tmp_path / "DZ-20261124-0015-5.pdf"
        path.write_bytes(b"%PDF-1.7 not ours")
        desk.sign_in("tan", "/verify-files")
        desk.page.wait("document.querySelector('input[type=file]') !== null")
        desk.page.choose("input[type=file]", path)
        desk.sees("查无此单据编号")
        assert desk.flawless() == []


class TestManager:
    @pytest.fixture
    def desk(self, live_server):
        one = Desk(live_server.url, PHONE)
        yield one
        one.close()

    def test_sees_the_figures_on_his_phone(self, desk, planned):
        desk.sign_in("guo", "/dashboards")
        desk.sees("见本人率")
        desk.sees("看板不排名外访员")
        assert desk.flawless() == []
