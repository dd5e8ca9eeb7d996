from tests.server.escalation.make_summary import stop, visit


class TestDecisive:
    def test_is_the_last_arrival(self):
        first, last = visit(1, 7, hour=2), visit(2, 1, hour=9)
        assert stop(1, last, first).decisive is last

    def test_is_decided_by_id_when_two_arrived_at_once(self):
        first, second = visit(1, 7), visit(2, 1)
        assert stop(1, second, first).decisive is stop(1, first, second).decisive is second

    def test_is_none_before_any_visit(self):
        assert stop(1).decisive is None
