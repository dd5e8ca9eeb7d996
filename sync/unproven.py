"""What verifying a dossier cannot show, in words that stand below every report. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from sync import dossier

ALWAYS = (
    "that a phone's clock was right, or that its user told the truth",
    "that no record was made on a phone and never sent",
)
_DEVICE_KEYS = "that the device keys are the enrolled phones': compare device-keys.json with a copy from elsewhere"
_END = "that no record was left out at the end of the case's chain: search the public log for it (--log)"
_NO_LOG = "when the records reached the server: the dossier carries no log proofs"
_UNATTACHED = "that these files say what they said when packed, for no leaf of the log tells their hash: "
_LOG_KEY = "that log.vkey is the log's key: compare it with a copy from elsewhere"
_UNSTAMPED = "when the log was written, by anybody but the office: no authority's time stamp is here"
_TSA_ROOT = "that tsa-root.pem is the time-stamping authority's: compare it with a copy from elsewhere"


def of(index: Mapping[str, Any], *, has_keys: bool, has_vkey: bool, has_log: bool, has_root: bool) -> Iterator[str]:
    """Yield what this dossier leaves open; has_… tell what was got from elsewhere: keys, log's key, log, TSA's root."""
    if not has_keys:
        yield _DEVICE_KEYS
    yield from _of_log(index, has_vkey=has_vkey, has_root=has_root) if index.get("log") else [_NO_LOG]
    if not has_log:
        yield _END
    yield from ALWAYS


def _of_log(index: Mapping[str, Any], *, has_vkey: bool, has_root: bool) -> Iterator[str]:
    if not has_vkey:
        yield _LOG_KEY
    if count := sum(not one.get("in_log") for one in index["records"]):
        yield f"when {count} of the records reached the server: they carry no log proof"
    leaves, serial = set(dossier.leaf_names(index)), str(index["about"].get("index_serial"))
    if bare := [x["path"] for x in index["extra"] if dossier.attached_name(serial, x["path"]) not in leaves]:
        yield _UNATTACHED + ", ".join(bare)
    if not index.get("stamps"):
        yield _UNSTAMPED
    elif not has_root:
        yield _TSA_ROOT
