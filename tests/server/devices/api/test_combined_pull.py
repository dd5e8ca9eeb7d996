"""The pull over every collection and the digest, as a phone calls them."""

import pytest

from sync import feed


@pytest.fixture
def told(phone):
    """Fang's phone with three acknowledgements in its feed."""
    for _ in range(3):
        phone.push(phone.rows(1))
    return phone


class TestGivePullOfAll:
    def test_gives_pages_of_exactly_the_size_asked(self, told):
        first = told.api("GET", "/v1/sync/pull?limit=2")
        assert (first.status_code, first.headers["Doorstep-Sync"]) == (200, "1")
        assert [one["coll"] for one in first.json["changes"]] == ["acks", "proofs"]
        at = first.json["checkpoint"]
        rest = told.api("GET", f"/v1/sync/pull?seq={at['seq']}&epoch={at['epoch']}&limit=2")
        assert len(rest.json["changes"]) == 2

    def test_refuses_what_a_single_pull_refuses(self, told, as_zhou):
        assert told.api("GET", "/v1/sync/pull?sv=2").status_code == 426
        assert told.api("GET", "/v1/sync/pull?limit=1001").json["type"] == "/problems/bad-pull"
        assert told.api("GET", "/v1/sync/pull?epoch=another").status_code == 410
        assert told.api("GET", "/v1/sync/pull?color=red").status_code == 422
        as_zhou.post(f"/v1/devices/{told.device}/revoke", json={})
        assert told.api("GET", "/v1/sync/pull").json["type"] == "/problems/device-revoked"

    def test_is_for_phones_only(self, as_zhou):
        assert as_zhou.get("/v1/sync/pull").status_code == 401


class TestGiveDigest:
    def test_equals_what_a_phone_that_pulled_holds(self, told):
        pulled = told.api("GET", "/v1/sync/acks/pull").json["documents"]
        answer = told.api("GET", "/v1/sync/acks/digest").json
        assert (answer["count"], answer["digest"]) == (3, feed.set_digest(pulled))

    def test_of_nothing_is_that_of_nothing(self, phone):
        assert phone.api("GET", "/v1/sync/stops/digest").json["digest"] == feed.set_digest([])

    @pytest.mark.parametrize(
        ("path", "status"), [("records/digest", 404), ("nothing/digest", 404), ("acks/digest?sv=2", 426)]
    )
    def test_refuses_what_it_cannot_tell(self, phone, path, status):
        assert phone.api("GET", f"/v1/sync/{path}").status_code == status
