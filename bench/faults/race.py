"""Phones that push different records under the same id at the same moment: one is kept, no other is lost.

Beside it the plain way, SELECT … FOR UPDATE and an upsert: it cannot lock what is not there yet, so it must accept more
than one record under an id in the same run, else the run proves nothing.
"""

import json
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from random import Random

from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from bench.faults import tables
from bench.faults.phones import Phone
from server.db import begin_write, db
from server.devices import held, quarantine
from server.devices.models import Quarantine
from server.visits.models import Record
from sync import chain, envelope
from sync.envelope import Stamp
from sync.ids import uuid7

AT = datetime(2026, 12, 2, 1, 0, tzinfo=UTC)
BATCH = 20
_LOOK = text("SELECT content FROM plain WHERE id = :id")
_LOOK_AND_LOCK = text("SELECT content FROM plain WHERE id = :id FOR UPDATE")


@dataclass(slots=True)
class Outcome:
    """How often each id was accepted, and how many of the documents sent are stored or set aside, byte for byte."""

    accepted: Counter[str] = field(default_factory=Counter)
    sent: set[str] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)

    def not_once(self, ids: Sequence[str]) -> list[str]:
        """Return the ids that were not accepted exactly once."""
        return [one for one in ids if self.accepted[one] != 1]


def make_ids(count: int, *, seed: int) -> list[str]:
    """Return so many record ids."""
    rng = Random(seed)
    return [uuid7(int(AT.timestamp() * 1000) + number, rng.randbytes(10)) for number in range(count)]


def push_same_ids(app: Flask, phones: Sequence[Phone], ids: Sequence[str], *, seed: int) -> Outcome:
    """Let every phone push its own record under every id, in batches, all phones at once, each in its own order."""
    outcome, gate = Outcome(), threading.Barrier(len(phones))
    batches = [_batches(phone, ids, rng=Random(f"{seed} {phone.device}")) for phone in phones]
    for mine in batches:
        outcome.sent |= {str(document["env"]) for batch in mine for document in batch}

    def work(phone: Phone, mine: list[list[dict[str, str]]]) -> None:
        client = app.test_client()
        for batch in mine:
            gate.wait()
            answer = client.post(
                "/v1/sync/records/push", json=[{"newDocumentState": document} for document in batch],
                headers={"Authorization": f"Bearer {phone.token}", "Prefer": "return=acks"},
            )  # fmt: skip
            if answer.status_code != 200:  # noqa: PLR2004
                outcome.failures.append(answer.text[:300])
                continue
            entries = [e for one in answer.json["acks"] for e in json.loads(one["ack"])["entries"]]  # type: ignore[index]
            outcome.accepted.update(entry["ref"] for entry in entries if entry["status"] == "accepted")

    _at_once([partial(work, phone, mine) for phone, mine in zip(phones, batches, strict=True)])
    with app.app_context():
        outcome.kept = _kept()
    return outcome


def upsert_same_ids(app: Flask, ids: Sequence[str], *, writers: int) -> Outcome:
    """Do the same the plain way: look for the row (FOR UPDATE where the engine has it), then insert or overwrite.

    On SQLite, whose writers wait in turn, the plain mistake is to look before the turn has come.
    """
    outcome, gate, lock = Outcome(), threading.Barrier(writers), threading.Lock()
    with app.app_context():
        tables.make(
            "DROP TABLE IF EXISTS plain", "CREATE TABLE plain (id VARCHAR(40) PRIMARY KEY, content VARCHAR(40))"
        )

    def work(number: int) -> None:
        with app.app_context():
            for one in ids:
                gate.wait()
                with suppress(OperationalError):
                    if _upsert(one, f"{number}"):
                        with lock:
                            outcome.accepted[one] += 1

    _at_once([partial(work, number) for number in range(writers)])
    return outcome


def _upsert(record_id: str, content: str) -> bool:
    """Return whether the content was accepted."""
    is_sqlite = db.engine.dialect.name == "sqlite"
    found = db.session.scalar(_LOOK if is_sqlite else _LOOK_AND_LOCK, {"id": record_id})
    if is_sqlite:
        begin_write()
    if found is not None:
        db.session.rollback()
        return False
    db.session.execute(
        text("INSERT INTO plain VALUES (:id, :content) ON CONFLICT (id) DO UPDATE SET content = excluded.content"),
        {"id": record_id, "content": content},
    )
    db.session.commit()
    return True


def _batches(phone: Phone, ids: Sequence[str], *, rng: Random) -> list[list[dict[str, str]]]:
    """Sign one record for every id; the ids of a batch are everybody's, their order within it is the phone's own."""
    batches = []
    for first in range(0, len(ids), BATCH):
        part = list(ids[first : first + BATCH])
        rng.shuffle(part)
        batches.append([_sign(phone, one) for one in part])
    return batches


def _sign(phone: Phone, record_id: str) -> dict[str, str]:
    seq = phone.head.seq + 1
    env = envelope.build(
        {"note": phone.device}, record_type="incident", record_id=record_id, device=phone.device,
        link_to=(seq, phone.head.hash), stamp=Stamp("race", 1000 * seq, AT, "+08:00"),
    )  # fmt: skip
    record = envelope.seal(env, key=phone.key)
    phone.head = chain.advance(phone.head, [record.link])
    return record.document()


def _kept() -> set[str]:
    """Return the signed bytes of everything stored or set aside."""
    stored = {held.unseal(row.id, row.env_sealed) for row in db.session.scalars(select(Record))}
    payloads = (quarantine.payload_of(row) for row in db.session.scalars(select(Quarantine)))
    return stored | {str(payload["env"]) for payload in payloads if isinstance(payload, dict)}


def _at_once(jobs: Sequence[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
