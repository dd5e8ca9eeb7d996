import hashlib
import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import ack
from sync.ack import Entry, LogPosition, NotAnAck, Status
from sync.canonical import canonical
from sync.chain import Head
from sync.signature import Alg, public_key, signing_key

SERVER = signing_key(Alg.ED25519, b"A" * 32)
ONE = (Entry("r", "h", Status.ACCEPTED, "new"),)
ACK_ID = "0193a0b1-0000-7000-8000-00000000aaaa"


def signed(device, t0, entries=ONE, **kwargs):
    head = Head(1, "ab" * 32)
    return ack.sign(entries, ack_id=ACK_ID, device=device, received_at=t0, head=head, key=SERVER, **kwargs)


def signed_text(**members):
    told = {
        "v": 1,
        "id": "i",
        "device": "d",
        "received_at": "",
        "head": {"seq": 1, "hash": ""},
        "entries": [],
        "log": None,
    }
    return json.dumps(told | members)


class TestSign:
    def test_lists_every_hash_it_vouches_for(self, device, t0):
        entries = [Entry(f"r{n}", f"h{n}", Status.ACCEPTED, "new", ("late",), "why") for n in range(200)]
        told = ack.verify(signed(device, t0, entries), key=SERVER.public(), device=device)
        assert list(told.entries) == entries

    def test_is_a_document_with_plain_copies_beside_the_signed_text(self, device, t0):
        document = signed(device, t0)
        assert set(document) == {"id", "ack", "sig", "alg", "device", "received_at"}
        assert (document["id"], document["alg"], document["device"]) == (ACK_ID, "Ed25519", device)
        assert document["received_at"] == json.loads(document["ack"])["received_at"] == "2026-12-02T01:30:00.000Z"

    def test_carries_the_place_in_the_log(self, device, t0):
        told = ack.verify(signed(device, t0, log=LogPosition(7, "root")), key=SERVER.public(), device=device)
        assert told.log == LogPosition(7, "root")
        assert told.head == Head(1, "ab" * 32)

    def test_is_the_same_twice(self, device, t0):
        assert signed(device, t0) == signed(device, t0)

    def test_is_canonical(self, device, t0):
        text = signed(device, t0)["ack"]
        assert canonical(json.loads(text)).decode() == text


class TestVerify:
    def test_agrees_with_the_shared_vectors(self, vectors):
        told = vectors("ack")
        key = public_key(told["public_key"], alg="Ed25519")
        for case in told["cases"]:
            if case["is_believed"]:
                assert ack.verify(case["document"], key=key, device=told["device"]), case["name"]
            else:
                with pytest.raises(NotAnAck):
                    ack.verify(case["document"], key=key, device=told["device"])

    @given(st.data())
    def test_believes_no_changed_character(self, device, t0, data):
        document = signed(device, t0)
        at = data.draw(st.integers(0, len(document["ack"]) - 1))
        letter = data.draw(st.characters().filter(lambda c: c != document["ack"][at]))
        with pytest.raises(NotAnAck):
            ack.verify(
                document | {"ack": document["ack"][:at] + letter + document["ack"][at + 1 :]},
                key=SERVER.public(), device=device,
            )  # fmt: skip

    def test_believes_no_record_signature_as_an_ack(self, device, t0):
        # The signed bytes carry their own prefix, so a signature made for another purpose is none here.
        document = signed(device, t0)
        bare = SERVER.sign(hashlib.sha256(document["ack"].encode()).digest())
        with pytest.raises(NotAnAck, match="^the signature is not the server's$"):
            ack.verify(document | {"sig": bare}, key=SERVER.public(), device=device)

    @pytest.mark.parametrize(
        "text",
        [
            "{}", "[]", "null", '{"v":1}', '{"v":2}', "not json",
            signed_text(head=5),
            signed_text(entries=[5]),
            signed_text(entries=[{"ref": "r", "hash": "h", "verdict": "", "flags": [], "reason_code": ""}]),
            signed_text(entries=[
                {"ref": "r", "hash": "h", "status": "forgotten", "verdict": "", "flags": [], "reason_code": ""}
            ]),
        ],
        ids=["empty", "list", "null", "version only", "version 2", "text", "head", "entry", "no status", "new status"],
    )  # fmt: skip
    def test_refuses_what_it_cannot_read_though_signed(self, text):
        document = {"id": "i", "ack": text, "sig": SERVER.sign(ack._signed_bytes(text))}  # noqa: SLF001
        why = "^(expected version 1|a status this version does not know|signed, yet not readable by this version)$"
        with pytest.raises(NotAnAck, match=why):
            ack.verify(document, key=SERVER.public(), device="d")

    @pytest.mark.parametrize(
        ("document", "why"),
        [
            (None, "not an object"), ([], "not an object"), ({}, "no signed text"), ({"ack": "x"}, "no signed text"),
            ({"ack": 5, "sig": "x"}, "no signed text"), ({"ack": "x", "sig": "é"}, "the signature is not the server's"),
        ],
        ids=str,
    )  # fmt: skip
    def test_refuses_other_things(self, document, why):
        with pytest.raises(NotAnAck, match=f"^{why}$"):
            ack.verify(document, key=SERVER.public(), device="d")

    def test_takes_no_ack_for_another_phone(self, device, t0):
        with pytest.raises(NotAnAck, match="^made for another device$"):
            ack.verify(signed(device, t0), key=SERVER.public(), device="other")

    def test_takes_no_ack_under_another_id(self, device, t0):
        with pytest.raises(NotAnAck, match="^its id is not the signed one$"):
            ack.verify(signed(device, t0) | {"id": "other"}, key=SERVER.public(), device=device)

    def test_keeps_the_moment(self, device, t0):
        told = ack.verify(signed(device, t0 + timedelta(seconds=1)), key=SERVER.public(), device=device)
        assert told.received_at == "2026-12-02T01:30:01.000Z"
