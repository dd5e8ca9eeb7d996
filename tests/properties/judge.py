"""What must hold whatever happened: the invariants I1 to I12, looked at from outside.

The judge hears every answer on every line and reads the database with plain SQL; it asks the server nothing.
"""

import gzip
import json
from copy import deepcopy
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from server import audit, media
from server.db import db
from server.devices import held
from server.visits.models import Record, Visit
from sync import ack, chain, feed, packed
from sync.ack import Status
from sync.canonical import sha256_hex
from sync.signature import Alg, public_key
from sync.verdict import Known, judge

PERSONAL = ("stops", "cards", "papers")  # collections whose documents tell of a debtor
COUNTED = (
    "record", "quarantine", "ack", "upload", "visit", "visit_file", "device_setting",
    "stop_flag", "message",
)  # fmt: skip


def plain(value):
    """Return an id as both engines would write it."""
    return str(value).replace("-", "")


@dataclass
class Expected:
    """What the world should know; goes back in time together with a restored database."""

    members: tuple
    revoked: set = field(default_factory=set)
    vouched: set = field(default_factory=set)  # (device, id, hash) of records some answer vouched for
    files: set = field(default_factory=set)  # hashes of files some answer vouched for
    settings: dict = field(default_factory=dict)
    clock: int = 0


class Judge:
    """Hears all lines; raises AssertionError when an invariant breaks."""

    def __init__(self, scene, hands):
        self.scene, self.office, self.hands = scene, scene.office, hands
        self.expected = Expected(members=tuple(scene.person_ids[name] for name in ("fang", "luo")))
        self.sent = {}  # (device, id, hash) → document of every record that ever reached the server
        self.keys = {hand.device: self._key(hand) for hand in hands}
        for hand in hands:
            hand.listeners.append(self.hear)

    def _key(self, hand):
        return public_key(json.loads(hand.store.get("ack_key")), alg=Alg.ED25519)

    def remember(self):
        return deepcopy(self.expected)

    def go_back(self, expected):
        self.expected = deepcopy(expected)

    # What an answer may be.

    def hear(self, hand, method, path, body, answer):
        """Look at one answer to a phone."""
        told = f"{method} {path} → {answer.status} {answer.body[:300]!r}"
        assert answer.status < 500, f"I11: {told}"
        if answer.status >= 400:
            assert answer.headers["content-type"] == "application/problem+json", told
        else:
            assert answer.headers["doorstep-sync"] == "1", told
        names = self._note_sent(hand, body) if path.endswith("/push") else []
        if answer.status != 200 or method == "HEAD":
            return
        if path.endswith("/records/push"):
            self._hear_acks(hand, [packed.unpack_ack(one, names) for one in answer.json()["acks"]])
        elif "pull?" in path:
            self._hear_page(hand, path, answer.json())

    def _note_sent(self, hand, body):
        raw = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
        is_packed = raw.startswith(b"doorstep.packed/")
        rows = [{"newDocumentState": one} for one in packed.unpack(raw)] if is_packed else json.loads(raw)
        for row in rows:
            document = row.get("newDocumentState") if isinstance(row, dict) else None
            if isinstance(document, dict) and len(str(document.get("env", ""))) > len("{}"):
                self.sent[hand.device, plain(document["id"]), document["hash"]] = document
        return [(row["newDocumentState"]["hash"], row["newDocumentState"]["id"]) for row in rows] if is_packed else []

    def _hear_acks(self, hand, documents):
        for document in documents:
            for entry in ack.verify(document, key=self.keys[hand.device], device=hand.device).entries:
                if entry.status is Status.ACCEPTED and entry.verdict:
                    self.expected.vouched.add((plain(hand.device), plain(entry.ref), entry.hash))
                elif entry.status is Status.FILE_VERIFIED:
                    self.expected.files.add(entry.hash)

    def _hear_page(self, hand, path, page):
        where, query = path.removeprefix("/v1/sync/").split("pull?")
        asked = parse_qs(query)
        seq, limit = int(asked["seq"][0]), int(asked["limit"][0])
        coll, at = where.rstrip("/"), page["checkpoint"]
        told = (
            [(coll, one) for one in page["documents"]]
            if coll
            else [(c["coll"], c["document"]) for c in page["changes"]]
        )
        assert len(told) <= limit
        assert at["seq"] >= seq + len(told), f"I4: {path} → {at}"
        assert hand.name not in self.expected.revoked, f"I5: {path} was answered to a revoked phone"
        for name, document in told:
            if document.get("_deleted"):
                assert set(document) == {"id", "_deleted"}, document
            elif name in PERSONAL:
                assert hand.person_id in self.expected.members, f"I5: {name}/{document['id']} went to {hand.name}"
        self._hear_acks(hand, [one for name, one in told if name == "acks" and not one.get("_deleted")])

    # What the database may hold.

    def look(self):
        """Check what must hold after every single step."""
        stored = {(plain(d), plain(i), h) for d, i, h in self.office.rows("SELECT device_id, id, hash FROM record")}
        lost = self.expected.vouched - stored
        assert not lost, f"I1: vouched for and not stored: {lost}"
        unsent = stored - {(plain(device), record_id, digest) for device, record_id, digest in self.sent}
        assert not unsent, f"I2: stored and never sent: {unsent}"
        ids = [record_id for _, record_id, _ in stored]
        assert len(ids) == len(set(ids)), "I1: an id is stored twice"
        self._look_at_feed()
        early = self.office.rows(
            "SELECT visit.id FROM visit JOIN visit_file ON visit_file.visit_id = visit.id "
            "WHERE visit.is_complete AND visit_file.verified_at IS NULL"
        )
        assert not early, f"I8: complete without their files: {early}"

    def _look_at_feed(self):
        [(now, newest, rows, places)] = self.office.rows(
            "SELECT (SELECT seq FROM sync_clock), max(seq), count(seq), count(DISTINCT seq) FROM sync_feed"
        )
        assert now == newest, f"I4: the clock says {now}, the newest position is {newest}"
        assert rows == places, "I4: two documents share a position"
        assert now >= self.expected.clock, "I4: the clock ran backwards"
        self.expected.clock = now

    def fingerprint(self):
        """Return what a repeated request must leave as it is."""
        counts = ", ".join(f"(SELECT count(*) FROM {table})" for table in COUNTED)  # noqa: S608  # our own names
        refused = "(SELECT count(*) FROM audit_event WHERE action = 'call.refused')"  # what is told of it, no effect
        query = f"SELECT {counts}, (SELECT seq FROM sync_clock), (SELECT count(*) FROM audit_event) - {refused}"  # noqa: S608  # as above
        return tuple(self.office.rows(query)[0])

    def held_on_server(self, document):
        return self.office.rows("SELECT 1 FROM record WHERE hash = :hash", hash=document["hash"]) != []

    # What a phone may hold.

    def look_at_phone(self, hand):
        """Check a phone that has just finished a whole round undisturbed."""
        if hand.person_id not in self.expected.members:
            kept = {coll: list(hand.store.documents(coll)) for coll in PERSONAL if hand.store.documents(coll)}
            assert not kept, f"I5: {hand.name} still holds {kept}"
        elif hand.name not in self.expected.revoked:
            assert set(hand.store.documents("stops")) == set(self.scene.stop_ids), "I3: visits are missing"
            assert set(hand.store.documents("cards")) == set(self.scene.stop_ids), "I3: cards are missing"

    def compare_with_fresh_pull(self, hand):
        """Check I3 and I10: what the phone gathered step by step is what the server gives a phone that starts now."""
        epoch = hand.store.get("epoch")
        for coll in sorted({*feed.PULLED} - {"acks"}):  # an ack told in an answer is settled and need not be pulled
            path = f"/v1/sync/{coll}/pull?seq=0&epoch={epoch}&limit=1000&sv=4"
            page = hand.line.deliver("GET", path, hand.auth, b"").json()
            fresh = {one["id"]: one for one in page["documents"] if not one.get("_deleted")}
            assert dict(hand.store.documents(coll)) == fresh, f"I3/I10: {hand.name} differs in {coll}"

    # What must be true once everybody has said everything.

    def conclude(self):
        """Check the whole once all phones have handed in all they hold."""
        self.look()
        with self.office.app.app_context():
            assert audit.verify(db.session()) is None, "the audit chain is broken"
            records = db.session.query(Record).all()
            self._check_records(records)
            for hand in self.hands:
                self._check_hand(hand, {str(row.id): row for row in records})
                self._check_chain(hand, [row for row in records if str(row.device_id) == hand.device])
            self._check_visits()
            db.session.remove()

    def _check_records(self, records):
        for row in records:
            env, sent = held.unseal(row.id, row.env_sealed), self.sent[str(row.device_id), plain(row.id), row.hash]
            assert (env, row.sig, row.hash) == (sent["env"], sent["sig"], sha256_hex(env.encode())), "I1: other bytes"
            owner = next(hand for hand in self.hands if hand.device == str(row.device_id))
            known = Known(chain.start(owner.device))
            key = owner.outbox.key.public()
            verdict = judge(sent, known=known, key=key, device=owner.device, received_at=row.received_at)
            assert verdict.verdict.is_kept, f"I6: {verdict}"

    def _check_hand(self, hand, records):
        store = hand.store
        assert store.unsent() == 0, f"I12: {hand.name} still holds what the server has not got"
        for record_id, digest in hand.kept("SELECT id, hash FROM record"):
            row = records.get(record_id)
            assert row is not None, f"I12: {record_id} of {hand.name} is missing"
            assert row.hash == digest, f"I12: {record_id} of {hand.name} was replaced"
        for file_id, state, digest in hand.kept("SELECT id, state, sha256 FROM media"):
            # A revoked phone hands its files in and is told no more.
            whole = {"verified", "sent"} if hand.name in self.expected.revoked else {"verified"}
            assert state in whole, f"I12: file {file_id} of {hand.name} is {state}"
            assert media.store().is_intact(digest), f"I1: file {file_id} is vouched for and not stored"

    def _check_chain(self, hand, rows):
        report = chain.inspect([chain.Link(row.seq, row.prev, row.hash) for row in rows], owner=hand.device)
        told = {seq: [row for row in rows if row.seq == seq] for seq in report.forks}
        for seq, doubled in told.items():
            flagged = [row for row in doubled if {"fork", "replay"} & set(row.flags)]
            assert len(flagged) >= len(doubled) - 1, f"I6: the fork at {seq} is not flagged"
        assert not report.gaps, f"I12: {hand.name} lacks {report.gaps}"
        [(seq, digest)] = self.office.rows(
            "SELECT head_seq, head_hash FROM device WHERE id = :id",
            id=hand.device if self.office.databases.postgres_uri else plain(hand.device),
        )
        if report.is_whole and rows:
            assert chain.Head(seq, digest) == report.head, "I6: the head is not the end of the chain"
        before = {(row.seq, row.hash): row.prev for row in rows}
        while seq > 0:  # with forks too, an unbroken run leads back from the head to the beginning
            assert (seq, digest) in before, f"I6: the head of {hand.name} hangs on nothing at {seq}"
            seq, digest = seq - 1, before[seq, digest]
        assert digest == chain.genesis(hand.device), f"I6: the run of {hand.name} does not begin at the beginning"

    def _check_visits(self):
        for visit in db.session.query(Visit).all():
            is_verified = all(file.verified_at is not None for file in visit.files)
            assert not visit.is_complete or is_verified, f"I8: visit {visit.id} is complete without its files"
            is_closed = any(record.type == "check_out" for record in visit.records)
            assert visit.is_complete == (is_closed and is_verified), f"I8: visit {visit.id}"
            assert "intake_failed" not in visit.flags, visit.flags
            assert "assembly_failed" not in visit.flags, visit.flags
