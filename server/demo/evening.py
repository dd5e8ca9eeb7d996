"""The demo's field day and evening: phones pull, visit offline, push; visits reviewed; summary, decisions, dossier."""

import hashlib
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from server.demo import doors
from server.demo.cast import CREWS, Days
from server.demo.doors import Door
from server.demo.morning import Office
from server.demo.phones import Phone, PlayedClock
from server.demo.story import Story
from sync import verify

DIES_AT, PROMISED = 3, 1
FAST_CREW, FAST_S = 2, 400


def enrol(story: Story, office: Office, days: Days, rng: Random, folder: Path) -> list[Phone]:
    """Enrol the lead's phone of every crew and let it pull its day; the third crew's clock is fast."""
    ids = {person["username"]: person["id"] for person in office["zhou"].get("/v1/people", limit=500)["items"]}
    phones = []
    with story.step("手机登记并取日包 · phones enrol and pull", total=len(CREWS)) as bar:
        for number, (name, lead, _, _) in enumerate(CREWS):
            code = office["zhou"].post("/v1/devices/codes", {"person_id": ids[lead]})["code"]
            phone = Phone(
                folder / f"phone-{number + 1}.db",
                office.url,
                label=f"{name} {lead}",
                clock=PlayedClock(days.at(days.visit, 7, 50)),
                rng=Random(rng.random()),  # noqa: S311  # a story, not a secret
            )
            phone.enrol(code)
            report = phone.sync()
            phones.append(phone)
            bar.forward()
            story.say(
                f"{name}: {len(phone.stops())} 户, 取得 {report.pulled} 份文档 documents, "
                f"{len(phone.store.documents('papers'))} 份单据 papers"
            )
    phones[FAST_CREW].clock.error = timedelta(seconds=FAST_S)
    return phones


def visit_all(story: Story, phones: list[Phone]) -> None:
    """Play every stop of every crew with no network at all; one phone dies on the way."""
    total = sum(len(phone.stops()) for phone in phones)
    outcomes: Counter[int] = Counter()
    with story.step("全天离线外访 · a whole day of visits, offline", total=total) as bar:
        turn = 0
        for number, phone in enumerate(phones):
            for place, stop in enumerate(phone.stops()):
                code = doors.CYCLE[turn % len(doors.CYCLE)]
                doors.play(Door(phone, stop, code, dies=number == 1 and place == DIES_AT))
                outcomes[code] += 1
                turn += 1
                bar.forward()
            doors.progress(phone, "finished", plan_version=phone.stops()[0]["plan_version"])
    story.say(f"{total} 户: " + ", ".join(f"{doors.title(code)} {count}" for code, count in sorted(outcomes.items())))
    story.say(
        f"二组手机第 {DIES_AT + 1} 户中途断电，从存储续录；待上传 unsent: "
        + ", ".join(str(phone.store.unsent()) for phone in phones)
    )


def push_all(story: Story, phones: list[Phone], *, at: datetime) -> None:
    """Push everything at a moment of the evening, then push again: nothing is sent twice."""
    with story.step("晚上上传 · push records, then photos", total=len(phones)) as bar:
        for phone in phones:
            phone.clock.forward_to(at)
            report = phone.sync()
            again = phone.sync()
            bar.forward()
            story.say(
                f"{phone.label}: {report.pushed} 条记录 records, {report.uploaded} 个文件 files, "
                f"剩余 unsent {report.unsent}; 再次 again: {again.pushed} / {again.uploaded}"
            )


def review_visits(story: Story, office: Office, scheme_id: str) -> list[dict[str, Any]]:
    """Let the supervisor accept every visit and print its receipt; return the visits."""
    visits = office["zhou"].get("/v1/visits", scheme_id=scheme_id, limit=500)["items"]
    with story.step("主管审阅与回执 · the supervisor reviews, receipts are made", total=len(visits)) as bar:
        for visit in visits:
            path = f"/v1/visits/{visit['id']}"
            office["zhou"].change(f"{path}/review", {"decision": "accept", "reason": "记录完整"}, of=path)
            story.keep(f"receipts/{visit['case_no']}.pdf", office["zhou"].download(f"{path}/receipt.pdf"))
            if visit["outcome"] == PROMISED:
                story.keep(f"promises/{visit['case_no']}.pdf", office["zhou"].download(f"{path}/promise.pdf"))
            bar.forward()
    grades = Counter(visit["evidence_grade"] or "-" for visit in visits)
    story.say(
        "证据等级 evidence: "
        + ", ".join(f"{grade} {count}" for grade, count in sorted(grades.items()))
        + f"；完整 complete {sum(visit['is_complete'] for visit in visits)}/{len(visits)}"
    )
    flags = Counter(flag for visit in visits for flag in visit["flags"])
    story.say(f"标记 flags: {dict(flags) or '无 none'}；缺陷 flaws: {sum(visit['flaw_count'] for visit in visits)}")
    return list(visits)


def take_back(story: Story, office: Office, scheme_id: str) -> None:
    """Count the papers: what the crews brought back unused is written down, so that no serial is unaccounted for."""
    path = f"/v1/schemes/{scheme_id}/papers"
    with story.step("清点单据 · every serial is accounted for"):
        before = office["zhou"].get(path)
        missing = [one["serial"] for one in before["items"] if one["custody"] == "unaccounted"]
        story.say(f"清点前 before: {before['counts']}")
        after = office["zhou"].post(path, {"serials": missing, "state": "returned", "reason": "未送达，交回"})
        story.say(f"清点后 after: {after['counts']}")


def sum_up(story: Story, office: Office, scheme_id: str) -> dict[str, Any]:
    """Close the scheme out and print its summary; return the summary."""
    path = f"/v1/schemes/{scheme_id}"
    with story.step("走访汇总表 · the summary, every figure with its records"):
        office["zhou"].post(f"{path}/close-out")
        summary: dict[str, Any] = office["zhou"].get(f"{path}/summary")
        story.keep("summary.pdf", office["zhou"].download(f"{path}/summary.pdf"))
        story.keep("summary.xlsx", workbook(story, office, scheme_id))
    return summary


def workbook(story: Story, office: Office, scheme_id: str) -> bytes:
    """Take the summary out as a workbook: bulk, so the general manager agrees before the supervisor fetches it."""
    body = {"kind": "summary", "form": "xlsx", "scheme_id": scheme_id, "reason": "交总经理周例会"}
    export = office["zhou"].post("/v1/exports", body)
    if export["state"] == "waiting":
        office["guo"].post(f"/v1/exports/{export['id']}/agree")
        story.say(f"批量导出 {export['rows']} 件，经第二人同意 · bulk export, agreed to by a second person")
    return office["zhou"].take(f"/v1/exports/{export['id']}/download")


def decide(story: Story, office: Office, visits: list[dict[str, Any]]) -> str:
    """Propose, advise and decide three cases: sue, suspend, continue; return the case to be sued."""
    by_outcome = {visit["outcome"]: visit for visit in visits}
    wanted = (
        ("sue", by_outcome[3], "拒绝还款且逾期较长，证据齐备"),
        ("suspend", by_outcome[5], "客户住院，暂停三个月"),
        ("continue", by_outcome[1], "已作书面承诺，按期跟进"),
    )
    with story.step("提议、法务意见、总经理决策 · proposal, opinion, decision", total=len(wanted)) as bar:
        for proposal, visit, reasons in wanted:
            made = office["zhou"].post(
                "/v1/escalations",
                {
                    "case_id": visit["case_id"],
                    "proposal": proposal,
                    "reasons": reasons,
                    "evidence": [{"kind": "visit", "id": visit["id"]}],
                },
            )
            path = f"/v1/escalations/{made['id']}"
            office["hu"].change(f"{path}/opinion", {"opinion": "ready", "text": "证据与时效已核对"}, of=path)
            own = office["zhou"].refused(f"{path}/decide", {"decision": proposal, "reasons": reasons})
            done = office["guo"].change(f"{path}/decide", {"decision": proposal, "reasons": reasons}, of=path)
            story.say(f"{visit['case_no']}: {proposal} → {done['decision']}（主管自行决策被拒 {own['status']}）")
            bar.forward()
    return str(by_outcome[3]["case_id"])


def build_dossier(story: Story, office: Office, case_id: str) -> None:
    """Build the dossier of the sued case as a job and verify it with the library alone."""
    with story.step("法务移送卷宗 · the dossier, built and verified") as bar:
        made = office["hu"].post(f"/v1/cases/{case_id}/dossier", show=bar.to)
        content = office["hu"].download(f"/v1/dossiers/{made['id']}.zip")
        path = story.keep("dossier.zip", content)
    report = verify.verify(path)
    story.say(
        f"{len(content) // 1024} KB, sha256 {hashlib.sha256(content).hexdigest()[:16]}…, "
        f"核验 verified: {'通过 ok' if report.is_ok else '失败 FAILED'}（{len(report.checks)} 项 checks）"
    )
