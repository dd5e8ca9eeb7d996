"""What a dossier's time stamps show: that an authority saw checkpoints from which the dossier's own grew.

Without asn1crypto they are not looked at, and the report says so: `openssl ts -verify` does it too (README.txt).
Source: RFC 3161; RFC 6962 §2.1.2 (consistency proofs).
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from cryptography import x509

from sync import dossier, tlog
from sync.bag import BadBag, Bag
from sync.tlog import BadNote, Checkpoint

NOT_LOOKED = "not looked at: asn1crypto is not installed; README.txt says how openssl does it"
_Log = tuple[str, Any]


def look(
    opened: Bag, index: Mapping[str, Any], *, vkey: str | None, tsa_root: bytes | None
) -> tuple[list[str], list[str]]:
    """Return what is wrong with the stamps, and what they show; tsa_root, PEM, replaces the one in the dossier."""
    try:
        from sync import stamp  # noqa: PLC0415  # needs asn1crypto, which an expert may not have
    except ImportError:
        return [], [NOT_LOOKED]
    faults, shown, last = list[str](), list[str](), 0
    try:
        log = tlog.read_vkey(vkey or opened.read(f"data/{dossier.VKEY}").decode())
        head = _checkpoint(opened.read(f"data/{dossier.CHECKPOINT}"), log)
        roots = x509.load_pem_x509_certificates(tsa_root or opened.read(f"data/{dossier.TSA_ROOT}"))
    except (BadBag, ValueError) as fault:
        return [f"stamps: {fault}"], []
    for size in dossier.stamp_sizes(index):
        note_path, reply_path, grown_path = (f"data/{path}" for path in dossier.stamp_paths(size))
        try:
            note = opened.read(note_path)
            _require_grown(_checkpoint(note, log), head, opened.read(grown_path), size=size)
            told = stamp.read(opened.read(reply_path), note, roots=roots)
        except (BadBag, ValueError) as fault:
            faults.append(f"stamp {size}: {fault}")
            continue
        shown.append(f"the first {size} leaves stood at {told.at:%Y-%m-%d %H:%M:%S} UTC, says {told.authority}")
        last = max(last, size)
    if last < head.size:
        shown.append(f"no authority's time covers leaves {last + 1} to {head.size} of the log")
    return faults, shown


def _checkpoint(note: bytes, log: _Log) -> Checkpoint:
    return tlog.read_checkpoint(note.decode(), origin=log[0], key=log[1])


def _require_grown(old: Checkpoint, head: Checkpoint, told: bytes, *, size: int) -> None:
    """Refuse a stamped checkpoint that is another's, or from which the dossier's did not grow. Raises BadNote."""
    try:
        proof = [base64.b64decode(line, validate=True) for line in told.decode("ascii").splitlines()]
    except (binascii.Error, UnicodeDecodeError) as fault:
        raise BadNote("its consistency proof cannot be read") from fault
    if old.size != size:
        raise BadNote(f"the checkpoint is of {old.size} leaves")
    if not tlog.extends(proof, old=(old.size, old.root), new=(head.size, head.root)):
        raise BadNote("forked: the dossier's checkpoint did not grow from it")
