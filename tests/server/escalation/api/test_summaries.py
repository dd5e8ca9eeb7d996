"""The summary over HTTP, and the scheme's close-out."""

import uuid
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from server import clock, media
from server.cases.models import Case, Paper, StopFlag
from server.db import begin_write, db
from server.escalation.models import CloseOut
from server.schemes.models import DayPack, Scheme
from server.visits.models import Record
from tests.receipts import reading
from tests.server.escalation.make_day import ARRIVED, accept
from tests.server.visits.make_visit import issued_paper


def figures(caller, day):
    return caller.get(f"/v1/schemes/{day.scheme_id}/summary").json["figures"]


def close_out(caller, day, **body):
    return caller.post(f"/v1/schemes/{day.scheme_id}/close-out", json=body)


class TestSummary:
    def test_counts_the_day(self, played, as_tan):
        told = as_tan.get(f"/v1/schemes/{played.scheme_id}/summary").json
        counts = {code: figure["count"] for code, figure in told["figures"].items()}
        assert counts | {"planned": 4, "completed": 3, "not_met": 1, "refused": 1, "postponed": 1, "met_debtor": 2,
                         "signed_self": 1, "promises": 1, "grade_a": 1, "grade_d": 3, "open": 0,
                         "limitation_restarted": 1, "unsynced_items": 0} == counts  # fmt: skip
        assert told["figures"]["promises"]["amount_fen"] == 6_438_675
        assert told["met_per_mille"] == 667

    def test_leads_every_figure_to_what_it_counts(self, played, as_zhou):
        for code, figure in figures(as_zhou, played).items():
            assert len(figure["refs"]) == figure["count"], code
        (promise,) = figures(as_zhou, played)["promises"]["refs"]
        assert db.session.get(Record, uuid.UUID(promise["id"])).type == "promise"

    def test_lists_the_very_poor_with_grounds_and_the_rule(self, played, as_guo):
        told = as_guo.get(f"/v1/schemes/{played.scheme_id}/summary").json
        (poor,) = told["very_poor_credit"]
        assert poor["case_no"] == "WH2026-001"
        assert {ground["code"] for ground in poor["grounds"]} >= {"refused", "broken_promises"}
        assert told["very_poor_credit_rule"]["version"] == "credit-1"

    def test_says_what_has_not_come_yet(self, day, as_zhou):
        day.promised(0, is_uploaded=False)
        db.session.commit()
        told = figures(as_zhou, day)
        assert (told["unsynced_items"]["count"], told["open"]["count"]) == (3, 3)
        assert {ref["kind"] for ref in told["unsynced_items"]["refs"]} == {"file"}

    def test_shows_a_paper_that_nobody_says_where_it_is(self, day, as_zhou):
        """A printed letter in the day pack that the finished visit neither handed over nor brought back."""
        begin_write()
        stop = day.stop(0)
        lost = issued_paper("CK-20261202-0001-0", "ab" * 32, stop.creditor_id)
        lost.case_id, lost.kind = stop.case_id, "dunning_letter"
        content = {"papers": [{"id": str(lost.id), "kind": lost.kind}]}
        pack = DayPack(
            id=clock.new_id(), scheme_id=day.scheme_id, crew_id=stop.crew_id, person_id=day.phone.person_id,
            day=stop.day, plan_version=1, scheme_version=1, sha256="0" * 64, content=content, issued_at=clock.now(),
            expires_at=clock.now(),
        )  # fmt: skip
        db.session.add(pack)
        day.refused(0)
        db.session.commit()
        told = figures(as_zhou, day)["unaccounted_papers"]
        assert (told["count"], [ref["id"] for ref in told["refs"]]) == (1, [str(lost.id)])
        answer = as_zhou.get(f"/v1/schemes/{day.scheme_id}/summary.pdf")
        assert answer.status_code == 200
        printed = reading.text_of(answer.data)
        assert "去向不明单据" in printed
        paper = db.session.scalar(select(Paper).where(Paper.kind == "visit_summary"))
        assert "unaccounted serials" in paper.flags
        back = {"serials": [lost.serial], "state": "returned"}
        returned = as_zhou.post(f"/v1/schemes/{day.scheme_id}/papers", json=back)
        assert returned.status_code == 200, returned.text
        assert figures(as_zhou, day)["unaccounted_papers"]["count"] == 0

    def test_counts_a_complaint_of_the_day(self, played, as_zhou):
        begin_write()
        flag = StopFlag(id=clock.new_id(), case_id=played.case_ids[2], kind="complaint", raised_at=ARRIVED)
        db.session.add(flag)
        db.session.commit()
        assert figures(as_zhou, played)["complaints"]["refs"] == [{"kind": "complaint", "id": str(flag.id)}]

    def test_is_hidden_from_who_works_for_another_creditor(self, played, as_wei):
        assert as_wei.get(f"/v1/schemes/{played.scheme_id}/summary").status_code == 404

    def test_is_not_for_agents(self, played, as_fang):
        assert as_fang.get(f"/v1/schemes/{played.scheme_id}/summary").status_code == 403


class TestSummaryPdf:
    def papers(self, day):
        query = select(Paper).where(Paper.kind == "visit_summary", Paper.subject_id == day.scheme_id)
        return list(db.session.scalars(query.order_by(Paper.version)))

    def test_is_issued_once_for_the_same_content(self, played, as_zhou):
        path = f"/v1/schemes/{played.scheme_id}/summary.pdf"
        first, again = as_zhou.get(path), as_zhou.get(path)
        assert first.status_code == 200, first.text
        assert first.data == again.data
        assert first.data.startswith(b"%PDF-1.7")
        assert [paper.version for paper in self.papers(played)] == [1]

    def test_gets_a_new_version_when_something_came_late(self, day, as_zhou):
        path = f"/v1/schemes/{day.scheme_id}/summary.pdf"
        day.refused(1)
        db.session.commit()
        first = as_zhou.get(path).data
        begin_write()
        day.promised(0)
        db.session.commit()
        assert as_zhou.get(path).data != first
        old, new = self.papers(day)
        assert (old.version, old.state, new.version, new.state) == (1, "superseded", 2, "issued")
        assert media.store().get(old.sha256) == first

    def test_can_be_verified_by_its_serial(self, played, as_zhou, app):
        as_zhou.get(f"/v1/schemes/{played.scheme_id}/summary.pdf")
        (paper,) = self.papers(played)
        told = app.test_client().get(f"/v1/verify/{paper.serial}").json
        assert (told["valid"], told["kind"]) == (True, "visit_summary")


class TestSummaryXlsx:
    def test_holds_text_and_numbers_and_leads_to_records(self, played, as_zhou):
        played.case(1).debtor.name = "=HYPERLINK(1)"
        db.session.commit()
        answer = as_zhou.get(f"/v1/schemes/{played.scheme_id}/summary.xlsx")
        book = load_workbook(BytesIO(answer.data))
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} <= {"s", "n"}
        assert "=HYPERLINK(1)" in {cell.value for cell in cells}
        ids = {row[3] for row in book["对应编号 records"].iter_rows(min_row=2, values_only=True)}
        assert {str(played.visit(number).id) for number in range(4)} <= ids


class TestCloseOut:
    def test_moves_visited_cases_to_decision_and_the_postponed_back(self, played, as_zhou):
        answer = close_out(as_zhou, played, conclusion="总体正常", requests="请批准起诉一户")
        assert answer.status_code == 200, answer.text
        assert (answer.json["state"], answer.json["cases_awaiting_decision"]) == ("collated", 3)
        db.session.expire_all()
        states = [played.case(number).state for number in range(4)]
        assert states == ["awaiting_decision", "awaiting_decision", "awaiting_decision", "phone"]
        assert db.session.get(Scheme, played.scheme_id).state == "collated"

    def test_refuses_while_a_visit_is_not_reviewed(self, day, as_zhou):
        visits = [day.refused(number).id for number in range(4)]
        db.session.commit()
        for visit_id in visits[1:]:
            accept(as_zhou, visit_id)
        answer = close_out(as_zhou, day)
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/stops-open")
        assert (answer.json["visit_ids"], answer.json["stop_ids"]) == ([str(visits[0])], [])

    def test_refuses_while_a_stop_has_no_visit_and_says_which(self, day, as_zhou):
        accept(as_zhou, self.committed(day.refused(0)))
        answer = close_out(as_zhou, day)
        assert (answer.status_code, answer.json["case_nos"]) == (409, ["WH2026-001", "WH2026-002", "WH2026-003"])

    def committed(self, visit):
        visit_id = visit.id
        db.session.commit()
        return visit_id

    def test_takes_stops_left_out_with_a_reason(self, day, as_zhou):
        accept(as_zhou, self.committed(day.refused(0)))
        left_out = [{"stop_id": str(stop_id), "reason": "暴雪封路"} for stop_id in day.stop_ids[1:]]
        answer = close_out(as_zhou, day, left_out=left_out)
        assert (answer.json["cases_awaiting_decision"], answer.json["cases_back_to_phone"]) == (1, 3)
        lines = as_zhou.get(f"/v1/schemes/{day.scheme_id}/summary").json["lines"]
        assert [line["outcome_zh"] for line in lines[1:]] == ["未走访：暴雪封路"] * 3

    def test_takes_a_stop_the_crew_skipped_on_the_road(self, day, as_zhou):
        accept(as_zhou, self.committed(day.refused(0)))
        begin_write()
        for number in (1, 2, 3):
            day.stop(number).state = "skipped"
        db.session.commit()
        assert close_out(as_zhou, day).status_code == 200

    def test_refuses_to_leave_out_what_was_visited(self, played, as_zhou):
        left_out = [{"stop_id": str(played.stop_ids[0]), "reason": "不想算"}]
        assert close_out(as_zhou, played, left_out=left_out).json["type"] == "/problems/foreign-stop"

    def test_refuses_the_second_time(self, played, as_zhou):
        close_out(as_zhou, played)
        assert close_out(as_zhou, played).json["type"] == "/problems/not-in-the-field"
        assert len(list(db.session.scalars(select(CloseOut)))) == 1

    @pytest.mark.parametrize("who", ["as_guo", "as_tan", "as_fang", "as_lin"])
    def test_is_the_supervisors(self, played, who, request):
        assert close_out(request.getfixturevalue(who), played).status_code == 403

    def test_leaves_a_settled_case_settled(self, played, as_zhou):
        begin_write()
        played.case(0).state = "settled"
        db.session.commit()
        close_out(as_zhou, played)
        assert db.session.get(Case, played.case_ids[0], populate_existing=True).state == "settled"

    def test_shows_what_came_after_it(self, day, as_zhou):
        accept(as_zhou, self.committed(day.refused(0)))
        left_out = [{"stop_id": str(stop_id), "reason": "手机未回"} for stop_id in day.stop_ids[1:]]
        close_out(as_zhou, day, left_out=left_out)
        begin_write()
        day.promised(1)
        db.session.commit()
        told = as_zhou.get(f"/v1/schemes/{day.scheme_id}/summary").json
        changes = {one["code"]: (one["before"], one["after"]) for one in told["changes_since_close_out"]}
        assert (changes["completed"], changes["promises"]) == ((1, 2), (0, 1))
        assert as_zhou.get(f"/v1/schemes/{day.scheme_id}/summary.pdf").status_code == 200
