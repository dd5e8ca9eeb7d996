"""The log: appending, what a proof weighs at a million leaves, and verifying it; the audit chain in its database."""

import os
import tempfile
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench import installation
from bench.measure import cpu_s, median_cpu_s
from bench.report import Goal, Report
from server import audit
from server.db import begin_write, db
from sync import tlog
from sync.tlog import Checkpoint, Frontier, Proof

GOALS = {
    "append_per_cpu_s": Goal("entries/CPU-s", "≥ 50,000", "stored log, batches of 1,000"),
    "frontier_per_cpu_s": Goal("entries/CPU-s", "", "the tree alone, no storage, a signed checkpoint each 1,000"),
    "proof_bytes_1m": Goal("bytes", "≤ 1,200", "inclusion proof with its signed checkpoint at 1,000,000 leaves"),
    "verify_us": Goal("µs", "≤ 20", "inclusion of one leaf among 1,000,000; CPU, without the checkpoint's signature"),
    "checkpoint_us": Goal("µs", "", "reading a checkpoint and verifying its signature"),
    "audit_rows_per_cpu_s": Goal("rows/CPU-s", "", "audit rows chained and committed, 100 to a transaction, SQLite"),
    "audit_verify_us": Goal("µs", "", "recomputing one row of the audit chain from the database"),
}
ORIGIN, LEAVES, BATCH = "doorstep.example/log", 1_000_000, 1_000
ACTOR = UUID("01a20000-0000-7000-8000-000000000001")
_ENTRY = b'{"c":"00112233445566778899aabbccddeeff","h":"%064x","k":1,"n":17,"t":1796180400}'


def run(report: Report) -> None:
    """Measure."""
    key = Ed25519PrivateKey.generate()
    report.skip("append_per_cpu_s", "the log is not kept in tables yet; `frontier_per_cpu_s` is its pure part")
    batches = 10 if report.quick else 100
    report.tell("frontier_per_cpu_s", batches * BATCH / cpu_s(lambda: _append(batches, key)))
    _prove(report, key)
    _audit(report, transactions=10 if report.quick else 100)


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
