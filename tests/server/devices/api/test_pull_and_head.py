"""What a phone pulls, and what it is told of where everything stands."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from server import feed
from server.db import begin_write, db
from server.devices.models import Device


@pytest.fixture
def publish(in_app, monkeypatch):
    """Publish documents of `messages` to a person, with a loader that gives them back."""
    held = {}
    before = dict(feed._loaders)  # noqa: SLF001
    monkeypatch.setattr(feed, "_loaders", before)
    feed.serves("messages")(lambda _person, ids: {i: held[i] for i in ids if i in held})

    def tell(person_id, *ids, gone=False):
        begin_write()
        for one in ids:
            held[one] = {"id": one, "text": f"text of {one}"}
            feed.publish(f"person:{person_id}", "messages", one, gone=gone)
        db.session.commit()

    return tell


def pull(phone, coll="messages", **query):
    text = "&".join(f"{k}={v}" for k, v in ({"sv": 4} | query).items())
    return phone.api("GET", f"/v1/sync/{coll}/pull?{text}")


class TestGivePull:
    def test_gives_full_pages_while_more_waits(self, phone, publish):
        publish(phone.person_id, *[f"m{n:03}" for n in range(250)])
        seq, epoch, sizes, seen = 0, "", [], []
        while not sizes or sizes[-1] == 100:
            page = pull(phone, seq=seq, epoch=epoch, limit=100).json
            seq, epoch = page["checkpoint"]["seq"], page["checkpoint"]["epoch"]
            sizes.append(len(page["documents"]))
            seen += [d["id"] for d in page["documents"]]
        assert sizes == [100, 100, 50]
        assert seen == [f"m{n:03}" for n in range(250)]

    def test_repeats_the_checkpoint_of_an_empty_page(self, phone, publish):
        publish(phone.person_id, "a")
        at = pull(phone).json["checkpoint"]
        assert pull(phone, **at).json == {"documents": [], "checkpoint": at}

    def test_gives_the_newest_state_once(self, phone, publish):
        publish(phone.person_id, "a", "b")
        publish(phone.person_id, "a")
        assert [d["id"] for d in pull(phone).json["documents"]] == ["b", "a"]

    def test_gives_a_tombstone_without_content_for_what_left(self, phone, publish):
        publish(phone.person_id, "a", "b")
        at = pull(phone).json["checkpoint"]
        publish(phone.person_id, "a", gone=True)
        page = pull(phone, **at)
        assert page.json["documents"] == [{"id": "a", "_deleted": True}]
        assert "text of a" not in page.text

    def test_shows_nobody_elses_documents(self, phone, new_phone, as_luo, publish):
        other = new_phone(as_luo)
        publish(phone.person_id, "a")
        assert pull(other).json["documents"] == []

    def test_gives_acks_to_the_phone_they_are_for(self, phone, new_phone, as_fang):
        second = new_phone(as_fang)
        told = phone.push(phone.rows(1), Prefer="return=acks").json["acks"]
        assert pull(phone, coll="acks").json["documents"] == told
        assert pull(second, coll="acks").json["documents"] == []

    @pytest.mark.parametrize("limit", [0, 1001, -1])
    def test_refuses_a_page_size_instead_of_cutting_it(self, phone, limit):
        answer = pull(phone, limit=limit)
        assert (answer.status_code, answer.json["type"]) == (400, "/problems/bad-pull")

    def test_asks_an_old_app_to_upgrade(self, phone):
        assert pull(phone, sv=2).status_code == 426

    def test_knows_no_other_collection(self, phone):
        assert pull(phone, coll="records").status_code == 404

    def test_says_gone_for_another_epoch(self, phone, publish):
        answer = pull(phone, seq=0, epoch="old")
        assert (answer.status_code, answer.json["epoch"]) == (410, phone.store.get("epoch"))

    def test_begins_a_new_epoch_when_a_phone_is_ahead_of_the_database(self, phone, in_app):
        answer = pull(phone, seq=10_000, epoch=phone.store.get("epoch"))
        assert answer.status_code == 410
        assert answer.json["epoch"] != phone.store.get("epoch")
        assert feed.epoch(db.session()) == answer.json["epoch"]

    def test_is_closed_to_a_revoked_phone(self, phone, as_zhou):
        as_zhou.post(f"/v1/devices/{phone.device}/revoke", json={"is_lost": True})
        answer = pull(phone)
        assert (answer.status_code, answer.json["type"], answer.json["wipe"]) == (403, "/problems/device-revoked", True)


class TestGiveHead:
    def test_tells_where_everything_stands(self, phone):
        phone.push(phone.rows(2))
        told = phone.api("GET", "/v1/sync/head").json
        assert told["epoch"] == phone.store.get("epoch")
        assert told["device"]["ack_seq"] == 2
        assert told["device"]["ack_hash"] == phone.store.head().hash
        assert told["heads"] == {"acks": 1, "proofs": 2}  # the proof follows when the log has the records
        assert (told["sv"], told["packed"]) == ([3, 4], [1, 2])

    def test_answers_304_while_nothing_moved(self, phone):
        first = phone.api("GET", "/v1/sync/head")
        again = phone.api("GET", "/v1/sync/head", headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.headers["Doorstep-Sync"]) == (304, "1")
        phone.push(phone.rows(1))
        moved = phone.api("GET", "/v1/sync/head", headers={"If-None-Match": first.headers["ETag"]})
        assert moved.status_code == 200

    def test_keeps_how_far_the_phones_clock_is_off(self, phone, in_app):
        phone.ticks[0] += timedelta(hours=3)
        phone.client.head()
        device = db.session.scalars(select(Device)).one()
        assert -10_802_000 < device.clock_offset_ms < -10_790_000

    @pytest.mark.parametrize("text", ["yesterday", "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z", ""])
    def test_ignores_a_time_that_is_none(self, phone, text):
        assert phone.api("GET", "/v1/sync/head", headers={"Doorstep-Time": text}).status_code == 200
