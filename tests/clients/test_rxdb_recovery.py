"""Unmodified RxDB goes on after the server was killed, and gives a restored server everything it lost."""

import pytest

from tests.clients.backups import Backups
from tests.clients.make_records import arrivals
from tests.clients.node import Refused


@pytest.fixture
def backups(in_app, live_server, tmp_path):
    return Backups(live_server, tmp_path)


def hashes(rows):
    return [row.hash for row in rows]


class TestKilledServer:
    def test_holds_all_once_when_it_is_back(self, phone, live_server, held):
        phone.push(coll="records", batch=10, stay=True)
        written = phone.write(records=arrivals(100))
        assert live_server.kill_a_worker()
        phone.begin("write", records=arrivals(100))
        live_server.kill()
        written += phone.end()
        written += phone.write(records=arrivals(50))  # nobody answers; the phone goes on working
        live_server.restart()
        seen = phone.settle(coll="records")

        assert hashes(held.records(phone)) == [one["hash"] for one in written]
        assert held.quarantine(phone) == []
        assert seen["conflicts"] == []
        assert held.device(phone).head_seq == 250
        assert seen["errors"], "the kill went unnoticed"


class TestRestoredServer:
    def test_loses_what_came_after_the_backup_without_an_epoch_and_nothing_with_one(self, phone, backups, held):
        before = phone.write(records=arrivals(100))
        phone.push(coll="records")
        phone.pull(coll="acks")
        assert hashes(held.records(phone)) == [one["hash"] for one in before]  # the worker has done its part too
        copy = backups.take()
        everything = [one["hash"] for one in before + phone.write(records=arrivals(60))]
        phone.push(coll="records")
        phone.pull(coll="acks")
        assert hashes(held.records(phone)) == everything

        backups.put_back(copy)
        seen = phone.push(coll="records")  # RxDB believes the server has it all
        assert seen["requests"] == 0
        assert hashes(held.records(phone)) == everything[:100]  # lost, and nobody would ever know
        assert phone.head(headers={"Doorstep-Acked": "160"})["device"]["resend_from"] == 101

        # A pull from a place this server never counted to shows that it was restored: it begins a new epoch by itself.
        first = phone.pull(coll="acks")["refused"]
        assert (first["status"], len(first["problem"]["epoch"])) == (410, 36)
        assert len(phone.push(coll="records")["sent"]) == 160
        assert hashes(held.records(phone)) == everything
        assert held.device(phone).head_hash == everything[-1]
        told = phone.pull(coll="acks")["received"]
        assert told
        assert {one["id"] for one in phone.documents(coll="acks")} >= set(told)

        # The office restores and says so; a phone whose cursor shows nothing learns it from the head.
        fresh = backups.begin_epoch()
        with pytest.raises(Refused) as refusal:
            phone.head(headers={"Doorstep-Epoch": first["problem"]["epoch"]})
        assert (refusal.value.status, refusal.value.problem["epoch"]) == (410, fresh)
        again = phone.push(coll="records")
        assert (len(again["sent"]), again["conflicts"]) == (160, [])
        assert hashes(held.records(phone)) == everything
        assert held.quarantine(phone) == []
