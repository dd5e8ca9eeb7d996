"""A finished run in which everything is right, made of real signed records; tests plant one wrong thing in it."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from server.simulation.evidence_invariants import payload_hash
from server.simulation.facts import (
    DeviceFacts,
    FeedRow,
    HeldFile,
    HeldRecord,
    KeptRecord,
    PhoneFacts,
    Retried,
    Run,
    ServerFacts,
    SetAside,
)
from server.simulation.ledger import Given, Injected, Ledger, ScopeMove
from server.simulation.watch import Seen
from sync import ack, chain, envelope
from sync.ack import Entry, Status
from sync.chain import Head
from sync.envelope import FileRef, Stamp
from sync.signature import Alg, signing_key

AT = datetime(2026, 12, 2, 1, 30, tzinfo=UTC)
ACK_KEY = signing_key(Alg.ED25519, b"A" * 32)
PHOTO = b"a photo"
PHOTO_SHA256 = hashlib.sha256(PHOTO).hexdigest()
FILE_ID, VISIT, STOP, CASE, PAPER = (f"0193a0b1-0000-7000-8000-00000000f0{n}" for n in ("01", "02", "03", "04", "05"))
LEFT_STOP, LEFT_CASE = (f"0193a0b1-0000-7000-8000-00000000f1{n}" for n in ("01", "02"))
DEVICES = ("0193a0b1-0000-7000-8000-00000000d001", "0193a0b1-0000-7000-8000-00000000d002")
PEOPLE = ("0193a0b1-0000-7000-8000-00000000a001", "0193a0b1-0000-7000-8000-00000000a002")
KEYS = tuple(signing_key(Alg.ED25519, bytes([n]) * 32) for n in (1, 2))
BAD_ROW = {"id": "0193a0b1-0000-7000-8000-00000000bad1", "note": "no record"}
EPOCH = "epoch-1"
DOCUMENTS = {"stops": {STOP: "s" * 64}, "cards": {STOP: "c" * 64}, "papers": {PAPER: "p" * 64}}


@dataclass
class Hand:
    """Makes the records of one phone."""

    number: int

    def chain(self, n):
        """n records in a row: an arrival, a manifest with the photo, a departure naming both, then plan events."""
        made, head = [], chain.start(DEVICES[self.number])
        for seq in range(1, n + 1):
            record = self.record(seq, head.hash, **self.told(seq, made))
            made.append(record)
            head = Head(seq, record.hash)
        return made

    def told(self, seq, made):
        about = {"visit_id": VISIT, "stop_id": STOP, "case_id": CASE}
        if self.number == 0 and seq == 1:
            return {"record_type": "check_in", "body": about}
        if self.number == 0 and seq == 2:
            photo = FileRef(FILE_ID, PHOTO_SHA256, len(PHOTO), "image/jpeg")
            return {"record_type": "manifest", "body": about, "manifest": [photo]}
        if self.number == 0 and seq == 3:
            named = [{"id": one.id, "hash": one.hash} for one in made]
            return {"record_type": "check_out", "body": about | {"records": named}}
        return {"record_type": "plan_event", "body": {"event": "started", "n": seq}}

    def record(self, seq, prev, *, record_type, body, manifest=(), mark="0"):
        env = envelope.build(
            body,
            record_type=record_type,
            record_id=f"0193a0b1-0000-7000-800{self.number}-{mark}00000000{seq:03}",
            link_to=(seq, prev),
            device=DEVICES[self.number],
            stamp=Stamp("boot", 1000 * seq, AT, "+08:00"),
            manifest=list(manifest),
        )
        return envelope.seal(env, key=KEYS[self.number])


def acknowledge(number, *entries, name="1"):
    return ack.sign(
        entries, ack_id=f"ack-{number}-{name}", device=DEVICES[number], received_at=AT, head=Head(0, ""), key=ACK_KEY
    )


def kept(record, number, *, flags=(), visit=None):
    is_visit = number == 0 and record.seq <= 3
    return KeptRecord(
        record.id,
        DEVICES[number],
        record.seq,
        record.prev,
        record.hash,
        record.sig,
        record.alg,
        record.env,
        record.type,
        (VISIT if is_visit else "") if visit is None else visit,
        tuple(flags),
    )


def hold(record):
    return HeldRecord(record.id, record.seq, record.hash, record.env, "accepted")


@pytest.fixture
def right():
    """The run in which everything is right."""
    records = [Hand(0).chain(4), Hand(1).chain(2)]
    acks = []
    for number in (0, 1):
        entries = [Entry(one.id, one.hash, Status.ACCEPTED, "new") for one in records[number]]
        acks.append(acknowledge(number, *entries))
    told_file = acknowledge(0, Entry(FILE_ID, PHOTO_SHA256, Status.FILE_VERIFIED), name="file")
    told_bad = acknowledge(
        1, Entry(BAD_ROW["id"], "0" * 64, Status.QUARANTINED, "malformed", (), "seal_missing"), name="bad"
    )
    wire = Ledger()
    wire.sent = {(one.device, one.id, one.hash) for mine in records for one in mine}
    wire.sent_payloads = {(DEVICES[1], payload_hash(BAD_ROW))}
    wire.announced = {(DEVICES[0], FILE_ID, PHOTO_SHA256)}
    wire.acks = {
        told["id"]: (DEVICES[number], told)
        for number, told in ((0, acks[0]), (1, acks[1]), (0, told_file), (1, told_bad))
    }
    wire.injected = [Injected(DEVICES[1], "malformed", "records", BAD_ROW)]
    wire.moves = [
        *(ScopeMove(1.0, person, STOP, CASE, is_in=True) for person in PEOPLE),
        ScopeMove(1.0, PEOPLE[0], LEFT_STOP, LEFT_CASE, is_in=True),
        ScopeMove(5.0, PEOPLE[0], LEFT_STOP, LEFT_CASE, is_in=False),
    ]
    wire.given = [
        *(Given(2.0, person, "stops", STOP, CASE) for person in PEOPLE),
        Given(3.0, PEOPLE[0], "stops", LEFT_STOP, LEFT_CASE),
        Given(3.0, PEOPLE[0], "papers", PAPER, CASE),
    ]
    wire.statuses[200] = 40
    feed = [
        FeedRow(f"person:{person}", coll, doc_id, 0, gone=False)
        for person in PEOPLE
        for coll, docs in DOCUMENTS.items()
        for doc_id in docs
    ]
    feed.append(FeedRow(f"person:{PEOPLE[0]}", "stops", LEFT_STOP, 0, gone=True))
    feed = [FeedRow(row.subject, row.coll, row.doc_id, n, row.gone) for n, row in enumerate(feed, start=1)]
    phones = tuple(
        PhoneFacts(
            name=f"phone{number}",
            device=DEVICES[number],
            person=PEOPLE[number],
            epoch=EPOCH,
            is_lost=False,
            records=tuple(hold(one) for one in records[number]),
            files=(HeldFile(FILE_ID, PHOTO_SHA256, len(PHOTO), "verified", None),) if number == 0 else (),
            documents={coll: dict(docs) for coll, docs in DOCUMENTS.items()},
            cases={STOP: CASE, PAPER: CASE},
            acks=(),
        )
        for number in (0, 1)
    )
    server = ServerFacts(
        epoch=EPOCH,
        clock_seq=len(feed),
        records=tuple(kept(one, number) for number in (0, 1) for one in records[number]),
        aside=(SetAside(DEVICES[1], "records", BAD_ROW["id"], payload_hash(BAD_ROW), "malformed", "seal_missing"),),
        devices={
            DEVICES[n]: DeviceFacts(
                DEVICES[n], PEOPLE[n], "Ed25519", KEYS[n].public().jwk(), len(records[n]), records[n][-1].hash
            )
            for n in (0, 1)
        },
        feed=tuple(feed),
        finished=frozenset({(DEVICES[0], FILE_ID, PHOTO_SHA256)}),
        blobs={PHOTO_SHA256: PHOTO_SHA256},
        visits={VISIT: True},
        scope=frozenset((person, STOP, CASE) for person in PEOPLE),
        ack_key=ACK_KEY.public().jwk(),
    )
    return Run(
        phones=phones,
        server=server,
        wire=wire,
        seen=Seen(looks=5, positions=7, dense_windows=2),
        followers={device: {coll: dict(docs) for coll, docs in DOCUMENTS.items()} for device in DEVICES},
        retried=Retried(10, 100, (), ()),
        longest_s=0.4,
        restores=1,
    )
