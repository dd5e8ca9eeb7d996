from uuid import UUID

import pytest

from field_forms.outcomes import OUTCOMES
from server.cases.limitation import EvidenceGrade
from server.escalation import summary
from server.escalation.seen import Ref
from server.escalation.summary import ADVICE, NO_VISIT_ADVICE, POOR_ADVICE, STOPPED_ADVICE, collate
from tests.server.escalation.make_summary import full_day, phone, promise, scheme, stop, visit


def counts(found):
    return {code: figure.count for code, figure in found.figures.items()}


class TestCollate:
    def test_counts_every_kind_of_end(self):
        assert counts(collate(full_day())) == {
            "planned": 8, "completed": 5, "not_met": 1, "refused": 2, "aborted": 1, "postponed": 1, "unstated": 0,
            "met_debtor": 3, "open": 1, "dropped": 1, "signed_self": 1, "signed_relative": 1, "signing_refused": 1,
            "promises": 1, "grade_a": 1, "grade_b": 1, "grade_c": 0, "grade_d": 5, "limitation_restarted": 1,
            "complaints": 1, "incidents": 1, "unaccounted_papers": 0, "unsynced_devices": 2, "unsynced_items": 5,
        }  # fmt: skip

    def test_adds_up_to_the_planned_stops(self):
        found = counts(collate(full_day()))
        ends = found["completed"] + found["aborted"] + found["postponed"] + found["unstated"] + found["open"]
        assert ends == found["planned"]

    def test_leads_each_count_to_its_things(self):
        for code, figure in collate(full_day()).figures.items():
            if code != "unsynced_items":
                assert len(set(figure.refs)) == figure.count, code

    def test_counts_unsent_documents_by_phone_and_missing_files_one_by_one(self):
        figure = collate(full_day()).figures["unsynced_items"]
        assert figure.refs == (Ref("device", UUID(int=8002)), Ref("file", UUID(int=4444)))

    def test_sums_the_promises(self):
        found = collate(scheme(stop(1, visit(1, 1, promises=(promise(1, 100), promise(2, 250))))))
        assert (found.figures["promises"].count, found.figures["promises"].amount_fen) == (2, 350)

    def test_counts_a_stop_once_by_its_last_visit(self):
        found = collate(scheme(stop(1, visit(1, 7, hour=2), visit(2, 1, hour=7, met="debtor"))))
        assert (counts(found)["completed"], counts(found)["not_met"], counts(found)["met_debtor"]) == (1, 0, 1)
        assert found.figures["completed"].refs == (Ref("visit", UUID(int=1002)),)

    def test_prefers_a_visit_that_says_when_it_was(self):
        found = collate(scheme(stop(1, visit(9, 7, arrived_at=None), visit(2, 1))))
        assert found.lines[0].visit.id == UUID(int=1002)

    def test_keeps_papers_of_earlier_visits(self):
        from tests.server.escalation.make_summary import paper

        early = visit(1, 6, hour=2, papers=(paper(1, "signed_by_relative"),))
        assert counts(collate(scheme(stop(1, early, visit(2, 7, hour=7)))))["signed_relative"] == 1

    def test_does_not_count_a_signed_receipt_as_a_signed_demand(self):
        assert counts(collate(full_day()))["signed_self"] == 1

    def test_shows_a_visit_that_never_said_how_it_ended(self):
        found = collate(scheme(stop(1, visit(1, None, state="open"))))
        assert (counts(found)["unstated"], found.lines[0].outcome_zh) == (1, "结果未记录")

    @pytest.mark.parametrize("code", sorted(OUTCOMES))
    def test_has_advice_for_each_outcome(self, code):
        line = collate(scheme(stop(1, visit(1, code), overdue_days=10, unpaid_days=10))).lines[0]
        assert (line.advice, line.outcome_zh) == (ADVICE[code], OUTCOMES[code].zh)

    @pytest.mark.parametrize(("code", "is_met"), [(code, code in summary.MET_DEBTOR) for code in range(1, 15)])
    def test_knows_who_was_met_by_the_outcome_when_nothing_else_is_told(self, code, is_met):
        found = counts(collate(scheme(stop(1, visit(1, code)))))
        assert found["met_debtor"] == int(is_met)

    def test_believes_the_record_of_who_was_met_over_the_outcome(self):
        assert counts(collate(scheme(stop(1, visit(1, 10, met="debtor")))))["met_debtor"] == 1
        assert counts(collate(scheme(stop(1, visit(1, 3, met="guarantor")))))["met_debtor"] == 0

    def test_puts_up_the_very_poor_only(self):
        found = collate(full_day())
        assert [line.stop.case_no for line in found.very_poor] == ["WH-2"]
        assert found.very_poor[0].advice == POOR_ADVICE

    def test_advises_to_stay_away_from_a_stopped_door(self):
        assert collate(full_day()).lines[8].advice == STOPPED_ADVICE

    def test_says_why_nobody_went(self):
        line = collate(full_day()).lines[6]
        assert (line.outcome_zh, line.advice) == ("未走访：现场跳过", NO_VISIT_ADVICE)

    def test_never_puts_up_who_was_not_visited(self):
        found = collate(scheme(stop(1, broken_promises=9)))
        assert (found.lines[0].credit.is_very_poor, found.very_poor) == (True, ())

    def test_takes_an_empty_scheme(self):
        found = collate(scheme())
        assert (set(counts(found).values()), found.met_per_mille) == ({0}, None)

    def test_tells_a_silent_phone_from_one_that_sent_all(self):
        found = collate(scheme(phones=(phone(1, 0), phone(2, None))))
        assert found.figures["unsynced_devices"].refs == (Ref("device", UUID(int=8002)),)


class TestMetPerMille:
    def test_is_rounded(self):
        stops = [stop(number, visit(number, 1 if number < 3 else 7)) for number in range(1, 4)]
        assert collate(scheme(*stops)).met_per_mille == 667


class TestGrades:
    def test_counts_no_grade_where_there_is_none(self):
        found = counts(collate(scheme(stop(1, visit(1, 1, grade=None)))))
        assert sum(found[f"grade_{grade.lower()}"] for grade in EvidenceGrade) == 0
