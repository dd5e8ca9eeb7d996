import gzip
import json

import pytest

from server.simulation.ledger import Given, Ledger, Wire
from sync.phone.transport import Answer, NoNetwork
from sync.upload import write_metadata


class Line:
    """Answers as told, or not at all."""

    def __init__(self, answer=None):
        self.answer = answer

    def send(self, method, path, *, headers, body):
        if self.answer is None:
            raise NoNetwork("lost")
        return self.answer


@pytest.fixture
def ledger():
    return Ledger()


def send(ledger, path, *, answer=None, body=b"", headers=None, passing=lambda: None):
    wire = Wire(Line(answer), ledger, lambda: ("device", "person"), passing)
    return wire.send("POST", path, headers=headers or {}, body=body)


def good(value):
    return Answer(200, {}, json.dumps(value).encode())


ROWS = [{"newDocumentState": {"id": "r", "hash": "h"}}, {"newDocumentState": {"id": "x"}}]


class TestWire:
    def test_keeps_what_was_sent_although_no_answer_came(self, ledger):
        with pytest.raises(NoNetwork):
            send(ledger, "/v1/sync/records/push", body=json.dumps(ROWS).encode())
        assert ledger.sent == {("device", "r", "h")}
        assert len(ledger.sent_payloads) == 2
        assert ledger.counts["unanswered"] == 1

    def test_reads_what_was_compressed(self, ledger):
        body = gzip.compress(json.dumps(ROWS).encode())
        send(ledger, "/v1/sync/records/push", body=body, headers={"Content-Encoding": "gzip"}, answer=good([]))
        assert ledger.sent == {("device", "r", "h")}

    def test_reads_a_pull_over_every_collection_as_one_of_each(self, ledger):
        changes = [
            {"coll": "acks", "document": {"id": "b"}},
            {"coll": "stops", "document": {"id": "s", "case_id": "c"}},
            {"coll": "cards", "document": {"id": "gone", "_deleted": True}},
        ]
        send(ledger, "/v1/sync/pull?seq=0", answer=good({"changes": changes}))
        assert set(ledger.acks) == {"b"}
        assert [(one.coll, one.doc_id, one.case_id) for one in ledger.given] == [("stops", "s", "c")]

    def test_keeps_acknowledgements_of_answers_and_pulls(self, ledger):
        send(ledger, "/v1/sync/records/push", body=b"[]", answer=good({"conflicts": [], "acks": [{"id": "a"}]}))
        send(ledger, "/v1/sync/acks/pull?seq=0", answer=good({"documents": [{"id": "b"}]}))
        assert set(ledger.acks) == {"a", "b"}

    def test_keeps_content_that_came_and_no_tombstone(self, ledger):
        documents = [{"id": "s", "case_id": "c"}, {"id": "t", "_deleted": True}]
        send(ledger, "/v1/sync/stops/pull?seq=0", answer=good({"documents": documents}))
        [given] = ledger.given
        assert given == Given(given.began, "person", "stops", "s", "c")

    def test_keeps_announced_files(self, ledger):
        told = write_metadata({"attachment_id": "f", "sha256": "d"})
        send(ledger, "/v1/files", headers={"Upload-Metadata": told}, answer=Answer(201, {}, b""))
        assert ledger.announced == {("device", "f", "d")}

    def test_notes_a_failing_server(self, ledger):
        send(ledger, "/v1/sync/head?x=1", answer=Answer(503, {}, b""))
        assert ledger.server_faults == ["503 /v1/sync/head"]

    def test_passes_twice_for_each_answered_request(self, ledger):
        passed = []
        send(ledger, "/v1/sync/head", answer=good({}), passing=lambda: passed.append(1))
        assert passed == [1, 1]
