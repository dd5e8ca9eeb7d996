"""Verify a dossier: `python -m sync.verify dossier.zip`. Needs this folder, cryptography and rfc8785; no server.

Source: docs/records.md; the layout is told in sync/dossier.py.
"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sync import bag, chain, dossier, envelope, public_log, strict_json, unproven, verify_log, verify_stamps
from sync.bag import BadBag, Bag
from sync.canonical import sha256_hex
from sync.envelope import Envelope, NotAnEnvelope
from sync.public_log import Read, over_http
from sync.signature import BadKey, PublicKey, public_key

_LISTS = ("records", "files", "papers", "extra")
_IN_LOG = "every leaf stands under the one checkpoint, and no leaf of the case's chain is left out"
_ALL_OF_LOG = "the whole public log holds no leaf of the case that is not here, and kept what it had signed"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: its name, whether it held, and what was found, line by line."""

    name: str
    is_ok: bool
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What verifying a dossier showed; not_proven says in words what it cannot show."""

    checks: tuple[Check, ...]
    not_proven: tuple[str, ...]

    @property
    def is_ok(self) -> bool:
        """Tell whether every check held."""
        return all(check.is_ok for check in self.checks)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A record as the index tells it, beside its bytes and what they say (None when unreadable)."""

    line: Mapping[str, Any]
    data: bytes
    told: Envelope | None

    @property
    def id(self) -> str:
        return str(self.line.get("id"))


_Copy = tuple[str, bytes | None]  # where a copy lies, and its bytes; None when nothing could be right there


def verify(
    path: Path, *, keys: Mapping[str, PublicKey] | None = None, vkey: str | None = None, log: Read | None = None,
    tsa_root: bytes | None = None,
) -> Report:  # fmt: skip
    """Return what a dossier file shows. keys, vkey and tsa_root, got from elsewhere, replace those in the dossier.

    With log, how the public log is read, the whole log is searched for leaves of the case that are not here.

    Never raises for what is in the file; a file that is no dossier gives one failed check.
    """
    try:
        opened = bag.open_bag(path)
        index, own_keys = _index(opened), _keys(opened)
        entries = [_entry(opened, line) for line in index["records"]]
    except BadBag as fault:
        return Report((Check("archive", is_ok=False, found=(str(fault),)),), unproven.ALWAYS)
    copies = list(_copies(entries, own_keys))
    logged = {entry.id: sha256_hex(entry.data) for entry in entries if entry.line.get("in_log")}
    checks = (
        _check("bag", opened.faults(), f"{len(opened.paths)} files unchanged"),
        _check(
            "completeness",
            _unlisted(opened, index, entries, copies),
            "nothing is here but what the index tells, and all of it",
        ),
        _check("records", _record_faults(entries), f"{len(entries)} records have their hash"),
        _check("signatures", _signature_faults(entries, own_keys if keys is None else keys), "every signature holds"),
        _check(
            "by-hand copies", _copy_faults(opened, copies, own_keys, keys or {}), f"{len(copies)} are as they must be"
        ),
        _chain_check(entries),
        _check("files", _file_faults(opened, index, entries), f"{len(index['files'])} files are the signed ones"),
        *([_check("log", verify_log.faults(opened, index, logged, vkey=vkey), _IN_LOG)] if index.get("log") else []),
        *([_stamps(opened, index, vkey, tsa_root)] if index.get("stamps") else []),
        *([_check("public log", public_log.faults(opened, index, log, vkey=vkey), _ALL_OF_LOG)] if log else []),
    )
    told = unproven.of(index, has_keys=bool(keys), has_vkey=bool(vkey), has_log=bool(log), has_root=bool(tsa_root))
    return Report(checks, tuple(told))


def _check(name: str, faults: Iterator[str] | list[str], good: str) -> Check:
    found: list[str] = []
    try:
        found.extend(faults)
    except BadBag as damage:
        found.append(str(damage))
    return Check(name, is_ok=not found, found=tuple(found) or (good,))


def _stamps(opened: Bag, index: Mapping[str, Any], vkey: str | None, tsa_root: bytes | None) -> Check:
    faults, shown = verify_stamps.look(opened, index, vkey=vkey, tsa_root=tsa_root)
    return Check("stamps", is_ok=not faults, found=tuple(faults or shown))


def _json(opened: Bag, path: str) -> Any:
    try:
        return strict_json.loads(opened.read(f"data/{path}"), max_bytes=8 * 1024 * 1024)
    except strict_json.NotStrictJson as fault:
        raise BadBag(f"{path}: {fault}") from fault


def _index(opened: Bag) -> Mapping[str, Any]:
    index = _json(opened, dossier.INDEX)
    if not isinstance(index, dict) or index.get("v") != dossier.VERSION:
        raise BadBag("index.json is not of this version")
    for name in _LISTS:
        lines = index.get(name)
        if not isinstance(lines, list) or not all(
            isinstance(x, dict) and _is_placed(x.get("path"), name) for x in lines
        ):
            raise BadBag(f"index.json: {name} is not a list of things with a path of their place")
    return index


def _is_placed(path: object, name: str) -> bool:
    """Tell whether a path may stand in a list of the index; so no list can pass off a stray file as one of its own."""
    if not isinstance(path, str):
        return False
    return dossier.is_extra_name(path) if name == "extra" else path.startswith(f"{name}/")


def _keys(opened: Bag) -> dict[str, PublicKey]:
    listed = _json(opened, dossier.KEYS)
    if not isinstance(listed, dict):
        raise BadBag("device-keys.json is not an object")
    keys = {}
    for device, key in listed.items():
        try:
            keys[device] = public_key(key["jwk"], alg=key["alg"])
        except (BadKey, TypeError, KeyError, AttributeError) as fault:
            raise BadBag(f"device-keys.json: no usable key for {ascii(device)[:80]}") from fault
    return keys


def _entry(opened: Bag, line: Mapping[str, Any]) -> _Entry:
    data = opened.read(f"data/{line['path']}", most=envelope.MAX_ENV_BYTES)
    try:
        return _Entry(line, data, envelope.read(data.decode()))
    except (NotAnEnvelope, UnicodeDecodeError):
        return _Entry(line, data, None)


def _unlisted(opened: Bag, index: Mapping[str, Any], entries: list[_Entry], copies: list[_Copy]) -> Iterator[str]:
    listed = {f"data/{x['path']}" for name in _LISTS for x in index[name]}
    derived = {dossier.INDEX, dossier.KEYS, *([dossier.CHECKPOINT, dossier.VKEY] if index.get("log") else [])}
    logged = [entry.id for entry in entries if entry.line.get("in_log")]
    derived |= {path for name in [*logged, *dossier.leaf_names(index)] for path in dossier.log_paths(name)}
    derived |= {path for size in dossier.stamp_sizes(index) for path in dossier.stamp_paths(size)}
    derived |= {dossier.CASE_KEY} if index.get("case_key") else set()
    known = listed | {f"data/{path}" for path in derived} | {path for path, _ in copies}
    strays = opened.paths - known - bag.TAG_FILES - {dossier.README_PATH}
    yield from (f"{path} is not in the index" for path in sorted(strays))
    yield from (f"{path} is in the index but missing" for path in sorted(listed - opened.paths))


def _copies(entries: list[_Entry], own_keys: Mapping[str, PublicKey]) -> Iterator[_Copy]:
    """Yield the path of each copy the README checks by hand, and its bytes as index and keys give them."""
    for entry in entries:
        try:
            sig = dossier.signature_file(str(entry.line.get("sig")), alg=str(entry.line.get("alg")))
        except ValueError:
            sig = None
        yield f"data/{dossier.signature_path(entry.id)}", sig
    for device, key in own_keys.items():
        yield f"data/{dossier.key_path(device)}", key.pem()


def _copy_faults(
    opened: Bag, copies: list[_Copy], own_keys: Mapping[str, PublicKey], keys: Mapping[str, PublicKey]
) -> Iterator[str]:
    for path, expected in copies:
        if path not in opened.paths:
            yield f"{path} is missing"
        elif opened.read(path) != expected:
            yield f"{path} is not what index.json and device-keys.json give"
    for device in sorted(own_keys.keys() & keys.keys()):
        if own_keys[device].jwk() != keys[device].jwk():
            yield f"device-keys.json: the key of {device} is not the one got from elsewhere"


def _record_faults(entries: list[_Entry]) -> Iterator[str]:
    for entry in entries:
        if sha256_hex(entry.data) != entry.line.get("hash"):
            yield f"{entry.id}: the bytes do not have the hash of the index"
        elif entry.told is None:
            yield f"{entry.id}: the bytes are no record"
        elif (entry.told.id, entry.told.device) != (entry.line.get("id"), entry.line.get("device")):
            yield f"{entry.id}: the index names another id or device than the signed record"


def _signature_faults(entries: list[_Entry], keys: Mapping[str, PublicKey]) -> Iterator[str]:
    for entry in entries:
        key = keys.get(entry.told.device) if entry.told else None
        if key is None:
            yield f"{entry.id}: no key of its device"
        elif entry.line.get("alg") != key.alg:
            yield f"{entry.id}: the index names another algorithm than that of the device's key"
        elif not key.verifies(str(entry.line.get("sig")), bytes.fromhex(sha256_hex(entry.data))):
            yield f"{entry.id}: the signature is not by the device's key"


def _chain_check(entries: list[_Entry]) -> Check:
    """Say which runs are unbroken; only records of the case are included, so gaps are told, not held against it."""
    faults, notes = [], []
    told = [(e.told, sha256_hex(e.data)) for e in entries if e.told is not None]
    for device in sorted({t.device for t, _ in told}):
        links = [chain.Link(t.seq, t.prev, digest) for t, digest in told if t.device == device]
        report = chain.inspect(links, owner=device)
        faults += [f"{device}: two records at place {seq}" for seq in report.forks]
        faults += [f"{device}: record {seq} does not follow the one before it" for seq in report.breaks]
        absent = ", ".join(f"{a}–{b}" for a, b in report.gaps)
        notes.append(f"{device}: {len(links)} records" + (f"; not included: {absent}" if absent else ", none missing"))
    return Check("chain", is_ok=not faults, found=tuple(faults or notes))


def _file_faults(opened: Bag, index: Mapping[str, Any], entries: list[_Entry]) -> Iterator[str]:
    signed = {(e.id, ref.id): ref.sha256 for e in entries if e.told for ref in e.told.manifest}
    for file in index["files"]:
        expected = signed.get((str(file.get("record")), str(file.get("id"))))
        path = f"data/{file['path']}"
        if expected is None:
            yield f"{file['path']}: no signed manifest binds it"
        elif path in opened.paths and opened.sha256(path) != expected:
            yield f"{file['path']}: not the bytes the signed manifest names"
    held = {str(file.get("id")) for file in index["files"]}
    yield from (f"file {f} is in a signed manifest but not here" for _, f in sorted(signed) if f not in held)


def text_of(report: Report) -> str:
    """Return the report as text for a terminal."""
    lines = []
    for check in report.checks:
        lines.append(f"{'ok  ' if check.is_ok else 'FAIL'} {check.name}")
        lines += [f"       {found}" for found in check.found]
    lines += ["", "Not proven:", *(f"  - {text}" for text in report.not_proven)]
    return "\n".join([*lines, "", "VERIFIED" if report.is_ok else "NOT VERIFIED"]) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Verify the dossier named on the command line; 0 when everything held, 1 when not."""
    parser = ArgumentParser(prog="python -m sync.verify", description="Verify a dossier of visits.")
    parser.add_argument("dossier", type=Path, help="the ZIP file")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--vkey", help="the log's verifier key, from elsewhere")
    parser.add_argument("--log", type=over_http, help="the public log's address: search it for what was left out")
    parser.add_argument("--tsa-root", type=Path, help="the time-stamping authority's root, PEM, from elsewhere")
    options = parser.parse_args(arguments)
    root = options.tsa_root.read_bytes() if options.tsa_root else None
    report = verify(options.dossier, vkey=options.vkey, log=options.log, tsa_root=root)
    told = json.dumps(asdict(report), ensure_ascii=False, indent=1) + "\n" if options.json else text_of(report)
    sys.stdout.write(told)
    return 0 if report.is_ok else 1


if __name__ == "__main__":
    sys.exit(main())
