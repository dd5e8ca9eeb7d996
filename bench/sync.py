"""Sync: real pushes over HTTP into a served installation, beside the floor of the same minute."""

import json
import statistics
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import requests

from bench import installation
from bench.installation import Phone, Server
from bench.measure import wall_s
from bench.report import Goal, Report
from sync import chain, envelope
from sync.envelope import Stamp, write_time
from sync.ids import RANDOM_BYTES, uuid7

GOALS = {
    "push100_floor_ratio": Goal("×", "≥ 0.25", "our records/s ÷ Flask-parse floor, one connection, same minute"),
    "push100_rec_s": Goal("records/s", "", "ours, on the wall"),
    "floor100_rec_s": Goal("records/s", "", "the floor, on the wall"),
    "push100_cpu_ms": Goal("CPU-ms", "", "server CPU per record in pushes of 100"),
    "push1_cpu_ms": Goal("CPU-ms", "≤ 2.0", "server CPU per record in pushes of 1, 8 connections"),
    "record_kb": Goal("kB", "", "mean size of a pushed record"),
    "push100_vs_pouchdb": Goal("×", "≥ 1.2", "records/s"),
    "push100_vs_kinto_pg": Goal("×", "≥ 40", "records/s"),
    "push1_vs_kinto_pg": Goal("×", "≥ 1.5", "records/s"),
    "pull_vs_kinto_pg": Goal("×", "≥ 2", "records/s"),
    "week_first_sync_kb": Goal("kB", "≤ 60", "40 stops"),
    "week_first_sync_round_trips": Goal("", "≤ 4", "40 stops"),
    "day_wire_kb": Goal("kB", "≤ 25", "15 visits without photos"),
    "workers2_pss_mib": Goal("MiB", "≤ 130", ""),
}
LATER = "not in the bench yet"
_SKIPPED = {
    "push100_vs_pouchdb": LATER + ": the peer must be installed and kept running",
    "push100_vs_kinto_pg": LATER + ": the peer must be installed and kept running",
    "push1_vs_kinto_pg": LATER + ": the peer must be installed and kept running",
    "pull_vs_kinto_pg": LATER + ": the peer must be installed and kept running",
    "week_first_sync_kb": LATER + ": needs a dispatched week",
    "week_first_sync_round_trips": LATER + ": needs a dispatched week",
    "day_wire_kb": LATER + ": needs a dispatched day",
    "workers2_pss_mib": "`doorstep serve` is one process",
}
TOLD = ("identity", "recording", "no_cash", "data_notice", "objection_channel")
BATCH, CONNECTIONS = 100, 8
AT = datetime(2026, 12, 2, 1, 0, tzinfo=UTC)
Row = dict[str, Any]


class NotKept(AssertionError):
    """The server did not keep and assemble what was pushed, so its speed says nothing."""


def run(report: Report) -> None:
    """Measure."""
    rounds, singles = (4, 6) if report.quick else (25, 60)
    for name, reason in _SKIPPED.items():
        report.skip(name, reason)
    with (
        tempfile.TemporaryDirectory() as folder,
        installation.served(Path(folder)) as ours,
        installation.floor() as floor,
    ):
        phones = installation.enrol(ours, count=1 + CONNECTIONS)
        require_kept(_push(requests.Session(), ours, phones[0], next_rows(phones[0], len(STEPS)), prefer="return=acks"))
        _hundreds(report, ours, floor, phones[0], rounds=rounds)
        _ones(report, ours, phones[1:], each=singles)


def require_kept(answer: Row) -> None:
    """Read the acknowledgements of a push: what is measured must have been kept. Raises NotKept."""
    told = json.dumps(answer["acks"])
    if not answer["acks"] or "quarantined" in told or "intake_failed" in told:
        raise NotKept(told[:300])


def _hundreds(report: Report, ours: Server, floor: Server, phone: Phone, *, rounds: int) -> None:
    """Push batches of 100 in turn to us and to the floor; the same bytes to both, each batch once."""
    bodies = [next_rows(phone, BATCH) for _ in range(rounds + 1)]
    session = requests.Session()
    _push(session, ours, phone, bodies[0]), _push(session, floor, phone, bodies[0])
    began_s, our_s, floor_s = ours.cpu_s(), list[float](), list[float]()
    for number, body in enumerate(bodies[1:]):
        sides = [(ours, our_s), (floor, floor_s)]
        for server, times in sides if number % 2 else reversed(sides):
            times.append(wall_s(partial(_push, session, server, phone, body)))
    report.tell("push100_cpu_ms", 1000 * (ours.cpu_s() - began_s) / (rounds * BATCH))
    report.tell("push100_floor_ratio", statistics.median(b / a for a, b in zip(our_s, floor_s, strict=True)))
    report.tell("push100_rec_s", BATCH / statistics.median(our_s))
    report.tell("floor100_rec_s", BATCH / statistics.median(floor_s))
    report.tell("record_kb", statistics.mean(map(len, bodies)) / BATCH / 1000)


def _ones(report: Report, ours: Server, phones: list[Phone], *, each: int) -> None:
    """Push one record at a time from eight phones at once."""
    work = [(phone, [next_rows(phone, 1) for _ in range(each)]) for phone in phones]
    began_s = ours.cpu_s()
    with ThreadPoolExecutor(len(phones)) as pool:
        list(pool.map(lambda one: _push_all(ours, *one), work))
    report.tell("push1_cpu_ms", 1000 * (ours.cpu_s() - began_s) / (each * len(phones)))


def _push_all(server: Server, phone: Phone, bodies: list[bytes]) -> None:
    with requests.Session() as session:
        for body in bodies:
            _push(session, server, phone, body)


def _push(session: requests.Session, server: Server, phone: Phone, body: bytes, *, prefer: str = "") -> Any:
    """Push one body and return the answer. Raises NotKept for a conflict, HTTPError for a refusal."""
    answer = session.post(
        f"{server.url}/v1/sync/records/push",
        data=body,
        headers={"Authorization": f"Bearer {phone.token}", "Content-Type": "application/json", "Prefer": prefer},
        timeout=installation.WAIT_S,
    )
    answer.raise_for_status()
    told = answer.json()
    if told and not prefer:
        raise NotKept(f"conflicts: {answer.text[:200]}")
    return told


def next_rows(phone: Phone, count: int) -> bytes:
    """Return a push of the phone's next records; its chain moves on."""
    return json.dumps([{"newDocumentState": _next(phone)} for _ in range(count)]).encode()


def _next(phone: Phone) -> Row:
    """Make the next record: visits of five records each, signed and chained."""
    seq = phone.head.seq + 1
    at = AT + timedelta(seconds=20 * seq)
    visit, step = divmod(seq - 1, len(STEPS))
    record_type, body = STEPS[step]
    env = envelope.build(
        _place(phone, visit) | body,
        record_type=record_type,
        record_id=_id(phone, 10**6 + seq),
        link_to=(seq, phone.head.hash),
        device=phone.device,
        stamp=Stamp("bench", 20_000 * seq, at, "+08:00"),
    )
    record = envelope.seal(env, key=phone.key)
    phone.head = chain.advance(phone.head, [record.link])
    return record.document()


def _place(phone: Phone, visit: int) -> Row:
    return {
        "visit_id": _id(phone, 3 * visit),
        "stop_id": _id(phone, 3 * visit + 1),
        "case_id": _id(phone, 3 * visit + 2),
    }


def _id(phone: Phone, number: int) -> str:
    """Return a UUIDv7 that no other phone of the bench makes."""
    return uuid7(int(AT.timestamp() * 1000) + number, bytes.fromhex(phone.device.replace("-", ""))[-RANDOM_BYTES:])


_FIX = {
    "lon_e6": 114_057_868, "lat_e6": 22_543_099, "datum": "WGS-84", "accuracy_m": 8, "fixed_at": write_time(AT),
    "provider": "gnss",
}  # fmt: skip
STEPS: list[tuple[str, Row]] = [
    ("check_in", {"agents": ["FANG", "LUO"], "fix": _FIX, "no_fix_reason": "", "address_as_planned": True,
                  "place_note": "", "plan_version": 1}),
    ("met", {"who": "debtor", "name": "测试甲", "relation": "", "is_adult": True, "id_checked": "id_card_seen",
             "id_last4": "0717", "place": "at_door", "entry_consent_by": ""}),
    ("disclosure", {"told": dict.fromkeys(TOLD, True),
                    "credentials_shown": True, "language": "zh-CN", "recording_started_at": write_time(AT)}),
    ("outcome", {"code": 3, "note": "本人称暂时没有还款能力，愿意年后再谈。" * 4, "next_step": "年后电话联系",
                 "delivered": [], "form": None}),
    ("check_out", {"fix": _FIX, "no_fix_reason": "", "records": []}),
]  # fmt: skip
