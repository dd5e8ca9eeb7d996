"""Whatever happens to three phones, their lines, their server and its database: nothing is lost, doubled or missed.

A Hypothesis state machine plays hostile days: requests and answers lost, doubled, late and in any order, phones killed,
clocks off by a year, crews replaced, phones revoked, apps too old, the server restarted and restored from a backup.
After every step, and at the end when everybody has said everything, `judge.py` checks the invariants I1 to I12.

Each run draws new examples; a failure prints its steps and a line that replays it. `DOORSTEP_SOAK=1` (make soak) plays
200 examples of 40 steps, `DOORSTEP_SOAK=5000x80` says how many and how long.
"""

import base64
import contextlib
import hashlib
import json
import os
import random
import sys
import tempfile
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from server import clock
from sync import envelope, upload
from sync.envelope import Record
from sync.phone.outbox import clean
from sync.phone.transport import NoNetwork, Refused
from sync.phone.visit import Fix, Photo, arrive, on_plan, resume
from tests.conftest import settings_for
from tests.properties.judge import PERSONAL, Judge
from tests.properties.office import AGENTS, Databases, build, reassign

# Examples and steps of `make soak`; 30 x 40 take 45 s on SQLite, 60 s on PostgreSQL, with two cores.
SOAK = (200, 40)
PHONES = st.integers(0, len(AGENTS) - 1)
FATES = st.lists(st.sampled_from(["", "", "", "request lost", "answer lost", "twice"]), max_size=16)
CREWS = st.sampled_from(list(permutations(AGENTS, 2)))
SIZES = st.integers(1, 200_000)
HOSTILE = [
    None, 0, "text", [], {}, {"newDocumentState": None}, {"newDocumentState": []}, {"newDocumentState": {"id": 7}},
    {"newDocumentState": {"id": "x" * 300, "env": "{}", "hash": "0" * 64, "sig": "", "alg": "Ed25519"}},
    {"newDocumentState": {"id": "0193a0b1-0000-7000-8000-00000000a001", "note": "\ud800\x00"}},
]  # fmt: skip


def picture(seed, size):
    """Return bytes that begin like a photo; whether they can be opened is not sync's question."""
    return b"\xff\xd8" + random.Random(seed).randbytes(size)


class SyncMachine(RuleBasedStateMachine):
    """Three phones, an office and the weather."""

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

    # The office.

    @rule(crew=CREWS)
    def put_another_crew_on(self, crew):
        answer = reassign(self.scene, crew)
        assert answer["withheld"] == []
        self.judge.expected.members = tuple(self.scene.person_ids[name] for name in crew)

    @precondition(lambda self: not self.judge.expected.revoked)
    @rule(who=PHONES, is_lost=st.booleans(), luck=st.integers(0, 1))
    def revoke(self, who, is_lost, luck):
        if luck == 0:
            hand = self.hands[who]
            path = f"/v1/devices/{hand.device}/revoke"
            assert self.office.caller("zhou").post(path, json={"is_lost": is_lost}).status_code == 200
            self.judge.expected.revoked.add(hand.name)

    @rule(who=PHONES, sv=st.sampled_from([2, 3, 4, 4]))
    def change_the_app(self, who, sv):
        self.hands[who].install(sv)

    @rule(who=PHONES, days=st.integers(-400, 400))
    def skew_the_clock(self, who, days):
        self.hands[who].skew = timedelta(days=days)

    @rule(hours=st.integers(1, 12))
    def let_time_pass(self, hours):
        if self.office.at.date() < self.scene.last_on:
            self.office.turn_clock(timedelta(hours=hours))

    @rule(who=PHONES)
    def kill_the_phone(self, who):
        self.hands[who].kill()

    @rule(luck=st.integers(0, 2))
    def restart_the_server(self, luck):
        if luck == 0:
            self.office.restart()

    @rule()
    def let_the_worker_work(self):
        self.office.work_off()

    @rule()
    def back_up(self):
        self.office.backup("backup")
        self.backup, self.backed_up = "backup", self.judge.remember()

    @rule(crews=st.lists(CREWS, max_size=2), luck=st.integers(0, 2))
    def restore(self, crews, luck):
        """Put an earlier database back: all that was acknowledged since is known to the phones alone.

        When the office is busy, its clock has passed the phones' positions again before the first of them calls.
        """
        if luck != 0:
            return
        self.office.restore(self.backup)
        self.judge.go_back(self.backed_up)
        self.offsets.clear()
        self.settled_at = {hand.name: len(hand.line.sent) for hand in self.hands}
        for crew in crews:
            self.put_another_crew_on(crew=crew)

    # The judge.

    @invariant()
    def nothing_is_lost_doubled_or_invented(self):
        self.judge.look()

    def teardown(self):
        try:
            if sys.exc_info()[0] is None:
                self._quiesce()
        finally:
            for hand in self.hands:
                hand.store.close()
            self.folder.cleanup()

    def _quiesce(self):
        """Let the weather clear, everybody hand in all they have, and conclude."""
        for hand in [*self.hands, *self.hands]:  # twice: the second time they hear what the others handed in
            self.office.work_off()
            hand.line.plan = []
            hand.install(4)
            self._round(hand, 100, is_calm=True)
        self.judge.conclude()
        for hand in self.hands:
            if hand.name not in self.judge.expected.revoked:
                with contextlib.suppress(Refused):
                    self.judge.compare_with_fresh_pull(hand)


@pytest.fixture(scope="module")
def scene(template, keys_dir, postgres_uri, tmp_path_factory):
    home = tmp_path_factory.mktemp("machine")
    databases = Databases(home, postgres_uri)
    built = build(settings_for(home, keys_dir, databases.url), databases, template)
    yield built
    built.office.hang_up()
    databases.end()
    clock.shift(timedelta())


def profile():
    """Return how many examples and how many steps each."""
    examples, is_said, steps = os.environ.get("DOORSTEP_SOAK", "").partition("x")
    return (int(examples), int(steps)) if is_said else SOAK


def test_nothing_is_lost_doubled_or_missed(scene):
    examples, steps = profile()
    machine = type("SyncMachine", (SyncMachine,), {"scene": scene})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, print_blob=True,
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False, phases=[Phase.generate],
        ),
    )  # fmt: skip


@pytest.mark.parametrize("has_new_epoch", [True, False], ids=["epoch", "no epoch"])
def test_the_judge_sees_a_restore_that_goes_on_counting(scene, has_new_epoch):
    """A database put back as a plain copy, without a new epoch, leaves phones with what is no longer theirs."""
    caught = []
    for before, after in [
        (("fang", "an"), ("luo", "an")),
        (("luo", "an"), ("fang", "luo")),
        (("an", "luo"), AGENTS[:2]),
    ]:
        machine = type("SyncMachine", (SyncMachine,), {"scene": scene})()
        machine.begin()
        try:
            machine.put_another_crew_on(crew=before)
            for who in range(len(AGENTS)):
                machine.sync_undisturbed(who=who)
            scene.office.restore("scene") if has_new_epoch else scene.office.put_back("scene")
            machine.judge.go_back(machine.backed_up)
            machine.put_another_crew_on(crew=after)
            machine.teardown()
        except AssertionError as broken:
            caught.append(str(broken))
    assert bool(caught) is not has_new_epoch, caught
