import pytest

from sync.envelope import RecordType
from sync.phone.rounds import Rounds
from sync.phone.transport import Refused


@pytest.fixture
def rounds(client):
    return Rounds(client, jitter=lambda: 0.5)


def paths(office):
    return [path for _, path, _ in office.seen]


class TestStep:
    def test_does_both_queues_and_waits_for_the_next_turn(self, rounds, outbox, store):
        outbox.write(RecordType.MANIFEST, {}, files=[outbox.file(b"x", mime="image/jpeg")])
        assert rounds.unsent == 2
        assert rounds.step(0.0) == 30.0
        assert rounds.unsent == 0
        assert set(store.media_states().values()) == {"verified"}

    def test_records_do_not_wait_for_files_that_do_not_get_through(self, rounds, outbox, office, store, monkeypatch):
        monkeypatch.setattr(office, "_finish", lambda file_id: office.files.update({file_id: b""}))
        outbox.write(RecordType.MANIFEST, {}, files=[outbox.file(b"x", mime="image/jpeg")])
        assert rounds.step(0.0) == 1.0
        assert store.count("waiting") == 0
        assert (rounds.files.failures, rounds.records.failures) == (1, 0)
        outbox.write(RecordType.PLAN_EVENT, {"event": "started"})
        before = len(office.seen)
        rounds.records.hurry(0.5)
        rounds.step(0.5)
        assert store.count("waiting") == 0
        assert "/v1/files" not in paths(office)[before:]

    def test_backs_off_when_the_line_is_down_and_keeps_everything(self, rounds, outbox, office, store):
        outbox.write(RecordType.PLAN_EVENT, {"event": "started"})
        office.plan = ["lost"] * 60
        assert rounds.step(0.0) == 1.0
        rounds.files.due_s = 1e9
        assert rounds.step(1.0) == 2.0
        assert store.count("waiting") == 1

    def test_does_nothing_before_its_time(self, rounds, office):
        rounds.step(0.0)
        before = len(office.seen)
        assert rounds.step(10.0) == 20.0
        assert len(office.seen) == before

    def test_starts_again_in_a_new_epoch(self, rounds, outbox, office):
        outbox.write(RecordType.PLAN_EVENT, {"event": "started"})
        rounds.step(0.0)
        office.epoch, office.hashes = "epoch-2", {}
        rounds.step(30.0)
        assert len(office.hashes) == 1

    def test_hands_in_when_revoked_and_says_so(self, rounds, outbox, office):
        outbox.write(RecordType.PLAN_EVENT, {"event": "started"})
        office.is_revoked = True
        with pytest.raises(Refused):
            rounds.step(0.0)
        assert len(office.hashes) == 1
