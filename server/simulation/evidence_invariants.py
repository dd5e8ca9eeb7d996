"""Invariants about records and files: I1, I2, I6, I7, I8, I12. Pure functions of what was read."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from server.simulation.facts import DeviceFacts, KeptRecord, Run
from server.simulation.finding import Finding, found
from sync import ack, chain, envelope
from sync.ack import Entry, NotAnAck, Status
from sync.canonical import sha256_hex
from sync.chain import Link
from sync.envelope import NotAnEnvelope
from sync.signature import public_key

Told = list[tuple[str, Entry]]
"""Device and one line of a verified acknowledgement to it."""


def acknowledged(run: Run) -> Told:
    """Return every line of every acknowledgement that was ever seen, on the wire or in a store, and is well signed."""
    key = public_key(run.server.ack_key, alg="Ed25519")
    seen = list(run.wire.acks.values())
    seen += [(phone.device, document) for phone in run.phones for document in phone.acks]
    told: dict[tuple[str, Entry], None] = {}
    for device, document in seen:
        try:
            entries = ack.verify(document, key=key, device=device).entries
        except NotAnAck:
            continue
        told |= dict.fromkeys((device, entry) for entry in entries)
    return list(told)


def i1(run: Run) -> Finding:
    """Check that whatever was acknowledged is stored once, byte for byte."""
    told = acknowledged(run)
    kept = Counter((one.device, one.id, one.hash) for one in run.server.records)
    env = {(one.device, one.id): one.env for one in run.server.records}
    held = {(phone.device, one.id): one for phone in run.phones for one in phone.records}
    records = sorted({(device, one.ref, one.hash) for device, one in told if one.status is Status.ACCEPTED})
    files = sorted({(device, one.ref, one.hash) for device, one in told if one.status is Status.FILE_VERIFIED})

    def faults() -> Iterator[str]:
        for place in records:
            device, ref, digest = place
            if kept[place] != 1:
                yield f"record {ref} acknowledged, stored {kept[place]} times"
            elif sha256_hex(env[device, ref].encode()) != digest:
                yield f"record {ref} stored with other bytes"
            elif (device, ref) in held and held[device, ref].env != env[device, ref]:
                yield f"record {ref} differs from the phone's bytes"
        for device, ref, digest in files:
            if (device, ref, digest) not in run.server.finished or run.server.blobs.get(digest) != digest:
                yield f"file {ref} acknowledged, its bytes are not there"

    compared = {"acknowledged records": len(records), "acknowledged files": len(files), "stored records": len(env)}
    return found("I1", "已确认的必已存储一次且逐字节相同", "acknowledged ⇒ stored once, byte-equal", compared, faults())


def i2(run: Run) -> Finding:
    """Check that whatever is stored was sent by its phone."""
    server, wire = run.server, run.wire

    def faults() -> Iterator[str]:
        for one in server.records:
            if (one.device, one.id, one.hash) not in wire.sent:
                yield f"record {one.id} was never sent by {one.device}"
        for row in server.aside:
            if (row.device, row.payload_hash) not in wire.sent_payloads:
                yield f"quarantined row {row.payload_hash[:12]} was never sent by {row.device}"
        for place in server.finished:
            if place not in wire.announced:
                yield f"file {place[1]} was never announced by {place[0]}"

    compared = {"records": len(server.records), "quarantined": len(server.aside), "files": len(server.finished)}
    return found("I2", "已存储的必曾由手机发出", "stored ⇒ was sent", compared, faults())


def i6(run: Run) -> Finding:
    """Check every envelope, and that no gap, fork or break of a chain goes without a flag."""
    chains: dict[str, list[KeptRecord]] = defaultdict(list)
    for one in run.server.records:
        chains[one.device].append(one)
    counts: Counter[str] = Counter()

    def faults() -> Iterator[str]:
        for device, records in sorted(chains.items()):
            for record in records:
                yield from _envelope_faults(record, run.server.devices[device])
            yield from _chain_faults(records, run.server.devices[device], counts)

    told = tuple(faults())
    compared = {"envelopes": len(run.server.records), "chains": len(chains), **counts}
    zh, en = "每条证据的签名信封可验证，断号与分叉均有标记", "every record's envelope verifies; gaps and forks flagged"
    return found("I6", zh, en, compared, told)


def _envelope_faults(record: KeptRecord, device: DeviceFacts) -> Iterator[str]:
    if hashlib.sha256(record.env.encode()).hexdigest() != record.hash:
        yield f"record {record.id}: the hash is not that of its envelope"
        return
    if not public_key(device.public_key, alg=device.alg).verifies(record.sig, bytes.fromhex(record.hash)):
        yield f"record {record.id}: the signature fails"
    try:
        told = envelope.read(record.env)
    except NotAnEnvelope:
        yield f"record {record.id}: the envelope cannot be read"
        return
    if (told.id, told.device, told.seq, told.prev) != (record.id, record.device, record.seq, record.prev):
        yield f"record {record.id}: the columns are not what the envelope says"


def _chain_faults(records: list[KeptRecord], device: DeviceFacts, counts: Counter[str]) -> Iterator[str]:
    report = chain.inspect([Link(one.seq, one.prev, one.hash) for one in records], owner=device.id)
    at = Counter(one.seq for one in records)
    forks, gaps = (Counter(one.seq for one in records if flag in one.flags) for flag in ("fork", "seq_gap"))
    counts.update(forks=len(report.forks), breaks=len(report.breaks), gaps=len(report.gaps))
    yield from (f"fork at {device.id} {seq} is not flagged" for seq in report.forks if forks[seq] < at[seq] - 1)
    yield from (f"break at {device.id} {seq} is not flagged" for seq in report.breaks if not forks[seq])
    for _, until in report.gaps:
        if not gaps[until + 1]:
            yield f"gap before {device.id} {until + 1} is not flagged"
    if not _is_end_of_run(records, device):
        yield f"the head of {device.id} is {device.head_seq}, its records reach {report.head.seq}"


def _is_end_of_run(records: list[KeptRecord], device: DeviceFacts) -> bool:
    """Walk back from the head to the beginning: it must be reached without a hole, and nothing may come after it."""
    by_hash = {one.hash: one for one in records}
    if any((one.seq, one.prev) == (device.head_seq + 1, device.head_hash) for one in records):
        return False
    seq, digest = device.head_seq, device.head_hash
    while seq > 0:
        one = by_hash.get(digest)
        if one is None or one.seq != seq:
            return False
        seq, digest = seq - 1, one.prev
    return digest == chain.genesis(device.id)


def payload_hash(document: Any) -> str:
    """Return the hash under which the server sets a document aside."""
    return sha256_hex(json.dumps(document, ensure_ascii=True, sort_keys=True).encode())


def i7(run: Run) -> Finding:
    """Check that every refused row is in quarantine, and that its phone was told."""
    told = {(device, one.ref) for device, one in acknowledged(run) if one.status is Status.QUARANTINED}
    aside = {(row.device, row.payload_hash): row for row in run.server.aside}

    def faults() -> Iterator[str]:
        for one in run.wire.injected:
            if (one.device, payload_hash(one.document)) not in aside:
                yield f"{one.trick} row of {one.device} is in no quarantine"
        for row in run.server.aside:
            if row.doc_id and (row.device, row.doc_id) not in told:
                yield f"{row.device} was not told that {row.doc_id} is set aside ({row.reason})"
        for device, ref in sorted(told):
            if ref and not any(row.device == device and row.doc_id == ref for row in run.server.aside):
                yield f"{ref} of {device} was called quarantined and is not there"

    compared = {"quarantined": len(aside), "handed in on purpose": len(run.wire.injected), "told": len(told)}
    zh, en = "被拒行均在隔离区且设备知情", "every refused row is in quarantine and the device knows"
    return found("I7", zh, en, compared, faults())


def i8(run: Run) -> Finding:
    """Check that a visit is complete exactly when it is closed and the bytes of all its files are there."""
    visits: dict[str, list[KeptRecord]] = defaultdict(list)
    for one in (record for record in run.server.records if record.visit):
        visits[one.visit].append(one)
    expected = {visit: _is_complete(records, run.server.blobs) for visit, records in visits.items()}

    def faults() -> Iterator[str]:
        for visit, is_complete in sorted(run.server.visits.items()):
            if is_complete != expected.get(visit, False):
                yield f"visit {visit} says complete={is_complete}, its records and files say {not is_complete}"
        failed = (one.id for one in run.server.records if "intake_failed" in one.flags)
        yield from (f"record {one} could not be taken into its visit" for one in failed)
        for visit in sorted(set(visits) - set(run.server.visits)):
            yield f"visit {visit} has records and no row"

    compared = {
        "visits": len(run.server.visits), "complete": sum(run.server.visits.values()),
        "files hashed": len(run.server.blobs),
    }  # fmt: skip
    return found(
        "I8", "资料完整 ⇔ 清单内文件哈希全部核验", "complete ⇔ all manifest hashes verified", compared, faults()
    )


def _is_complete(records: list[KeptRecord], blobs: Mapping[str, str]) -> bool:
    """Judge from the envelopes alone: departed, every record named at departure here, every bound file's bytes here."""
    hashes = {one.id: one.hash for one in records}
    told = [envelope.read(one.env) for one in records]
    leaving = [one for one in told if one.type == "check_out"]
    if not leaving:
        return False
    named = leaving[-1].body.get("records", [])
    files = [ref for one in told for ref in one.manifest]
    return all(hashes.get(one["id"]) == one["hash"] for one in named) and all(
        blobs.get(ref.sha256) == ref.sha256 for ref in files
    )


def i12(run: Run) -> Finding:
    """Check that nothing any phone holds is missing on the server, and that all phones count in its epoch."""
    kept = {(one.device, one.id, one.hash) for one in run.server.records}
    aside = {(row.device, row.doc_id) for row in run.server.aside}
    records = [(phone, one) for phone in run.phones for one in phone.records]
    files = [(phone, one) for phone in run.phones for one in phone.files]

    def faults() -> Iterator[str]:
        for phone, record in records:
            if (phone.device, record.id, record.hash) not in kept and (phone.device, record.id) not in aside:
                yield f"record {record.seq} of {phone.name} is missing"
        for phone, file in files:
            is_here = (phone.device, file.id, file.sha256) in run.server.finished
            if not is_here or run.server.blobs.get(file.sha256) != file.sha256:
                yield f"file {file.id} of {phone.name} is missing ({file.state})"
        for phone in run.phones:
            if not phone.is_lost and phone.epoch != run.server.epoch:
                yield f"{phone.name} counts in another epoch"

    compared = {"restores": run.restores, "records held": len(records), "files held": len(files)}
    zh, en = "恢复并重新同步后，手机持有的均未缺失", "after restore and resync nothing a device holds is missing"
    return found("I12", zh, en, compared, faults())
