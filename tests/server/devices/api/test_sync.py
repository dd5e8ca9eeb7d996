"""Push, pull and head as any client of the protocol sees them."""

import gzip
import json
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from server.db import db
from server.devices.models import AckRow, Device, Quarantine
from server.visits.models import Record
from sync import ack
from sync.canonical import sha256_hex
from sync.signature import Alg, public_key


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def entries(phone, answer):
    key = public_key(json.loads(phone.store.get("ack_key")), alg="Ed25519")
    told = [ack.verify(document, key=key, device=phone.device) for document in answer.json["acks"]]
    return [entry for one in told for entry in one.entries]


class TestTakePush:
    def test_answers_an_empty_list_when_all_is_well(self, phone, in_app):
        answer = phone.push(phone.rows(3))
        assert (answer.status_code, answer.json) == (200, [])
        assert answer.headers["Doorstep-Sync"] == "1"
        assert count(Record) == 3

    def test_vouches_for_each_record_in_a_signed_ack(self, phone, in_app):
        rows = phone.rows(2)
        answer = phone.push(rows, Prefer="return=acks")
        assert answer.json["conflicts"] == []
        assert [(e.ref, e.hash, e.status, e.verdict) for e in entries(phone, answer)] == [
            (row["newDocumentState"]["id"], row["newDocumentState"]["hash"], "accepted", "new") for row in rows
        ]

    def test_changes_nothing_when_the_same_comes_again(self, phone, in_app):
        rows = phone.rows(3)
        first = phone.push(rows, Prefer="return=acks")
        for _ in range(3):
            assert phone.push(rows, Prefer="return=acks").json == first.json
        assert (count(Record), count(AckRow), count(Quarantine)) == (3, 1, 0)

    def test_tells_a_phone_that_it_stands_behind_the_acks_it_got(self, phone, in_app):
        answer = phone.push(phone.rows(2), **{"Prefer": "return=acks", "Doorstep-Acks-Seq": "0"})
        seq = answer.headers["Doorstep-Acks-Seq"]
        later = phone.api("GET", f"/v1/sync/acks/pull?seq={seq}&epoch={phone.store.get('epoch')}&limit=10&sv=4")
        assert later.json["documents"] == []

    def test_does_not_let_a_phone_step_over_an_ack_it_never_got(self, phone, in_app):
        phone.push(phone.rows(1))
        answer = phone.push(phone.rows(1), **{"Prefer": "return=acks", "Doorstep-Acks-Seq": "0"})
        assert "Doorstep-Acks-Seq" not in answer.headers

    @pytest.mark.parametrize("told", ["", "-1", "x", "9" * 10])
    def test_takes_no_nonsense_for_a_place(self, phone, in_app, told):
        answer = phone.push(phone.rows(1), **{"Prefer": "return=acks", "Doorstep-Acks-Seq": told})
        assert (answer.status_code, "Doorstep-Acks-Seq" in answer.headers) == (200, False)

    def test_acknowledges_old_and_new_rows_of_a_mixed_batch(self, phone, in_app):
        rows = phone.rows(2)
        phone.push(rows)
        answer = phone.push(rows + phone.rows(1), Prefer="return=acks")
        assert len(answer.json["acks"]) == 2
        assert len(entries(phone, answer)) == 3

    def test_takes_gzip(self, phone, in_app):
        body = gzip.compress(json.dumps(phone.rows(2)).encode())
        headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
        assert phone.api("POST", "/v1/sync/records/push", data=body, headers=headers).json == []
        assert count(Record) == 2

    def test_stores_records_in_any_order_and_closes_the_gap(self, phone, in_app):
        rows = phone.rows(5)
        answer = phone.push([rows[4], rows[1]], Prefer="return=acks")
        assert [e.verdict for e in entries(phone, answer)] == ["gap", "gap"]
        assert [e.flags for e in entries(phone, answer)] == [("seq_gap",)] * 2
        answer = phone.push([rows[0], rows[3]], Prefer="return=acks")
        assert [e.verdict for e in entries(phone, answer)] == ["new", "gap"]
        device = db.session.get(Device, UUID(phone.device))
        assert device.head_seq == 2
        phone.push([rows[2]])
        db.session.expire_all()
        assert (device.head_seq, device.head_hash) == (5, rows[4]["newDocumentState"]["hash"])

    def test_keeps_the_first_of_two_versions_and_tells_the_phone(self, phone, in_app):
        [row] = phone.rows(1)
        phone.push([row])
        kept = row["newDocumentState"]
        env = kept["env"].replace("started", "blocked")
        altered = _sealed(phone, kept, env)
        answer = phone.push([{"newDocumentState": altered}], Prefer="return=acks")
        assert answer.json["conflicts"] == [kept]
        assert [(e.verdict, e.status, e.hash) for e in entries(phone, answer)] == [
            ("altered", "quarantined", altered["hash"])
        ]
        assert (count(Record), count(Quarantine)) == (1, 1)

    @pytest.mark.parametrize(
        ("spoil", "verdict", "reason"),
        [
            (lambda d: d | {"sig": "A" * 86}, "forged", "signature_fails"),
            (lambda d: d | {"hash": "0" * 64}, "forged", "hash_differs"),
            (lambda d: d | {"env": "{"}, "malformed", "envelope_unreadable"),
            (lambda d: "text", "malformed", "not_an_object"),
            (lambda d: None, "malformed", "not_an_object"),
            (lambda d: {}, "malformed", "seal_missing"),
            (lambda d: d | {"id": "01939999-0000-7000-8000-000000000000"}, "malformed", "id_differs"),
            (lambda d: d | {"env": d["env"] + "\x00"}, "malformed", "seal_missing"),
            (lambda d: {"note": "\ud800"}, "malformed", "seal_missing"),
        ],
        ids=["sig", "hash", "env", "text", "null", "empty", "id", "nul", "half pair"],
    )
    def test_sets_a_bad_row_aside_and_takes_the_good_ones_around_it(self, phone, in_app, spoil, verdict, reason):
        rows = phone.rows(3)
        rows[1] = {"newDocumentState": spoil(rows[1]["newDocumentState"])}
        answer = phone.push(rows, Prefer="return=acks")
        assert answer.status_code == 200
        assert [e.verdict for e in entries(phone, answer)] == ["new", verdict, "gap"]
        [held] = db.session.scalars(select(Quarantine))
        assert (held.verdict, held.reason) == (verdict, reason)
        assert phone.push(rows, Prefer="return=acks").json == answer.json
        assert (count(Record), count(Quarantine)) == (2, 1)

    def test_takes_the_true_record_after_a_forged_one_of_its_name(self, phone, in_app):
        [row] = phone.rows(1)
        phone.push([{"newDocumentState": row["newDocumentState"] | {"sig": "A" * 86}}])
        answer = phone.push([row], Prefer="return=acks")
        assert [e.status for e in entries(phone, answer)] == ["accepted"]

    def test_does_not_take_another_phones_record(self, phone, new_phone, as_luo, in_app):
        other = new_phone(as_luo)
        answer = phone.push(other.rows(1), Prefer="return=acks")
        assert [(e.verdict, e.reason_code) for e in entries(phone, answer)] == [("forged", "other_device")]

    def test_never_shows_a_phone_another_phones_record(self, phone, new_phone, as_luo, in_app):
        other = new_phone(as_luo)
        [row] = other.rows(1)
        other.push([row])
        mine = json.loads(phone.rows(1)[0]["newDocumentState"]["env"])
        env = json.dumps(mine | {"id": row["newDocumentState"]["id"]}, sort_keys=True, separators=(",", ":"))
        stolen = _sealed(phone, phone.store.waiting(limit=1)[0].document(), env) | {"id": row["newDocumentState"]["id"]}
        answer = phone.push([{"newDocumentState": stolen}], Prefer="return=acks")
        assert answer.json["conflicts"] == []
        assert [e.verdict for e in entries(phone, answer)] == ["altered"]

    def test_takes_es256_phones(self, new_phone, as_luo, in_app):
        other = new_phone(as_luo, alg=Alg.ES256)
        assert [e.verdict for e in entries(other, other.push(other.rows(2), Prefer="return=acks"))] == ["new", "new"]

    @pytest.mark.parametrize("raw", [b"", b"{", b"{}", b'"x"', b"\xff", b"[" * 100_000, b"[1,]"])
    def test_refuses_only_what_is_no_list_of_rows(self, phone, raw):
        answer = phone.api("POST", "/v1/sync/records/push", data=raw, content_type="application/json")
        assert (answer.status_code, answer.json["type"]) == (400, "/problems/push-malformed")
        assert "Doorstep-Sync" not in answer.headers

    def test_refuses_201_rows_and_2_mib(self, phone):
        assert phone.push([{}] * 201).status_code == 413
        body = gzip.compress(b"[" + b" " * (2 * 1024 * 1024) + b"]")
        headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
        assert phone.api("POST", "/v1/sync/records/push", data=body, headers=headers).status_code == 413

    def test_takes_200_rows(self, phone, in_app):
        assert phone.push(phone.rows(200)).json == []
        assert count(Record) == 200

    def test_keeps_rows_pushed_to_what_only_the_server_writes(self, phone, in_app):
        answer = phone.push([{"newDocumentState": {"id": "x"}}], coll="stops", Prefer="return=acks")
        assert [(e.status, e.reason_code) for e in entries(phone, answer)] == [("quarantined", "server_owned")]

    def test_knows_no_other_collection(self, phone):
        assert phone.push([], coll="secrets").status_code == 404

    @pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nonsense"}])
    def test_needs_a_phones_token(self, app, headers):
        answer = app.test_client().post("/v1/sync/records/push", json=[], headers=headers)
        assert (answer.status_code, answer.json["type"]) == (401, "/problems/not-signed-in")

    def test_is_closed_to_people(self, as_fang):
        assert as_fang.post("/v1/sync/records/push", json=[]).status_code == 401

    def test_takes_late_records_of_a_revoked_phone(self, phone, as_zhou, in_app):
        rows = phone.rows(1)
        as_zhou.post(f"/v1/devices/{phone.device}/revoke", json={})
        assert phone.push(rows).json == []
        assert "late" in db.session.scalars(select(Record)).one().flags

    def test_flags_the_clock_the_phone_showed(self, phone, in_app):
        phone.ticks[0] -= timedelta(hours=2)
        phone.client.head()
        phone.push(phone.rows(1))
        assert db.session.scalars(select(Record)).one().flags.count("clock_skew") == 1


class TestTakeSettings:
    def test_keeps_the_phones_own_state(self, phone):
        first = {"id": "draft", "text": "一"}
        assert phone.push([{"newDocumentState": first}], coll="settings").json == []
        second = {"id": "draft", "text": "二"}
        rows = [{"newDocumentState": second, "assumedMasterState": first}]
        assert phone.push(rows, coll="settings").json == []
        assert phone.push(rows, coll="settings").json == []

    def test_tells_the_present_state_to_a_phone_that_had_not_seen_it(self, phone, in_app):
        first, mine = {"id": "draft", "text": "一"}, {"id": "draft", "text": "三"}
        phone.push([{"newDocumentState": first}], coll="settings")
        rows = [{"newDocumentState": mine, "assumedMasterState": {"id": "draft", "text": "old"}}]
        assert phone.push(rows, coll="settings").json == [first]
        assert db.session.scalars(select(Quarantine)).one().reason == "state_moved_on"

    def test_keeps_phones_apart(self, phone, new_phone, as_luo):
        other = new_phone(as_luo)
        phone.push([{"newDocumentState": {"id": "draft", "text": "一"}}], coll="settings")
        assert other.push([{"newDocumentState": {"id": "draft", "text": "二"}}], coll="settings").json == []

    @pytest.mark.parametrize(
        ("document", "reason"),
        [(5, "not_an_object"), ({"id": 5}, "not_an_object"), ({"id": "x" * 81}, "id_too_long"),
         ({"id": "x", "t": "y" * 70_000}, "too_large"), ({"id": "x", "n": 2**60}, "not_canonisable")],
        ids=["number", "id", "long id", "large", "big number"],
    )  # fmt: skip
    def test_sets_aside_what_it_cannot_keep(self, phone, in_app, document, reason):
        assert phone.push([{"newDocumentState": document}], coll="settings").json == []
        assert db.session.scalars(select(Quarantine)).one().reason == reason


def _sealed(phone, document, env):
    digest = sha256_hex(env.encode())
    return document | {"env": env, "hash": digest, "sig": phone.outbox.key.sign(bytes.fromhex(digest))}
