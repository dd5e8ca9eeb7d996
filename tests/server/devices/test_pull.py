from datetime import timedelta
from uuid import UUID

import pytest

from server import clock, feed
from server.db import begin_write, db
from server.devices import pull
from server.devices.models import Device
from server.devices.rules import PullQuery
from sync.feed import set_digest, tombstone


@pytest.fixture
def device(phone, in_app):
    return db.session.get(Device, UUID(phone.device))


@pytest.fixture
def held(monkeypatch):
    """What the slice of `messages` still gives."""
    documents = {}
    monkeypatch.setattr(
        feed, "_loaders", {"messages": lambda _person, ids: {i: documents[i] for i in ids if i in documents}}
    )
    return documents


def tell(device, *ids, gone=False, subject=None):
    begin_write()
    for one in ids:
        feed.publish(subject or feed.person(device.person_id), "messages", one, gone=gone)
    db.session.commit()


class TestPage:
    def test_keeps_its_size_when_a_document_is_no_longer_given(self, device, held):
        held.update({one: {"id": one} for one in "ac"})
        tell(device, *"abc")
        told = pull.page(device, "messages", PullQuery(0, "", 3), epoch="e")
        assert told["documents"] == [{"id": "a"}, tombstone("b"), {"id": "c"}]
        assert told["checkpoint"] == {"seq": 3, "epoch": "e"}

    def test_asks_for_nothing_that_left(self, device, held):
        held["a"] = {"id": "a", "secret": True}
        tell(device, "a", gone=True)
        assert pull.page(device, "messages", PullQuery(0, "", 3), epoch="e")["documents"] == [tombstone("a")]

    def test_joins_what_is_for_the_person_and_for_the_phone(self, device, held):
        held.update({one: {"id": one} for one in "ab"})
        tell(device, "a")
        tell(device, "b", subject=feed.device(device.id))
        told = pull.page(device, "messages", PullQuery(0, "", 9), epoch="e")
        assert [document["id"] for document in told["documents"]] == ["a", "b"]

    def test_repeats_the_position_of_an_empty_page(self, device, held):
        assert pull.page(device, "messages", PullQuery(5, "e", 9), epoch="e") == {
            "documents": [], "checkpoint": {"seq": 5, "epoch": "e"}}  # fmt: skip


class TestPageOfAll:
    def test_gives_every_collection_in_one_order(self, device, held):
        held.update({one: {"id": one} for one in "ab"})
        tell(device, "a")
        begin_write()
        feed.publish(feed.person(device.person_id), "stops", "s", gone=True)
        db.session.commit()
        tell(device, "b")
        told = pull.page_of_all(device, PullQuery(0, "", 9), epoch="e")
        assert [(one["coll"], one["document"]) for one in told["changes"]] == [
            ("messages", {"id": "a"}), ("stops", tombstone("s")), ("messages", {"id": "b"}),
        ]  # fmt: skip
        assert told["checkpoint"] == {"seq": 3, "epoch": "e"}

    def test_keeps_its_size_while_more_waits(self, device, held):
        held.update({one: {"id": one} for one in "abcde"})
        tell(device, *"abcde")
        at, sizes = 0, []
        while not sizes or sizes[-1] == 2:
            told = pull.page_of_all(device, PullQuery(at, "e", 2), epoch="e")
            at, sizes = told["checkpoint"]["seq"], [*sizes, len(told["changes"])]
        assert sizes == [2, 2, 1]


class TestDownCast:
    def test_gives_an_older_app_what_it_knows(self, device, monkeypatch):
        paper = {"id": "p", "serial": "DZ-1", "version": 2}
        monkeypatch.setattr(feed, "_loaders", {"papers": lambda _person, ids: dict.fromkeys(ids, paper)})
        begin_write()
        feed.publish(feed.person(device.person_id), "papers", "p")
        db.session.commit()
        assert pull.page(device, "papers", PullQuery(0, "", 9, 3), epoch="e")["documents"] == [
            {"id": "p", "serial": "DZ-1"}
        ]
        assert pull.page(device, "papers", PullQuery(0, "", 9, 4), epoch="e")["documents"] == [paper]


class TestDigest:
    def test_tells_what_a_phone_holds_that_pulled_everything(self, device, held, monkeypatch):
        monkeypatch.setattr(pull, "AT_ONCE", 2)
        held.update({one: {"id": one, "n": 1} for one in "abcde"})
        tell(device, *"abcde")
        tell(device, "b", gone=True)
        told = pull.digest(device, "messages", sv=4, epoch="e")
        on_phone = [{"n": 1, "id": one} for one in "edca"]
        assert told == {"count": 4, "digest": set_digest(on_phone), "seq": 6, "epoch": "e"}

    def test_changes_with_any_document(self, device, held):
        held["a"] = {"id": "a", "n": 1}
        tell(device, "a")
        before = pull.digest(device, "messages", sv=4, epoch="e")["digest"]
        held["a"] = {"id": "a", "n": 2}
        assert pull.digest(device, "messages", sv=4, epoch="e")["digest"] != before


class TestPrune:
    def test_gives_up_old_tombstones_only(self, device, held):
        tell(device, "a", "b", gone=True)
        held["c"] = {"id": "c"}
        tell(device, "c")
        now = clock.now()
        assert pull.prune(now + timedelta(days=179)) == 0
        assert pull.prune(now + timedelta(days=181)) == 2
        db.session.commit()
        assert [
            one.doc_id for one in feed.positions(db.session(), pull.subjects(device), "messages", after=0, limit=9)
        ] == ["c"]
        assert pull.prune(now + timedelta(days=181)) == 0

    def test_lets_a_phone_that_missed_one_start_again_and_go_on(self, device, held, phone):
        held["a"] = {"id": "a"}
        tell(device, "a", "b")
        tell(device, "b", gone=True)
        here = phone.api("GET", "/v1/sync/messages/pull?limit=1").json["checkpoint"]
        pull.prune(clock.now() + timedelta(days=181))
        db.session.commit()
        again = f"/v1/sync/messages/pull?seq={here['seq']}&epoch={here['epoch']}"
        assert phone.api("GET", again).status_code == 410
        whole = phone.api("GET", f"/v1/sync/messages/pull?epoch={here['epoch']}").json
        assert [one["id"] for one in whole["documents"]] == ["a"]
        at = whole["checkpoint"]
        assert phone.api("GET", f"/v1/sync/messages/pull?seq={at['seq']}&epoch={at['epoch']}").json["documents"] == []

    def test_is_seen_by_the_combined_pull_too(self, device, held, phone):
        tell(device, "a", "b")
        tell(device, "a", gone=True)
        epoch = feed.epoch(db.session())
        pull.prune(clock.now() + timedelta(days=181))
        db.session.commit()
        assert phone.api("GET", f"/v1/sync/pull?seq=1&epoch={epoch}").status_code == 410


class TestSubjects:
    def test_are_the_person_and_the_phone(self, device):
        assert pull.subjects(device) == [f"person:{device.person_id}", f"device:{device.id}"]
