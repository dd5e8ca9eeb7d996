import hashlib
import json

import pytest

from sync.ack import Entry, Status
from sync.envelope import RecordType
from sync.feed import Checkpoint, Page
from sync.phone import pushes
from sync.phone.client import Client
from sync.phone.outbox import NotEnrolled
from sync.phone.store import Store
from sync.phone.transport import NoNetwork, NotOurServer, Refused
from sync.signature import Alg

from .conftest import MARKED, Answer, good, problem

REF_OF_X = hashlib.sha256(b"x").hexdigest()
AT = "2026-12-02T01:30:00.000Z"
PACKED = "application/vnd.doorstep.packed"


def write(outbox, n):
    return [outbox.write(RecordType.PLAN_EVENT, {"event": "started", "n": i}) for i in range(n)]


def pulls(office):
    return [path.split("/")[3] for path in paths(office) if path.endswith("/pull")]


def kinds(office):
    return [headers["Content-Type"] for _, path, headers in office.seen if path == "/v1/sync/records/push"]


def paths(office):
    return [path for _, path, _ in office.seen]


class TestEnrol:
    def test_keeps_what_the_office_gave(self, client, store, office):
        assert store.get("token") == "token"
        assert json.loads(store.get("ack_key")) == office.key.public().jwk()

    @pytest.mark.parametrize("alg", list(Alg))
    def test_makes_a_key_of_either_kind(self, store, line, senses, office, alg):
        Client(store, line, senses).enrol("GOOD", label="x", app_version="1", alg=alg)
        assert office.phone_key.alg is alg

    def test_shows_the_same_key_when_the_answer_was_lost(self, store, line, senses, office):
        office.plan = ["answer lost"] * 6
        with pytest.raises(NoNetwork):
            Client(store, line, senses).enrol("GOOD", label="x", app_version="1")
        first = office.phone_key.jwk()
        Client(store, line, senses).enrol("GOOD", label="x", app_version="1")
        assert office.phone_key.jwk() == first

    def test_tells_the_id_it_had_when_it_enrols_again(self, store, line, senses, office, monkeypatch):
        told, enrol = [], office._enrol  # noqa: SLF001, what it was told
        monkeypatch.setattr(office, "_enrol", lambda one: told.append(one) or enrol(one))
        for _ in range(2):
            device = Client(store, line, senses).enrol("GOOD", label="x", app_version="1")
        assert [one.get("device_id") for one in told] == [None, device]
        assert "device_id" not in told[0]

    def test_says_when_the_code_is_not_good(self, store, line, senses):
        with pytest.raises(Refused, match="code-not-good"):
            Client(store, line, senses).enrol("BAD", label="x", app_version="1")

    def test_comes_before_everything(self, line, senses):
        store = Store(":memory:")
        with pytest.raises(NotEnrolled):
            Client(store, line, senses).sync()
        store.close()


class TestPush:
    def test_sends_batches_of_at_most_200(self, client, outbox, office, store):
        write(outbox, 450)
        assert client.push() == (450, 0)
        assert paths(office).count("/v1/sync/records/push") == 3
        assert store.count("accepted") == 450

    def test_sends_batches_of_at_most_2_mib(self, client, outbox, office, store):
        for _ in range(12):
            outbox.write(RecordType.OUTCOME, {"note": "x" * 200_000})
        assert client.push() == (12, 0)
        assert paths(office).count("/v1/sync/records/push") == 2

    def test_sends_rows_to_an_office_that_reads_nothing_packed(self, client, outbox, office, store):
        office.reads_packed = False
        client.head()
        write(outbox, 201)
        assert client.push() == (201, 0)
        assert store.count("accepted") == 201
        assert kinds(office) == [PACKED, "application/json", "application/json"]

    def test_packs_nothing_before_the_office_said_that_it_reads_this(self, client, outbox, office):
        write(outbox, 1)
        client.push()
        client.head()
        write(outbox, 1)
        client.push()
        office.packed = (1,)  # an older server
        client.head()
        write(outbox, 1)
        client.push()
        assert kinds(office) == ["application/json", PACKED, "application/json"]

    def test_does_not_send_a_batch_twice_in_one_go(self, client, outbox, office, monkeypatch):
        write(outbox, 3)
        monkeypatch.setattr(office, "_ack", lambda entries: {"forged": True})
        assert client.push() == (3, 0)
        assert paths(office).count("/v1/sync/records/push") == 1

    def test_believes_nothing_but_the_offices_signature(self, client, outbox, office, store):
        write(outbox, 2)
        store.put(ack_key=json.dumps(outbox.key.public().jwk()))
        client.push()
        assert store.count("waiting") == 2

    def test_keeps_waiting_when_the_line_is_down(self, client, outbox, office, store):
        write(outbox, 2)
        office.plan = ["lost"] * 6
        with pytest.raises(NoNetwork):
            client.push()
        assert store.count("waiting") == 2

    def test_is_not_taken_in_by_a_captive_portal(self, client, outbox, office, store):
        write(outbox, 2)
        office.plan = [Answer(200, {"content-type": "text/html"}, b"[]")]
        with pytest.raises(NotOurServer):
            client.push()
        assert store.count("waiting") == 2

    def test_sends_again_what_was_lost_on_the_way_back(self, client, outbox, office, store):
        write(outbox, 2)
        office.plan = ["answer lost"]
        assert client.push() == (2, 0)
        assert store.count("accepted") == 2
        assert len(office.hashes) == 2


class TestPull:
    def test_goes_on_to_the_end(self, client, office, store):
        office.tell("stops", *({"id": f"s{n:03}"} for n in range(25)))
        assert client.pull("stops", limit=10) == 25
        assert len(store.documents("stops")) == 25
        assert paths(office).count("/v1/sync/stops/pull") == 3

    def test_goes_on_from_the_last_page_it_kept(self, client, office, store):
        office.tell("stops", *({"id": f"s{n:03}"} for n in range(25)))
        office.plan = ["", *["lost"] * 6]
        with pytest.raises(NoNetwork):
            client.pull("stops", limit=10)
        assert len(store.documents("stops")) == 10
        assert client.pull("stops", limit=10) == 15

    @pytest.mark.parametrize("value", [[], {}, {"documents": [], "checkpoint": {"seq": "x", "epoch": ""}}], ids=str)
    def test_keeps_nothing_of_an_answer_that_is_none(self, client, office, store, value):
        office.plan = [good(value)]
        with pytest.raises(NotOurServer):
            client.pull("stops")
        assert store.documents("stops") == {}

    def test_settles_what_a_pulled_ack_vouches_for(self, client, outbox, office, store):
        [record] = write(outbox, 1)
        office.tell("acks", {"id": "x"}, office._ack([Entry(record.id, record.hash, Status.ACCEPTED)]))  # noqa: SLF001
        client.pull("acks")
        assert store.count("accepted") == 1


class TestHead:
    def test_tells_the_phones_time_and_what_it_still_holds(self, client, outbox, office):
        write(outbox, 2)
        client.head()
        headers = office.seen[-1][2]
        assert headers["Doorstep-Unsent"] == "2"
        assert headers["Doorstep-Time"].startswith("2026-12-02T01:30:0")

    def test_makes_records_wait_that_the_office_lacks(self, client, outbox, office, store):
        write(outbox, 3)
        client.push()
        office.resend_from = 2
        client.head()
        assert store.count("waiting") == 2

    def test_drops_old_files_by_the_offices_clock_not_its_own(self, client, outbox, office, store, monkeypatch):
        outbox.write(RecordType.MANIFEST, {}, files=[outbox.file(b"x", mime="image/jpeg")])
        client.sync()
        assert len(list(store.unverified_media())) == 0

        def bytes_left(server_time):
            monkeypatch.setattr(
                office, "_head", lambda _: good({"device": {"resend_from": None}, "server_time": server_time})
            )
            client.head()
            store.start_again("epoch-1")
            left = store.next_media() is not None
            store.settle_media(*store.media_states(), state="verified", digest=REF_OF_X, told_at=AT)
            return left

        assert bytes_left("no time")
        assert bytes_left("2026-12-09T01:30:00.000Z")
        assert not bytes_left("2026-12-09T01:30:00.001Z")


class TestSync:
    def test_does_a_whole_round(self, client, outbox, office, store):
        write(outbox, 2)
        outbox.write(RecordType.MANIFEST, {}, files=[outbox.file(b"x" * 300_000, mime="image/jpeg")])
        office.tell("stops", {"id": "s"})
        report = client.sync()
        assert (report.pushed, report.pulled, report.uploaded, report.unsent) == (3, 2, 1, 0)
        assert set(store.media_states().values()) == {"verified"}

    def test_pulls_only_what_stands_elsewhere(self, client, office):
        office.tell("stops", {"id": "s"})
        office.heads = {"stops": 1}
        client.sync()
        assert pulls(office) == ["stops"]
        client.sync()
        assert pulls(office) == ["stops"]

    def test_asks_where_the_office_stands_further_back(self, client, office):
        office.tell("stops", {"id": "s"})
        office.heads = {"stops": 1}
        client.sync()
        office.heads = {}  # a restored office
        client.sync()
        assert pulls(office) == ["stops", "stops"]

    def test_sends_nothing_again_whose_ack_it_only_missed(self, client, outbox, office, store):
        write(outbox, 1)
        office.heads = {}
        client.sync()
        store.take_page("acks", Page((), Checkpoint(0, "epoch-1")))
        office.tell("acks", {"id": "old"})
        client.pull("acks")
        [record] = write(outbox, 1)
        office.tell("acks", office._ack([Entry(record.id, record.hash, Status.ACCEPTED)]))  # noqa: SLF001
        office.heads = {"acks": 2}
        assert client.sync().pushed == 0
        assert store.unsent() == 0

    def test_sends_again_what_the_office_asks_for_whatever_acks_say(self, client, outbox, office, store):
        [record] = write(outbox, 1)
        office.heads = {"acks": 1}
        office.tell("acks", {"id": "old"})
        client.sync()
        office.tell("acks", office._ack([Entry(record.id, record.hash, Status.ACCEPTED)]))  # noqa: SLF001
        office.heads, office.resend_from = {"acks": 2}, 1
        assert client.sync().pushed == 1

    def test_stands_behind_the_acks_of_the_push_when_no_others_wait(self, client, outbox, office, store):
        write(outbox, 1)
        office.heads, office.acks_seq = {}, 7
        client.sync()
        assert store.checkpoint("acks") == Checkpoint(7, "epoch-1")
        assert pulls(office) == []

    def test_starts_again_in_a_new_epoch(self, client, outbox, office, store):
        write(outbox, 2)
        office.tell("stops", {"id": "s"})
        client.sync()
        office.epoch, office.hashes = "epoch-2", {}
        assert client.sync().pushed == 2
        assert len(office.hashes) == 2
        assert store.checkpoint("stops").epoch == "epoch-2"

    def test_hands_in_and_forgets_customers_when_revoked(self, client, outbox, office, store):
        office.tell("stops", {"id": "s"})
        client.sync()
        write(outbox, 2)
        office.is_revoked = True
        with pytest.raises(Refused):
            client.sync()
        assert len(office.hashes) == 2
        assert store.documents("stops") == {}

    def test_forgets_customers_even_when_it_cannot_hand_in(self, client, outbox, office, store):
        office.tell("stops", {"id": "s"})
        client.sync()
        write(outbox, 1)
        office.is_revoked = True
        office.plan = ["", *["lost"] * 6]
        with pytest.raises(NoNetwork):
            client.sync()
        assert store.documents("stops") == {}
        assert store.count("waiting") == 1

    def test_passes_other_refusals_on(self, client, office):
        office.plan = [problem(426, "upgrade-needed")]
        with pytest.raises(Refused, match="upgrade-needed"):
            client.sync()


def test_asks_for_what_the_page_says():
    assert (pushes.MAX_ROWS, pushes.MAX_PUSH_BYTES) == (200, 2 * 1024 * 1024)
    assert MARKED == {"doorstep-sync": "1"}
