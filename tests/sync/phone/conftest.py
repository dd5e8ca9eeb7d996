"""A phone of its own, and a small office that speaks the protocol out of memory, built from the same library."""

import base64
import gzip
import hashlib
import json
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from sync import ack, chain, packed, upload
from sync.ack import Entry, Status
from sync.chain import Head
from sync.phone.client import Client
from sync.phone.outbox import Outbox
from sync.phone.senses import Senses
from sync.phone.store import Store
from sync.phone.transport import Answer, Line, NoNetwork
from sync.signature import Alg, public_key, signing_key
from sync.verdict import Known, judge

DEVICE = "0193a0b1-0000-7000-8000-00000000d001"
START = datetime(2026, 12, 2, 1, 30, tzinfo=UTC)
MARKED = {"doorstep-sync": "1"}


@dataclass
class Office:
    """An office in memory; `plan` says what happens to the next requests: "" fine, "lost", "answer lost", an Answer."""

    key: object = field(default_factory=lambda: signing_key(Alg.ED25519, b"A" * 32))
    plan: list = field(default_factory=list)
    seen: list = field(default_factory=list)
    phone_key: object = None
    hashes: dict = field(default_factory=dict)
    feeds: dict = field(default_factory=dict)
    files: dict = field(default_factory=dict)
    told: dict = field(default_factory=dict)
    epoch: str = "epoch-1"
    is_revoked: bool = False
    resend_from: object = None
    heads: object = None
    packed: tuple = packed.VERSIONS
    reads_packed: bool = True
    acks_seq: object = None

    def send(self, method, path, *, headers, body):
        self.seen.append((method, path.partition("?")[0], dict(headers)))
        step = self.plan.pop(0) if self.plan else ""
        if step == "lost":
            raise NoNetwork("lost")
        if isinstance(step, Answer):
            return step
        answer = self._answer(method, path, headers, body)
        if step == "answer lost":
            raise NoNetwork("answer lost")
        return answer

    def tell(self, coll, *documents):
        self.feeds.setdefault(coll, []).extend(documents)

    def _answer(self, method, path, headers, body):
        if path == "/v1/devices":
            return self._enrol(json.loads(body))
        if self.is_revoked and not path.startswith(("/v1/files", "/v1/sync/records")):
            return problem(403, "device-revoked", wipe=True)
        if path.startswith("/v1/sync/head"):
            return self._head(headers)
        if path.startswith("/v1/sync/records/push"):
            return self._take(gzip.decompress(body), headers)
        if path.startswith("/v1/sync/"):
            return self._pull(path)
        return self._file(method, path, headers, body)

    def _enrol(self, told):
        if told["code"] != "GOOD":
            return problem(403, "code-not-good")
        self.phone_key = public_key(told["public_key"], alg=told["alg"])
        return good({"device_id": DEVICE, "device_token": "token", "epoch": self.epoch,
                     "ack_key": self.key.public().jwk(), "log_vkey": "v"}, 201)  # fmt: skip

    def _head(self, headers):
        if headers["Doorstep-Epoch"] != self.epoch:
            return problem(410, "epoch-changed", epoch=self.epoch)
        told = {"epoch": self.epoch, "device": {"resend_from": self.resend_from}, "packed": list(self.packed)}
        return good(told if self.heads is None else told | {"heads": self.heads})

    def _take(self, body, headers):
        if headers["Content-Type"] != packed.CONTENT_TYPE:
            return self._push(json.loads(body))
        if not self.reads_packed:
            return problem(400, "push-malformed")
        documents = packed.unpack(body)
        answer = self._push([{"newDocumentState": one} for one in documents])
        told, names = answer.json(), [(one["hash"], one["id"]) for one in documents]
        told["acks"] = [packed.pack_ack(one, names) if "ack" in one else one for one in told["acks"]]
        return Answer(answer.status, answer.headers, json.dumps(told).encode())

    def _push(self, rows):
        entries = []
        for row in rows:
            document = row["newDocumentState"]
            known = Known(chain.start(DEVICE), stored_hash=self.hashes.get(document["id"]))
            found = judge(document, known=known, key=self.phone_key, device=DEVICE, received_at=START)
            is_kept = found.verdict.is_kept
            if is_kept:
                self.hashes[document["id"]] = document["hash"]
            status = Status.ACCEPTED if is_kept else Status.QUARANTINED
            entries.append(Entry(document["id"], document["hash"], status, found.verdict, (), found.reason))
        answer = good({"conflicts": [], "acks": [self._ack(entries)]})
        behind = {} if self.acks_seq is None else {"doorstep-acks-seq": str(self.acks_seq)}
        return Answer(answer.status, dict(answer.headers) | behind, answer.body)

    def _ack(self, entries):
        return ack.sign(entries, ack_id=f"ack-{len(self.seen)}", device=DEVICE, received_at=START,
                        head=Head(0, ""), key=self.key)  # fmt: skip

    def _pull(self, path):
        coll, query = path.removeprefix("/v1/sync/").split("/pull?")
        asked = dict(pair.split("=") for pair in query.split("&"))
        after, limit = int(asked["seq"]), int(asked["limit"])
        page = self.feeds.get(coll, [])[after : after + limit]
        return good({"documents": page, "checkpoint": {"seq": after + len(page), "epoch": self.epoch}})

    def _file(self, method, path, headers, body):
        if method == "POST":
            facts = upload.read_facts(headers["Upload-Metadata"], headers["Upload-Length"])
            if facts.length > upload.MAX_FILE_BYTES:
                return problem(413, "file-too-large")
            self.files.setdefault(facts.attachment_id, b"")
            self.told[facts.attachment_id] = facts
            return Answer(201, MARKED | {"location": f"http://office/v1/files/{facts.attachment_id}"}, b"")
        file_id = path.rpartition("/")[2]
        if method == "PATCH":
            if int(headers["Upload-Offset"]) != len(self.files[file_id]):
                return problem(409, "wrong-offset")
            assert headers["Upload-Checksum"] == f"sha256 {base64.b64encode(hashlib.sha256(body).digest()).decode()}"
            self.files[file_id] += body
            self._finish(file_id)
        return Answer(204, MARKED | {"upload-offset": str(len(self.files[file_id]))}, b"")

    def _finish(self, file_id):
        facts = self.told[file_id]
        if len(self.files[file_id]) == facts.length:
            self.tell("acks", self._ack([Entry(file_id, facts.sha256, Status.FILE_VERIFIED)]))


def good(value, status=200):
    return Answer(status, MARKED, json.dumps(value).encode())


def problem(status, name, **facts):
    body = json.dumps({"type": f"/problems/{name}", "status": status} | facts).encode()
    return Answer(status, {"content-type": "application/problem+json"}, body)


@pytest.fixture
def office():
    return Office()


@pytest.fixture
def senses():
    rng, ticks = random.Random(7), [START]

    def now():
        ticks[0] += timedelta(milliseconds=10)
        return ticks[0]

    return Senses(now=now, mono_ms=lambda: int(ticks[0].timestamp() * 1000), random=rng.randbytes, boot="boot-1")


@pytest.fixture
def store():
    made = Store(":memory:")
    yield made
    made.close()


@pytest.fixture
def naps():
    return []


@pytest.fixture
def line(office, naps):
    return Line(office, sleep=naps.append, jitter=lambda: 0.5)


@pytest.fixture
def client(store, line, senses):
    made = Client(store, line, senses)
    made.enrol("GOOD", label="Fang", app_version="1")
    return made


@pytest.fixture
def outbox(client, store, senses):
    return Outbox(store, senses)
