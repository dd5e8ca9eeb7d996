"""The log: appending, what a proof weighs at a million leaves, and verifying it; the audit chain in its database."""

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from bench import installation
from bench.measure import cpu_s, median_cpu_s
from bench.report import Goal, Report
from server import audit
from server.db import begin_write, db
from server.transparency import append, check, leaves, reading
from server.transparency.leaves import Waiting
from sync import tlog
from sync.tlog import Checkpoint, Frontier, Proof

GOALS = {
    "append_per_cpu_s": Goal("entries/CPU-s", "≥ 50,000", "stored log (SQLite), batches of 1,000 waiting leaves"),
    "append_goal_ratio": Goal("×", "≥ 1", "the line above divided by its goal"),
    "wait_per_cpu_s": Goal("entries/CPU-s", "", "letting leaves wait, 1,000 to a transaction"),
    "prove_us": Goal("µs", "", "one inclusion proof of the stored log, the others of its batch done before; CPU"),
    "stored_bytes_per_leaf": Goal("bytes", "", "growth of the database for each appended leaf"),
    "frontier_per_cpu_s": Goal("entries/CPU-s", "", "the tree alone, no storage, a signed checkpoint each 1,000"),
    "proof_bytes_1m": Goal("bytes", "≤ 1,200", "inclusion proof with its signed checkpoint at 1,000,000 leaves"),
    "verify_us": Goal("µs", "≤ 20", "inclusion of one leaf among 1,000,000; CPU, without the checkpoint's signature"),
    "checkpoint_us": Goal("µs", "", "reading a checkpoint and verifying its signature"),
    "audit_rows_per_cpu_s": Goal("rows/CPU-s", "", "audit rows chained and committed, 100 to a transaction, SQLite"),
    "audit_verify_us": Goal("µs", "< 10", "recomputing one row of the audit chain from the database"),
}
ORIGIN, LEAVES, BATCH = "doorstep.example/log", 1_000_000, 1_000
CASES, DEVICES, APPEND_GOAL = 300, 50, 50_000
AT = datetime(2026, 12, 2, 1, tzinfo=UTC)
ACTOR = UUID("01a20000-0000-7000-8000-000000000001")
_ENTRY = b'{"c":"00112233445566778899aabbccddeeff","h":"%064x","k":1,"n":17,"t":1796180400}'


def run(report: Report) -> None:
    """Measure."""
    key = Ed25519PrivateKey.generate()
    batches = 10 if report.quick else 100
    _stored(report, batches=batches)
    report.tell("frontier_per_cpu_s", batches * BATCH / cpu_s(lambda: _append(batches, key)))
    _prove(report, key)
    _audit(report, transactions=10 if report.quick else 100)


def _stored(report: Report, *, batches: int) -> None:
    """Append to the log of a real database; raises AssertionError when the log then does not hold."""
    with tempfile.TemporaryDirectory() as folder, installation.application(Path(folder)).app_context():
        waits_s = spent_s = 0.0
        before = _bytes(Path(folder))
        for batch in range(batches):
            waits_s += cpu_s(lambda batch=batch: _wait(batch * BATCH))  # type: ignore[misc]
            spent_s += cpu_s(_append_batch)
        per_s = batches * BATCH / spent_s
        report.tell("append_per_cpu_s", per_s)
        report.tell("append_goal_ratio", per_s / APPEND_GOAL)
        report.tell("wait_per_cpu_s", batches * BATCH / waits_s)
        report.tell("stored_bytes_per_leaf", (_bytes(Path(folder)) - before) / (batches * BATCH))
        size, tree = reading.size(), reading.tree()
        last = range(size - BATCH, size)
        report.tell("prove_us", 1e6 * cpu_s(lambda: [tree.inclusion(one, size=size) for one in last]) / BATCH)
        if (size, found := list(check.faults())) != (batches * BATCH, []):
            raise AssertionError(f"the log does not hold: {found}")
        db.session.remove()
        db.engine.dispose()


def _wait(start: int) -> None:
    begin_write()
    leaves.add([
        Waiting(
            f"record:{number}", f"{number % CASES:032x}", "record", f"{number:064x}", "2026-12-02T01:00:00.000Z",
            f"device:{number % DEVICES}",
        )
        for number in range(start, start + BATCH)
    ])  # fmt: skip
    db.session.commit()


def _append_batch() -> None:
    append.append_waiting(AT)
    db.session.commit()


def _bytes(folder: Path) -> int:
    db.session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    db.session.rollback()
    return sum(path.stat().st_size for path in folder.glob("*.db"))


def _append(batches: int, key: Ed25519PrivateKey) -> Frontier:
    frontier = Frontier()
    for batch in range(batches):
        for number in range(BATCH):
            frontier = frontier.append(_ENTRY % (batch * BATCH + number))
        tlog.sign_checkpoint(Checkpoint(ORIGIN, frontier.size, frontier.root()), key)
    return frontier


def _prove(report: Report, key: Ed25519PrivateKey) -> None:
    """Prove a leaf among a million. Raises AssertionError when the proof does not hold or an altered leaf passes."""
    hashes = [tlog.leaf_hash(_ENTRY % number) for number in range(LEAVES)]
    index = LEAVES // 3
    proof, root, leaf = tlog.inclusion_proof(hashes, index), tlog.root_of(hashes), _ENTRY % index
    note = tlog.sign_checkpoint(Checkpoint(ORIGIN, LEAVES, root), key)
    held = tlog.includes(leaf, index=index, proof=proof, size=LEAVES, root=root)
    if not held or tlog.includes(leaf + b" ", index=index, proof=proof, size=LEAVES, root=root):
        raise AssertionError("the proof proves nothing")
    report.tell("proof_bytes_1m", len(tlog.write_proof(Proof(index, tuple(proof), note)).encode()))
    check = lambda: tlog.includes(leaf, index=index, proof=proof, size=LEAVES, root=root)  # noqa: E731
    report.tell("verify_us", 1e6 * median_cpu_s(check, rounds=5, times=2_000))
    public = key.public_key()
    read = lambda: tlog.read_checkpoint(note, origin=ORIGIN, key=public)  # noqa: E731
    report.tell("checkpoint_us", 1e6 * median_cpu_s(read, rounds=5, times=200))


def _audit(report: Report, *, transactions: int) -> None:
    """Write and verify the chain of a real database."""
    with tempfile.TemporaryDirectory() as folder, installation.application(Path(folder)).app_context():
        spent_s = transactions * cpu_s(_note_hundred, times=transactions)
        report.tell("audit_rows_per_cpu_s", 100 * transactions / spent_s)
        rows = audit.count(db.session())
        faults: list[str | None] = []
        report.tell("audit_verify_us", 1e6 * cpu_s(lambda: faults.append(audit.verify(db.session()))) / rows)
        if faults != [None]:
            raise AssertionError(f"the chain does not hold: {faults}")
        db.session.remove()
        db.engine.dispose()


def _note_hundred() -> None:
    begin_write()
    for number in range(100):
        audit.note("bench.noted", f"case:{ACTOR}", actor_id=ACTOR, number=number, digest=os.urandom(16).hex())
    db.session.commit()
