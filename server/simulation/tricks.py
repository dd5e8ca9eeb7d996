"""What faulty or dishonest phones hand in: doubled, shuffled, altered, forged and damaged things, well addressed."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from server.simulation.ledger import Injected
from server.simulation.phones import FleetPhone
from server.simulation.plan import Trick
from sync import envelope, upload
from sync.envelope import Record, RecordType
from sync.phone.transport import Answer, NoNetwork, Refused

SPLIT = 3
CHUNK_TYPE = "application/offset+octet-stream"
CONFLICT = frozenset({409, 460})


@dataclass(frozen=True, slots=True)
class Hand:
    """One phone about to play a trick, and a record of another phone when there is one."""

    phone: FleetPhone
    foreign: Record | None

    def push(self, documents: Sequence[Any], coll: str = "records") -> Answer | None:
        """Push documents as they are; None when the line was down."""
        body = json.dumps([{"newDocumentState": document} for document in documents]).encode()
        return self.call("POST", f"/v1/sync/{coll}/push", {"Content-Type": "application/json"}, body)

    def call(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer | None:
        """Send one call with this phone's token; None when the line was down or the server said no."""
        told = {"Authorization": f"Bearer {self.phone.store.get('token')}", "Prefer": "return=acks", **headers}
        with suppress(NoNetwork):
            return self.phone.client.line.call(method, path, headers=told, body=body, expected=tuple(CONFLICT))
        return None

    def injects(self, trick: Trick, document: Any, coll: str = "records", *, after: Sequence[Any] = ()) -> None:
        """Hand in what must be set aside, behind what is none of it, and remember it when the server answered."""
        if self.push([*after, document], coll) is not None:
            device = self.phone.store.get("device") or ""
            self.phone.ledger.inject(Injected(device, trick.value, coll, document))

    def kept(self) -> Record | None:
        """Return a record of this phone that the server acknowledged."""
        return next(iter(self.phone.store.records("accepted", limit=1)), None)


def play(phone: FleetPhone, trick: Trick, foreign: Record | None) -> None:
    """Play one trick. The line may be bad: what did not get through was not tried."""
    hand = Hand(phone, foreign)
    with suppress(Refused):
        _TRICKS[trick](hand)
    phone.ledger.count(f"trick_{trick.value}")


def _duplicate(hand: Hand) -> None:
    documents = [record.document() for record in hand.phone.store.waiting(limit=50)]
    record = hand.kept()
    for _ in range(2):
        hand.push([*documents, *([record.document()] if record else [])])


def _reordered(hand: Hand) -> None:
    documents = [record.document() for record in hand.phone.store.waiting(limit=60)]
    batches = [documents[at : at + SPLIT] for at in range(0, len(documents), SPLIT)]
    for batch in reversed(batches):
        hand.push(batch[::-1])


def _again(hand: Hand, record: Record, body: Mapping[str, Any], *, record_id: str, prev: str) -> dict[str, Any]:
    told = envelope.read(record.env)
    env = envelope.build(
        body, record_type=record.type, record_id=record_id, link_to=(record.seq, prev), device=record.device,
        stamp=told.stamp, manifest=told.manifest,
    )  # fmt: skip
    return envelope.seal(env, key=hand.phone.records().key).document()


def _altered(hand: Hand) -> None:
    """Hand in the record first: a server restored meanwhile would else meet the altered one before, and keep it."""
    record = hand.kept()
    if record is not None:
        body = {**envelope.read(record.env).body, "note": "改动后的内容"}
        altered = _again(hand, record, body, record_id=record.id, prev=record.prev)
        hand.injects(Trick.ALTERED, altered, after=[record.document()])


def _forged(hand: Hand) -> None:
    record = hand.kept()
    if record is not None:
        fresh = _again(hand, record, {"event": "started"}, record_id=_new_id(hand), prev=record.prev)
        hand.injects(Trick.FORGED, fresh | {"sig": record.sig})


def _foreign(hand: Hand) -> None:
    if hand.foreign is not None:
        hand.injects(Trick.FOREIGN, hand.foreign.document())


def _malformed(hand: Hand) -> None:
    hand.injects(Trick.MALFORMED, {"id": _new_id(hand), "note": "没有信封 no envelope", "n": hand.phone.plan.number})


def _not_its_own(hand: Hand) -> None:
    hand.injects(Trick.NOT_ITS_OWN, {"id": _new_id(hand), "state": "visited"}, "stops")


def _fork(hand: Hand) -> None:
    """Hand in a second record at a place of the chain that is taken: it is kept, and must be flagged."""
    record = hand.kept()
    if record is not None:
        body = {"stop_id": "", "event": "started", "reason": "fork", "plan_version": 1, "fix": None}
        told = envelope.read(record.env)
        env = envelope.build(
            body, record_type=RecordType.PLAN_EVENT, record_id=_new_id(hand), link_to=(record.seq, record.prev),
            device=record.device, stamp=told.stamp,
        )  # fmt: skip
        hand.push([envelope.seal(env, key=hand.phone.records().key).document()])


def _corrupt_chunk(hand: Hand) -> None:
    media = hand.phone.store.next_media()
    if media is None:
        return
    facts = {"attachment_id": media.ref.id, "sha256": media.ref.sha256, "mime": media.ref.mime}
    _send_whole(hand, facts, b"\x00" * media.ref.bytes, checksum_of=media.content)


def _corrupt_file(hand: Hand) -> None:
    media = hand.phone.store.next_media()
    if media is None:
        return
    facts = {"attachment_id": media.ref.id, "sha256": media.ref.sha256, "mime": media.ref.mime}
    spoilt = media.content[:-1] + bytes([media.content[-1] ^ 1])
    _send_whole(hand, facts, spoilt, checksum_of=spoilt)


def _send_whole(hand: Hand, facts: Mapping[str, str], content: bytes, *, checksum_of: bytes) -> None:
    """Begin the upload and send the content in one chunk under the checksum of other bytes, or its own."""
    version = {"Tus-Resumable": upload.TUS_VERSION}
    told = version | {"Upload-Length": str(len(content)), "Upload-Metadata": upload.write_metadata(dict(facts))}
    made = hand.call("POST", "/v1/files", told)
    if made is None:
        return
    location = made.headers.get("location", "")
    path = location[location.find("/v1/files/") :]
    checksum = base64.b64encode(hashlib.sha256(checksum_of).digest()).decode()
    chunk = version | {"Upload-Offset": "0", "Content-Type": CHUNK_TYPE, "Upload-Checksum": f"sha256 {checksum}"}
    hand.call("PATCH", path, chunk, content)


def _new_id(hand: Hand) -> str:
    return hand.phone.records().senses.new_id()


_TRICKS: Mapping[Trick, Callable[[Hand], None]] = {
    Trick.DUPLICATE: _duplicate,
    Trick.REORDERED: _reordered,
    Trick.ALTERED: _altered,
    Trick.FORGED: _forged,
    Trick.FOREIGN: _foreign,
    Trick.MALFORMED: _malformed,
    Trick.NOT_ITS_OWN: _not_its_own,
    Trick.FORK: _fork,
    Trick.CORRUPT_CHUNK: _corrupt_chunk,
    Trick.CORRUPT_FILE: _corrupt_file,
}
