"""The half of the sync machine that plays the phones: at the door, on the line, their files, hostile rows."""

import base64
import hashlib
import json
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
)

from server import clock
from sync import envelope, upload
from sync.envelope import Record
from sync.phone.outbox import clean
from sync.phone.transport import NoNetwork, Refused
from sync.phone.visit import Fix, Photo, arrive, on_plan, resume
from tests.properties.judge import PERSONAL, Judge
from tests.properties.office import AGENTS

PHONES = st.integers(0, len(AGENTS) - 1)
FATES = st.lists(st.sampled_from(["", "", "", "request lost", "answer lost", "twice"]), max_size=16)
SIZES = st.integers(1, 200_000)
HOSTILE = [
    None, 0, "text", [], {}, {"newDocumentState": None}, {"newDocumentState": []}, {"newDocumentState": {"id": 7}},
    {"newDocumentState": {"id": "x" * 300, "env": "{}", "hash": "0" * 64, "sig": "", "alg": "Ed25519"}},
    {"newDocumentState": {"id": "0193a0b1-0000-7000-8000-00000000a001", "note": "\ud800\x00"}},
]  # fmt: skip


def picture(seed, size):
    """Return bytes that begin like a photo; whether they can be opened is not sync's question."""
    return b"\xff\xd8" + random.Random(seed).randbytes(size)


class PhoneRules(RuleBasedStateMachine):
    """What three phones and a hostile line do; see `test_sync_machine`."""

    scene = None

    @initialize()
    def begin(self):
        """Put the office back to the morning after the dispatch and take the phones out of the drawer."""
        self.scene.reset()
        self.office = self.scene.office
        self.folder = tempfile.TemporaryDirectory(prefix="doorstep-phones-")
        self.hands = self.scene.hands(Path(self.folder.name))
        self.judge = Judge(self.scene, self.hands)
        self.visits, self.photos = {hand.name: [] for hand in self.hands}, 0
        self.backup, self.backed_up = "scene", self.judge.remember()
        self.offsets, self.settled_at = {}, {}

    # At the door.

    @rule(who=PHONES, stop=st.integers(0, 1), size=SIZES)
    def visit_a_door(self, who, stop, size):
        """Play a whole visit with a photo."""
        self.arrive_at_a_door(who=who, stop=stop, is_planned=False)
        self.photograph(who=who, sizes=[size])
        self.leave(who=who, code=1)

    @rule(who=PHONES, stop=st.integers(0, 1), is_planned=st.booleans())
    def arrive_at_a_door(self, who, stop, is_planned):
        hand, (stop_id, case_id) = self.hands[who], list(self.scene.stop_ids.items())[stop]
        if is_planned:
            on_plan(hand.outbox, "started", stop_id=stop_id, plan_version=1)
        visit = arrive(
            hand.outbox, stop_id=stop_id, case_id=case_id, agents=[hand.person_id], fix=self._fix(), plan_version=1
        )
        self.visits[hand.name].append(visit.visit_id)

    @rule(who=PHONES, sizes=st.lists(SIZES, min_size=1, max_size=2))
    def photograph(self, who, sizes):
        visit = self._open_visit(who)
        if visit is not None:
            self.photos += 1
            shown = [Photo(picture(self.photos * 10 + n, size), "door", clock.now()) for n, size in enumerate(sizes)]
            visit.photograph(shown)

    @rule(who=PHONES, code=st.sampled_from([1, 2, 8, 14]))
    def leave(self, who, code):
        visit = self._open_visit(who)
        if visit is not None:
            visit.outcome(code, note="当面确认", form=None)
            visit.leave(self._fix())
            self.visits[self.hands[who].name].remove(visit.visit_id)

    def _open_visit(self, who):
        hand = self.hands[who]
        return resume(hand.outbox, self.visits[hand.name][-1]) if self.visits[hand.name] else None

    def _fix(self):
        return Fix(lon_e6=114_065_000, lat_e6=22_540_000, accuracy_m=8, fixed_at=clock.now())

    # On the line.

    @rule(who=PHONES, fates=FATES, limit=st.sampled_from([1, 2, 100]))
    def sync(self, who, fates, limit):
        hand = self.hands[who]
        hand.line.plan = list(fates)
        self._round(hand, limit)

    @rule(who=PHONES)
    def sync_undisturbed(self, who):
        hand = self.hands[who]
        hand.line.plan = []
        self._round(hand, 100, is_calm=True)
        assert hand.store.count("waiting") == 0, f"I7: {hand.name} was not told of all its records"

    def _round(self, hand, limit, *, is_calm=False):
        try:
            hand.client.sync(pull_limit=limit)
        except NoNetwork as fault:
            if is_calm:
                pytest.fail(f"the line was fine, yet: {fault}")
            return
        except Refused as refusal:
            self._expect_refusal(hand, refusal)
            return
        assert hand.name not in self.judge.expected.revoked, "a revoked phone went on as if nothing was"
        self.judge.look_at_phone(hand)

    def _expect_refusal(self, hand, refusal):
        if hand.name in self.judge.expected.revoked:
            assert (refusal.status, refusal.problem.get("wipe")) == (403, True), refusal
            assert not any(hand.store.documents(coll) for coll in PERSONAL), "I5: not wiped"
            for coll in PERSONAL:
                path = f"/v1/sync/{coll}/pull?seq=0&epoch=&limit=100&sv=4"
                assert hand.line.deliver("GET", path, hand.auth, b"").status == 403, "I5: a revoked phone may pull"
        else:
            assert (refusal.status, hand.sv) == (426, 2), refusal

    @rule(who=PHONES, seed=st.integers(0, 99), size=st.integers(1, 3))
    def push_in_any_order_and_hear_nothing(self, who, seed, size):
        hand = self.hands[who]
        rows = [{"newDocumentState": record.document()} for record in hand.store.waiting(limit=60)]
        random.Random(seed).shuffle(rows)
        for start in range(0, len(rows), size):
            self._push(hand, rows[start : start + size])

    @rule(who=PHONES, back=st.integers(0, 30))
    def hear_an_old_request_again(self, who, back):
        """Deliver again what was delivered before, however long ago: nothing changes (I9), save after a restore."""
        hand = self.hands[who]
        if len(hand.line.sent) <= back:
            return
        number = len(hand.line.sent) - 1 - back
        method, path, headers, body = hand.line.sent[number]
        before = self.judge.fingerprint()
        hand.line.deliver(method, path, headers, body)
        hand.line.sent.pop()
        if number >= self.settled_at.get(hand.name, 0):
            assert self.judge.fingerprint() == before, f"I9: {method} {path} changed something when it came again"

    def _push(self, hand, rows, coll="records"):
        headers = hand.auth | {"Content-Type": "application/json", "Prefer": "return=acks"}
        answer = hand.line.deliver("POST", f"/v1/sync/{coll}/push", headers, json.dumps(rows).encode())
        assert answer.status == 200, answer.body
        hand.line.sent.pop()
        return answer.json()

    # Files.

    @rule(
        who=PHONES, size=st.sampled_from([1, 70_000, 256 * 1024]), fate=st.sampled_from(["", "cut", "damaged", "twice"])
    )
    def upload_a_chunk(self, who, size, fate):
        hand = self.hands[who]
        file = hand.store.next_media()
        if file is None:
            return
        location, stands = self._find_upload(hand, file.ref)
        chunk = file.content[stands : stands + size]
        digest = base64.b64encode(hashlib.sha256(chunk).digest()).decode()
        headers = self._tus(hand) | {
            "Upload-Offset": str(stands), "Content-Type": "application/offset+octet-stream",
        }  # fmt: skip
        headers |= {"Upload-Checksum": f"sha256 {digest}"} if fate != "cut" else {}
        body = {"cut": chunk[: len(chunk) // 2], "damaged": chunk[:-1] + b"?"}.get(fate, chunk)
        answer = hand.line.deliver("PATCH", location, headers, body)
        assert answer.status in ((460,) if fate == "damaged" and body != chunk else (204,)), answer.body
        if fate == "twice" and chunk:
            assert hand.line.deliver("PATCH", location, headers, body).status == 409
        expected = stands if answer.status == 460 else stands + len(body)
        assert self._find_upload(hand, file.ref)[1] == expected
        self.offsets[hand.name, file.ref.id] = expected

    def _find_upload(self, hand, ref):
        told = {"attachment_id": ref.id, "sha256": ref.sha256, "mime": ref.mime}
        headers = self._tus(hand) | {"Upload-Length": str(ref.bytes), "Upload-Metadata": upload.write_metadata(told)}
        made = hand.line.deliver("POST", "/v1/files", headers, b"")
        assert made.status == 201, made.body
        location = made.headers["location"].partition("http://localhost")[2] or made.headers["location"]
        found = hand.line.deliver("HEAD", location, self._tus(hand), b"")
        stands = int(found.headers["upload-offset"])
        assert stands >= self.offsets.get((hand.name, ref.id), 0), "I1: acknowledged bytes of a file are gone"
        return location, stands

    def _tus(self, hand):
        return hand.auth | {"Tus-Resumable": "1.0.0"}

    # Hostile rows.

    @rule(who=PHONES, bad=st.lists(st.sampled_from(HOSTILE), min_size=1, max_size=3), good=st.booleans())
    def push_rubbish(self, who, bad, good):
        hand = self.hands[who]
        rows = [*bad, *[{"newDocumentState": one.document()} for one in hand.store.waiting(limit=1) if good]]
        answer = self._push(hand, rows)
        reasons = [entry for told in answer["acks"] for entry in json.loads(told["ack"])["entries"]]
        assert sum(entry["status"] == "quarantined" for entry in reasons) >= 1, "I7: the phone was not told"
        assert all(entry["reason_code"] for entry in reasons if entry["status"] == "quarantined")
        [(held,)] = self.office.rows("SELECT count(DISTINCT payload_hash) FROM quarantine")
        assert held >= len({json.dumps(one) for one in bad if one}), "I7: a refused row is not in quarantine"

    @rule(who=PHONES, back=st.integers(0, 5))
    def push_another_version(self, who, back):
        """Push other bytes under a kept id, truly signed: the first stays, the second is set aside and told."""
        hand = self.hands[who]
        kept = self._kept_record(hand, back)
        if kept is None:
            return
        other = self._signed(hand, kept, kept.env.replace('"body":{', '"body":{"a":"altered",', 1))
        answer = self._push(hand, [{"newDocumentState": other.document()}])
        assert [one["id"] for one in answer["conflicts"]] == [kept.id], "I7: the phone was not shown the master"
        assert answer["conflicts"][0]["env"] == kept.env

    @rule(who=PHONES, back=st.integers(0, 5))
    def push_a_second_record_at_one_place(self, who, back):
        hand = self.hands[who]
        kept = self._kept_record(hand, back)
        if kept is None:
            return
        forked = self._signed(hand, kept, kept.env.replace(kept.id, hand.senses.new_id()))
        answer = self._push(hand, [{"newDocumentState": forked.document()}])
        [entry] = [one for told in answer["acks"] for one in json.loads(told["ack"])["entries"]]
        assert entry["status"] == "accepted"
        assert "fork" in entry["flags"], "I6: a fork without its flag"

    def _kept_record(self, hand, back):
        rows = hand.kept("SELECT document FROM record ORDER BY seq DESC")
        if len(rows) <= back:
            return None
        record = Record(**json.loads(rows[back][0]))
        return record if self.judge.held_on_server(record.document()) else None

    def _signed(self, hand, like, env):
        told = envelope.read(env)
        digest = hashlib.sha256(env.encode()).hexdigest()
        sig = hand.outbox.key.sign(bytes.fromhex(digest))
        return envelope.record_of(told, env=env, digest=digest, sig=sig, alg=like.alg)

    @rule(who=PHONES, text=st.text(max_size=5), is_stale=st.booleans())
    def set_a_setting(self, who, text, is_stale):
        """Compare and set: a phone that saw the present state writes; one that did not is shown it."""
        hand, known = self.hands[who], self.judge.expected.settings
        master, fresh = known.get(hand.name), {"id": "draft", "text": clean(text)}
        assumed = {"id": "draft", "text": "never was"} if is_stale else master
        row = {"newDocumentState": fresh} | ({"assumedMasterState": assumed} if assumed else {})
        told = self._push(hand, [row], "settings")["conflicts"]
        if master is None or not is_stale or fresh == master:
            assert told == []
            known[hand.name] = fresh
        else:
            assert told == [master], "a stale write went through"
