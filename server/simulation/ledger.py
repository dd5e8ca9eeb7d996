"""What went over the wire, kept by the simulation itself: the witness that neither phones nor server can talk round."""

import gzip
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sync import packed, upload
from sync.canonical import sha256_hex
from sync.packed import Name
from sync.phone.transport import Answer, NoNetwork, Transport

_SERVER_FAULT = 500
_SUCCESS_BELOW = 300
SCOPED = ("stops", "cards", "papers")


@dataclass(frozen=True, slots=True)
class Given:
    """A document of a scoped collection that came with its content; began is when the phone asked (monotonic s)."""

    began: float
    person: str
    coll: str
    doc_id: str
    case_id: str


@dataclass(frozen=True, slots=True)
class ScopeMove:
    """A stop that entered or left somebody's scope: for an entry the moment before, for a leaving the one after."""

    at: float
    person: str
    stop_id: str
    case_id: str
    is_in: bool


@dataclass(frozen=True, slots=True)
class Injected:
    """Something handed in on purpose that must be set aside: whose phone, which trick, the document as sent."""

    device: str
    trick: str
    coll: str
    document: Any


@dataclass
class Ledger:
    """Filled by many threads; read when they have ended."""

    sent: set[tuple[str, str, str]] = field(default_factory=set)
    sent_payloads: set[tuple[str, str]] = field(default_factory=set)
    announced: set[tuple[str, str, str]] = field(default_factory=set)
    acks: dict[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)
    given: list[Given] = field(default_factory=list)
    moves: list[ScopeMove] = field(default_factory=list)
    injected: list[Injected] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    server_faults: list[str] = field(default_factory=list)
    unforeseen: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, what: str, by: int = 1) -> None:
        """Count something that happened."""
        with self._lock:
            self.counts[what] += by

    def note_unforeseen(self, what: str) -> None:
        """Keep something the simulation did not expect; it fails the run."""
        with self._lock:
            self.unforeseen.append(what)

    def inject(self, injected: Injected) -> None:
        """Remember what must be found set aside at the end."""
        with self._lock:
            self.injected.append(injected)

    def move(self, moves: list[ScopeMove]) -> None:
        """Remember what entered and left whose scope."""
        with self._lock:
            self.moves.extend(moves)

    def asked(self, device: str, path: str, headers: Mapping[str, str], body: bytes) -> list[Name]:
        """Remember what a request carried, before it goes out: it may arrive although no answer comes.

        Return hash and id of each record of a packed push, as its answer leaves them out.
        """
        if path.endswith("/push"):
            raw = gzip.decompress(body) if headers.get("Content-Encoding") == "gzip" else body
            is_packed = headers.get("Content-Type") == packed.CONTENT_TYPE
            rows: list[Any] = packed.unpack(raw) if is_packed else json.loads(raw)
            with self._lock:
                for row in rows:
                    self._sent_row(device, row.get("newDocumentState", row))
            return [(row["hash"], row["id"]) for row in rows] if is_packed else []
        if path == "/v1/files":
            told = upload.read_metadata(headers["Upload-Metadata"])
            with self._lock:
                self.announced.add((device, told["attachment_id"], told["sha256"]))
        return []

    def answered(
        self, device: str, person: str, path: str, began: float, answer: Answer, names: Sequence[Name] = ()
    ) -> None:
        """Remember what an answer carried; names are those `asked` returned."""
        coll = path.partition("/pull")[0].rpartition("/")[2]
        with self._lock:
            self.statuses[answer.status] += 1
            if answer.status >= _SERVER_FAULT:
                self.server_faults.append(f"{answer.status} {path.partition('?')[0]}")
            if answer.status >= _SUCCESS_BELOW:
                return
            if path.endswith("/push"):
                self._take_acks(device, answer.json(), names)
            elif "/pull?" in path:
                self._pulled(device, person, began, _changes(coll, answer.json()))

    def _sent_row(self, device: str, document: Any) -> None:
        if isinstance(document, Mapping) and "id" in document and "hash" in document:
            self.sent.add((device, str(document["id"]), str(document["hash"])))
        payload = json.dumps(document, ensure_ascii=True, sort_keys=True)
        self.sent_payloads.add((device, sha256_hex(payload.encode())))

    def _take_acks(self, device: str, told: Any, names: Sequence[Name]) -> None:
        for one in told["acks"] if isinstance(told, Mapping) else []:
            document = packed.unpack_ack(one, names)
            if isinstance(document, Mapping):
                self.acks[str(document["id"])] = (device, document)

    def _pulled(self, device: str, person: str, began: float, changes: list[tuple[str, Mapping[str, Any]]]) -> None:
        for coll, document in changes:
            if document.get("_deleted"):
                continue
            if coll == "acks":
                self.acks[document["id"]] = (device, document)
            elif coll in SCOPED:
                case_id = str(document.get("case_id") or "")
                self.given.append(Given(began, person, coll, document["id"], case_id))


def _changes(coll: str, told: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return (collection, document) of a pull of one collection, or of all of them."""
    if "changes" in told:
        return [(one["coll"], one["document"]) for one in told["changes"]]
    return [(coll, document) for document in told["documents"]]


@dataclass(frozen=True, slots=True)
class Wire:
    """A transport that keeps the ledger; `passing` is called before and after each request and may end the phone."""

    inner: Transport
    ledger: Ledger
    who: Callable[[], tuple[str, str]]
    passing: Callable[[], None]

    def send(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send one request. Raises NoNetwork, or what `passing` raises."""
        self.passing()
        device, person = self.who()
        names = self.ledger.asked(device, path, headers, body)
        began = time.monotonic()
        try:
            answer = self.inner.send(method, path, headers=headers, body=body)
        except NoNetwork:
            self.ledger.count("unanswered")
            raise
        self.ledger.answered(device, person, path, began, answer, names)
        self.passing()
        return answer
