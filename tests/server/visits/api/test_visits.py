"""The visits API: who sees what, review with separation of duties, and the receipt."""

import uuid

import pytest
from sqlalchemy import func, select

from server import clock
from server.audit import AuditEvent
from server.cases.models import Paper
from server.db import begin_write, db
from server.visits.models import Message, Promise, Record, Visit
from server.visits.papers import promise
from tests.owner import begin_as_owner
from tests.receipts import reading, sample
from tests.server.visits.make_visit import Phone, Story, add_stop, person_id

NOBODY = uuid.UUID(int=1)


def url(story, tail=""):
    return f"/v1/visits/{story.visit_id}{tail}"


def review(caller, story, decision="accept", reason="", match=None):
    match = match or caller.get(url(story)).headers["ETag"]
    body = {"decision": decision, "reason": reason}
    return caller.post(url(story, "/review"), json=body, headers={"If-Match": match})


class TestListVisits:
    def test_returns_a_line_with_everything_a_supervisor_looks_for(self, kept_visit, as_zhou):
        answer = as_zhou.get("/v1/visits")
        assert answer.status_code == 200
        assert (answer.json["total"], answer.json["next_cursor"]) == (1, None)
        (line,) = answer.json["items"]
        assert line["id"] == str(kept_visit.visit_id)
        assert (line["state"], line["outcome"], line["met"], line["debtor"]) == ("uploaded", 1, "debtor", "测试甲")
        assert line["outcome_label"] == {"zh": "见本人-承诺", "en": "met: promised to pay"}
        assert (line["agent"]["name"], line["witness"]["name"]) == ("方外访", "罗外访")
        assert (line["presence_grade"], line["evidence_grade"]) == ("A", "A")
        assert (line["is_complete"], line["files_expected"], line["files_verified"]) == (True, 3, 3)

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("state=uploaded", 1), ("state=sealed", 0), ("outcome=1", 1), ("outcome=2", 0), ("evidence_grade=A", 1),
            ("presence_grade=D", 0), ("is_complete=true", 1), ("is_complete=false", 0), ("has_flaws=false", 1),
            ("has_flaws=true", 0), ("arrived_from=2026-12-02T00:00:00Z", 1), ("arrived_until=2026-12-02T00:00:00Z", 0),
            (f"case_id={NOBODY}", 0), (f"scheme_id={NOBODY}", 0), (f"agent_id={NOBODY}", 0),
        ],
    )  # fmt: skip
    def test_narrows_by_what_is_asked(self, kept_visit, as_zhou, query, count):
        assert as_zhou.get(f"/v1/visits?{query}").json["total"] == count

    @pytest.mark.parametrize("query", ["state=gone", "outcome=15", "limit=0", "limit=501", "cursor=!", "colour=red"])
    def test_refuses_what_it_does_not_understand(self, kept_visit, as_zhou, query):
        answer = as_zhou.get(f"/v1/visits?{query}")
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/query-malformed")

    def test_refuses_a_parameter_given_twice_as_a_fault_of_the_query(self, kept_visit, as_zhou):
        told = as_zhou.get("/v1/visits?limit=5&limit=6").json
        title = "A parameter of the query is unknown, unfit or given twice."
        assert (told["type"], told["title"]) == ("/problems/query-malformed", title)
        assert told["errors"] == [{"pointer": "/limit", "detail": "given more than once"}]

    def test_goes_through_pages(self, kept_visit, as_zhou):
        begin_write()
        for _ in range(2):
            db.session.add(Visit(agent_id=kept_visit.fang, creditor_id=None))
        db.session.commit()
        first = as_zhou.get("/v1/visits?limit=2").json
        second = as_zhou.get(f"/v1/visits?limit=2&cursor={first['next_cursor']}").json
        ids = [one["id"] for one in first["items"] + second["items"]]
        assert len(set(ids)) == 3
        assert (first["total"], second["total"], second["next_cursor"]) == (3, 3, None)

    def test_shows_an_agent_his_own_visits_only(self, kept_visit, sign_in):
        assert sign_in("fang").get("/v1/visits").json["total"] == 1
        assert sign_in("luo").get("/v1/visits").json["total"] == 1
        begin_write()
        visit = db.session.get(Visit, kept_visit.visit_id)
        visit.agent_id = visit.witness_id = person_id("sun")
        db.session.commit()
        assert sign_in("fang").get("/v1/visits").json["total"] == 0
        assert sign_in("fang").get(url(kept_visit)).status_code == 404

    def test_hides_another_creditors_visits(self, kept_visit, as_wei):
        assert as_wei.get("/v1/visits").json == {"items": [], "next_cursor": None, "total": 0}

    def test_is_not_for_the_admin(self, kept_visit, as_an):
        assert as_an.get("/v1/visits").status_code == 403


class TestGetVisit:
    def test_shows_everything_that_was_told(self, kept_visit, as_zhou):
        seen = as_zhou.get(url(kept_visit)).json
        assert [one["type"] for one in seen["records"]] == [
            "check_in", "met", "disclosure", "outcome", "promise", "signed_paper", "signed_paper", "manifest",
            "check_out",
        ]  # fmt: skip
        assert seen["records"][1]["body"]["name"] == "测试甲"
        assert seen["presence"] == {"grade": "A", "distance_m": 0, "doubts": []}
        assert seen["promises"][0]["total_fen"] == 6_438_675
        assert seen["promises"][0]["state"] == "signed"
        statement = next(one for one in seen["signed_papers"] if one["kind"] == "account_statement")
        assert statement["signature"]["strokes"][0]["p"][0] == [1200, 900, 0, 512]
        assert statement["signature"]["capture"]["w"] == 9000
        assert {one["shows"] for one in seen["files"]} == {"door", "surroundings", "delivered_paper"}
        assert all(one["url"] and one["original_url"] and one["verified_at"] for one in seen["files"])
        assert {one["finding"] for one in seen["rule_results"]} == {"kept"}
        assert seen["receipts"] == []

    def test_shows_a_correction_beside_what_it_corrects(self, story, as_zhou):
        rows = story.keep(story.promised())
        slip = {"supersedes": str(rows[3].id), "supersedes_hash": rows[3].hash, "corrects": "outcome", "reason": "选错",
                "body": story.body(code=3)}  # fmt: skip
        (correction,) = story.keep([story.phone.tell("correction", story.body(**slip))])
        correction_id = str(correction.id)
        db.session.commit()
        records = as_zhou.get(url(story)).json["records"]
        assert records[3]["body"]["code"] == 1
        assert records[3]["corrected_by"] == correction_id
        assert records[-1]["body"]["body"]["code"] == 3

    def test_is_404_for_another_creditors_person(self, kept_visit, as_wei):
        assert as_wei.get(url(kept_visit)).status_code == 404

    def test_shows_a_visit_nobody_could_place_only_to_who_works_for_all(self, in_app, as_zhou, as_wei):
        begin_write()
        visit = Visit(agent_id=person_id("fang"))
        db.session.add(visit)
        db.session.commit()
        path = f"/v1/visits/{visit.id}"
        assert as_zhou.get(path).status_code == 200
        assert as_wei.get(path).status_code == 404


class TestReviewVisit:
    def test_seals_an_accepted_complete_visit_and_puts_the_promise_in_force(self, kept_visit, as_zhou):
        answer = review(as_zhou, kept_visit, reason="核对无误")
        assert answer.status_code == 200, answer.json
        assert answer.json["state"] == "sealed"
        assert len(answer.json["review"]["seal_sha256"]) == 64
        assert answer.json["review"]["reviewer"]["name"] == "周主管"
        assert answer.json["review"]["reason"] == "核对无误"
        assert answer.json["promises"][0]["state"] == "effective"
        noted = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "visit.accepted")).one()
        assert noted.facts["seal"] == answer.json["review"]["seal_sha256"]
        assert "核对无误" not in str(noted.facts)

    def test_waits_with_the_seal_for_the_last_file(self, story, as_zhou):
        story.keep(story.promised())
        story.upload(only=2)
        db.session.commit()
        assert review(as_zhou, story).json["state"] == "reviewed"
        begin_write()
        story.upload()
        db.session.commit()
        seen = as_zhou.get(url(story)).json
        assert (seen["state"], seen["promises"][0]["state"]) == ("sealed", "effective")

    def test_sends_a_returned_visit_back_to_the_phone_with_the_reason(self, kept_visit, as_zhou):
        answer = review(as_zhou, kept_visit, "return", "签字看不清，请补拍")
        assert answer.json["state"] == "returned"
        message = db.session.scalars(select(Message)).one()
        assert (message.person_id, message.kind) == (kept_visit.fang, "returned")
        assert "签字" not in message.text_sealed

    def test_comes_back_with_a_correction(self, kept_visit, as_zhou):
        review(as_zhou, kept_visit, "return", "结果选错")
        begin_write()
        kept_visit.keep([kept_visit.phone.tell("incident", kept_visit.body(kind="other", severity=1, fix=None))])
        db.session.commit()
        assert as_zhou.get(url(kept_visit)).json["state"] == "uploaded"

    def test_demands_a_reason_for_a_return(self, kept_visit, as_zhou):
        answer = review(as_zhou, kept_visit, "return", " ")
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/reason-missing")
        assert as_zhou.get(url(kept_visit)).json["state"] == "uploaded"

    def test_refuses_whoever_was_at_the_door(self, in_app, creditors, as_zhou):
        begin_write()
        stop = add_stop(creditors["bank"])
        story = Story(stop, Phone(person_id("zhou")), person_id("fang"), person_id("luo"))
        story.keep(story.promised())
        db.session.commit()
        answer = review(as_zhou, story)
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/own-visit")

    def test_refuses_a_visit_still_open(self, story, as_zhou):
        story.keep(story.promised()[:4])
        db.session.commit()
        answer = review(as_zhou, story)
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/not-uploaded")

    def test_refuses_the_second_review(self, kept_visit, as_zhou, as_sun):
        review(as_zhou, kept_visit)
        assert review(as_sun, kept_visit).json["type"] == "/problems/not-uploaded"

    def test_demands_the_version_that_was_seen(self, kept_visit, as_zhou):
        assert as_zhou.post(url(kept_visit, "/review"), json={"decision": "accept"}).status_code == 428
        assert review(as_zhou, kept_visit, match='"v1"').status_code == 412

    def test_refuses_another_decision(self, kept_visit, as_zhou):
        assert review(as_zhou, kept_visit, "maybe").status_code == 422

    @pytest.mark.parametrize("username", ["lin", "guo", "fang", "hu", "ma", "tan", "an"])
    def test_is_for_supervisors_only(self, kept_visit, sign_in, username):
        answer = sign_in(username).post(url(kept_visit, "/review"), json={"decision": "accept"})
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/wrong-role")


class TestGetPromise:
    def test_makes_the_paper_once(self, kept_visit, as_zhou):
        first, second = as_zhou.get(url(kept_visit, "/promise.pdf")), as_zhou.get(url(kept_visit, "/promise.pdf"))
        assert first.status_code == 200, first.json
        assert first.data == second.data
        paper = db.session.scalars(select(Paper)).one()
        assert (paper.serial[:17], paper.template_version) == ("CN-20261202-0001-", "promise/1")
        found = reading.text_of(first.data)
        assert "承诺人测试甲" in found
        assert "12026-12-1520,000.00贰万元整银行转账" in found
        assert "本人承诺分2期归还，合计¥64,386.75" in found

    def test_carries_the_signature_on_the_promise(self, kept_visit, as_zhou):
        paper = promise.facts(db.session.get(Visit, kept_visit.visit_id), seal=sample.SEAL)
        assert (paper.signature.state, paper.signature.name) == ("signed", "测试甲")
        assert paper.signature.strokes.strokes

    def test_is_no_paper_where_nothing_was_promised(self, story, as_zhou):
        pairs = [story.check_in(), story.met(), story.outcome(3)]
        story.keep([*pairs, story.check_out(pairs)])
        db.session.commit()
        answer = as_zhou.get(url(story, "/promise.pdf"))
        assert (answer.status_code, answer.json["type"]) == (404, "/problems/nothing-promised")

    def test_is_another_after_a_correction(self, kept_visit, as_zhou):
        before = as_zhou.get(url(kept_visit, "/promise.pdf")).data
        begin_as_owner()
        record = db.session.query(Record).filter_by(visit_id=kept_visit.visit_id, type="promise").one()
        record.received_at = clock.now()
        db.session.commit()
        assert as_zhou.get(url(kept_visit, "/promise.pdf")).data != before
        papers = db.session.scalars(select(Paper).order_by(Paper.version)).all()
        assert [(one.version, one.state) for one in papers] == [(1, "superseded"), (2, "issued")]


class TestGetReceipt:
    def test_makes_the_paper_once(self, kept_visit, as_zhou, as_fang):
        first, second = as_zhou.get(url(kept_visit, "/receipt.pdf")), as_fang.get(url(kept_visit, "/receipt.pdf"))
        assert first.status_code == 200, first.json
        assert first.data.startswith(b"%PDF")
        assert first.data == second.data
        paper = db.session.scalars(select(Paper)).one()
        assert paper.serial.startswith("HZ-20261202-0001-")
        assert first.headers["Content-Disposition"] == f'inline; filename="{paper.serial}.pdf"'
        assert db.session.scalar(select(func.count()).where(AuditEvent.action == "paper.issued")) == 1
        assert as_zhou.get(url(kept_visit)).json["receipts"][0]["serial"] == paper.serial

    def test_says_which_files_are_missing(self, story, as_zhou):
        story.keep(story.promised())
        story.upload(only=1)
        db.session.commit()
        answer = as_zhou.get(url(story, "/receipt.pdf"))
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/receipt-not-ready")
        assert {one["shows"] for one in answer.json["missing_files"]} <= {"door", "surroundings", "delivered_paper"}
        assert len(answer.json["missing_files"]) == 2
        assert db.session.scalars(select(Paper)).all() == []

    def test_says_that_records_are_missing(self, story, as_zhou):
        story.keep(story.promised()[:3])
        db.session.commit()
        answer = as_zhou.get(url(story, "/receipt.pdf"))
        assert answer.json["detail"] == "records of the visit are missing"

    def test_stays_the_same_through_the_review(self, kept_visit, as_zhou):
        before = as_zhou.get(url(kept_visit, "/receipt.pdf")).data
        review(as_zhou, kept_visit)
        assert as_zhou.get(url(kept_visit, "/receipt.pdf")).data == before

    def test_is_replaced_when_a_correction_changes_what_it_says(self, kept_visit, as_zhou):
        as_zhou.get(url(kept_visit, "/receipt.pdf"))
        records = as_zhou.get(url(kept_visit)).json["records"]
        slip = {"supersedes": records[3]["id"], "supersedes_hash": records[3]["hash"], "corrects": "outcome",
                "reason": "选错", "body": kept_visit.body(code=3, note="改", delivered=[])}  # fmt: skip
        begin_write()
        kept_visit.keep([kept_visit.phone.tell("correction", kept_visit.body(**slip))])
        db.session.commit()
        as_zhou.get(url(kept_visit, "/receipt.pdf"))
        receipts = as_zhou.get(url(kept_visit)).json["receipts"]
        assert [(one["version"], one["state"]) for one in receipts] == [(1, "superseded"), (2, "issued")]
        assert receipts[0]["serial"] != receipts[1]["serial"]

    def test_is_404_for_another_creditors_person(self, kept_visit, as_wei):
        assert as_wei.get(url(kept_visit, "/receipt.pdf")).status_code == 404

    def test_leaves_promise_rows_alone(self, kept_visit, as_zhou):
        as_zhou.get(url(kept_visit, "/receipt.pdf"))
        assert db.session.scalar(select(func.count()).select_from(Promise)) == 1
