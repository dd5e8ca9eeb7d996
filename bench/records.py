"""Signed records as a phone makes them at the door: whole visits, each record sealed and chained to the one before.

Two kinds of visit in turn: eight records where the debtor promises and signs, five where nobody opens.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from bench.installation import Phone
from field_forms import definitions
from sync import chain, envelope
from sync.envelope import FileRef, Stamp, write_time
from sync.ids import RANDOM_BYTES, uuid7

AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
Row = dict[str, Any]
Step = tuple[str, Row]
TOLD = ("identity", "recording", "no_cash", "data_notice", "objection_channel")
SHOWS = ("door", "building", "delivered_paper")
_POINTS, _STROKES = 16, 3


def next_rows(phone: Phone, count: int) -> list[Row]:
    """Return the documents of the phone's next records; its chain moves on."""
    return [_next(phone) for _ in range(count)]


def _next(phone: Phone) -> Row:
    """Make the next record, sign it, and chain it to the one before."""
    if not phone.steps:
        phone.visits += 1
        phone.made = []
        phone.steps = list(_visit(phone))
    record_type, body = phone.steps.pop(0)
    seq = phone.head.seq + 1
    if record_type == "check_out":
        body |= {"records": phone.made}
    place = phone.places[phone.visits % len(phone.places)]
    about = {"visit_id": _id(phone, phone.visits), "stop_id": place.stop_id, "case_id": place.case_id}
    env = envelope.build(
        about | body,
        record_type=record_type,
        record_id=_id(phone, 10**6 + seq),
        link_to=(seq, phone.head.hash),
        device=phone.device,
        stamp=Stamp("bench", 20_000 * seq, AT + timedelta(seconds=20 * seq), "+08:00"),
        manifest=_manifest(body),
    )
    record = envelope.seal(env, key=phone.key)
    phone.head = chain.advance(phone.head, [record.link])
    phone.made = [*phone.made, {"id": record.id, "hash": record.hash}]
    return record.document()


def _id(phone: Phone, number: int) -> str:
    """Return a UUIDv7 that no other phone of the bench makes."""
    return uuid7(int(AT.timestamp() * 1000) + number, bytes.fromhex(phone.device.replace("-", ""))[-RANDOM_BYTES:])


def _visit(phone: Phone) -> Iterator[Step]:
    """Yield the steps of the phone's next visit."""
    yield "check_in", {
        "agents": list(phone.agents), "fix": _fix(), "no_fix_reason": "", "address_as_planned": True,
        "place_note": "", "plan_version": 1,
    }  # fmt: skip
    if phone.visits % 2:
        yield from _promised(phone)
    else:
        yield "met", _met("nobody")
        yield "manifest", _photos(phone)
        answers = {"photo_door": _photo_id(phone, 0)}
        yield "outcome", _outcome(7, "敲门三次无人应答，灯未亮，邻居称白天不在家。", "revisit", answers)
    yield "check_out", {"fix": _fix(), "no_fix_reason": "", "records": []}


def _promised(phone: Phone) -> Iterator[Step]:
    yield "met", _met("debtor") | {"name": "测试甲", "is_adult": True, "id_checked": "id_card_seen", "id_last4": "0717"}
    yield "disclosure", {
        "told": dict.fromkeys(TOLD, True), "credentials_shown": True, "language": "zh-CN",
        "recording_started_at": write_time(AT),
    }  # fmt: skip
    instalments = [{"no": no, "due_on": f"2027-0{no}-15", "amount_fen": 1_500_000} for no in (1, 2, 3)]
    yield "promise", {
        "promise_id": _id(phone, 2 * 10**6 + phone.visits), "promisor": {"name": "测试甲", "role": "debtor"},
        "confirmed_fen": 6_438_675, "confirmed_as_of_on": "2026-11-20", "method": "bank_transfer", "account_ref": "",
        "instalments": instalments, "is_voluntary": True, "consequences_told": True,
    }  # fmt: skip
    yield "signed_paper", _signed(phone)
    yield "manifest", _photos(phone)
    note = "客户承认欠款，因生意周转暂时困难，承诺分三期归还，已当面核对账单并签字确认。"
    plan = [{name: one[name] for name in ("due_on", "amount_fen")} for one in instalments]
    answers = {
        "photo_door": _photo_id(phone, 0), "photo_paper": _photo_id(phone, 2), "place": "at_door", "told": list(TOLD),
        "credentials_shown": True, "recorded": "yes", "met_name": "测试甲", "id_checked": "id_card_seen",
        "signing": "signed_by_debtor", "objection": "none", "instalments": plan, "confirmed_fen": 6_438_675,
        "confirmed_as_of_on": "2026-11-20", "is_voluntary": True, "consequences_told": True,
    }  # fmt: skip
    yield "outcome", _outcome(1, note, "await_promise", answers)


def _fix() -> Row:
    return {
        "lon_e6": 114_057_868, "lat_e6": 22_543_099, "datum": "WGS-84", "accuracy_m": 8, "fixed_at": write_time(AT),
        "provider": "gnss",
    }  # fmt: skip


def _met(who: str) -> Row:
    return {
        "who": who, "name": "", "relation": "", "is_adult": None, "id_checked": "not_shown", "id_last4": "",
        "place": "at_door", "entry_consent_by": "",
    }  # fmt: skip


def _signed(phone: Phone) -> Row:
    """Return a signed account statement with the strokes of the pen."""
    number = phone.visits
    strokes = [
        {"t0_ms": 400 * stroke,
         "p": [[900 + 1_400 * stroke + 31 * n, 1_200 + (17 * n * number) % 900, 8 * n, 300 + (37 * n) % 400]
               for n in range(_POINTS)]}
        for stroke in range(_STROKES)
    ]  # fmt: skip
    return {
        "paper": {"id": _id(phone, 3 * 10**6 + number), "kind": "account_statement", "serial": "DZ-20261124-0001-1",
                  "sha256": _digest(phone, f"paper {number}"), "rendered_as": "pdf",
                  "template": "account_statement/1", "shown_ms": 48_210, "scrolled_to_end": True},
        "state": "signed_by_debtor", "reason": "", "objection": "none",
        "signer": {"role": "debtor", "name": "测试甲", "relation": "", "id_last4": "0717",
                   "id_checked": "id_card_seen"},
        "witnesses": [{"agent": phone.agents[1]}],
        "capture": {"unit": "0.01mm", "w": 9_000, "h": 3_600, "hz": 125, "pressure_max": 1_023,
                    "t0_at": write_time(AT)},
        "strokes": strokes, "fix": _fix(),
    }  # fmt: skip


def _photos(phone: Phone) -> Row:
    """Return the list of three photos; their bytes are not uploaded here."""
    return {"files": [
        {"id": _photo_id(phone, n), "shows": shows, "taken_at": write_time(AT), "fix": _fix(),
         "original_sha256": _digest(phone, f"photo {phone.visits} {n}"), "original_bytes": 301_223}
        for n, shows in enumerate(SHOWS)
    ]}  # fmt: skip


def _manifest(body: Row) -> list[FileRef]:
    return [
        FileRef(one["id"], one["original_sha256"], one["original_bytes"], "image/jpeg")
        for one in body.get("files", [])
    ]  # fmt: skip


def _digest(phone: Phone, text: str) -> str:
    return sha256(f"{phone.device} {text}".encode()).hexdigest()


def _photo_id(phone: Phone, number: int) -> str:
    return _id(phone, 4 * 10**6 + 10 * phone.visits + number)


def _outcome(code: int, note: str, next_step: str, answers: Mapping[str, Any]) -> Row:
    """Return an outcome with its form filled in."""
    form = definitions.newest("visit")
    common = {"address_as_planned": "yes", "met": "debtor" if code == 1 else "nobody", "outcome": str(code),
              "outcome_note": note, "next_step": next_step}  # fmt: skip
    return {
        "code": code, "note": note, "next_step": next_step, "delivered": [],
        "form": {"id": form.id, "version": form.version, "digest": form.digest, "answers": common | dict(answers)},
    }  # fmt: skip
