"""Write tests/vectors/log.json: what an honest and a lying log tell. `python -m tests.sync.phone.make_log_vectors`."""

import json
import string
from pathlib import Path

from sync import tlog
from tests.sync.phone.test_logbook import KEY, ORIGIN, OTHER, Log, digest

PATH = Path(__file__).resolve().parents[2] / "vectors" / "log.json"
RECORDS = 20


def cases():
    """Return (name, documents as pulled, findings, records whose proof is kept) for each case."""
    grown = Log()
    steps = [grown.add(3), grown.add(4), grown.add(1), grown.add(8)]
    forged = Log("1")
    forged.add(3)
    unlinked = Log()
    strange, misplaced = Log().add(3), Log().add(3)
    strange["leaves"][0]["ref"] = "r1"
    misplaced["leaves"][2]["index"] = 1
    broken = Log().add(3)
    broken["leaves"][1]["hashes"] = broken["leaves"][1]["hashes"][:-1]
    log, respelt = Log(), Log().add(3)
    respelt["leaves"][1]["hashes"][0] = other_spelling(respelt["leaves"][1]["hashes"][0])
    regrown = [log.add(3), log.add(2)][1]
    regrown["consistency"][0] = other_spelling(regrown["consistency"][0])
    return [
        ("grows", steps, [], range(16)),
        ("told twice", [*steps[:2], *steps[:2]], [], range(7)),
        ("two roots", [Log().add(3), Log("1").add(3)], ["forked: two roots for the log of 3 leaves"], range(3)),
        ("another history", [Log().add(3), forged.add(2)],
         ["forked: the log of 5 leaves did not grow from that of 3"], range(3)),
        ("not linked", [unlinked.add(3), unlinked.add(2, since=2)],
         ["unlinked: the log of 5 leaves is not shown to grow from that of 3"], range(3)),
        ("another leaf", [strange], ["another leaf: the log's leaf is not about record r1"], [1, 2]),
        ("another place", [misplaced], ["not in the log: the proof of record r2 does not lead to the root"], [0, 1]),
        ("a hash too few", [broken], ["not in the log: the proof of record r1 does not lead to the root"], [0, 2]),
        ("a hash in another spelling", [respelt], ["unreadable: not base64"], [0]),
        ("a consistency in another spelling", [Log().add(3), regrown], ["unreadable: not base64"], range(3)),
        ("another key", [Log().add(3, key=OTHER)], ["unreadable: no signature of the log's key"], []),
    ]  # fmt: skip


def other_spelling(encoded):
    """Return base64 that most decoders read as the same bytes: its last letter has a stray bit set."""
    letters = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
    return encoded[:-2] + letters[letters.index(encoded[-2]) + 1] + "="


def document():
    """Return the file's content."""
    return {
        "about": "what the collection `proofs` tells a phone of its records r0, r1, …: what is kept and what is found",
        "log_vkey": tlog.vkey(ORIGIN, KEY.public_key()),
        "records": {f"r{n}": digest(n) for n in range(RECORDS)},
        "cases": [
            {"name": name, "documents": told, "findings": findings, "kept": [f"r{n}" for n in kept]}
            for name, told, findings, kept in cases()
        ],
    }


if __name__ == "__main__":
    PATH.write_text(json.dumps(document(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
