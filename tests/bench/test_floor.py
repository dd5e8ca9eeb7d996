"""The floor parses and keeps nothing."""

import pytest

from bench.floor import create_floor


class TestFloor:
    @pytest.fixture
    def client(self):
        return create_floor().test_client()

    def test_answers_rows_as_a_push_without_conflicts(self, client):
        answer = client.post("/v1/sync/records/push", json=[{"newDocumentState": {"id": "1"}}])
        assert (answer.status_code, answer.json) == (200, [])

    def test_does_parse(self, client):
        answer = client.post("/v1/sync/records/push", data=b"[{", content_type="application/json")
        assert answer.status_code == 400
