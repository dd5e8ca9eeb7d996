"""Complaints over HTTP: they freeze the door at once, and compliance alone opens it again."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from server import clock
from server.audit import AuditEvent
from server.cases.models import Case, Paper, StopFlag
from server.complaints.models import Complaint
from server.db import begin_write, db
from server.feed import sync_feed

WORDS = "外访人员在门口大声说话，邻居都听见了"


def taken(caller, day, **members):
    body = {"case_id": str(day.case_ids[0]), "channel": "phone", "text": WORDS, "contact": "13911110000"}
    return caller.post("/v1/complaints", json=body | members)


def in_public(app, serial, **members):
    return app.test_client().post("/v1/public/complaints", json={"serial": serial, "text": WORDS} | members)


def flags(day):
    found = db.session.scalars(select(StopFlag).where(StopFlag.case_id == day.case_ids[0]))
    return [(flag.kind, flag.lifted_at is None) for flag in found]


def told_phones(day):
    rows = db.session.execute(select(sync_feed.c.coll, sync_feed.c.doc_id, sync_feed.c.subject)).all()
    db.session.rollback()
    return {(coll, subject) for coll, doc_id, subject in rows if doc_id == str(day.stop_ids[0])}


def step(caller, complaint, name, **body):
    return caller.post(f"/v1/complaints/{complaint['id']}/{name}", json=body,
                       headers={"If-Match": f'"v{complaint["version"]}"'})  # fmt: skip


class TestTake:
    def test_freezes_the_case_and_tells_the_crew(self, day, as_lin):
        answer = taken(as_lin, day)
        assert answer.status_code == 201, answer.text
        assert (answer.json["state"], answer.json["text"], answer.json["version"]) == ("open", WORDS, 1)
        assert flags(day) == [("complaint", True)]
        crew = db.session.get(Case, day.case_ids[0]) and day.stop(0).crew
        people = {f"person:{crew.lead_id}", f"person:{crew.second_id}"}
        assert told_phones(day) == {(coll, one) for coll in ("stops", "cards") for one in people}

    def test_shows_the_freeze_on_the_phones_card(self, day, as_lin):
        from server import feed

        taken(as_lin, day)
        documents = feed.documents("cards", day.phone.person_id, [str(day.stop_ids[0])])
        assert documents[str(day.stop_ids[0])]["frozen"] == ["complaint"]

    def test_seals_the_words(self, day, as_lin):
        taken(as_lin, day)
        row = db.session.scalars(select(Complaint)).one()
        assert WORDS not in row.text_sealed
        assert "13911110000" not in (row.contact_sealed or "")
        facts = db.session.scalars(select(AuditEvent.facts).where(AuditEvent.action == "complaint.taken")).one()
        assert WORDS not in str(facts)

    def test_finds_the_case_by_the_serial_of_a_paper(self, day, serial, as_ma):
        answer = taken(as_ma, day, case_id=None, serial=serial.lower())
        assert (answer.json["case_id"], answer.json["paper_serial"]) == (str(day.case_ids[0]), serial)

    def test_is_taken_of_a_settled_case_too(self, day, as_lin):
        begin_write()
        day.case(0).state = "settled"
        db.session.commit()
        assert taken(as_lin, day).status_code == 201

    @pytest.mark.parametrize("body", [{"case_id": None}, {"text": ""}, {"channel": "qr"}, {"channel": "fax"}, {"x": 1}])
    def test_refuses_what_does_not_fit(self, day, as_lin, body):
        assert taken(as_lin, day, **body).status_code == 422

    def test_does_not_know_a_foreign_creditors_case_or_paper(self, day, serial, as_wei):
        assert taken(as_wei, day).status_code == 404
        assert taken(as_wei, day, case_id=None, serial=serial).status_code == 404

    @pytest.mark.parametrize("who", ["as_fang", "as_tan", "as_an"])
    def test_is_for_the_office(self, day, who, request):
        assert taken(request.getfixturevalue(who), day).status_code == 403


class TestTakePublic:
    def test_freezes_and_tells_nothing_of_the_case(self, day, serial, app):
        answer = in_public(app, serial, contact="me@example.org")
        assert answer.status_code == 201, answer.text
        assert set(answer.json) == {"reference", "received_at"}
        assert flags(day) == [("complaint", True)]
        assert day.case(0).case_no not in answer.text

    def test_takes_three_a_day_for_one_paper(self, day, serial, app):
        codes = [in_public(app, serial).status_code for _ in range(4)]
        assert codes == [201, 201, 201, 429]
        assert in_public(app, serial).headers["Retry-After"]

    def test_takes_another_the_next_day(self, day, serial, app):
        for _ in range(3):
            in_public(app, serial)
        begin_write()
        for row in db.session.scalars(select(Complaint)):
            row.created_at = clock.now() - timedelta(days=1, seconds=1)
        db.session.commit()
        assert in_public(app, serial).status_code == 201

    def test_does_not_count_what_the_office_took(self, day, serial, app, as_lin):
        for _ in range(3):
            taken(as_lin, day, serial=serial)
        assert in_public(app, serial).status_code == 201

    @pytest.mark.parametrize("serial", ["", "HZ-20261202-0007-3", "HZ-20261202-0007-9", "<script>", "x" * 41])
    def test_refuses_a_serial_nobody_issued(self, day, app, serial):
        assert in_public(app, serial).status_code in {404, 422}
        assert db.session.scalars(select(Complaint)).all() == []

    def test_takes_one_about_a_paper_of_no_single_case(self, day, serial, app):
        begin_write()
        paper = db.session.scalars(select(Paper).where(Paper.serial == serial)).one()
        paper.case_id = None
        db.session.commit()
        assert in_public(app, serial).status_code == 201
        assert flags(day) == []


class TestAnswer:
    def test_keeps_the_freeze_until_it_is_closed(self, day, as_lin, as_ma):
        found = taken(as_lin, day).json
        answer = step(as_ma, found, "answer", answer="已致歉并更换人员", finding="upheld")
        assert (answer.json["state"], answer.json["finding"], answer.json["answer"]) == (
            "answered", "upheld", "已致歉并更换人员",
        )  # fmt: skip
        assert flags(day) == [("complaint", True)]

    def test_needs_the_version_seen(self, day, as_lin, as_ma):
        found = taken(as_lin, day).json
        body = {"answer": "已致歉", "finding": "partly"}
        assert as_ma.post(f"/v1/complaints/{found['id']}/answer", json=body).status_code == 428
        assert step(as_ma, found | {"version": 9}, "answer", **body).status_code == 412

    def test_is_given_once(self, day, as_lin, as_ma):
        found = taken(as_lin, day).json
        again = step(as_ma, found, "answer", answer="已致歉", finding="partly").json
        assert (
            step(as_ma, again, "answer", answer="再答", finding="upheld").json["type"] == "/problems/complaint-not-open"
        )

    @pytest.mark.parametrize("who", ["as_lin", "as_zhou", "as_guo", "as_hu"])
    def test_is_compliances(self, day, as_lin, who, request):
        found = taken(as_lin, day).json
        caller = request.getfixturevalue(who)
        assert step(caller, found, "answer", answer="没事", finding="rejected").status_code == 403


class TestClose:
    def closed(self, day, as_lin, as_ma):
        found = taken(as_lin, day).json
        answered = step(as_ma, found, "answer", answer="已致歉", finding="partly").json
        return step(as_ma, answered, "close")

    def test_ends_the_freeze(self, day, as_lin, as_ma):
        answer = self.closed(day, as_lin, as_ma)
        assert (answer.status_code, answer.json["state"]) == (200, "closed")
        assert flags(day) == [("complaint", False)]

    def test_leaves_another_complaints_freeze(self, day, as_lin, as_ma):
        taken(as_lin, day)
        self.closed(day, as_lin, as_ma)
        assert sorted(flags(day)) == [("complaint", False), ("complaint", True)]

    def test_waits_for_the_answer(self, day, as_lin, as_ma):
        answer = step(as_ma, taken(as_lin, day).json, "close")
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/complaint-not-answered")
        assert flags(day) == [("complaint", True)]

    def test_minds_no_flag_that_compliance_lifted_before(self, day, as_lin, as_ma):
        found = taken(as_lin, day).json
        lifted = as_ma.post(f"/v1/cases/{day.case_ids[0]}/stops/{found['id']}/lift", json={"reason": "误登"})
        assert lifted.status_code == 200, lifted.text
        answered = step(as_ma, found, "answer", answer="已答复", finding="rejected").json
        assert step(as_ma, answered, "close").status_code == 200


class TestListComplaints:
    def test_filters_and_keeps_the_words_back(self, day, as_lin, as_tan):
        found = taken(as_lin, day).json
        (row,) = as_tan.get(f"/v1/complaints?state=open&case_id={day.case_ids[0]}").json["items"]
        assert (row["id"], row["case_no"], "text" in row) == (found["id"], "WH2026-000", False)
        assert as_tan.get("/v1/complaints?state=closed").json["items"] == []

    def test_is_not_for_who_takes_calls(self, as_lin):
        assert as_lin.get("/v1/complaints").status_code == 403


class TestGetComplaint:
    def test_shows_the_words_to_who_may_read_them(self, day, as_lin, as_ma):
        found = taken(as_lin, day).json
        answer = as_ma.get(f"/v1/complaints/{found['id']}")
        assert (answer.json["text"], answer.json["contact"], answer.headers["ETag"]) == (WORDS, "13911110000", '"v1"')

    def test_does_not_know_one_that_is_not(self, as_ma):
        assert as_ma.get(f"/v1/complaints/{uuid.uuid4()}").status_code == 404


class TestTimeline:
    def test_tells_the_complaint_without_its_words(self, day, as_lin):
        taken(as_lin, day)
        answer = as_lin.get(f"/v1/cases/{day.case_ids[0]}/timeline")
        assert "complaint" in {one["kind"] for one in answer.json["items"]}
        assert WORDS not in answer.text
