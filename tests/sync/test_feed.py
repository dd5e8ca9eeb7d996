import pytest

from sync import feed
from sync.canonical import content_hash, sha256_hex
from sync.feed import Checkpoint, NotACheckpoint


class TestCheckpointFrom:
    def test_comes_back_from_its_document(self):
        at = Checkpoint(7, "e")
        assert feed.checkpoint_from(**at.document()) == at

    @pytest.mark.parametrize("seq", [0, 1, 2**53 - 1])
    def test_takes_every_number_that_all_clients_can_hold(self, seq):
        assert feed.checkpoint_from(seq, "") == Checkpoint(seq, "")

    @pytest.mark.parametrize(
        ("seq", "epoch", "why"),
        [(seq, "", "seq is not a whole number from 0") for seq in (-1, "1", 1.0, True, 2**53, None)]
        + [(1, epoch, "epoch is not a text") for epoch in (None, 5)],
        ids=str,
    )
    def test_refuses_what_the_server_never_gave(self, seq, epoch, why):
        with pytest.raises(NotACheckpoint, match=f"^{why}$"):
            feed.checkpoint_from(seq, epoch)


class TestPageFrom:
    def test_reads_documents_and_position(self):
        page = feed.page_from({"documents": [{"id": "a"}], "checkpoint": {"seq": 1, "epoch": "e"}})
        assert (len(page.documents), page.checkpoint) == (1, Checkpoint(1, "e"))

    @pytest.mark.parametrize(
        ("answer", "why"),
        [(one, "the answer has no checkpoint") for one in (None, [], {}, {"documents": []})]
        + [({"documents": one, "checkpoint": {"seq": 1, "epoch": ""}}, "the answer has no list of documents with ids")
           for one in (None, {}, [5], [{}], [{"id": "a"}, {}])]
        + [({"documents": [], "checkpoint": {"seq": "1"}}, "seq is not a whole number from 0")],
        ids=str,
    )  # fmt: skip
    def test_refuses_anything_else(self, answer, why):
        with pytest.raises(NotACheckpoint, match=f"^{why}$"):
            feed.page_from(answer)


class TestChangesFrom:
    def test_reads_pairs_and_position(self):
        told = {"changes": [{"coll": "stops", "document": {"id": "a"}}, {"coll": "acks", "document": {"id": "b"}}],
                "checkpoint": {"seq": 9, "epoch": "e"}}  # fmt: skip
        assert feed.changes_from(told) == ([("stops", {"id": "a"}), ("acks", {"id": "b"})], Checkpoint(9, "e"))

    @pytest.mark.parametrize(
        ("changes", "why"),
        [(one, "the answer has no list of changes") for one in (None, {}, "x")]
        + [(one, "a change names no collection")
           for one in ([5], [{}], [{"coll": 5, "document": {"id": "a"}}], [{"document": {"id": "a"}}])]
        + [([{"coll": "stops"} | one], "the answer has no list of documents with ids")
           for one in ({}, {"document": {}}, {"document": None})],
        ids=str,
    )  # fmt: skip
    def test_refuses_anything_else(self, changes, why):
        with pytest.raises(NotACheckpoint, match=f"^{why}$"):
            feed.changes_from({"changes": changes, "checkpoint": {"seq": 1, "epoch": ""}})

    @pytest.mark.parametrize("answer", [None, [], {"checkpoint": {}}], ids=str)
    def test_needs_changes(self, answer):
        with pytest.raises(NotACheckpoint, match="^the answer has no list of changes$"):
            feed.changes_from(answer)

    @pytest.mark.parametrize("answer", [{"changes": []}, {"changes": [], "checkpoint": 5}], ids=str)
    def test_needs_a_position(self, answer):
        with pytest.raises(NotACheckpoint, match="^the answer has no checkpoint$"):
            feed.changes_from(answer)


class TestIsLast:
    @pytest.mark.parametrize(("n", "is_last"), [(0, True), (1, True), (2, False)])
    def test_is_a_page_shorter_than_asked(self, n, is_last):
        page = feed.Page(tuple({"id": str(i)} for i in range(n)), Checkpoint(1, "e"))
        assert page.is_last(limit=2) is is_last


class TestTombstone:
    def test_says_the_id_and_nothing_else(self):
        assert feed.tombstone("x") == {"id": "x", "_deleted": True}


class TestSetDigest:
    def test_is_the_same_in_any_order_and_writing(self):
        a, b = {"id": "a", "n": 1}, {"id": "b", "m": "冯"}
        assert feed.set_digest([a, b]) == feed.set_digest([{"m": "冯", "id": "b"}, {"n": 1, "id": "a"}])

    def test_differs_when_a_document_differs_or_is_missing(self):
        a, b = {"id": "a", "n": 1}, {"id": "b"}
        digests = {feed.set_digest(one) for one in ([a, b], [a], [b], [], [{"id": "a", "n": 2}, b])}
        assert len(digests) == 5

    def test_is_what_another_client_computes(self):
        one = content_hash({"id": "a"}), content_hash({"id": "b"})
        lines = f"a {one[0]}\nb {one[1]}\n"
        assert feed.set_digest([{"id": "b"}, {"id": "a"}]) == sha256_hex(lines.encode())
