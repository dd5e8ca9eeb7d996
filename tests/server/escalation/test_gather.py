from datetime import date, timedelta

from server import clock
from server.cases.models import ImportRun, PaymentFact, StopFlag
from server.db import db
from server.devices.models import Device
from server.escalation.gather import scheme_seen
from server.escalation.models import Escalation
from server.schemes.models import Scheme
from tests.server.escalation.make_day import ARRIVED, DISPATCHED, person_id


def seen(day):
    db.session.flush()
    db.session.expire_all()
    return scheme_seen(db.session.get(Scheme, day.scheme_id))


def raise_flag(day, kind, *, at=ARRIVED, flag_id=None, lifted_at=None):
    flag = StopFlag(id=flag_id or clock.new_id(), case_id=day.case_ids[0], kind=kind, raised_at=at, lifted_at=lifted_at)
    db.session.add(flag)
    return flag


class TestSchemeSeen:
    def test_sees_crews_days_and_stops(self, day):
        found = seen(day)
        assert (found.dates, found.crews) == ((date(2026, 12, 2),), ("一组（方外访、罗外访）",))
        assert [stop.case_no for stop in found.stops] == [f"WH2026-00{number}" for number in range(4)]

    def test_counts_days_to_the_last_day_of_the_scheme(self, day):
        stop = seen(day).stops[0]
        assert (stop.overdue_days, stop.unpaid_days) == (430, 430)

    def test_counts_unpaid_days_from_the_last_payment(self, day, creditors):
        run = ImportRun(creditor_id=creditors["bank"], kind="payments", filename="x", file_sha256="0" * 64, mapping={},
                        report={}, imported_by_id=person_id("lin"), sealed_sha256="0" * 64,
                        received_on=date(2026, 11, 1))  # fmt: skip
        db.session.add(run)
        db.session.flush()
        for booked_on, amount_fen, kind in (
            (date(2026, 11, 2), 100, "payment"),
            (date(2026, 11, 20), -100, "reversal"),
        ):
            db.session.add(
                PaymentFact(creditor_id=creditors["bank"], case_id=day.case_ids[0], case_no="WH2026-000",
                            booked_on=booked_on, amount_fen=amount_fen, kind=kind, reference=kind, import_run_id=run.id)
            )  # fmt: skip
        assert seen(day).stops[0].unpaid_days == 30

    def test_knows_why_a_stop_was_left_out(self, day):
        day.stop(0).state, day.stop(0).drop_reason = "dropped", {"reason": "shift", "text": {"zh": "时间不足"}}
        day.stop(1).state = "withheld"
        day.stop(2).state = "skipped"
        stops = seen(day).stops
        assert [(stop.is_planned, stop.left_out) for stop in stops] == [
            (False, "时间不足"), (False, "下发时扣留"), (True, "现场跳过"), (True, ""),
        ]  # fmt: skip

    def test_counts_complaints_of_the_days_and_two_weeks_after(self, day):
        ids = [raise_flag(day, "complaint", at=ARRIVED + timedelta(days=days)).id for days in (-2, 0, 13, 16)]
        assert set(seen(day).stops[0].complaint_ids) == set(ids[1:3])

    def test_names_stop_flags_that_are_up(self, day):
        raise_flag(day, "dispute")
        raise_flag(day, "special", lifted_at=ARRIVED)
        assert seen(day).stops[0].stop_kinds == ("异议",)

    def test_does_not_take_a_decision_for_a_reason_to_spare(self, day, creditors):
        decided = Escalation(case_id=day.case_ids[0], creditor_id=creditors["bank"], state="decided", proposal="sue",
                             reasons="x", evidence=[], proposer_id=person_id("zhou"), decision="sue")  # fmt: skip
        db.session.add(decided)
        db.session.flush()
        raise_flag(day, "other", flag_id=decided.id)
        assert seen(day).stops[0].stop_kinds == ()

    def test_reads_a_visit_with_its_papers_promises_and_records(self, day):
        day.promised(0)
        (visit,) = seen(day).stops[0].visits
        assert (visit.outcome, visit.met, visit.grade, visit.has_restarted) == (1, "debtor", "A", True)
        assert [paper.state for paper in visit.papers] == ["signed_by_debtor"]
        assert [promise.total_fen for promise in visit.promises] == [6_438_675]
        assert (len(visit.record_ids), visit.missing_file_ids) == (8, ())

    def test_reads_incidents(self, day):
        story = day.story(1)
        incident = story.phone.tell("incident", story.body(kind="threat", severity=2, note="", police_called=False,
                                                           fix=None))  # fmt: skip
        day.tell(1, [story.check_in(), incident, story.outcome(11, delivered=[])])
        (visit,) = seen(day).stops[1].visits
        assert visit.incident_ids == (incident[0].id,)

    def test_asks_the_phones_of_the_crews_only(self, day):
        device = db.session.get(Device, day.phone.id)
        device.unsent_count = 3
        assert [(phone.id, phone.unsent) for phone in seen(day).phones] == [(device.id, 3)]
        device.state = "revoked"
        assert seen(day).phones == ()

    def test_does_not_believe_a_phone_not_heard_of_since_dispatch(self, day):
        db.session.get(Device, day.phone.id).last_contact_at = DISPATCHED - timedelta(minutes=1)
        assert seen(day).phones[0].unsent is None

    def test_counts_a_gap_the_server_asked_to_be_sent_again(self, day):
        db.session.get(Device, day.phone.id).resend_from = 7
        assert seen(day).phones[0].unsent == 1
