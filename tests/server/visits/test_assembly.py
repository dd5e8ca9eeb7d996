"""One visit out of its records: what counts, what is still missing, and nothing personal in the open."""

import uuid

import pytest

from server.visits import told
from server.visits.assembly import assemble, local_day
from server.visits.told import settle
from sync.envelope import FileRef
from tests.server.visits.make_visit import ARRIVED


def put(*pairs):
    return assemble(settle([told.from_envelope(envelope, digest=row.hash) for row, envelope in pairs]))


class TestAssemble:
    def test_is_empty_without_records(self):
        visit = put()
        assert (visit.outcome, visit.met, visit.agents, visit.arrived_at, visit.is_closed) == (
            None,
            "",
            (),
            None,
            False,
        )
        assert (visit.promises, visit.papers, visit.files, visit.flags) == ((), (), (), ())

    def test_takes_the_last_of_what_is_told_twice_and_says_so(self, story):
        visit = put(story.met(who="nobody"), story.met(who="debtor"), story.outcome(3), story.outcome(4))
        assert (visit.met, visit.outcome) == ("debtor", 4)
        assert visit.flags == ("several_met", "several_outcome")

    def test_is_closed_only_by_a_check_out_whose_records_are_all_here_unaltered(self, story):
        pairs = [story.check_in(), story.met()]
        assert not put(*pairs).is_closed
        check_out = story.check_out(pairs)
        assert put(*pairs, check_out).is_closed
        assert put(pairs[0], check_out).flags == ("records_missing",)
        pairs[0][0].hash = "0" * 64
        assert not put(*pairs, check_out).is_closed

    def test_takes_what_each_file_shows_from_the_manifest_wherever_it_is_bound(self, story):
        file_id = str(uuid.UUID(int=7))
        bound = story.phone.tell("outcome", story.body(code=3), manifest=[FileRef(file_id, "a" * 64, 9, "image/png")])
        described = story.phone.tell("manifest", story.body(files=[{"id": file_id, "shows": "building"}]))
        (file,) = put(bound, described).files
        assert (file.shows, file.sha256, file.size, file.mime) == ("building", "a" * 64, 9, "image/png")
        assert put(bound).files[0].shows == "other"

    @pytest.mark.parametrize("file_id", [[], {}, None, 7])
    def test_shows_a_bound_file_though_the_list_names_it_by_no_text(self, story, file_id):
        ref = FileRef(str(uuid.uuid4()), "a" * 64, 10, "image/jpeg")
        listed = story.phone.tell("manifest", story.body(files=[{"id": file_id, "shows": "door"}]), manifest=[ref])
        assert [(file.id, file.shows) for file in put(listed).files] == [(uuid.UUID(ref.id), "other")]

    @pytest.mark.parametrize(
        "changes",
        [
            {"promise_id": "no"},
            {"instalments": []},
            {"instalments": [{"no": 1, "due_on": "2026-13-45", "amount_fen": 5}]},
            {"instalments": [{"no": 1, "due_on": "2026-12-15", "amount_fen": 5.0}]},
            {"instalments": [{"no": 1, "due_on": "2026-12-15", "amount_fen": 10**14}]},
            {"is_voluntary": False},
            {"promisor": {"role": "third_party"}},
        ],
    )
    def test_tells_no_promise_that_is_not_sound(self, story, changes):
        row, envelope = story.promise()
        body = dict(envelope.body) | changes
        record = told.Told(row.id, row.device_id, 1, "promise", row.hash, ARRIVED, body)
        assert assemble(settle([record])).promises == ()

    def test_adds_up_nothing_by_itself(self, story):
        (promise,) = put(story.promise()).promises
        assert [one.amount_fen for one in promise.instalments] == [2_000_000, 4_438_675]

    def test_keeps_only_known_words_in_the_open(self, story):
        facts = put(story.outcome(3, next_step="打电话给张三"), story.met(place="张三家", id_checked="x")).facts
        assert (facts["next_step"], facts["place"], facts["id_checked"]) == ("", "", "")

    def test_bounds_the_papers_handed_over(self, story):
        delivered = [{"kind": "promise", "serial": "x" * 99}] * 50
        kept = put(story.outcome(3, delivered=delivered)).facts["delivered"]
        assert len(kept) == 20
        assert kept[0] == {"kind": "promise", "serial": "x" * 40, "copies": 1, "sealed": False}


class TestLocalDay:
    @pytest.mark.parametrize(("hour", "day"), [(15, "2026-12-02"), (16, "2026-12-03"), (0, "2026-12-02")])
    def test_is_the_date_in_shanghai(self, hour, day):
        assert local_day(ARRIVED.replace(hour=hour)).isoformat() == day
