"""Placed cases into tables: new ones are added, changed ones updated, equal ones left alone (入库)."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from enum import StrEnum

from server import clock, config
from server.cases import ledger, sealing
from server.cases.faults import Code, Severity
from server.cases.gazetteer import NOWHERE, GazetteerAbsent, Placed, installed
from server.cases.identity import IdentityKind
from server.cases.imports import Intake, RowResult
from server.cases.models import Address, Case, CaseParty, ImportRun, Party, StopFlag
from server.cases.placement import Hint, PlacedAddress, PlacedCase, PlacedGuarantor
from server.cases.rules import CaseState, StopKind
from server.db import db
from server.planning.datum import Datum, Point, to_wgs84
from server.planning.precision import Precision
from server.vault import place

TAIL_CHARS = 4
COMPLAINED_BEFORE = "complained_before"


class Change(StrEnum):
    """What a row of a file does to what is stored."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


def locate(text: str) -> Placed:
    """Return the district an address names; nowhere when the gazetteer was not set up."""
    try:
        return installed().locate(text)
    except GazetteerAbsent:
        return NOWHERE


def content_index(placed: PlacedCase, *, as_of_on: date | None, codes: Sequence[Code]) -> str:
    """Return a keyed digest of everything a row says: equal rows have equal digests, and it tells nothing else.

    Days past due follow from the rest. as_of_on is None for a file that states no such day: the same file read on
    another day is still the same file.
    """
    said = {key: value for key, value in asdict(placed).items() if key != "days_past_due"}
    text = json.dumps([said, as_of_on, codes], default=str, ensure_ascii=False, sort_keys=True)
    return config.current().vault.blind_index("placement", text)


def preview(intake: Intake, *, run: ImportRun) -> dict[str, int]:
    """Count what committing would do, changing nothing."""
    taken = [result for result in intake.results if result.case is not None]
    stored = {case_no: case.content_hash for case_no, case in existing_cases(taken, run=run).items()}
    counts = dict.fromkeys((change.value for change in Change), 0)
    for result in taken:
        counts[change_of(stored.get(result.case_no), digest_of(result, intake=intake)).value] += 1
    return counts


def change_of(stored_digest: str | None, digest: str) -> Change:
    """Return what a row does, by the digest stored so far."""
    if stored_digest is None:
        return Change.CREATED
    return Change.UNCHANGED if stored_digest == digest else Change.UPDATED


def digest_of(result: RowResult, *, intake: Intake) -> str:
    """Return the digest of a row that was taken. Raises ValueError for a refused one."""
    if result.case is None:
        raise ValueError(f"row {result.row} was refused")
    stated = intake.as_of_on if intake.is_as_of_from_file else None
    return content_index(result.case, as_of_on=stated, codes=flag_codes(result))


def flag_codes(result: RowResult) -> list[Code]:
    """Return the faults with which a row was taken, each once."""
    return sorted({fault.code for fault in result.faults if fault.severity is Severity.FLAG})


def existing_cases(taken: Sequence[RowResult], *, run: ImportRun) -> dict[str, Case]:
    """Return the stored cases that the rows name."""
    return ledger.cases_by_no(run.creditor_id, [result.case_no for result in taken])


def store_cases(intake: Intake, *, run: ImportRun, at: datetime) -> dict[str, int]:
    """Write every taken row; return how many cases were created, updated and unchanged."""
    taken = [result for result in intake.results if result.case is not None]
    stored = existing_cases(taken, run=run)
    counts = dict.fromkeys((change.value for change in Change), 0)
    written: list[Case] = []
    for result in taken:
        if result.case is None:
            continue
        case = stored.get(result.case_no)
        digest = digest_of(result, intake=intake)
        change = change_of(case.content_hash if case else None, digest)
        counts[change.value] += 1
        if change is not Change.UNCHANGED:
            case = case or new_case(result.case, run=run, at=at)
            case.content_hash = digest
            write_case(case, result=result, placed=result.case, as_of_on=intake.as_of_on, run=run)
            raise_hinted_stops(case, placed=result.case, run=run, at=at)
            written.append(case)
    db.session.flush()
    ledger.attach_waiting(written)
    entries = ledger.entries_of([case.id for case in written])
    for case in written:
        ledger.apply_balance(case, entries=entries[case.id], at=at)
    return counts


def new_case(placed: PlacedCase, *, run: ImportRun, at: datetime) -> Case:
    """Add an empty case with its debtor to the session."""
    debtor = Party(id=clock.new_id(), creditor_id=run.creditor_id, name=placed.name, created_at=at)
    case = Case(
        id=clock.new_id(),
        creditor_id=run.creditor_id,
        case_no=placed.case_no,
        debtor=debtor,
        state=CaseState.PHONE,
        flags=[],
        version=0,
        created_at=at,
        content_hash="",
        placed_fen=placed.amounts.total_fen,
        outstanding_fen=placed.amounts.total_fen,
    )
    db.session.add_all([debtor, case])
    return case


def write_case(case: Case, *, result: RowResult, placed: PlacedCase, as_of_on: date, run: ImportRun) -> None:
    """Write what the file says over what was stored; payments fed since then still count."""
    amounts = placed.amounts
    case.import_run_id, case.version = run.id, case.version + 1
    case.product = placed.product
    number = placed.contract_no or placed.card_no
    contract_at = place("case", "contract_no_sealed", case.id)
    case.contract_no_sealed = sealing.seal_text(number, at=contract_at, case_id=case.id)
    case.contract_tail = number[-TAIL_CHARS:]
    remark_at = place("case", "note_sealed", case.id)
    case.note_sealed = sealing.seal_text(placed.remark, at=remark_at, case_id=case.id)
    case.placed_on, case.return_due_on, case.as_of = placed.placed_on, placed.return_on, as_of_on
    case.overdue_on, case.last_instalment_due_on = placed.overdue_on, placed.due_on
    case.last_paid_on, case.last_paid_fen = placed.last_paid_on, amounts.last_paid_fen
    case.placed_fen, case.principal_fen = amounts.total_fen, amounts.principal_fen
    case.interest_fen, case.penalty_interest_fen = amounts.interest_fen, amounts.penalty_interest_fen
    case.penalty_fen, case.fees_fen = amounts.penalty_fen, amounts.fees_fen
    case.contract_amount_fen, case.penalty_rate = amounts.contract_amount_fen, placed.penalty_rate
    case.flags = flags_of(result, placed=placed)
    write_party(
        case.debtor,
        name=placed.name,
        number=placed.id_number,
        kind=placed.id_kind,
        is_confirmed=placed.is_identity_confirmed,
        phone=placed.phone,
    )
    write_addresses(case, placed.addresses)
    write_guarantors(case, placed.guarantors)


def flags_of(result: RowResult, *, placed: PlacedCase) -> list[str]:
    """Return the flags a case carries because of its row: its faults and what the remark hints at."""
    hinted = [COMPLAINED_BEFORE] if Hint.COMPLAINT in placed.hints else []
    return [code.value for code in flag_codes(result)] + hinted


def write_party(
    party: Party, *, name: str, number: str, kind: IdentityKind, is_confirmed: bool, phone: str = ""
) -> None:
    """Write a party's fields, its numbers sealed; an identity that a person confirmed stays confirmed."""
    index = sealing.number_index(number)
    is_same_number = party.id_index == index and index is not None
    party.id_confirmed = is_confirmed or (is_same_number and party.id_confirmed)
    party.name, party.kind = name, "company" if kind is IdentityKind.COMPANY else "person"
    party.id_kind = {IdentityKind.PERSON: "id_card", IdentityKind.COMPANY: "credit_code"}.get(kind, "other")
    party.id_sealed = sealing.seal_text(number, at=place("party", "id_sealed", party.id))
    party.id_index, party.id_last4 = index, number[-TAIL_CHARS:]
    party.phone_sealed = sealing.seal_text(phone, at=place("party", "phone_sealed", party.id))
    party.phone_index = sealing.phone_index(phone)


def write_addresses(case: Case, placed: Sequence[PlacedAddress]) -> None:
    """Add the addresses that are new and keep those that are known, with whatever a person confirmed about them."""
    known = {(address.kind, sealing.address_text(address)): address for address in case.addresses}
    for one in placed:
        address = known.get((one.kind.value, one.text))
        if address is None:
            address = Address(id=clock.new_id(), creditor_id=case.creditor_id, kind=one.kind.value)
            at = place("address", "text_sealed", address.id)
            address.text_sealed = sealing.seal_text(one.text, at=at, case_id=case.id) or ""
            case.addresses.append(address)
        if address.confirmed_at is None:
            place_address(address, one)


def place_address(address: Address, placed: PlacedAddress) -> None:
    """Set the district and the best point known: the creditor's own, else the district's centroid, else none."""
    found = locate(placed.text)
    address.district, address.adcode = found.district, found.adcode
    if placed.point is not None:
        point = placed.point
        put_point(address, lon=point.lon, lat=point.lat, datum=point.datum)
        address.precision, address.source = point.precision.value, "creditor file"
    elif found.lon is not None and found.lat is not None and found.datum is not None:
        put_point(address, lon=found.lon, lat=found.lat, datum=found.datum)
        address.precision, address.source = found.precision.value, "centroid"
    else:
        address.precision, address.source = Precision.NONE.value, ""


def put_point(address: Address, *, lon: float, lat: float, datum: Datum) -> None:
    """Store a point raw with its datum, and the WGS-84 one that all computing uses."""
    there = to_wgs84(Point(lon=lon, lat=lat, datum=datum))
    address.lon, address.lat, address.datum = lon, lat, datum.value
    address.lon_wgs84, address.lat_wgs84 = there.lon, there.lat


def write_guarantors(case: Case, placed: Sequence[PlacedGuarantor]) -> None:
    """Add or update the guarantors a row names; earlier ones stay, for nobody is let off by a file."""
    known = {other.party.id_index or other.party.name: other for other in case.others if other.role == "guarantor"}
    for one in placed:
        other = known.get(sealing.number_index(one.id_number) or one.name)
        if other is None:
            party = Party(id=clock.new_id(), creditor_id=case.creditor_id, name=one.name)
            other = CaseParty(id=clock.new_id(), role="guarantor", party=party)
            case.others.append(other)
        other.guarantee_kind = one.kind.value
        write_party(
            other.party,
            name=one.name,
            number=one.id_number,
            kind=IdentityKind.PERSON,
            is_confirmed=one.is_identity_confirmed,
        )


def raise_hinted_stops(case: Case, *, placed: PlacedCase, run: ImportRun, at: datetime) -> None:
    """Raise a dispute stop where the creditor's remark speaks of one, once: a lifted flag is not raised again."""
    if Hint.DISPUTE not in placed.hints or any(flag.kind == StopKind.DISPUTE for flag in case.stop_flags):
        return
    case.stop_flags.append(
        StopFlag(
            id=clock.new_id(),
            kind=StopKind.DISPUTE.value,
            reason="委托方备注提示异议，核实后由合规解除",
            raised_by_id=run.imported_by_id,
            raised_at=at.astimezone(UTC),
        )
    )
