import pytest

from server.simulation.watch import Watch


@pytest.fixture
def watch():
    """An onlooker that is shown what it sees."""
    return Watch(installation=None)


def row(name, seq, coll="acks"):
    return (("device:1", coll, name), seq)


class TestLook:
    def test_is_content_with_positions_taken_in_order(self, watch):
        watch.look((2, "e"), [row("a", 1), row("b", 2)])
        watch.look((4, "e"), [row("a", 1), row("b", 2), row("c", 3), row("d", 4)])
        assert watch.seen.faults == []
        assert (watch.seen.looks, watch.seen.positions, watch.seen.dense_windows) == (2, 4, 1)

    def test_catches_a_position_that_appears_after_a_later_one(self, watch):
        watch.look((3, "e"), [row("a", 1), row("c", 3)])
        watch.look((3, "e"), [row("a", 1), row("b", 2), row("c", 3)])
        assert watch.seen.faults == ["position 2 of ('device:1', 'acks', 'b') appeared after 3 was seen"]

    def test_catches_a_hole_among_acknowledgements(self, watch):
        watch.look((1, "e"), [row("a", 1)])
        watch.look((3, "e"), [row("a", 1), row("c", 3)])
        assert watch.seen.faults == ["positions [2] were never given to anybody"]

    def test_allows_a_hole_where_a_document_was_told_twice(self, watch):
        watch.look((1, "e"), [row("a", 1, "stops")])
        watch.look((3, "e"), [row("a", 3, "stops")])
        assert watch.seen.faults == []

    def test_catches_a_clock_that_goes_back_within_an_epoch(self, watch):
        watch.look((5, "e"), [row("a", 5)])
        watch.look((4, "e"), [row("a", 4)])
        assert watch.seen.faults == ["the clock went back from 5 to 4 within an epoch"]

    def test_begins_again_with_a_new_epoch(self, watch):
        watch.look((5, "e"), [row("a", 5)])
        watch.look((2, "f"), [row("z", 2)])
        assert watch.seen.faults == []

    def test_catches_a_position_above_the_clock(self, watch):
        watch.look((1, "e"), [row("a", 2)])
        assert "stands above the clock" in watch.seen.faults[0]
