"""What the rules may know of a paper before it is issued: read out of the facts it prints.

Said by hand is only what a template always states (PARTS). Personal fields are found by where they stand in the facts;
words that the office wrote are looked through, what people said at a door is evidence and printed as it is.
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any
from uuid import UUID

from receipts.facts import SealFacts
from receipts.templates import Template
from receipts.visit_receipt import WhoMet
from server.cases import gates
from server.cases.gates import Ruling
from server.compliance import allowlist
from server.compliance.allowlist import Shown
from server.compliance.rulepack import Gate

PERSONAL = {
    "PartyFacts.name": ("name", Shown.FULL), "PartyFacts.id_last4": ("id_number", Shown.MASKED),
    "PartyFacts.phone": ("phone", Shown.FULL), "PartyFacts.address": ("address", Shown.FULL),
    "DebtFacts.contract_no": ("contract_no", Shown.MASKED), "PromiseFacts.service_address": ("address", Shown.FULL),
    "VisitReceiptFacts.visited_address": ("address", Shown.FULL),
    "VisitReceiptFacts.planned_address": ("address", Shown.FULL),
    "LitigantFacts.name": ("name", Shown.FULL), "LitigantFacts.id_no": ("id_number", Shown.MASKED),
    "LitigantFacts.address": ("address", Shown.FULL), "LitigantFacts.phone": ("phone", Shown.FULL),
    "SchemeLineFacts.debtor_name": ("name", Shown.FULL), "VisitLineFacts.debtor_name": ("name", Shown.FULL),
    "PoorCreditFacts.debtor_name": ("name", Shown.FULL),
}  # fmt: skip
"""Where a paper's facts hold a personal field, and how much of it the paper prints; contracts by their last four."""
WRITTEN_BY_US = ("account_statement", "dunning_letter", "lawyers_letter")
"""The papers whose words are all the office's own; of a promise only its legal text is, as it is filled at a door."""
PARTS = {
    "dunning_letter": (
        "name", "balance", "reason", "legal_basis", "rights", "query", "repay", "objection", "evidence",
        "issuer_contact", "seal",
    ),
    "visit_receipt": ("cash_notice", "privacy_notice"),
}  # fmt: skip
"""What the templates of `receipts/` state; a letter that lacks a fact for any of it is not issued (`handover`)."""


def ask(kind: str, printed: object, *, creditor_id: UUID | None, case_id: UUID | None, on: date) -> Ruling:
    """Ask the rules about a paper that is to be issued."""
    return gates.ask(Gate.PRINT, facts_of(kind, printed), creditor_id=creditor_id, case_id=case_id, on=on)


def facts_of(kind: str, printed: object) -> dict[str, Any]:
    """Return the facts of a paper as the rules ask for them."""
    leaves = list(_leaves(printed))
    shown = {_as_printed(*PERSONAL[place], value) for place, value in leaves if value and place in PERSONAL}
    names = sorted({place.partition(".")[2] for place, _ in leaves})
    amounts = [value for place, value in leaves if place.endswith("_fen") and value]
    found: dict[str, Any] = {
        "paper": _paper(kind, printed, shows_amount=bool(amounts)),
        "record": {"field_names": names},
        "export": {
            "fields": sorted({_named(field, much) for field, much in shown} | ({"amount"} if amounts else set())),
            "allowed_fields": sorted(_allowed(kind)),
        },
        "report": {"agents_ranked_by": ""},
    }  # fmt: skip
    if kind in (*WRITTEN_BY_US, "promise"):
        found["text"] = {"body": "\n".join(_words(kind, printed))}
    return found


def _as_printed(field: str, much: Shown, value: Any) -> tuple[str, Shown]:
    """Return a field and how much of it is printed: what comes masked into the facts is printed masked."""
    return field, Shown.MASKED if isinstance(value, str) and "*" in value else much


def _named(field: str, much: Shown) -> str:
    return field if much is Shown.FULL else f"{field}:masked"


def _allowed(kind: str) -> set[str]:
    """Return what a kind of paper may print, a masked field under a name of its own."""
    found: set[str] = set()
    for field in allowlist.fields():
        much = allowlist.on_paper(kind, field)
        found |= {f"{field}:masked"} if much >= Shown.MASKED else set()
        found |= {field} if much is Shown.FULL else set()
    return found


def _paper(kind: str, printed: object, *, shows_amount: bool) -> dict[str, Any]:
    met, debt = getattr(printed, "met", None), getattr(printed, "debt", None)
    product = debt.product if debt is not None else ""
    found: dict[str, Any] = {"kind": kind, "product": product, "parts": list(PARTS.get(kind, ()))}
    if kind in (*WRITTEN_BY_US, "promise") or met is not None:
        found["reader_role"] = "debtor" if met in {None, WhoMet.DEBTOR, WhoMet.NOBODY} else met.value
        found["shows_amount"] = debt is not None and shows_amount
    firm = getattr(printed, "firm", None)
    if firm is not None:
        seal = getattr(printed, "seal_image", b"")
        found |= {"law_firm": firm.name, "lawyer_licence": firm.licence_no, "seal_sha256": "there" if seal else ""}
    return found


def _leaves(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield `Class.field` and value of every plain value in a facts tree; the seal and the legal text are no facts."""
    for field in fields(value):
        inner = getattr(value, field.name)
        for one in inner if isinstance(inner, tuple) else (inner,):
            if isinstance(one, SealFacts | Template):
                continue
            if is_dataclass(one) and not isinstance(one, type):
                yield from _leaves(one)
            else:
                yield f"{type(value).__name__}.{field.name}", one


def _words(kind: str, printed: Any) -> Iterator[str]:
    """Yield the words of a paper that the office wrote: its legal text and what a letter's facts say in text."""
    yield from (clause.text for clause in printed.words.clauses)
    if kind in WRITTEN_BY_US:
        yield from (value for _, value in _leaves(printed) if isinstance(value, str))
