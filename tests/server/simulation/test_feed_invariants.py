"""Each invariant's check must catch a violation planted in a run that is otherwise right: feed."""

from dataclasses import replace

from server.simulation.facts import FeedRow
from server.simulation.feed_invariants import i3, i4, i5, i10
from server.simulation.ledger import Given
from server.simulation.watch import Seen
from tests.server.simulation.planting import only, with_documents, with_phone, with_server

from .conftest import (
    CASE,
    DEVICES,
    LEFT_CASE,
    LEFT_STOP,
    PAPER,
    PEOPLE,
    STOP,
)


class TestI3:
    def test_catches_a_document_the_phone_missed(self, right):
        told = i3(with_documents(right, 0, "papers", {})).violations
        assert told == (f"phone0 lacks papers/{PAPER} by its feed",)

    def test_catches_a_stop_that_was_never_published(self, right):
        scope = right.server.scope | {(PEOPLE[0], LEFT_STOP, LEFT_CASE)}
        told = i3(with_server(right, scope=scope)).violations
        assert told == (
            f"phone0 lacks stops/{LEFT_STOP} by the schemes",
            f"phone0 lacks cards/{LEFT_STOP} by the schemes",
        )

    def test_catches_a_document_in_an_old_state(self, right):
        assert "old state" in only(i3(with_documents(right, 1, "cards", {STOP: "0" * 64})))

    def test_catches_an_acknowledgement_the_phone_was_never_told(self, right):
        unheard = FeedRow(f"device:{DEVICES[1]}", "acks", "ack-x", 99, gone=False)
        told = only(i3(with_server(right, feed=(*right.server.feed, unheard))))
        assert told == "phone1 was never told acks/ack-x"


class TestI4:
    def test_tells_what_the_onlooker_saw(self, right):
        assert (
            only(i4(replace(right, seen=Seen(faults=["position 3 appeared after 9"])))) == "position 3 appeared after 9"
        )

    def test_catches_a_position_given_twice(self, right):
        again = FeedRow("person:x", "stops", "y", 2, gone=False)
        assert "given 2 times" in only(i4(with_server(right, feed=(*right.server.feed, again))))

    def test_catches_a_clock_that_counts_past_the_feed(self, right):
        assert "newest position" in only(i4(with_server(right, clock_seq=99)))


class TestI5:
    def test_catches_a_document_that_stayed(self, right):
        stays = with_documents(right, 0, "stops", {STOP: "s" * 64, LEFT_STOP: "x" * 64})
        assert only(i5(stays)) == f"phone0 still holds stops/{LEFT_STOP}"

    def test_catches_a_paper_of_a_stop_that_left(self, right):
        stays = with_phone(right, 0, cases={STOP: CASE, PAPER: LEFT_CASE})
        assert only(i5(stays)) == f"phone0 still holds papers/{PAPER}"

    def test_catches_content_sent_after_the_change(self, right):
        right.wire.given.append(Given(6.0, PEOPLE[0], "cards", LEFT_STOP, LEFT_CASE))
        assert "after it left the scope" in only(i5(right))

    def test_catches_a_paper_sent_after_the_change(self, right):
        right.wire.given.append(Given(6.0, PEOPLE[0], "papers", "another", LEFT_CASE))
        assert "papers/another" in only(i5(right))

    def test_catches_a_lost_phone_that_was_not_wiped(self, right):
        assert len(i5(with_phone(right, 1, is_lost=True)).violations) == 3


class TestI10:
    def test_catches_a_phone_that_differs_from_a_fresh_follower(self, right):
        followers = {**right.followers, DEVICES[0]: {**right.followers[DEVICES[0]], "forms": {"visit-1": "f" * 64}}}
        assert only(i10(replace(right, followers=followers))) == "phone0 and a fresh follower differ in forms"

    def test_catches_crew_mates_who_differ(self, right):
        apart = with_documents(right, 0, "cards", {STOP: "0" * 64})
        followers = {**right.followers, DEVICES[0]: {**right.followers[DEVICES[0]], "cards": {STOP: "0" * 64}}}
        told = only(i10(replace(apart, followers=followers)))
        assert told == "phone0, phone1 have the same visits and differ in cards"

    def test_catches_a_digest_that_differs(self, right):
        told = only(i10(replace(right, digests={DEVICES[0]: {"stops": ("a", "b")}})))
        assert told == "phone0 and the server's digest differ in stops"
