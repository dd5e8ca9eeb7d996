"""Hostile JSON and headers at everything a phone or a stranger can write to: never a 5xx, one verdict on both engines.

The verdicts are those in `hostile_verdicts.json`; SQLite and PostgreSQL are held to the same file. To record it anew,
delete it and run this module: it is written, and the run fails so that somebody looks at it.

Source: docs/records.md; the corpus is that of `hostile.py`.
"""

import gzip
import hashlib
import json
import os
import random
import zlib

import pytest
from sqlalchemy import func, select

from server import clock
from server.db import db
from server.devices.models import Quarantine
from server.visits.models import Record, Visit
from sync import chain
from sync.canonical import canonical
from sync.signature import Alg
from tests.contract.hostile import BODIES, HEADERS, PACKED, VALUES
from tests.contract.hostile_answers import ok

IS_LONG = os.environ.get("DOORSTEP_SOAK") == "1"
SHARES = 16
HOLE = '"@hole@"'
CHECK_IN = {
    "visit_id": "0193a0b1-0000-7000-8000-00000000b001", "stop_id": "0193a0b1-0000-7000-8000-00000000a001",
    "case_id": "0193a0b1-0000-7000-8000-00000000c001", "agents": [], "no_fix_reason": "", "address_as_planned": True,
    "place_note": "", "plan_version": 1, "fix": {"lon_e6": 114057868, "lat_e6": 22543099, "datum": "WGS-84",
    "accuracy_m": 8, "fixed_at": "2026-12-02T02:00:00.000Z", "provider": "gnss"},
}  # fmt: skip
FILE = {"id": "0193a0b1-0000-7000-8000-00000000f001", "sha256": "0" * 64, "bytes": 1, "mime": "image/jpeg"}
BODY = {
    "check_in": CHECK_IN,
    "met": {"who": "debtor", "name": "测试甲", "relation": "", "is_adult": True, "place": "at_door"},
    "outcome": {"code": 1, "note": "", "next_step": "", "delivered": [], "form": None},
    "promise": {"promise_id": "0193a0b1-0000-7000-8000-00000000e001", "confirmed_fen": 1,
                "promisor": {"role": "debtor"}, "instalments": [{"no": 1, "due_on": "2026-12-15", "amount_fen": 1}]},
    "signed_paper": {"paper": {"id": "x", "kind": "promise", "serial": "", "sha256": "0" * 64}, "state": "void",
                     "signer": {"role": "debtor"}, "strokes": []},
    "manifest": {"files": [{"id": FILE["id"], "shows": "door", "taken_at": "2026-12-02T02:06:00.000Z", "fix": None}]},
    "check_out": {"fix": None, "no_fix_reason": "", "records": []},
    "plan_event": {"stop_id": "", "event": "started", "reason": "", "plan_version": 1, "fix": None},
    "contact_attempt": {"stop_id": "0193a0b1-0000-7000-8000-00000000a001", "with": "debtor", "result": "reached",
                        "case_id": "0193a0b1-0000-7000-8000-00000000c001", "channel": "agent_app"},
    "incident": {"kind": "do_not_contact", "note": ""},
    "correction": {"supersedes": "x", "supersedes_hash": "0" * 64, "corrects": "met", "reason": "", "body": {}},
    "location": {"points": []},
}  # fmt: skip
SEVERE = ["deep list", "i64 + 1", "i64", "1e400", "5000 digits", "half pair", "NUL", "not NFC", "full-width digits",
          "1.9", "year 1", "year 9999", "null", "true", "empty list", "empty object", "list of nulls", "negative",
          "100000 letters", "doubled key", "81 letters"]  # fmt: skip


def members(document, at=()):
    """Yield the path of every member of a nested document."""
    if isinstance(document, dict):
        for name, value in document.items():
            yield (*at, name)
            yield from members(value, (*at, name))
    elif isinstance(document, list) and document:
        yield from members(document[0], (*at, 0))


def with_hole(document, path):
    """Return the canonical text of a document with a hole in place of one member."""
    copy = json.loads(json.dumps(document))
    place = copy
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = "@hole@"
    return canonical(copy).decode()


def entries(answer):
    return [entry for told in answer.json["acks"] for entry in json.loads(told["ack"])["entries"]]


def push(phone, text, coll="records"):
    return phone.api(
        "POST", f"/v1/sync/{coll}/push", data=text.encode("utf-8", "surrogatepass"), content_type="application/json",
        headers={"Prefer": "return=acks"},
    )  # fmt: skip


class TestPush:
    def test_of_a_document_with_a_hostile_member(self, phone, without_worker, in_app, verdicts):
        """Every row of a readable push gets its line, and a good row beside it is kept."""
        good, like = (row["newDocumentState"] for row in phone.rows(2))
        [told_good] = push(phone, json.dumps([{"newDocumentState": good}])).json["acks"]
        found = {}
        for path in [*members(like), ("more",), ()]:
            for name, value in VALUES.items():
                hole = with_hole(like, path) if path else HOLE
                text = f'[{{"newDocumentState":{hole.replace(HOLE, value)}}},{json.dumps({"newDocumentState": good})}]'
                answer = push(phone, text)
                said = ok(answer)
                if said == 200:
                    assert told_good in answer.json["acks"]
                    told = [one for one in entries(answer) if one["ref"] != good["id"]]
                    said = "+".join(sorted({f"{one['verdict']}:{one['reason_code']}" for one in told}))
                    assert said
                found[f"{'.'.join(path)} = {name}"] = said
        assert len(found) > 700
        verdicts("push", found)
        told_of = [said for said in found.values() if isinstance(said, str) and "new:" not in said]
        set_aside = db.session.scalar(select(func.count()).select_from(Quarantine))
        assert set_aside > len(told_of) / 2, "rows were refused and not kept"  # rows that say the same are kept once

    def test_of_a_truly_signed_record_with_hostile_content(self, phone, as_zhou, in_app, verdicts):
        """What a phone signed is kept whatever it says, or set aside when it cannot be read; the office can read on."""
        found, kept = {}, 0
        for kind, body in BODY.items():
            env = self.envelope(phone, kind, body)
            inside = [("body", *path) for path in members(body)]
            for path in [*inside, *([] if kind != "check_in" else members(env))]:
                rows = {name: self.row(phone, env, path, VALUES[name]) for name in SEVERE}
                answer = push(phone, json.dumps([{"newDocumentState": row} for row in rows.values()]))
                assert ok(answer) == 200
                told = {entry["ref"]: entry for entry in entries(answer)}
                assert len(told) == len(rows)
                for name, row in rows.items():
                    entry = told[row["id"]]
                    assert (entry["status"] == "accepted") == (entry["verdict"] in {"new", "gap", "same"})
                    kept += entry["status"] == "accepted"
                    found[f"{kind}.{'.'.join(map(str, path))} = {name}"] = f"{entry['verdict']}:{entry['reason_code']}"
        verdicts("signed", found)
        rows = db.session.scalars(select(Record)).all()
        assert len(rows) == kept
        # No record, however odd, keeps a visit from being put together, and the office can read every one.
        assert not [row.type for row in rows if "intake_failed" in row.flags or row.taken_in_at is None]
        assert not [visit.id for visit in db.session.scalars(select(Visit)) if "assembly_failed" in visit.flags]
        db.session.rollback()
        listed = as_zhou.get("/v1/visits?limit=500")
        assert ok(listed) == 200
        for visit in random.Random(3).sample(listed.json["items"], 60):
            assert ok(as_zhou.get(f"/v1/visits/{visit['id']}")) == 200

    def envelope(self, phone, kind, body):
        return {
            "v": 1, "device": phone.device, "seq": 1, "prev": chain.genesis(phone.device), "boot": "boot-1",
            "mono_ms": 1, "device_time": "2026-12-02T02:00:00.000Z", "gps_time": None, "tz": "+08:00", "type": kind,
            "id": "", "body": json.loads(json.dumps(body)), "manifest": [FILE] if kind == "manifest" else [],
        }  # fmt: skip

    def row(self, phone, env, path, value):
        """Return a record of a visit of its own, signed, with this text in place of one member."""
        visit_id = str(clock.new_id()) if env["type"] != "location" else None
        env = env | {"id": str(clock.new_id()), "body": env["body"] | {"visit_id": visit_id}}
        text = with_hole(env, path).replace(HOLE, value)
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        sig = phone.outbox.key.sign(bytes.fromhex(digest))
        return {"id": env["id"], "env": text, "hash": digest, "sig": sig, "alg": Alg.ED25519.value}

    @pytest.mark.parametrize("coll", ["records", "settings", "stops"])
    def test_of_a_body_that_is_none(self, phone, in_app, verdicts, coll):
        found = {}
        for name, body in BODIES.items():
            answer = phone.api("POST", f"/v1/sync/{coll}/push", data=body, content_type="application/json")
            found[f"body = {name}"] = ok(answer)
        for name, body in PACKED.items():
            answer = phone.api(
                "POST", f"/v1/sync/{coll}/push", data=body, headers={"Content-Encoding": "gzip"},
                content_type="application/json",
            )  # fmt: skip
            found[f"gzip = {name}"] = ok(answer)
        for name in ("br", "deflate", "x", "", "gzip, gzip"):
            headers = {"Content-Encoding": name}
            found[f"encoding = {name}"] = ok(phone.api("POST", f"/v1/sync/{coll}/push", data=b"[]", headers=headers))
        verdicts(f"bodies of {coll}", found)

    def test_of_a_setting(self, phone, without_worker, in_app, verdicts):
        like, found = {"newDocumentState": {"id": "a", "text": "b"}, "assumedMasterState": {"id": "a"}}, {}
        for path in members(like):
            for name, value in VALUES.items():
                answer = push(phone, f"[{with_hole(like, path).replace(HOLE, value)}]", "settings")
                said = ok(answer)
                if said == 200:
                    told = entries(answer)
                    assert len(told) == 1
                    said = f"{told[0]['status']}:{told[0]['reason_code']}"
                found[f"{'.'.join(path)} = {name}"] = said
        verdicts("settings", found)


class TestOtherWrites:
    def test_of_a_stranger(self, app, phone, as_zhou, in_app, verdicts):
        """Enrolling and signing in are open to anybody."""
        code = as_zhou.post("/v1/devices/codes", json={"person_id": phone.person_id}).json["code"]
        key = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
        enrol = {"code": code, "alg": "Ed25519", "public_key": key, "label": "l", "app_version": "1"}
        login = {"username": "fang", "password": "nobody has this password"}
        found = {}
        for path, like in (("/v1/devices", enrol), ("/v1/auth/token", login)):
            for at in members(like):
                for name, value in VALUES.items():
                    text = with_hole(like, at).replace(HOLE, value).encode("utf-8", "surrogatepass")
                    answer = app.test_client().post(path, data=text, content_type="application/json")
                    if answer.status_code == 201 and at[0] in {"label", "app_version"}:
                        renewed = as_zhou.post("/v1/devices/codes", json={"person_id": phone.person_id})
                        enrol["code"] = renewed.json["code"]
                    found[f"{path} {'.'.join(at)} = {name}"] = ok(answer)
        verdicts("strangers", found)

    def test_of_every_desk(self, app, sign_in, in_app, verdicts):
        """Each member of each body that a view takes, at everybody who may call it."""
        from tests.cast import CAST

        people, found = {}, {}
        others = [name for name in VALUES if name not in SEVERE]
        for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
            view = app.view_functions[rule.endpoint]
            if not hasattr(view, "takes") or not hasattr(view, "allowed"):
                continue
            name = next(one for one, (_, roles) in CAST.items() if set(roles) & view.allowed)
            if name not in people:  # once: the hostile passwords of /v1/me lock the account for the next sign-in
                people[name] = sign_in(name)
            values = dict.fromkeys(rule.arguments, "0193a0b1-0000-7000-8000-00000000a001")
            path = rule.build(values, append_unknown=False)[1]
            method = next(iter((rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"})).lower()
            for field in view.takes().load_fields:
                # Every field meets the severe ones and its share of the others; `make soak` has it meet all.
                its_own = {*SEVERE, *others[zlib.crc32(f"{rule.rule} {field}".encode()) % SHARES :: SHARES]}
                for case in VALUES if IS_LONG else sorted(its_own):
                    text = '{"' + field + '":' + VALUES[case] + "}"
                    answer = getattr(people[name], method)(path, data=text.encode(), content_type="application/json")
                    said = ok(answer)
                    if case in its_own:
                        found[f"{method} {rule.rule} {field} = {case}"] = said
        assert len(found) > 300
        verdicts("desks", found)


def test_the_corpus_holds_what_it_says():
    named = [*VALUES, *BODIES, *PACKED, *HEADERS]
    assert len(named) >= 300, len(named)
    assert len(set(VALUES.values())) > 0.98 * len(VALUES)
    assert len(gzip.decompress(PACKED["bomb"])) > 50_000_000
    assert set(SEVERE) <= VALUES.keys()
