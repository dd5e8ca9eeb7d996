"""Unmodified RxDB hands in signed records: nothing lost, nothing twice, nothing refused, whatever the line does."""

import json
from collections import Counter
from uuid import UUID

import pytest

from server.db import db
from server.devices import quarantine, settings
from server.devices.held import unseal
from server.devices.models import DeviceSetting
from server.simulation.cutter import CLEAR, THIRD_ANSWER_LOST
from server.visits.models import Record
from tests.clients.make_records import arrival, arrivals
from tests.clients.node import Refused

VISITS = 300
BATCH = 20


class TestRecords:
    def test_of_300_visits_are_stored_once_though_every_third_answer_is_lost(self, phone, cutter, held):
        written = phone.write(records=arrivals(VISITS))
        cutter.weather = THIRD_ANSWER_LOST
        seen = phone.push(coll="records", batch=BATCH)
        cutter.weather = CLEAR

        stored = held.records(phone)
        assert [(str(row.id), row.hash) for row in stored] == [(one["id"], one["hash"]) for one in written]
        assert [row.seq for row in stored] == list(range(1, VISITS + 1))
        assert len({row.visit_id for row in stored}) == VISITS
        assert held.quarantine(phone) == []
        assert seen["conflicts"] == []
        assert Counter(seen["sent"]) == Counter(one["id"] for one in written)
        device = held.device(phone)
        assert (device.head_seq, device.head_hash) == (VISITS, written[-1]["hash"])
        # The line was really bad: RxDB had to repeat about a third of its requests.
        assert cutter.counts["cut"] >= VISITS / BATCH / 3
        assert len(seen["errors"]) >= cutter.counts["cut"]
        assert seen["requests"] == VISITS / BATCH + len(seen["errors"])

    def test_sent_again_by_a_device_that_forgot_change_nothing(self, phone, held):
        phone.write(records=arrivals(5))
        phone.push(coll="records")
        before = [(row.id, row.received_at, row.flags) for row in held.records(phone)]
        again = phone.push(coll="records", identifier="forgotten")
        assert (len(again["sent"]), again["conflicts"]) == (5, [])
        assert [(row.id, row.received_at, row.flags) for row in held.records(phone)] == before

    def test_of_the_same_id_with_other_bytes_give_the_master_back_and_keep_both(self, phone, held):
        (kept, _) = phone.write(records=arrivals(2))
        phone.push(coll="records")
        master = next(one for one in phone.documents(coll="records") if one["id"] == kept["id"])
        altered = phone.alter(id=kept["id"], body=arrival(note="改过"))
        seen = phone.push(coll="records")

        assert [one["hash"] for one in seen["conflicts"]] == [kept["hash"]]
        on_phone = next(one for one in phone.documents(coll="records") if one["id"] == kept["id"])
        assert {name: on_phone[name] for name in master} == master
        assert held.records(phone)[0].hash == kept["hash"]
        (aside,) = held.quarantine(phone)
        assert (aside.verdict, aside.doc_id) == ("altered", kept["id"])
        assert quarantine.payload_of(aside)["env"] == altered["env"]
        assert phone.push(coll="records")["requests"] == 0
        assert len(held.quarantine(phone)) == 1

    def test_with_the_id_of_another_phone_are_set_aside_and_show_nothing_of_it(
        self, phone, new_phone, as_luo, storage, held
    ):
        (first,) = phone.write(records=arrivals(1))
        phone.push(coll="records")
        other = new_phone(as_luo, storage)
        (second,) = other.write(records=[{"type": "check_in", "body": arrival(), "id": first["id"]}])
        assert other.push(coll="records")["conflicts"] == []
        assert [one["hash"] for one in other.documents(coll="records")] == [second["hash"]]
        assert held.records(other) == []
        assert [one.reason for one in held.quarantine(other)] == ["id_kept_with_other_bytes"]
        assert held.records(phone)[0].hash == first["hash"]
        other.pull(coll="acks")
        (ack,) = other.documents(coll="acks")
        told = [(one["ref"], one["hash"], one["status"]) for one in json.loads(ack["ack"])["entries"]]
        assert told == [(first["id"], second["hash"], "quarantined")]

    def test_deleted_on_the_phone_stay_on_the_server(self, phone, held):
        (one, _) = phone.write(records=arrivals(2))
        phone.push(coll="records")
        assert phone.remove(coll="records", id=one["id"])
        assert len(phone.push(coll="records")["sent"]) == 1
        assert held.records(phone)[0].hash == one["hash"]
        assert held.quarantine(phone) == []

    def test_keep_members_this_server_does_not_know(self, phone, held):
        more = {"weather": "小雨", "sv": 9}
        (one,) = phone.write(records=[{"type": "hologram", "body": arrival() | {"mood": "?"}, "more": more}])
        phone.push(coll="records")
        (row,) = held.records(phone)
        env = json.loads(unseal(row.id, row.env_sealed))
        assert (row.hash, env["weather"], env["sv"], env["body"]["mood"]) == (one["hash"], "小雨", 9, "?")
        assert "unknown_type" in row.flags

    def test_signed_by_nobody_known_are_set_aside_and_hold_up_no_others(self, phone, held):
        good, bad = phone.write(records=arrivals(2))
        phone.put(coll="records", document=next(
            one | {"sig": "A" * 86} for one in phone.documents(coll="records") if one["id"] == bad["id"]
        ))  # fmt: skip
        seen = phone.push(coll="records")
        assert len(seen["sent"]) == 2
        assert [row.hash for row in held.records(phone)] == [good["hash"]]
        assert [one.reason for one in held.quarantine(phone)] == ["signature_fails"]


class TestRevokedPhone:
    def test_pulls_nothing_more_but_hands_in_what_it_holds(self, phone, as_zhou, held):
        (before,) = phone.write(records=arrivals(1))
        phone.push(coll="records")
        assert as_zhou.post(f"/v1/devices/{phone.device}/revoke", json={"is_lost": True}).status_code == 200
        (after,) = phone.write(records=arrivals(1))

        seen = phone.pull(coll="acks")
        assert (seen["refused"]["status"], seen["refused"]["problem"]["wipe"]) == (403, True)
        assert seen["received"] == []
        with pytest.raises(Refused) as refusal:
            phone.head()
        assert refusal.value.status == 403

        phone.push(coll="records")
        late = {row.hash: "late" in row.flags for row in held.records(phone)}
        assert late == {before["hash"]: False, after["hash"]: True}


class TestTooOldPhone:
    def test_is_told_to_upgrade_but_hands_in_what_it_holds(self, phone, held):
        (one,) = phone.write(records=arrivals(1))
        seen = phone.pull(coll="acks", sv=2)
        assert seen["refused"]["status"] == 426
        phone.push(coll="records")
        assert [row.hash for row in held.records(phone)] == [one["hash"]]
        assert len(phone.pull(coll="acks", sv=3)["received"]) == 1

    def test_may_not_push_to_what_the_office_owns(self, phone, held):
        phone.put(coll="stops", document={"id": "mine", "note": "自己加的"})
        assert phone.push(coll="stops")["conflicts"] == []
        (aside,) = held.quarantine(phone)
        assert (aside.coll, aside.reason, quarantine.payload_of(aside)["note"]) == ("stops", "server_owned", "自己加的")


class TestSettings:
    @pytest.fixture
    def two(self, phone, second_writer):
        return phone, second_writer(phone)

    def stored(self, phone):
        db.session.rollback()
        row = db.session.query(DeviceSetting).filter_by(device_id=UUID(phone.device)).one()
        return settings.load(row)["text"]

    def test_are_compared_and_set_by_two_writers(self, two, held):
        one, two = two
        one.put(coll="settings", document={"id": "draft", "text": "一"})
        assert one.push(coll="settings")["conflicts"] == []
        two.put(coll="settings", document={"id": "draft", "text": "二"})
        seen = two.push(coll="settings")
        assert [conflict["text"] for conflict in seen["conflicts"]] == ["一"]
        assert [document["text"] for document in two.documents(coll="settings")] == ["一"]
        assert self.stored(one) == "一"
        assert [quarantine.payload_of(aside)["text"] for aside in held.quarantine(one)] == ["二"]

        two.put(coll="settings", document={"id": "draft", "text": "二，看过一"})
        assert two.push(coll="settings")["conflicts"] == []
        assert self.stored(one) == "二，看过一"
        one.put(coll="settings", document={"id": "draft", "text": "一，没看过二"})
        assert [conflict["text"] for conflict in one.push(coll="settings")["conflicts"]] == ["二，看过一"]
        assert [document["text"] for document in one.documents(coll="settings")] == ["二，看过一"]

    def test_survive_lost_answers_without_a_conflict_with_themselves(self, phone, cutter, held):
        phone.put(coll="settings", document={"id": "draft", "text": "0"})
        phone.push(coll="settings")
        cutter.weather = THIRD_ANSWER_LOST
        for number in range(1, 10):
            phone.put(coll="settings", document={"id": "draft", "text": str(number)})
            assert phone.push(coll="settings")["conflicts"] == []
        cutter.weather = CLEAR
        assert self.stored(phone) == "9"
        assert held.quarantine(phone) == []

    def test_are_gone_when_deleted(self, phone):
        phone.put(coll="settings", document={"id": "draft", "text": "x"})
        phone.push(coll="settings")
        phone.remove(coll="settings", id="draft")
        assert phone.push(coll="settings")["conflicts"] == []
        db.session.rollback()
        row = db.session.query(DeviceSetting).filter_by(device_id=UUID(phone.device)).one()
        assert settings.load(row)["_deleted"] is True
        assert db.session.query(Record).filter_by(device_id=UUID(phone.device)).count() == 0
