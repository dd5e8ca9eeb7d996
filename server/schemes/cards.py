"""The card (客户卡片) of each visit on a crew's phones: the fields of one visit and no more.

No full ID number, no other case, no telephone but the debtor's own: from the eve of its visit, and none of whom nobody
may visit. What of personal data may be on it says the allow-list (`card`). A page of cards is read in one statement, by
column and as text: making mapped objects of all it touches, or ids and days that are written out again, would cost more
than all else in a pull.

Source: docs/records.md, "What phones pull"; personal information protection law art. 5-6 (only what the visit needs).
"""

from collections import namedtuple
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from typing import cast as cast_type
from uuid import UUID

from msgspec import json
from sqlalchemy import ColumnElement, Integer, Select, Text, Uuid, bindparam, cast, func, literal_column, select

from server import clock, config, feed
from server.accounts.models import Creditor
from server.cases import keyring
from server.cases.freezing import frozen_by
from server.cases.identity import is_phone, normal_phone
from server.cases.keyring import CaseKey
from server.cases.models import Address, Case, Party, StopFlag
from server.db import core
from server.prepared import Prepared, among
from server.schemes import calls
from server.schemes.calls import Calls
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

EVE = timedelta(days=1)
"""How long before the day of its visit a debtor's number comes to the phones: they may be without network that day."""


def _text(column: Any, name: str) -> ColumnElement[str]:
    """Return a column as the database writes it: an id, a day, JSON."""
    return cast(column, Text).label(name)


_COMMA: Any = literal_column("','")  # a parameter would have to be named at each call
_STANDING = (
    select(func.aggregate_strings(StopFlag.kind, _COMMA))
    .where(StopFlag.case_id == Case.id, StopFlag.lifted_at.is_(None))
    .correlate(Case)
    .scalar_subquery()
)
_CARD = (
    select(
        _text(SchemeStop.id, "id"), _text(SchemeStop.case_id, "case_id"), _text(SchemeStop.reasons, "reasons"),
        _text(SchemeStop.day, "day"), SchemeStop.note, Case.case_no, Case.state, _text(Case.flags, "flags"),
        Case.broken_promises,
        Case.contact_result, _text(Case.last_visit_on, "last_visit_on"),
        Case.product, Case.contract_tail, Case.principal_fen, Case.interest_fen, Case.penalty_interest_fen,
        Case.penalty_fen, Case.fees_fen, Case.outstanding_fen, _text(Case.as_of, "as_of"),
        _text(Case.overdue_on, "overdue_on"), Party.kind.label("debtor_kind"), Party.name, Party.id_kind,
        Party.id_last4, _text(Party.languages, "languages"),
        cast(Party.do_not_contact, Integer).label("do_not_contact"), _text(Party.id, "debtor_id"),
        Party.id_index, Party.phone_sealed, _text(Address.id, "address_id"), Address.kind.label("address_kind"),
        Address.text_sealed,
        Address.district, Address.access_note, Address.risk_level, Address.lon, Address.lat, Address.datum,
        Address.precision, Creditor.name.label("creditor"), Creditor.commission_no, _STANDING.label("standing"),
        _text(CaseKey.id, "key_id"), CaseKey.key_sealed,
    )
    .join(Case, SchemeStop.case_id == Case.id)
    .join(Party, Case.debtor_id == Party.id)
    .join(Creditor, Case.creditor_id == Creditor.id)
    .outerjoin(Address, SchemeStop.address_id == Address.id)
    .outerjoin(CaseKey, CaseKey.id == Case.id)
    .where(among(SchemeStop.id, "ids"))
)  # fmt: skip
_PAGE = Prepared(on_phones_of(bindparam("person", type_=Uuid()), cast_type("Select[Any]", _CARD)))
_Row = namedtuple("_Row", _CARD.selected_columns.keys())  # type: ignore[misc]  # noqa: PYI024  # the statement names
_WRITTEN_LENGTH = 36
_DO_NOT = [{"code": code, "text": text} for code, text in DO_NOT.items()]
Open = Callable[..., str]


class _Page(NamedTuple):
    """What all cards of a page share; the firm's phone is all that a contact slip (联系卡) may tell."""

    open_text: Open
    eve: str
    firm_phone: str


@feed.serves("cards")
def cards(person_id: UUID, doc_ids: Sequence[str]) -> Documents:
    """Return the dossier of each visit of a person's crew, by the visit's id."""
    rows = _PAGE.rows(core(), ids=doc_ids, person=person_id)
    found: list[Any] = [_Row._make(row) for row in rows]
    wrapped = {_dashed(row.key_id): row.key_sealed for row in found if row.key_id}
    page = _Page(keyring.opener(wrapped), (clock.today() + EVE).isoformat(), config.current().firm.phone)
    called = calls.last_days({row.id_index or _dashed(row.debtor_id) for row in found})
    made = (_card(row, page, called=called.get(row.id_index or _dashed(row.debtor_id))) for row in found)
    return {card["id"]: card for card in made}


def _card(row: Any, page: _Page, *, called: tuple[date, Calls] | None) -> dict[str, Any]:
    standing = row.standing.split(",") if row.standing else ()
    frozen = frozen_by(standing, state=row.state, do_not_contact=row.do_not_contact)
    called_on, calls_then = called or (None, Calls())
    stop_id, is_near = _dashed(row.id), row.day is not None and row.day <= page.eve
    return {
        "id": stop_id,
        "stop_id": stop_id,
        "case_id": _dashed(row.case_id),
        "case_no": row.case_no,
        "debtor": {
            "kind": row.debtor_kind,
            "name": row.name,
            "id_kind": row.id_kind,
            "id_masked": f"**************{row.id_last4}" if row.id_last4 else "",
            "languages": json.decode(row.languages),
            "phone": _phone(row, open_text=page.open_text) if is_near and not frozen else "",
        },
        "calls": {
            "on": called_on.isoformat() if called_on else "",
            "reached": calls_then.reached,
            "unanswered": calls_then.unanswered,
        },
        "address": _address(row, open_text=page.open_text) if row.address_id is not None else None,
        "place": place(row),
        "debt": _debt(row),
        "history": {
            "broken_promises": row.broken_promises,
            "contact_result": row.contact_result,
            "last_visit_on": row.last_visit_on,
        },
        "reasons": json.decode(row.reasons),
        "flags": json.decode(row.flags),
        "do_not": _DO_NOT,
        "frozen": frozen,
        "note": row.note,
        "firm_phone": page.firm_phone,
    }


def _debt(row: Any) -> dict[str, Any]:
    return {
        "creditor": row.creditor,
        "commission_no": row.commission_no,
        "product": row.product,
        "contract_tail": row.contract_tail,
        "principal_fen": row.principal_fen,
        "interest_fen": row.interest_fen,
        "penalty_interest_fen": row.penalty_interest_fen,
        "penalty_fen": row.penalty_fen,
        "fees_fen": row.fees_fen,
        "outstanding_fen": row.outstanding_fen,
        "as_of": row.as_of,
        "overdue_on": row.overdue_on,
    }


def _address(row: Any, *, open_text: Open) -> dict[str, Any]:
    return {
        "kind": row.address_kind,
        "text": open_text(row.text_sealed, at=sealed_at("address", "text_sealed", _dashed(row.address_id))),
        "district": row.district,
        "access_note": row.access_note,
        "risk_level": row.risk_level,
    }


def _phone(row: Any, *, open_text: Open) -> str:
    """Return the debtor's own number where it can be dialled, else nothing."""
    if not row.phone_sealed:
        return ""
    number = normal_phone(open_text(row.phone_sealed, at=sealed_at("party", "phone_sealed", _dashed(row.debtor_id))))
    return number if is_phone(number) else ""


def _dashed(row_id: str) -> str:
    """Return an id as it is written, whichever way the database writes it."""
    if len(row_id) == _WRITTEN_LENGTH:
        return row_id
    return f"{row_id[:8]}-{row_id[8:12]}-{row_id[12:16]}-{row_id[16:20]}-{row_id[20:]}"
