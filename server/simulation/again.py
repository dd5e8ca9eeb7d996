"""Sends every request once more after a simulation, and follows every feed from zero: for I3, I9 and I10."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import requests
import sqlalchemy as sa

from server.simulation import reading
from server.simulation.facts import PhoneFacts, Retried
from server.simulation.finding import set_hash
from sync import upload
from sync.canonical import content_hash
from sync.feed import PULLED
from sync.phone.pulls import SCHEMA_VERSION
from sync.phone.store import Store

BATCH = 150
PAGE = 7
TIMEOUT_S = 60
FOUND = 200
_NONE: Mapping[str, str] = MappingProxyType({})


class Caller:
    """One phone's token at the server, without any cutter between, on a line that all phones share."""

    def __init__(self, url: str, path: Path, http: requests.Session) -> None:
        """Take the server's address, the phone's store and the line."""
        store = Store(path)
        self.records = [
            record.document()
            for state in ("accepted", "quarantined", "waiting")
            for record in store.records(state, limit=100_000)
        ]
        self.url, self.http, self.auth = url, http, {"Authorization": f"Bearer {store.get('token')}"}
        store.close()
        self.requests = 0

    def send(self, method: str, path: str, *, headers: Mapping[str, str] = _NONE, **kwargs: Any) -> requests.Response:
        """Send one request and count it."""
        self.requests += 1
        told = {**headers, **self.auth}
        return self.http.request(method, self.url + path, timeout=TIMEOUT_S, headers=told, **kwargs)

    def push_again(self) -> set[str]:
        """Push every record again; return the ids acknowledged."""
        told: set[str] = set()
        for at in range(0, len(self.records), BATCH):
            rows = [{"newDocumentState": record} for record in self.records[at : at + BATCH]]
            answer = self.send("POST", "/v1/sync/records/push", json=rows, headers={"Prefer": "return=acks"})
            for document in answer.json()["acks"]:
                told |= {entry["ref"] for entry in json.loads(document["ack"])["entries"]}
        return told

    def upload_again(self, file_id: str, sha256: str, size: int) -> bool:
        """Begin a finished upload again and send nothing; tell whether the server says it is whole."""
        metadata = upload.write_metadata({"attachment_id": file_id, "sha256": sha256, "mime": "image/jpeg"})
        headers = {"Tus-Resumable": upload.TUS_VERSION, "Upload-Length": str(size), "Upload-Metadata": metadata}
        made = self.send("POST", "/v1/files", headers=headers)
        return made.headers.get("Upload-Offset") == str(size)

    def follow(self, coll: str) -> dict[str, str]:
        """Pull a collection from zero in small pages; return id → content hash of what stands at the end."""
        held: dict[str, str] = {}
        seq, epoch = 0, ""
        while True:
            at = {"seq": seq, "epoch": epoch, "limit": PAGE, "sv": SCHEMA_VERSION}
            page = self.send("GET", f"/v1/sync/{coll}/pull", params=at).json()
            for document in page["documents"]:
                held.pop(document["id"], None)
                if not document.get("_deleted"):
                    held[document["id"]] = content_hash(document)
            seq, epoch = page["checkpoint"]["seq"], page["checkpoint"]["epoch"]
            if len(page["documents"]) < PAGE:
                return held


def everything(callers: Mapping[str, Caller], phones: tuple[PhoneFacts, ...], engine: sa.Engine) -> Retried:
    """Send every push, every upload and every pull again, and compare the database before and after."""
    before = reading.state(engine)
    missing: list[str] = []
    for phone in phones:
        caller = callers[phone.device]
        missing += sorted({record.id for record in phone.records} - caller.push_again())
        for file in phone.files:
            if not caller.upload_again(file.id, file.sha256, file.size):
                missing.append(file.id)
    after = reading.state(engine)
    differing = tuple(sorted(table for table in before if before[table] != after.get(table)))
    rows = sum(count for count, _ in before.values())
    return Retried(sum(caller.requests for caller in callers.values()), rows, differing, tuple(missing))


def followers(callers: Mapping[str, Caller], phones: tuple[PhoneFacts, ...]) -> dict[str, dict[str, dict[str, str]]]:
    """Return device → collection → what a fresh follower of that feed holds."""
    return {
        phone.device: {coll: callers[phone.device].follow(coll) for coll in PULLED}
        for phone in phones
        if not phone.is_lost
    }


def digests(callers: Mapping[str, Caller], phones: tuple[PhoneFacts, ...]) -> dict[str, dict[str, tuple[str, str]]]:
    """Return device → collection → (the server's set digest, the phone's); empty while the server offers none.

    Acknowledgements are left out: those in the answer to a push are taken and not kept.
    """
    told: dict[str, dict[str, tuple[str, str]]] = {}
    for phone in phones:
        if phone.is_lost:
            continue
        for coll in (one for one in PULLED if one != "acks"):
            answer = callers[phone.device].send("GET", f"/v1/sync/{coll}/digest")
            if answer.status_code != FOUND:
                return {}
            mine = set_hash(phone.documents.get(coll, {}))
            told.setdefault(phone.device, {})[coll] = (str(answer.json()["digest"]), mine)
    return told
