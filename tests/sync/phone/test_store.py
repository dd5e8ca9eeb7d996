import itertools
import sqlite3

import pytest

from sync import chain
from sync.envelope import FileRef
from sync.feed import Checkpoint, Page
from sync.phone.store import Store

REF = FileRef("0193a0b1-0000-7000-8000-0000000000f1", "ab" * 32, 3, "image/jpeg")


@pytest.fixture
def kept(store, run_of):
    records = run_of(3)
    for record in records:
        store.add_record(record)
    return records


def add_together(store, *records, rest=()):
    with store.together():
        for record in itertools.chain(records, rest):
            store.add_record(record)


class TestTogether:
    def test_keeps_all_or_nothing(self, store, run_of):
        first, second = run_of(2)
        with pytest.raises(sqlite3.IntegrityError):
            add_together(store, first, second, second)
        assert store.head() is None

    def test_undoes_also_when_the_phone_is_interrupted(self, store, seal):
        def interrupted():
            yield seal()
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            add_together(store, rest=interrupted())
        assert store.head() is None


class TestPut:
    def test_keeps_the_last_value(self, store):
        store.put(a="1", b="2")
        store.put(a="3")
        assert (store.get("a"), store.get("b"), store.get("c")) == ("3", "2", None)


class TestAddRecord:
    def test_survives_the_phone(self, tmp_path, run_of):
        path = tmp_path / "phone.db"
        first = Store(path)
        for record in run_of(2):
            first.add_record(record)
        first.close()
        again = Store(path)
        assert again.head() == chain.Head(2, run_of(2)[1].hash)
        assert again.waiting(limit=10) == run_of(2)
        again.close()

    def test_takes_a_place_of_the_chain_once(self, store, kept, seal):
        with pytest.raises(sqlite3.IntegrityError):
            store.add_record(seal(3, body={"other": 1}))


class TestWaiting:
    def test_gives_the_oldest_first_after_a_place(self, store, kept):
        assert store.waiting(limit=2) == kept[:2]
        assert store.waiting(limit=2, after=2) == kept[2:]

    def test_leaves_out_what_is_settled(self, store, kept):
        store.settle(kept[0].id, digest=kept[0].hash, state="accepted")
        assert store.waiting(limit=9) == kept[1:]


class TestSettle:
    def test_needs_the_very_hash(self, store, kept):
        store.settle(kept[0].id, digest="0" * 64, state="accepted")
        assert store.count("accepted") == 0

    def test_keeps_the_reason(self, store, kept):
        store.settle(kept[0].id, digest=kept[0].hash, state="quarantined", reason="signature_fails")
        assert (store.count("quarantined"), store.count("waiting")) == (1, 2)


class TestSendAgainFrom:
    @pytest.mark.parametrize(("seq", "waiting"), [(1, 3), (2, 2), (3, 1), (4, 0)])
    def test_makes_the_later_ones_wait_again(self, store, kept, seq, waiting):
        for record in kept:
            store.settle(record.id, digest=record.hash, state="accepted")
        store.send_again_from(seq)
        assert store.count("waiting") == waiting


class TestMedia:
    def test_keeps_the_bytes_for_a_restored_server_until_told(self, store):
        store.add_media(REF, b"abc")
        store.settle_media(REF.id, state="sent", digest=REF.sha256)
        assert store.next_media() is None
        store.start_again("e2")
        assert store.next_media().content == b"abc"
        store.settle_media(REF.id, state="verified", digest=REF.sha256, told_at="2026-12-02T01:30:00.000Z")
        assert store.drop_verified(before="2026-12-02T01:30:00.000Z") == 0
        store.start_again("e3")
        assert store.next_media().content == b"abc"
        store.settle_media(REF.id, state="verified", digest=REF.sha256, told_at="2026-12-02T01:30:00.000Z")
        assert store.drop_verified(before="2026-12-02T01:30:00.001Z") == 1
        assert store.drop_verified(before="2026-12-02T01:30:00.001Z") == 0
        store.start_again("e4")
        assert store.next_media() is None
        assert store.media_states() == {REF.id: "verified"}

    def test_drops_nothing_that_is_not_verified(self, store):
        store.add_media(REF, b"abc")
        store.settle_media(REF.id, state="sent", digest=REF.sha256)
        assert store.drop_verified(before="9999") == 0
        assert list(store.unverified_media()) == [(REF, b"abc")]

    def test_does_not_believe_another_hash(self, store):
        store.add_media(REF, b"abc")
        store.settle_media(REF.id, state="verified", digest="0" * 64)
        assert store.next_media().content == b"abc"

    def test_steps_over_what_is_skipped(self, store):
        store.add_media(REF, b"abc")
        assert store.next_media(frozenset({REF.id})) is None


class TestAckedSeq:
    def test_is_the_end_of_the_acknowledged_run(self, store, kept):
        assert store.acked_seq() == 0
        store.settle(kept[0].id, digest=kept[0].hash, state="accepted")
        store.settle(kept[2].id, digest=kept[2].hash, state="accepted")
        assert store.acked_seq() == 1
        store.settle(kept[1].id, digest=kept[1].hash, state="accepted")
        assert store.acked_seq() == 3

    def test_is_0_before_the_first_record(self, store):
        assert store.acked_seq() == 0


class TestUnsent:
    def test_counts_records_and_files(self, store, kept):
        store.add_media(REF, b"abc")
        assert store.unsent() == 4


class TestTakePage:
    def test_puts_replaces_and_deletes(self, store):
        store.take_page("stops", Page(({"id": "a", "n": 1}, {"id": "b"}), Checkpoint(2, "e")))
        store.take_page("stops", Page(({"id": "a", "n": 2}, {"id": "b", "_deleted": True}), Checkpoint(4, "e")))
        assert store.documents("stops") == {"a": {"id": "a", "n": 2}}
        assert store.checkpoint("stops") == Checkpoint(4, "e")

    def test_keeps_collections_apart(self, store):
        store.take_page("stops", Page(({"id": "a"},), Checkpoint(1, "e")))
        assert store.documents("cards") == {}
        assert store.checkpoint("cards") == Checkpoint(0, "")


class TestStartAgain:
    def test_forgets_positions_and_documents_but_no_record(self, store, kept):
        store.take_page("stops", Page(({"id": "a"},), Checkpoint(1, "e")))
        store.settle(kept[0].id, digest=kept[0].hash, state="accepted")
        store.start_again("e2")
        assert store.documents("stops") == {}
        assert store.checkpoint("stops") == Checkpoint(0, "")
        assert store.count("waiting") == 3
        assert store.get("epoch") == "e2"


class TestRecordsOf:
    def test_gives_the_records_of_one_visit_in_order(self, store, kept, seal):
        other = seal(4, kept[-1].hash, body={"visit_id": "other"})
        store.add_record(other)
        assert store.records_of(kept[0].subject) == kept
        assert store.records_of("other") == [other]
