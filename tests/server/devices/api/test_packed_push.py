"""A packed push is judged as the same rows unpacked, forged and broken ones too."""

import gzip
import json
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from server.db import db
from server.devices.models import Quarantine
from server.visits.models import Record
from sync import ack, packed
from sync.envelope import Record as Signed
from sync.signature import public_key

PUSH = "/v1/sync/records/push"


def signed(phone, count):
    return [Signed(**row["newDocumentState"]) for row in phone.rows(count)]


def push(phone, text, **headers):
    body = text if isinstance(text, bytes) else text.encode()
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

    def test_answers_as_rxdb_wants_without_a_preference(self, phone):
        assert (
            push(phone, gzip.compress(packed.pack(signed(phone, 2)).encode()), **{"Content-Encoding": "gzip"}).json
            == []
        )

    def test_sets_a_changed_text_aside_with_all_that_build_on_it(self, phone, in_app):
        records = signed(phone, 3)
        text = packed.pack(records).replace('"n":1', '"n":7')
        assert push(phone, text).json == []
        assert [row.n for row in db.session.execute(select(Record.seq.label("n")))] == [1]
        assert sorted(db.session.scalars(select(Quarantine.reason))) == ["signature_fails"] * 2

    def test_sets_a_text_aside_that_is_no_envelope(self, phone, in_app):
        [record] = signed(phone, 1)
        text = packed.pack([record]).replace(record.env, "hello \x07")
        assert push(phone, text).json == []
        assert (count(Record), db.session.scalars(select(Quarantine.reason)).all()) == (0, ["envelope_unreadable"])

    def test_keeps_the_others_around_a_forged_one(self, phone, in_app):
        records = signed(phone, 3)
        lines = packed.pack(records).split("\n")
        lines[-2], lines[-3] = lines[-3], lines[-2]  # two signatures exchanged
        push(phone, "\n".join(lines))
        assert count(Record) == 1

    @pytest.mark.parametrize(
        ("body", "problem"),
        [
            (b"[]", "push-malformed"), (b"\xff", "push-malformed"), (b"", "push-malformed"),
            (b"doorstep.packed/1 Ed25519\n\x013\n\ns\n", "push-malformed"),
            (b"doorstep.packed/1 Ed25519\n" + b"\x011\n" * 10**5, "too-many-rows"),
            (b"doorstep.packed/1 Ed25519\n" + b"{}\n" * 201 + b"\n" + b"s\n" * 201, "too-many-rows"),
        ],
    )  # fmt: skip
    def test_refuses_what_is_no_packed_push(self, phone, in_app, body, problem):
        answer = push(phone, body)
        assert answer.json["type"] == f"/problems/{problem}"
        assert (count(Record), count(Quarantine)) == (0, 0)

    def test_reads_packed_text_only_as_records(self, phone, in_app):
        text = packed.pack(signed(phone, 1))
        answer = phone.api("POST", "/v1/sync/settings/push", data=text.encode(), content_type=packed.CONTENT_TYPE)
        assert answer.status_code == 400
        assert count(Quarantine) == 0

    def test_takes_the_copies_from_the_signed_text(self, phone, in_app):
        records = signed(phone, 1)
        lied = [replace(records[0], subject="another")]
        assert packed.pack(lied) is None
        push(phone, packed.pack(records))
        assert db.session.scalars(select(Record.flags)).one() == []
