"""The card (客户卡片) of each visit on a crew's phones: the fields of one visit and no more.

No full ID number, no other case, no telephone but the debtor's own, and none of whom nobody may visit. A page of
cards is read in four statements, by column: making mapped objects of all it touches would cost more than all else in
a pull.

Source: docs/records.md, "What phones pull"; personal information protection law art. 5-6 (only what the visit needs).
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from server import config, feed
from server.accounts.models import Creditor
from server.cases import keyring, sealing
from server.cases.freezing import frozen_by
from server.cases.identity import is_phone, normal_phone
from server.cases.keyring import KeyOf
from server.cases.models import Address, Case, Party, StopFlag
from server.db import db
from server.schemes.documents import Documents, on_phones_of, place
from server.schemes.models import SchemeStop
from server.vault import place as sealed_at

DO_NOT = {
    "no_third_party": {"zh": "不向第三人透露欠款", "en": "tell nobody else of the debt"},
    "no_cash": {"zh": "不收取任何款项", "en": "take no money"},
    "no_entry": {"zh": "未经同意不入户", "en": "do not enter without consent"},
    "no_posting": {"zh": "不张贴函件", "en": "post no letters"},
}
"""What no crew does at any door; the circumstances of a case add to it."""
DO_NOT_RULES = {"no_third_party": "THIRD-MODE", "no_cash": "CASH", "no_entry": "ENTRY", "no_posting": "LOC"}
"""The rules these rest on."""

_CARD = (
    select(
        SchemeStop.id, SchemeStop.case_id, SchemeStop.reasons, SchemeStop.note,
        Case.case_no, Case.state, Case.flags, Case.broken_promises, Case.contact_result, Case.last_visit_on,
        Case.product, Case.contract_tail, Case.principal_fen, Case.interest_fen, Case.penalty_interest_fen,
        Case.penalty_fen, Case.fees_fen, Case.outstanding_fen, Case.as_of, Case.overdue_on,
        Party.kind.label("debtor_kind"), Party.name, Party.id_kind, Party.id_last4, Party.languages,
        Party.do_not_contact, Party.id.label("debtor_id"), Party.phone_sealed,
        Address.id.label("address_id"), Address.kind.label("address_kind"), Address.text_sealed, Address.district,
        Address.access_note, Address.risk_level, Address.lon, Address.lat, Address.datum, Address.precision,
        Creditor.name.label("creditor"), Creditor.commission_no,
    )
    .join(Case, SchemeStop.case_id == Case.id)
    .join(Party, Case.debtor_id == Party.id)
    .join(Creditor, Case.creditor_id == Creditor.id)
    .outerjoin(Address, SchemeStop.address_id == Address.id)
)  # fmt: skip
_DEBT = (
    "creditor", "commission_no", "product", "contract_tail", "principal_fen", "interest_fen", "penalty_interest_fen",
    "penalty_fen", "fees_fen", "outstanding_fen",
)  # fmt: skip


@feed.serves("cards")
def cards(person_id: UUID, doc_ids: Sequence[str]) -> Documents:
    """Return the dossier of each visit of a person's crew, by the visit's id."""
    wanted = on_phones_of(person_id, _CARD).where(SchemeStop.id.in_([UUID(one) for one in doc_ids]))
    found = db.session.execute(wanted).all()
    case_ids = {row.case_id for row in found}
    flags, key_of = _standing_flags(case_ids), keyring.keys_of(case_ids)
    return {str(row.id): _card(row, flags.get(row.case_id, ()), key_of=key_of) for row in found}


def _standing_flags(case_ids: set[UUID]) -> dict[UUID, list[str]]:
    """Return case → the kinds of its flags that are not lifted."""
    kinds: dict[UUID, list[str]] = {}
    query = select(StopFlag.case_id, StopFlag.kind).where(StopFlag.case_id.in_(case_ids), StopFlag.lifted_at.is_(None))
    for case_id, kind in db.session.execute(query):
        kinds.setdefault(case_id, []).append(kind)
    return kinds


def _card(row: Row[Any], flags: Sequence[str], *, key_of: KeyOf) -> dict[str, Any]:
    frozen = frozen_by(flags, state=row.state, do_not_contact=row.do_not_contact)
    return {
        "id": str(row.id),
        "stop_id": str(row.id),
        "case_id": str(row.case_id),
        "case_no": row.case_no,
        "debtor": {
            "kind": row.debtor_kind,
            "name": row.name,
            "id_kind": row.id_kind,
            "id_masked": f"**************{row.id_last4}" if row.id_last4 else "",
            "languages": row.languages,
            "phone": "" if frozen else _phone(row, key_of=key_of),
        },
        "address": _address(row, key_of=key_of) if row.address_id is not None else None,
        "place": place(row),
        "debt": {name: getattr(row, name) for name in _DEBT}
        | {"as_of": _day(row.as_of), "overdue_on": _day(row.overdue_on)},
        "history": {
            "broken_promises": row.broken_promises,
            "contact_result": row.contact_result,
            "last_visit_on": _day(row.last_visit_on),
        },
        "reasons": row.reasons,
        "flags": row.flags,
        "do_not": [{"code": code, "text": text} for code, text in DO_NOT.items()],
        "frozen": frozen,
        "note": row.note,
        "firm_phone": config.current().firm.phone,  # all that a contact slip (联系卡) may tell
    }


def _address(row: Row[Any], *, key_of: KeyOf) -> dict[str, Any]:
    at = sealed_at("address", "text_sealed", row.address_id)
    return {
        "kind": row.address_kind,
        "text": sealing.open_text(row.text_sealed, at=at, key_of=key_of),
        "district": row.district,
        "access_note": row.access_note,
        "risk_level": row.risk_level,
    }


def _phone(row: Row[Any], *, key_of: KeyOf) -> str:
    """Return the debtor's own number where it can be dialled, else nothing."""
    at = sealed_at("party", "phone_sealed", row.debtor_id)
    number = normal_phone(sealing.open_text(row.phone_sealed, at=at, key_of=key_of))
    return number if is_phone(number) else ""


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
