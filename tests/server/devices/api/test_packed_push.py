"""A packed push is judged as the same rows unpacked, forged and broken ones too."""

import base64
import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from server.db import db
from server.devices.models import Quarantine
from server.visits.models import Record
from sync import ack, packed
from sync.envelope import Record as Signed
from sync.signature import public_key

PUSH = "/v1/sync/records/push"
VECTOR = json.loads((Path(__file__).parents[3] / "vectors" / "packed.json").read_text())


def signed(phone, count):
    return [Signed(**row["newDocumentState"]) for row in phone.rows(count)]


def push(phone, body, **headers):
    return phone.api("POST", PUSH, data=body, content_type=packed.CONTENT_TYPE, headers=headers)


def told(phone, answer, records):
    """Return the entries of the one acknowledgement in an answer, its signature verified over the restored text."""
    [document] = answer.json["acks"]
    restored = packed.unpack_ack(document, [(one.hash, one.id) for one in records])
    key = public_key(json.loads(phone.store.get("ack_key")), alg="Ed25519")
    return ack.verify(restored, key=key, device=phone.device).entries


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


class TestTakePackedPush:
    def test_keeps_each_record_as_it_was_signed(self, phone, in_app):
        records = signed(phone, 5)
        answer = push(phone, packed.pack(records), Prefer="return=acks")
        entries = told(phone, answer, records)
        assert [(one.ref, one.hash, one.verdict) for one in entries] == [(one.id, one.hash, "new") for one in records]
        assert not any(one.hash in answer.text for one in records[:-1])
        kept = db.session.scalars(select(Record).order_by(Record.seq)).all()
        assert [(row.hash, row.sig, row.flags) for row in kept] == [(one.hash, one.sig, []) for one in records]

    def test_changes_nothing_the_second_time_packed_or_not(self, phone, in_app):
        records = signed(phone, 3)
        first = push(phone, packed.pack(records), Prefer="return=acks")
        assert push(phone, packed.pack(records), Prefer="return=acks").json == first.json
        rows = phone.push([{"newDocumentState": one.document()} for one in records], Prefer="return=acks")
        plain = rows.json["acks"][0]
        assert packed.pack_ack(plain, [(one.hash, one.id) for one in records]) == first.json["acks"][0]
        assert count(Record) == 3

    def test_reads_the_first_form_too(self, phone, in_app):
        assert push(phone, VECTOR["packed"].encode()).json == []  # another phone's records
        assert set(db.session.scalars(select(Quarantine.doc_id))) == {one["id"] for one in VECTOR["records"]}

    def test_answers_as_rxdb_wants_without_a_preference(self, phone):
        assert push(phone, gzip.compress(packed.pack(signed(phone, 2))), **{"Content-Encoding": "gzip"}).json == []

    def test_sets_a_changed_text_aside_with_all_that_build_on_it(self, phone, in_app):
        records = signed(phone, 3)
        text = packed.pack(records).replace(b'"n":1', b'"n":7')
        assert push(phone, text).json == []
        assert [row.n for row in db.session.execute(select(Record.seq.label("n")))] == [1]
        assert sorted(db.session.scalars(select(Quarantine.reason))) == ["signature_fails"] * 2

    def test_sets_a_text_aside_that_is_no_envelope(self, phone, in_app):
        [record] = signed(phone, 1)
        head, _, rest = packed.pack([record]).partition(b"\n")
        text = head + b"\nhello \x07\n\n" + rest[-packed.SIG_BYTES :]
        assert push(phone, text).json == []
        assert (count(Record), db.session.scalars(select(Quarantine.reason)).all()) == (0, ["envelope_unreadable"])

    def test_keeps_the_others_around_a_forged_one(self, phone, in_app):
        records = signed(phone, 3)
        body = packed.pack(records)
        push(phone, body[:-128] + body[-64:] + body[-128:-64])  # two signatures exchanged
        assert count(Record) == 1

    @pytest.mark.parametrize(
        ("body", "problem"),
        [
            (b"[]", "push-malformed"), (b"\xff", "push-malformed"), (b"", "push-malformed"),
            (b"doorstep.packed/1 Ed25519\n\x013\n\ns\n", "push-malformed"),
            (b"doorstep.packed/1 Ed25519\n" + b"\x011\n" * 10**5, "too-many-rows"),
            (b"doorstep.packed/1 Ed25519\n" + b"{}\n" * 201 + b"\n" + b"s\n" * 201, "too-many-rows"),
            (b"doorstep.packed/2 Ed25519\n" + b"{}\n" * 201 + b"\n" + b"s" * 64 * 201, "too-many-rows"),
            (b"doorstep.packed/2 Ed25519\n" + b"\x05" * 10**6 + b"\n\n" + b"h" * 10**6, "push-malformed"),
            (b"doorstep.packed/2 Ed25519\n{}\n\n" + b"s" * 63, "push-malformed"),
            *[(base64.b64decode(one["bytes"]), "push-malformed") for one in VECTOR["refused"]],
        ],
    )  # fmt: skip
    def test_refuses_what_is_no_packed_push(self, phone, in_app, body, problem):
        answer = push(phone, body)
        assert answer.json["type"] == f"/problems/{problem}"
        assert (count(Record), count(Quarantine)) == (0, 0)

    def test_reads_packed_text_only_as_records(self, phone, in_app):
        text = packed.pack(signed(phone, 1))
        answer = phone.api("POST", "/v1/sync/settings/push", data=text, content_type=packed.CONTENT_TYPE)
        assert answer.status_code == 400
        assert count(Quarantine) == 0

    def test_takes_the_copies_from_the_signed_text(self, phone, in_app):
        records = signed(phone, 1)
        lied = [replace(records[0], subject="another")]
        assert packed.pack(lied) is None
        push(phone, packed.pack(records))
        assert db.session.scalars(select(Record.flags)).one() == []
