"""What phones, server and wire hold at the end of a simulation, as plain values: what the invariants are checked on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from server.simulation.ledger import Ledger
from server.simulation.watch import Seen

Hashes = Mapping[str, str]
"""Document id → hash of its content."""


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """A record in a phone's store."""

    id: str
    seq: int
    hash: str
    env: str
    state: str


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file in a phone's store; content_sha256 is of the bytes, None once they were dropped."""

    id: str
    sha256: str
    size: int
    state: str
    content_sha256: str | None


@dataclass(frozen=True, slots=True)
class PhoneFacts:
    """One phone as its store file says. is_lost: it was reported lost and gets nothing any more."""

    name: str
    device: str
    person: str
    epoch: str
    is_lost: bool
    records: tuple[HeldRecord, ...]
    files: tuple[HeldFile, ...]
    documents: Mapping[str, Hashes]
    cases: Mapping[str, str]
    acks: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """A record in the server's database, its envelope opened."""

    id: str
    device: str
    seq: int
    prev: str
    hash: str
    sig: str
    alg: str
    env: str
    type: str
    visit: str
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row of the quarantine."""

    device: str
    coll: str
    doc_id: str
    payload_hash: str
    verdict: str
    reason: str


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """A phone as the server knows it."""

    id: str
    person: str
    alg: str
    public_key: Mapping[str, str]
    head_seq: int
    head_hash: str


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A position of the feed."""

    subject: str
    coll: str
    doc_id: str
    seq: int
    gone: bool


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """The server as its database and its media folder say, read without its code.

    finished: (device, attachment, sha256) of finished uploads. blobs: name → SHA-256 of the bytes that lie there.
    visits: visit → is it complete. scope: (person, stop, case). feed rows and clock: positions.
    """

    epoch: str
    clock_seq: int
    records: tuple[KeptRecord, ...]
    aside: tuple[SetAside, ...]
    devices: Mapping[str, DeviceFacts]
    feed: tuple[FeedRow, ...]
    finished: frozenset[tuple[str, str, str]]
    blobs: Hashes
    visits: Mapping[str, bool]
    scope: frozenset[tuple[str, str, str]]
    ack_key: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Retried:
    """What a repeat of every request changed: requests sent, tables compared, tables that differ."""

    requests: int
    rows: int
    differing: tuple[str, ...]
    unacknowledged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """Everything there is to know about a finished simulation.

    followers: device → collection → what a fresh follower of the same feed pulled from zero. digests: device →
    collection → (server's set digest, phone's), empty when the server offers none. log_faults: lines of the server's
    log that tell of a lock that was not given.
    """

    phones: tuple[PhoneFacts, ...]
    server: ServerFacts
    wire: Ledger
    seen: Seen
    followers: Mapping[str, Mapping[str, Hashes]]
    digests: Mapping[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)
    retried: Retried = Retried(0, 0, (), ())
    log_faults: tuple[str, ...] = ()
    longest_s: float = 0.0
    restores: int = 0
