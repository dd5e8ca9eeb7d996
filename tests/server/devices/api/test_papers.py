"""A phone gets the bytes of the papers it takes along, and of no other."""

import pytest

from server.media import store
from sync.canonical import sha256_hex
from tests.server.schemes import make_scheme as make


@pytest.fixture
def sent(as_zhou, as_sun, as_guo, creditors):
    """A dispatched scheme of two visits for Fang and Luo."""
    cases = [make.case(creditors["bank"], number) for number in range(2)]
    scheme = make.compiled(as_zhou, make.accepted_list(cases))
    make.planned(as_zhou, scheme["id"], iterations=20)
    make.submitted(as_zhou, scheme["id"])
    signed = make.signed(as_guo, make.reviewed(as_sun, scheme["id"]))
    answer = as_zhou.post(f"/v1/schemes/{signed['id']}/dispatch")
    assert answer.status_code == 200, answer.text
    return answer.json


class TestGivePaper:
    def test_brings_every_paper_of_the_day_with_one_sync(self, sent, phone):
        phone.client.sync()
        named = phone.store.documents("papers")
        assert len(named) == 2
        for paper_id, document in named.items():
            assert "pdf_base64" not in document
            assert phone.store.paper(paper_id) == store().get(document["sha256"])
            assert sha256_hex(phone.store.paper(paper_id)) == document["sha256"]

    def test_takes_two_calls_to_know_the_plan_and_one_to_know_it_stands(self, sent, phone):
        phone.transport.log.clear()
        phone.client.sync_records()
        assert [path.partition("?")[0] for _, path in phone.transport.log] == ["/v1/sync/head", "/v1/sync/pull"]
        assert len(phone.store.documents("stops")) == len(phone.store.documents("cards")) == 2
        phone.transport.log.clear()
        phone.client.sync_records()
        assert [path for _, path in phone.transport.log] == ["/v1/sync/head"]

    def test_does_not_fetch_a_paper_twice(self, sent, phone):
        phone.client.sync()
        phone.transport.log.clear()
        phone.client.sync()
        assert [path for _, path in phone.transport.log if "/papers/" in path] == []

    def test_is_marked_and_tagged_with_the_hash(self, sent, phone):
        phone.client.pull("papers")
        [paper, _] = phone.store.documents("papers").values()
        path = f"/v1/sync/papers/{paper['id']}/pdf"
        answer = phone.api("GET", path)
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        assert answer.headers["Doorstep-Sync"] == "1"
        assert answer.headers["ETag"] == f'"{paper["sha256"]}"'
        assert phone.api("GET", path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304

    def test_gives_a_paper_to_nobody_whose_visit_it_is_not(self, sent, phone, as_zhou):
        phone.client.pull("papers")
        paper_id = next(iter(phone.store.documents("papers")))
        path = f"/v1/sync/papers/{paper_id}/pdf"
        assert phone.transport.client.get(path).status_code == 401
        assert as_zhou.get(path).status_code == 401
        as_zhou.post(f"/v1/devices/{phone.device}/revoke", json={})
        assert phone.api("GET", path).status_code == 403

    def test_knows_no_paper_that_was_not_sent(self, phone):
        answer = phone.api("GET", "/v1/sync/papers/01a20000-0000-7000-8000-000000000001/pdf")
        assert (answer.status_code, answer.json["type"]) == (404, "/problems/missing")
