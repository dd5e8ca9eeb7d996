"""Signed records as a phone makes them at the door: visits of five records, each chained to the one before."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.installation import Phone
from sync import chain, envelope
from sync.envelope import Stamp, write_time
from sync.ids import RANDOM_BYTES, uuid7

TOLD = ("identity", "recording", "no_cash", "data_notice", "objection_channel")
AT = datetime(2026, 12, 2, 1, 0, tzinfo=UTC)
Row = dict[str, Any]


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
