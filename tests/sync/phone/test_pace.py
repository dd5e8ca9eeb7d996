from sync.phone.pace import MAX_WAIT_S, Pace, wait_s


class TestWaitS:
    def test_doubles_up_to_a_bound(self):
        assert [wait_s(n, jitter=0.5) for n in range(4)] == [1.0, 2.0, 4.0, 8.0]
        assert wait_s(9, jitter=0.5) == wait_s(10_000, jitter=0.5) == MAX_WAIT_S

    def test_is_never_in_step_with_other_phones(self):
        assert (wait_s(3, jitter=0.0), wait_s(3, jitter=1.0)) == (4.0, 12.0)


class TestPace:
    def test_is_due_at_once(self):
        assert Pace().is_due(0.0)

    def test_waits_longer_after_each_failure_and_begins_again_after_a_success(self):
        pace = Pace()
        pace.failed(100.0, jitter=0.5)
        assert pace.due_s == 101.0
        pace.failed(101.0, jitter=0.5)
        assert not pace.is_due(102.9)
        assert pace.is_due(103.0)
        pace.went_well(103.0)
        assert pace.due_s == 133.0
        pace.failed(133.0, jitter=0.5)
        assert pace.due_s == 134.0

    def test_can_be_hurried(self):
        pace = Pace(failures=9, due_s=9e9)
        pace.hurry(5.0)
        assert pace.is_due(5.0)
