from datetime import date

from server.cases import timeline
from server.cases.limitation import LimitationKind
from server.escalation.proofs import demands_of


class TestDemandsOf:
    def test_sees_a_signed_statement_as_the_debtors_own(self, day):
        day.promised(0)
        (demand,) = demands_of(day.case_ids[0])
        assert (demand.on, demand.grade, demand.has_own_signature) == (date(2026, 12, 2), "A", True)

    def test_does_not_take_a_statement_disputed_as_a_whole_for_an_agreement(self, day):
        story = day.story(0)
        day.tell(0, [story.check_in(), story.met(), story.signed_paper(objection="whole")])
        assert demands_of(day.case_ids[0])[0].has_own_signature is False

    def test_does_not_take_an_unsigned_promise_for_one(self, day):
        story = day.story(0)
        day.tell(0, [story.check_in(), story.met(), story.promise()])
        assert demands_of(day.case_ids[0])[0].has_promise is False

    def test_takes_a_signed_promise(self, day):
        story = day.story(0)
        day.tell(0, [story.check_in(), story.met(), story.promise(), story.signed_paper("promise")])
        assert demands_of(day.case_ids[0])[0].has_promise is True


class TestVisitEvents:
    def test_move_the_clock_of_the_case(self, day):
        day.promised(0)
        clock = timeline.clock_of(day.case(0), today=date(2026, 12, 3))
        assert [(one.event.kind, one.is_moving) for one in clock.events] == [(LimitationKind.AGREEMENT, True)]
        assert (clock.act_by_on, clock.expires_on) == (date(2029, 12, 2), date(2029, 12, 3))  # a Sunday, §203

    def test_leave_it_when_nobody_was_there(self, day):
        day.nobody(0)
        clock = timeline.clock_of(day.case(0), today=date(2026, 12, 3))
        assert [one.is_moving for one in clock.events] == [False]
