"""What a visit leaves behind on its case: how it ended, for whoever plans the next one."""

from datetime import timedelta

from server import clock
from server.cases import timeline
from server.visits.stops import last_outcome
from tests.server.visits.make_visit import ARRIVED

LATER = max(clock.now(), ARRIVED) + timedelta(days=1)


class TestLastOutcome:
    def test_words_the_day_and_the_outcome(self, kept_visit):
        case = kept_visit.stop.case
        assert last_outcome(case.id, LATER) == "2026-12-02 见本人-承诺"
        assert timeline.last_result(case, before=LATER) == "2026-12-02 见本人-承诺"

    def test_knows_nothing_of_a_visit_that_had_not_come_in(self, kept_visit):
        assert last_outcome(kept_visit.stop.case.id, clock.now() - timedelta(days=1)) == ""

    def test_is_empty_where_nobody_has_been(self, story):
        assert last_outcome(story.stop.case_id, LATER) == ""
