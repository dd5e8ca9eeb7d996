"""What a phone keeps: its key, its chain, what waits to be sent, what it pulled. One SQLite file, durable at commit.

A phone may be killed between any two statements; whatever a method wrote stands whole or not at all.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sync.chain import Head
from sync.envelope import FileRef, Record
from sync.feed import Checkpoint, Page

_SCHEMA = """
CREATE TABLE IF NOT EXISTS state(name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS record(seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, subject TEXT NOT NULL,
    hash TEXT NOT NULL, document TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'waiting', reason TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS record_state ON record(state, seq);
CREATE TABLE IF NOT EXISTS document(coll TEXT, id TEXT, document TEXT NOT NULL, PRIMARY KEY(coll, id));
CREATE TABLE IF NOT EXISTS checkpoint(coll TEXT PRIMARY KEY, seq INTEGER NOT NULL, epoch TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS media(id TEXT PRIMARY KEY, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, mime TEXT NOT NULL,
    content BLOB, state TEXT NOT NULL DEFAULT 'waiting', verified_at TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS paper(id TEXT PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS log_proof(record TEXT PRIMARY KEY, leaf TEXT NOT NULL, proof TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS log_seen(size INTEGER PRIMARY KEY, root TEXT NOT NULL, note TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS log_finding(finding TEXT NOT NULL, note TEXT NOT NULL, PRIMARY KEY(finding, note));
CREATE TRIGGER IF NOT EXISTS paper_leaves AFTER DELETE ON document WHEN old.coll = 'papers'
    BEGIN DELETE FROM paper WHERE id = old.id; END;
"""
# States of a record: waiting (to be sent), accepted, quarantined (kept aside by the server, kept here).
# States of a file: waiting, sent (whole on the server, not yet acknowledged), verified (acknowledged; its bytes stay
# for some days more, as the server may be restored from a backup that is older than the acknowledgement).


@dataclass(frozen=True, slots=True)
class Media:
    """A file that waits to be uploaded."""

    ref: FileRef
    content: bytes


class Store:
    """The phone's store in one SQLite file (":memory:" for none)."""

    def __init__(self, path: Path | str) -> None:
        """Open the store, making it when new."""
        self._db = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=wal", "synchronous=full", "foreign_keys=on"):
            self._db.execute(f"pragma {pragma}")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make everything written inside stand or fall as one."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def get(self, name: str) -> str | None:
        """Return a setting, None when it was never put."""
        row = self._db.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def put(self, **settings: str) -> None:
        """Keep settings under their names."""
        self._db.executemany(
            "INSERT INTO state VALUES(?, ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value", settings.items()
        )

    def head(self) -> Head | None:
        """Return the last record's place, None before the first."""
        row = self._db.execute("SELECT seq, hash FROM record ORDER BY seq DESC LIMIT 1").fetchone()
        return None if row is None else Head(*row)

    def add_record(self, record: Record) -> None:
        """Keep a sealed record to be sent."""
        self._db.execute(
            "INSERT INTO record(seq, id, subject, hash, document) VALUES(?, ?, ?, ?, ?)",
            (record.seq, record.id, record.subject, record.hash, json.dumps(record.document(), ensure_ascii=False)),
        )

    def records_of(self, subject: str) -> list[Record]:
        """Return the records about a visit in order."""
        rows = self._db.execute("SELECT document FROM record WHERE subject = ? ORDER BY seq", (subject,))
        return [Record(**json.loads(row[0])) for row in rows]

    def waiting(self, *, limit: int, after: int = 0) -> list[Record]:
        """Return up to limit records to be sent with a seq above after, oldest first."""
        return self.records("waiting", limit=limit, after=after)

    def records(self, state: str, *, limit: int, after: int = 0) -> list[Record]:
        """Return up to limit records in a state with a seq above after, oldest first."""
        query = "SELECT document FROM record WHERE state = ? AND seq > ? ORDER BY seq LIMIT ?"
        return [Record(**json.loads(row[0])) for row in self._db.execute(query, (state, after, limit))]

    def settle(self, record_id: str, *, digest: str, state: str, reason: str = "") -> None:
        """Remember what the server said of a record; only the record with this very hash is settled."""
        self._db.execute(
            "UPDATE record SET state = ?, reason = ? WHERE id = ? AND hash = ?", (state, reason, record_id, digest)
        )

    def send_again_from(self, seq: int) -> None:
        """Make every record from seq on wait again; the server asked for it or was restored."""
        self._db.execute("UPDATE record SET state = 'waiting' WHERE seq >= ? AND state <> 'waiting'", (seq,))

    def count(self, state: str) -> int:
        """Return how many records are in this state."""
        return int(self._db.execute("SELECT count(*) FROM record WHERE state = ?", (state,)).fetchone()[0])

    def acked_seq(self) -> int:
        """Return the end of the run, from the first record, that the server acknowledged as kept."""
        query = "SELECT min(seq) FROM record WHERE state <> 'accepted'"
        first = self._db.execute(query).fetchone()[0]
        head = self.head()
        return (head.seq if head else 0) if first is None else int(first) - 1

    def unsent(self) -> int:
        """Return how many records and files exist only on this phone."""
        files = self._db.execute("SELECT count(*) FROM media WHERE state = 'waiting'").fetchone()[0]
        return self.count("waiting") + int(files)

    def add_media(self, ref: FileRef, content: bytes) -> None:
        """Keep a file's bytes to be uploaded."""
        self._db.execute(
            "INSERT INTO media(id, sha256, bytes, mime, content) VALUES(?, ?, ?, ?, ?)",
            (ref.id, ref.sha256, ref.bytes, ref.mime, content),
        )

    def next_media(self, skip: frozenset[str] = frozenset()) -> Media | None:
        """Return the oldest file to be uploaded whose id is not in skip."""
        query = "SELECT id, sha256, bytes, mime FROM media WHERE state = 'waiting' ORDER BY id"
        for row in self._db.execute(query):
            if row[0] not in skip:
                content = self._db.execute("SELECT content FROM media WHERE id = ?", (row[0],)).fetchone()[0]
                return Media(FileRef(*row), bytes(content))
        return None

    def unverified_media(self) -> Iterator[tuple[FileRef, bytes]]:
        """Yield every file the server has not acknowledged, with its bytes."""
        query = "SELECT id, sha256, bytes, mime, content FROM media WHERE state <> 'verified' ORDER BY id"
        for row in self._db.execute(query):
            if row[4] is not None:
                yield FileRef(*row[:4]), bytes(row[4])

    def settle_media(self, file_id: str, *, state: str, digest: str, told_at: str = "") -> None:
        """Remember how far the file with this very hash is; told_at is when the server verified it, by its clock."""
        self._db.execute(
            "UPDATE media SET state = ?, verified_at = ? WHERE id = ? AND sha256 = ?", (state, told_at, file_id, digest)
        )

    def drop_verified(self, *, before: str) -> int:
        """Drop the bytes of files verified before a moment of the server's clock; return how many had any."""
        query = "UPDATE media SET content = NULL WHERE state = 'verified' AND verified_at < ? AND content IS NOT NULL"
        return self._db.execute(query, (before,)).rowcount

    def media_states(self) -> dict[str, str]:
        """Return file id → state."""
        return dict(self._db.execute("SELECT id, state FROM media"))

    def checkpoint(self, coll: str) -> Checkpoint:
        """Return where the phone stands in a collection; seq 0 with an empty epoch before the first pull."""
        row = self._db.execute("SELECT seq, epoch FROM checkpoint WHERE coll = ?", (coll,)).fetchone()
        return Checkpoint(0, "") if row is None else Checkpoint(*row)

    def take_page(self, coll: str, page: Page) -> None:
        """Keep a page's documents and its checkpoint; what left the phone's scope is deleted."""
        for document in page.documents:
            if document.get("_deleted"):
                self._db.execute("DELETE FROM document WHERE coll = ? AND id = ?", (coll, document["id"]))
            else:
                self._db.execute(
                    "INSERT INTO document VALUES(?, ?, ?) "
                    "ON CONFLICT(coll, id) DO UPDATE SET document = excluded.document",
                    (coll, document["id"], json.dumps(dict(document), ensure_ascii=False)),
                )
        at = page.checkpoint
        self._db.execute(
            "INSERT INTO checkpoint VALUES(?, ?, ?) "
            "ON CONFLICT(coll) DO UPDATE SET seq = excluded.seq, epoch = excluded.epoch",
            (coll, at.seq, at.epoch),
        )

    def documents(self, coll: str) -> dict[str, Mapping[str, Any]]:
        """Return id → document of a pulled collection."""
        rows = self._db.execute("SELECT id, document FROM document WHERE coll = ? ORDER BY id", (coll,))
        return {row[0]: json.loads(row[1]) for row in rows}

    def plans(self) -> dict[str, int]:
        """Return scheme id → version of its road plan, as the oldest stop held of it says."""
        held: dict[str, int] = {}
        for stop in self.documents("stops").values():
            scheme_id, version = stop.get("scheme_id"), stop.get("plan_version")
            if isinstance(scheme_id, str) and isinstance(version, int):
                held[scheme_id] = min(version, held.get(scheme_id, version))
        return held

    def heads_seen(self) -> dict[str, int]:
        """Return collection → where the server stood in it when this phone had pulled it to the end."""
        return {str(coll): int(seq) for coll, seq in json.loads(self.get("heads") or "{}").items()}

    def saw(self, coll: str, seq: int) -> None:
        """Remember where the server stands in a collection that was pulled to the end."""
        self.put(heads=json.dumps(self.heads_seen() | {coll: seq}))

    def papers_missing(self) -> list[tuple[str, str]]:
        """Return (id, SHA-256) of every paper whose document is here and whose bytes are not."""
        named = self.documents("papers")
        here = {row[0] for row in self._db.execute("SELECT id FROM paper")}
        return [(one, str(document["sha256"])) for one, document in named.items() if one not in here]

    def add_paper(self, paper_id: str, content: bytes) -> None:
        """Keep the bytes of a paper until its document leaves."""
        self._db.execute("INSERT OR REPLACE INTO paper(id, content) VALUES(?, ?)", (paper_id, content))

    def paper(self, paper_id: str) -> bytes | None:
        """Return the bytes of a paper, None when they are not here."""
        row = self._db.execute("SELECT content FROM paper WHERE id = ?", (paper_id,)).fetchone()
        return None if row is None else bytes(row[0])

    def hash_of(self, record_id: str) -> str | None:
        """Return the hash of a record of this phone, None for another's."""
        row = self._db.execute("SELECT hash FROM record WHERE id = ?", (record_id,)).fetchone()
        return None if row is None else str(row[0])

    def keep_proof(self, record_id: str, leaf: str, proof: str) -> None:
        """Keep a record's leaf of the log and the proof that it stands there; the first proof stays."""
        self._db.execute("INSERT OR IGNORE INTO log_proof VALUES(?, ?, ?)", (record_id, leaf, proof))

    def proof_of(self, record_id: str) -> tuple[str, str] | None:
        """Return a record's (leaf, tlog-proof), None while there is none."""
        row = self._db.execute("SELECT leaf, proof FROM log_proof WHERE record = ?", (record_id,)).fetchone()
        return None if row is None else (str(row[0]), str(row[1]))

    def saw_checkpoint(self, size: int, root: str, note: str) -> None:
        """Keep a checkpoint of the log; root in base64."""
        self._db.execute("INSERT OR IGNORE INTO log_seen VALUES(?, ?, ?)", (size, root, note))

    def checkpoints_seen(self) -> dict[int, str]:
        """Return size → root (base64) of every checkpoint of the log that was seen."""
        return dict(self._db.execute("SELECT size, root FROM log_seen"))

    def found_in_log(self, finding: str, note: str) -> None:
        """Keep what is wrong with the log, with the signed checkpoint that shows it."""
        self._db.execute("INSERT OR IGNORE INTO log_finding VALUES(?, ?)", (finding, note))

    def log_findings(self) -> list[str]:
        """Return what was found wrong with the log: for the screen, and for whoever audits."""
        return [str(row[0]) for row in self._db.execute("SELECT finding FROM log_finding ORDER BY rowid")]

    def forget_documents(self) -> None:
        """Delete every pulled document, the papers' bytes and every checkpoint; records and files stay."""
        self._db.execute("DELETE FROM checkpoint")
        self._db.execute("DELETE FROM state WHERE name = 'heads'")
        self._db.execute("DELETE FROM document")

    def start_again(self, epoch: str) -> None:
        """Forget every checkpoint and pulled document and let all records and files wait: a new epoch began."""
        self.forget_documents()
        self.send_again_from(1)
        self._db.execute("UPDATE media SET state = 'waiting' WHERE content IS NOT NULL")
        self.put(epoch=epoch)
