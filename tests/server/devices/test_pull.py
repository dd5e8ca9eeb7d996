from uuid import UUID

import pytest

from server import feed
from server.db import begin_write, db
from server.devices import pull
from server.devices.models import Device
from server.devices.rules import PullQuery
from sync.feed import tombstone


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


class TestSubjects:
    def test_are_the_person_and_the_phone(self, device):
        assert pull.subjects(device) == [f"person:{device.person_id}", f"device:{device.id}"]
