"""The demo's office day: intake, screening, list, scheme, plan, sign-off, dispatch; and what is refused on the way."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from server.demo import portfolio
from server.demo.cast import CREWS, PASSWORD, STAFF, Days
from server.demo.desk import Desk
from server.demo.story import Story

DEPOT = {"lon": 114.0579, "lat": 22.5431, "datum": "GCJ-02", "precision": "building"}
LISTED = 42
ITERATIONS = 1500
CREDITORS = (
    {
        "name": "演示银行信用卡中心（DEMO）",
        "commission_no": "WT-DEMO-001",
        "contact": "400-000-0001",
        "payee_account": "演示银行 6200 0000 0000 0000（虚构）",
    },
    {
        "name": "演示建材供应链公司（DEMO）",
        "commission_no": "WT-DEMO-002",
        "contact": "400-000-0002",
        "payee_account": "演示银行 0000 0000 0001（虚构）",
    },
)


@dataclass
class Office:
    """The desks of the office at one running server."""

    url: str
    desks: dict[str, Desk]

    def __getitem__(self, username: str) -> Desk:
        if username not in self.desks:
            self.desks[username] = Desk(self.url, username, PASSWORD)
        return self.desks[username]


def open_office(url: str) -> Office:
    """Return an office where people sign in when they are first needed."""
    return Office(url, {})


def take_in(story: Story, office: Office, rng: Random, *, as_of: date) -> None:
    """Import both creditors' files: dry run, faults, commit of the good rows, and once more to show nothing changes."""
    files = portfolio.write(story.out / "files", rng=rng, as_of=as_of)
    with story.step("催收专员导入委案 · the specialist takes in two creditors' files", total=4) as bar:
        for creditor, path in zip(CREDITORS, (files.bank, files.supplier), strict=True):
            creditor_id = office["zhou"].post("/v1/creditors", creditor)["id"]
            for attempt in (1, 2):
                report = upload(office["lin"], creditor_id, path.name, path.read_bytes())
                done = office["lin"].post(f"/v1/imports/{report['id']}/commit")
                bar.forward()
                if attempt == 1:
                    story.say(
                        f"{path.name}: {report['rows']} 行 rows, 接收 accepted {report['accepted']}, "
                        f"标记 flagged {report['flagged']}, 退回 refused {report['refused']}; "
                        f"{totals(report)}"
                    )
                    for fault in report["faults"]:
                        story.say(f"  {fault['sheet']} 第{fault['row']}行 {fault['column']}: {fault['reason']}")
                else:
                    story.say(f"再导入同一文件 imported again: {counts(done)}")


def upload(desk: Desk, creditor_id: str, filename: str, content: bytes) -> Any:
    """Post a file for a dry run; return its report."""
    return desk.post("/v1/imports", data={"creditor_id": creditor_id}, files={"file": (filename, content)})


def totals(report: dict[str, Any]) -> str:
    """Return how the file's own totals row compares with its good rows, in words."""
    compared = [total for total in report["totals"].values() if total["file_fen"] is not None]
    if not compared:
        return "文件无合计行 the file has no totals row"
    return f"合计差额 totals differ by {sum(abs(total['difference_fen']) for total in compared)} 分 fen"


def counts(done: dict[str, Any]) -> str:
    """Return what a commit changed, in words."""
    changes = done.get("changes") or done.get("committed") or {}
    return ", ".join(f"{name} {value}" for name, value in changes.items() if isinstance(value, int))


def make_list(story: Story, office: Office) -> str:
    """Screen, draft and submit the list, have it reviewed line by line; return its id."""
    with story.step("筛查与名单 · screening, the list, line-by-line review", total=4) as bar:
        found = office["lin"].post("/v1/visit-lists/screen", {"limit": 500})
        bar.forward()
        story.say(f"公式 formula {found['formula']}: 可访 eligible {found['eligible']}, 排除 {found['excluded_total']}")
        for one in found["excluded"][:4]:
            story.say(f"  排除 {one['case_no']}: {'；'.join(reason['name'] for reason in one['exclusions'])}")
        best = found["candidates"][0]
        story.say(
            f"  最高分 {best['case_no']} = {best['score']}: "
            + " + ".join(f"{term['name']} {term['points']}" for term in best["terms"])
        )
        chosen = [one["case_id"] for one in found["candidates"][:LISTED]]
        drafted = office["lin"].post("/v1/visit-lists", {"title": "演示名单", "case_ids": chosen})
        office["lin"].post(f"/v1/visit-lists/{drafted['id']}/submit")
        bar.forward()
        lines = [{"line_id": line["id"], "decision": "accept", "reason": ""} for line in drafted["lines"]]
        lines[-1] |= {"decision": "remove", "reason": "客户本周住院，暂不外访"}
        reviewed = office["zhou"].post(f"/v1/visit-lists/{drafted['id']}/review", {"lines": lines})
        bar.to(1)
        story.say(f"主管复核 reviewed: {reviewed['state']}, {len(lines) - 1} 户通过, 1 户移除（有理由）")
    return str(drafted["id"])


def compile_scheme(story: Story, office: Office, list_id: str, days: Days) -> str:
    """Compile the scheme, plan its routes as a job; return its id."""
    ids = {person["username"]: person["id"] for person in office["zhou"].get("/v1/people", limit=500)["items"]}
    crews = [
        {
            "name": name,
            "members": [ids[lead], ids[second]],
            "vehicle": plate,
            "start": DEPOT,
            "shift_from": "09:00",
            "shift_until": "18:00",
        }
        for name, lead, second, plate in CREWS
    ]
    with story.step("编制方案与排路线 · compile the scheme, plan the routes (a job)") as bar:
        scheme = office["zhou"].post(
            "/v1/schemes",
            {
                "visit_list_id": list_id,
                "title": "演示外访方案",
                "area": "深圳市福田·罗湖·南山",
                "dates": [days.visit.isoformat()],
                "crews": crews,
                "vehicles": [{"plate": plate, "note": ""} for *_, plate in CREWS],
                "materials": ["account_statement", "dunning_letter", "visit_receipt", "recorder"],
                "cost_rates": {"per_km_fen": 120, "per_crew_day_fen": 60_000},
                "risk_notes": "两户养犬，注意安全；遇第三人不透露任何债务信息。",
            },
        )
        routes = office["zhou"].post(
            f"/v1/schemes/{scheme['id']}/plan", {"iterations": ITERATIONS, "seed": 7}, show=bar.to
        )
    for route in routes["routes"]:
        story.say(f"{route['crew']}: {len(route['stops'])} 户, {route['distance_m'] / 1000:.1f} km")
    for one in routes["dropped"][:5]:
        story.say(f"  未排 {one['case_no']}: {one['text']['zh']}")
    return str(scheme["id"])


def approve(story: Story, office: Office, scheme_id: str) -> None:
    """Review and sign the scheme off, showing what is refused: own work, a stale digest, the wrong role."""
    path = f"/v1/schemes/{scheme_id}"
    with story.step("复核与签批 · review, then the general manager signs what he saw", total=5) as bar:
        scheme = office["zhou"].post(f"{path}/submit")
        own = office["zhou"].refused(f"{path}/review", {"decision": "approve"})
        bar.forward()
        office["sun"].post(f"{path}/review", {"decision": "approve", "reason": "路线与人员合适"})
        wrong = office["lin"].refused(f"{path}/sign-off", {"digest": scheme["digest"], "decision": "approve"})
        stale = office["guo"].refused(f"{path}/sign-off", {"digest": "0" * 64, "decision": "approve"})
        bar.forward()
        signed = office["guo"].post(
            f"{path}/sign-off",
            {"digest": scheme["digest"], "decision": "approve", "limits": {"note": "19:00 前结束", "latest": "19:00"}},
        )
        bar.to(1)
    for who, problem in (("编制人自审 own work", own), ("专员签批 wrong role", wrong), ("旧指纹 stale digest", stale)):
        story.say(f"拒绝 refused · {who}: {problem['status']} {problem['type']}")
    story.say(f"总经理签批 signed off v{signed['signed_version']}, 指纹 digest {signed['signed_digest'][:12]}")
    story.keep("scheme.pdf", office["guo"].download(f"{path}/scheme.pdf"))
    story.keep("routes.svg", office["guo"].download(f"{path}/routes.svg"))
    story.keep("routes.geojson", office["guo"].download(f"{path}/routes.geojson"))


def dispatch(story: Story, office: Office, scheme_id: str) -> None:
    """Send the day packs to the crews."""
    with story.step("下发日包 · day packs to the crews' phones"):
        sent = office["zhou"].post(f"/v1/schemes/{scheme_id}/dispatch")
    story.say(
        f"{len(sent['packs'])} 个日包 packs, {sent['papers']} 份单据 papers, 暂留 withheld {len(sent['withheld'])}"
    )
    keep_letters(story, office, scheme_id)


def keep_letters(story: Story, office: Office, scheme_id: str) -> None:
    """Keep the statement and the dunning letter of each visit as they are to be handed over."""
    routed = [stop for stop in office["zhou"].get(f"/v1/schemes/{scheme_id}")["stops"] if stop["seq"]]
    with story.step("打印随车单据 · statements and dunning letters to take along", total=len(routed)) as bar:
        kept: Counter[str] = Counter()
        for stop in routed:
            for paper in office["zhou"].get(f"/v1/cases/{stop['case_id']}/papers")["items"]:
                story.keep(f"handover/{stop['case_no']}-{paper['kind']}.pdf", office["zhou"].download(paper["pdf"]))
                kept[paper["kind"]] += 1
            bar.forward()
    story.say(f"对账单 statements {kept['account_statement']}, 催款函 dunning letters {kept['dunning_letter']}")


def logins() -> str:
    """Return the demo's logins for the last screen."""
    return ", ".join(f"{username}（{name}·{role.value}）" for username, name, _, role in STAFF)


def day_before(days: Days) -> date:
    """Return the day to which the creditors' figures stand."""
    return days.office - timedelta(days=3)
