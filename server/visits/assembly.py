"""One visit put together from its records, in whatever order and however many batches they came. Pure.

What is kept in the open holds no name, note or position: those stay in the sealed records and are read from there.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from field_forms.outcomes import NextStep, Who
from server.visits import told
from server.visits.told import Settled, Told

SHANGHAI = ZoneInfo("Asia/Shanghai")
ANNOUNCEMENTS = ("identity", "recording", "no_cash", "data_notice", "objection_channel")
PLACES = frozenset({"at_door", "inside_with_consent", "public_place", "workplace_reception"})
ID_CHECKS = frozenset({"id_card_seen", "other_proof", "not_shown"})
ONCE = ("check_in", "met", "disclosure", "outcome", "check_out")


@dataclass(frozen=True, slots=True)
class Instalment:
    """One instalment of a promise, in fen."""

    no: int
    due_on: date
    amount_fen: int


@dataclass(frozen=True, slots=True)
class PromiseTold:
    """A promise as the record tells it; only one whose body is sound is told at all."""

    id: UUID
    record_id: UUID
    promisor_role: str
    instalments: tuple[Instalment, ...]


@dataclass(frozen=True, slots=True)
class PaperTold:
    """A paper signed, refused or left, as the record tells it."""

    record_id: UUID
    kind: str
    serial: str
    sha256: str
    state: str
    signer_role: str
    objection: str
    signature: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class FileTold:
    """A file bound by a signed manifest, and what the agent says it shows."""

    id: UUID
    device_id: UUID
    sha256: str
    size: int
    mime: str
    shows: str
    taken_at: datetime | None
    paper_serial: str = ""


@dataclass(frozen=True, slots=True)
class Assembled:
    """Everything the records of a visit say together."""

    outcome: int | None
    met: str
    agents: tuple[UUID, ...]
    arrived_at: datetime | None
    left_at: datetime | None
    is_closed: bool
    fix: Any
    promises: tuple[PromiseTold, ...]
    papers: tuple[PaperTold, ...]
    files: tuple[FileTold, ...]
    facts: dict[str, Any]
    flags: tuple[str, ...]


def assemble(settled: Settled) -> Assembled:
    """Return the visit that the settled records tell; what is not told yet is empty."""
    check_in, check_out = settled.last("check_in"), settled.last("check_out")
    missing = _missing_records(settled, check_out)
    return Assembled(
        outcome=_outcome_code(settled.last("outcome")),
        met=_choice(settled.last("met"), "who", frozenset(Who)),
        agents=_agents(check_in),
        arrived_at=check_in.told_at if check_in else None,
        left_at=check_out.told_at if check_out else None,
        is_closed=check_out is not None and not missing,
        fix=check_in.body.get("fix") if check_in else None,
        promises=tuple(promise for one in settled.of("promise") if (promise := _promise(one))),
        papers=tuple(_paper(one) for one in settled.of("signed_paper") if told.is_sound(one)),
        files=_files(settled),
        facts=_facts(settled),
        flags=(*settled.flags, *_twice(settled), *(("records_missing",) if missing else ())),
    )


def local_day(at: datetime) -> date:
    """Return the date of a moment in Asia/Shanghai."""
    return at.astimezone(SHANGHAI).date()


def _body(record: Told | None) -> Any:
    return record.body if record else {}


def _choice(record: Told | None, name: str, allowed: Collection[str]) -> str:
    value = _body(record).get(name)
    return value if isinstance(value, str) and value in allowed else ""


def _outcome_code(record: Told | None) -> int | None:
    code = told.whole(_body(record), "code")
    return code if code is not None and 1 <= code <= 14 else None  # noqa: PLR2004 - the fourteen codes


def _agents(check_in: Told | None) -> tuple[UUID, ...]:
    given = _body(check_in).get("agents")
    found = [told.as_uuid(one) for one in given] if isinstance(given, list) else []
    return tuple(dict.fromkeys(one for one in found if one))


def _missing_records(settled: Settled, check_out: Told | None) -> frozenset[UUID]:
    listed = {told.uuid(row, "id"): row.get("hash") for row in told.rows(_body(check_out), "records")}
    here = {record.id: record.hash for record in settled.records}
    return frozenset(one for one, digest in listed.items() if one is not None and here.get(one) != digest)


def _twice(settled: Settled) -> tuple[str, ...]:
    return tuple(f"several_{kind}" for kind in ONCE if len(settled.of(kind)) > 1)


def _promise(record: Told) -> PromiseTold | None:
    promise_id = told.uuid(record.body, "promise_id")
    if promise_id is None or not told.is_sound(record):
        return None
    found = []
    for row in told.rows(record.body, "instalments"):
        no, due_on, amount_fen = told.whole(row, "no"), told.day(row, "due_on"), told.whole(row, "amount_fen")
        if no is None or due_on is None or amount_fen is None:
            return None
        found.append(Instalment(no, due_on, amount_fen))
    role = str(told.mapping(record.body, "promisor").get("role"))
    return PromiseTold(promise_id, record.id, role, tuple(found))


def _paper(record: Told) -> PaperTold:
    paper, signer = told.mapping(record.body, "paper"), told.mapping(record.body, "signer")
    strokes = record.body.get("strokes") or []
    return PaperTold(
        record_id=record.id,
        kind=paper["kind"],
        serial=told.text(paper, "serial", most=40),
        sha256=paper["sha256"],
        state=record.body["state"],
        signer_role=told.text(signer, "role", most=24),
        objection=told.text(record.body, "objection", most=10),
        signature={"capture": record.body.get("capture"), "strokes": strokes, "signer": dict(signer)}
        if strokes
        else None,
    )


def _files(settled: Settled) -> tuple[FileTold, ...]:
    """Every file any record binds; what it shows is told by the manifest records, wherever it is bound."""
    rows = [row for record in settled.of("manifest") for row in told.rows(record.body, "files")]
    described = {row["id"]: row for row in rows if isinstance(row.get("id"), str)}
    found: dict[str, FileTold] = {}
    for record in settled.records:
        for ref in record.manifest:
            row = described.get(ref.id, {})
            shows = told.text(row, "shows", most=20) or "other"
            serial = told.text(row, "paper_serial", most=40).strip().upper()
            found.setdefault(
                ref.id,
                FileTold(
                    UUID(ref.id), record.device_id, ref.sha256, ref.bytes, ref.mime, shows,
                    told.moment(row, "taken_at"), serial,
                ),
            )  # fmt: skip
    return tuple(found.values())


def _facts(settled: Settled) -> dict[str, Any]:
    check_in, met = _body(settled.last("check_in")), settled.last("met")
    disclosure, outcome = _body(settled.last("disclosure")), settled.last("outcome")
    started = told.moment(disclosure, "recording_started_at")
    announced = told.mapping(disclosure, "told")
    return {
        "agents": [str(one) for one in _agents(settled.last("check_in"))],
        "plan_version": told.whole(check_in, "plan_version"),
        "address_as_planned": told.yes_no(check_in, "address_as_planned"),
        "no_fix_reason": told.text(check_in, "no_fix_reason", most=20),
        "is_adult": told.yes_no(_body(met), "is_adult"),
        "id_checked": _choice(met, "id_checked", ID_CHECKS),
        "place": _choice(met, "place", PLACES),
        "told": {name: announced.get(name) is True for name in ANNOUNCEMENTS},
        "credentials_shown": disclosure.get("credentials_shown") is True,
        "recording_started_at": started.isoformat() if started else None,
        "next_step": _choice(outcome, "next_step", frozenset(NextStep)),
        "delivered": [_delivered(row) for row in told.rows(_body(outcome), "delivered")][:20],
        "incidents": [_incident(one) for one in settled.of("incident")],
        "do_not_contact": any(one.body.get("kind") == "do_not_contact" for one in settled.of("incident")),
    }


def _delivered(row: Any) -> dict[str, Any]:
    return {
        "kind": told.text(row, "kind", most=24), "serial": told.text(row, "serial", most=40),
        "copies": told.whole(row, "copies") or 1, "sealed": row.get("sealed") is True,
    }  # fmt: skip


def _incident(record: Told) -> dict[str, Any]:
    return {
        "record_id": str(record.id), "kind": told.text(record.body, "kind", most=20),
        "severity": told.whole(record.body, "severity"), "police_called": record.body.get("police_called") is True,
    }  # fmt: skip
