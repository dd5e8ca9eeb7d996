"""Reads phone stores, the server's database and its media folder with plain SQL: none of the code under test helps."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from server import vault
from server.cases import keyring
from server.config import Config
from server.simulation.facts import (
    DeviceFacts,
    FeedRow,
    HeldFile,
    HeldRecord,
    KeptRecord,
    PhoneFacts,
    ServerFacts,
    SetAside,
)
from sync.canonical import content_hash
from sync.signature import Alg, SigningKey

ON_PHONES = ("dispatched", "en_route", "skipped", "blocked", "visited")
VOLATILE = {
    "device": {
        "last_contact_at",
        "clock_offset_ms",
        "clock_error_ms",
        "unsent_count",
        "plans_held",
        "token_hash",
    },
    "upload": {"expires_at"},
}
"""Columns that tell when somebody last called, and nothing about what is held."""
NOT_COMPARED = frozenset({"alembic_version", "token", "idempotency_key", "job", "clock_sample"})
"""The office's own sign-ins, its queue, and how far off phones' clocks were when they called."""


def phone(path: Path, *, name: str, person: str, is_lost: bool) -> PhoneFacts:
    """Return what a phone's store file holds."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as store:
        state = dict(store.execute("SELECT name, value FROM state"))
        records = [
            HeldRecord(row[0], row[1], row[2], json.loads(row[3])["env"], row[4])
            for row in store.execute("SELECT id, seq, hash, document, state FROM record ORDER BY seq")
        ]
        files = [
            HeldFile(row[0], row[1], row[2], row[3], None if row[4] is None else hashlib.sha256(row[4]).hexdigest())
            for row in store.execute("SELECT id, sha256, bytes, state, content FROM media ORDER BY id")
        ]
        pulled = [(row[0], json.loads(row[1])) for row in store.execute("SELECT coll, document FROM document")]
    documents: dict[str, dict[str, str]] = {}
    for coll, document in pulled:
        documents.setdefault(coll, {})[document["id"]] = content_hash(document)
    return PhoneFacts(
        name=name, device=state.get("device", ""), person=person, epoch=state.get("epoch", ""), is_lost=is_lost,
        records=tuple(records), files=tuple(files), documents=documents,
        cases={one["id"]: str(one.get("case_id") or "") for coll, one in pulled if coll in {"stops", "papers"}},
        acks=tuple(document for coll, document in pulled if coll == "acks"),
    )  # fmt: skip


def server(engine: sa.Engine, settings: Config, *, stored: dict[str, str]) -> ServerFacts:
    """Return what the database holds; `stored` is name → SHA-256 of the bytes of every stored file.

    Raises SealBroken for an envelope that cannot be opened.
    """
    with engine.connect() as database:
        clock = database.execute(sa.text("SELECT seq, epoch FROM sync_clock")).one()
        return ServerFacts(
            epoch=str(clock[1]),
            clock_seq=int(clock[0]),
            records=tuple(_records(database, settings)),
            aside=tuple(_aside(database)),
            devices={one.id: one for one in _devices(database)},
            feed=tuple(_feed(database)),
            finished=frozenset(_finished(database)),
            blobs=stored,
            visits={_id(row[0]): bool(row[1]) for row in _all(database, "SELECT id, is_complete FROM visit")},
            scope=frozenset(_scope(database)),
            ack_key=SigningKey(Alg.ED25519, settings.ack_key).public().jwk(),
        )


def state(engine: sa.Engine) -> dict[str, tuple[int, str]]:
    """Return table → (rows, hash of all that counts in them): what a repeated request must not change."""
    tables = sa.MetaData()
    tables.reflect(engine)
    found: dict[str, tuple[int, str]] = {}
    with engine.connect() as database:
        for table in tables.sorted_tables:
            if table.name in NOT_COMPARED:
                continue
            skip = VOLATILE.get(table.name, set())
            columns = [_shown(one) for one in table.columns if one.name not in skip]
            rows = sorted(repr(tuple(row)) for row in database.execute(sa.select(*columns)))
            found[table.name] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    return found


def _shown(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """Return a column as text, bytes as they are: they need not be UTF-8."""
    return column if isinstance(column.type, sa.LargeBinary) else sa.cast(column, sa.Text)


def _all(database: sa.Connection, query: str) -> Iterable[Any]:
    return database.execute(sa.text(query))


def _id(value: object) -> str:
    return "" if value is None else str(UUID(str(value)))


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _records(database: sa.Connection, settings: Config) -> Iterable[KeptRecord]:
    names = "id, device_id, seq, prev, hash, sig, alg, env_sealed, type, visit_id, flags"
    keys = {UUID(str(one[0])): one[1] for one in _all(database, "SELECT id, key_sealed FROM case_key")}
    for row in _all(database, f"SELECT {names} FROM record"):  # noqa: S608  # names are ours
        at = vault.place("record", "env", UUID(str(row[0])))
        env = keyring.unseal_with(settings.vault, row[7], at=at, key_of=keys.__getitem__)
        yield KeptRecord(
            _id(row[0]), _id(row[1]), row[2], row[3], row[4], row[5], row[6], env, row[8], _id(row[9]),
            tuple(_json(row[10])),
        )  # fmt: skip


def _aside(database: sa.Connection) -> Iterable[SetAside]:
    for row in _all(database, "SELECT device_id, coll, doc_id, payload_hash, verdict, reason FROM quarantine"):
        yield SetAside(_id(row[0]), row[1], row[2], row[3], row[4], row[5])


def _devices(database: sa.Connection) -> Iterable[DeviceFacts]:
    for row in _all(database, "SELECT id, person_id, alg, public_key, head_seq, head_hash FROM device"):
        yield DeviceFacts(_id(row[0]), _id(row[1]), row[2], _json(row[3]), row[4], row[5])


def _feed(database: sa.Connection) -> Iterable[FeedRow]:
    for row in _all(database, "SELECT subject, coll, doc_id, seq, gone FROM sync_feed ORDER BY seq"):
        yield FeedRow(row[0], row[1], row[2], row[3], bool(row[4]))


def _finished(database: sa.Connection) -> Iterable[tuple[str, str, str]]:
    query = "SELECT device_id, attachment_id, sha256 FROM upload WHERE completed_at IS NOT NULL"
    for row in _all(database, query):
        yield _id(row[0]), row[1], row[2]


def _scope(database: sa.Connection) -> Iterable[tuple[str, str, str]]:
    """Yield (person, stop, case) for what belongs on phones now, from the schemes' own tables, not from the feed."""
    query = (
        "SELECT crew.lead_id, crew.second_id, scheme_stop.id, scheme_stop.case_id, scheme_stop.state FROM scheme_stop "
        "JOIN crew ON crew.id = scheme_stop.crew_id"
    )
    for lead, second, stop, case, state_now in _all(database, query):
        if state_now in ON_PHONES:
            for person in (lead, second):
                yield _id(person), _id(stop), _id(case)


def log_faults(path: Path, words: Iterable[str]) -> tuple[str, ...]:
    """Return the lines of the server's log that hold one of the words."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
    return tuple(line[:200] for line in lines if any(word in line for word in words))
