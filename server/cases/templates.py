"""The legal text of papers (单据模板): the newest that was approved and stands, else the one that ships.

Whoever wrote a text does not approve it. A lawyer's letter has no text that ships and no letter without the law firm's
name, its lawyer's licence number and its seal. Source: 律师法 art. 13, 55.
"""

from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any
from uuid import UUID

from PIL import Image, UnidentifiedImageError
from sqlalchemy import func, select

from receipts import account_statement, dunning_letter, lawyers_letter, promise, visit_receipt
from receipts.lettering import unprintable
from receipts.templates import MERGE_FIELDS, Clause, Template, digest, strange_fields
from server import clock, media
from server.accounts.models import PaperTemplate
from server.db import db
from server.errors import Conflict, Invalid, NotAllowed

SHIPPED = {
    one.kind: one
    for one in (account_statement.TEMPLATE, dunning_letter.TEMPLATE, visit_receipt.TEMPLATE, promise.TEMPLATE)
}
KINDS = (*SHIPPED, lawyers_letter.KIND)
FIRM_FACTS = ("name", "lawyer", "licence_no")
MAX_SEAL_BYTES = 512 * 1024
MAX_FAULTS = 100


class ClausesDiffer(Invalid):
    """The clauses are not those of this kind of paper."""


class FieldUnknown(Invalid):
    """A clause asks for something that is not a merge field."""


class CharacterUnprintable(Invalid):
    """A clause has a character that no font of the papers can show."""


class SealUnreadable(Invalid):
    """The seal file is not a small PNG or JPEG picture."""


class OwnTemplate(NotAllowed):
    """Nobody approves a legal text they wrote."""


class TemplateMoved(Conflict):
    """The text that was seen is not this one, or it was approved or withdrawn already."""


class LawFirmMissing(Conflict):
    """A lawyer's letter needs the law firm's name, its lawyer's licence number and its seal file."""


def clause_names(kind: str) -> tuple[str, ...]:
    """Return which clauses a kind of paper has."""
    return lawyers_letter.CLAUSES if kind == lawyers_letter.KIND else tuple(one.name for one in SHIPPED[kind].clauses)


def as_template(row: PaperTemplate) -> Template:
    """Return a stored text as papers take it, its clauses in the order of the paper."""
    names = clause_names(row.kind)
    return Template(row.kind, row.number, tuple(Clause(name, row.clauses[name]) for name in names))


def standing(kind: str) -> PaperTemplate | None:
    """Return the newest approved text of a kind that was not withdrawn, None when the one that ships is in force."""
    query = select(PaperTemplate).where(
        PaperTemplate.kind == kind, PaperTemplate.approved_at.is_not(None), PaperTemplate.withdrawn_at.is_(None)
    )
    return db.session.scalar(query.order_by(PaperTemplate.number.desc()).limit(1))


def in_force(kind: str) -> Template:
    """Return the text a paper of one of the kinds that ship is written with now."""
    row = standing(kind)
    return SHIPPED[kind] if row is None else as_template(row)


def draft(
    kind: str, *, clauses: Mapping[str, str], law_firm: Mapping[str, str] | None, seal: bytes, by_id: UUID
) -> PaperTemplate:
    """Add a text that waits for approval to the transaction.

    Raises ClausesDiffer, FieldUnknown, CharacterUnprintable or SealUnreadable.
    """
    require_printable(kind, clauses)
    firm = dict(law_firm) if law_firm and kind == lawyers_letter.KIND else None
    seal_sha256 = media.store().put(read_seal(seal)) if seal and kind == lawyers_letter.KIND else ""
    last = db.session.scalar(select(func.max(PaperTemplate.number)).where(PaperTemplate.kind == kind))
    row = PaperTemplate(
        id=clock.new_id(), kind=kind, number=max(last or 1, 1) + 1, clauses=dict(clauses), law_firm=firm,
        seal_sha256=seal_sha256, digest=digest(kind, clauses, more=[firm, seal_sha256]), author_id=by_id,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def require_printable(kind: str, clauses: Mapping[str, str]) -> None:
    """Demand that a paper can be printed with these clauses: all of its kind, with fields and characters that exist.

    Raises ClausesDiffer, FieldUnknown or CharacterUnprintable; each names every fault by its clause, in `errors`.
    """
    names = clause_names(kind)
    faults = [
        *(_fault(ClausesDiffer, name, "a text is needed") for name in names if not clauses.get(name, "").strip()),
        *(_fault(ClausesDiffer, name, "this paper has no such clause") for name in clauses if name not in names),
    ]
    known = MERGE_FIELDS if kind == lawyers_letter.KIND else ()
    for name, text in clauses.items():
        strange = strange_fields(text, known)
        faults += [_fault(FieldUnknown, name, f"{{{one[:40]}}} is no merge field", value=one[:40]) for one in strange]
        faults += [
            _fault(CharacterUnprintable, name, f"{one} cannot be printed", value=one) for one in unprintable(text)
        ]
    if faults:
        told = [one for _, one in faults[:MAX_FAULTS]]
        raise faults[0][0]("; ".join(dict.fromkeys(one["detail"] for one in told))[:200], errors=told)


def _fault(kind: type[Invalid], clause: str, detail: str, *, value: str = "") -> tuple[type[Invalid], dict[str, str]]:
    """Return what is wrong with a clause, by its pointer in the request (RFC 6901)."""
    at = clause.replace("~", "~0").replace("/", "~1")
    return kind, {"pointer": f"/clauses/{at}", "detail": detail, "code": kind.kebab(), "value": value}


def read_seal(content: bytes) -> bytes:
    """Return the seal's picture as it is. Raises SealUnreadable."""
    try:
        with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as picture:
            picture.load()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as fault:
        raise SealUnreadable("send a PNG or JPEG") from fault
    return content


def approve(row: PaperTemplate, *, seen: str, by_id: UUID, at: datetime) -> None:
    """Put a text in force, as seen by its digest. Raises OwnTemplate, TemplateMoved or LawFirmMissing."""
    if row.author_id == by_id:
        raise OwnTemplate("ask somebody else of legal or the manager")
    if seen != row.digest or row.approved_at is not None or row.withdrawn_at is not None:
        raise TemplateMoved("read it again", digest=row.digest)
    lacking = missing_of_firm(row) if row.kind == lawyers_letter.KIND else []
    if lacking:
        raise LawFirmMissing(", ".join(lacking), missing=lacking)
    row.approved_by_id, row.approved_at = by_id, at


def withdraw(row: PaperTemplate, *, at: datetime) -> None:
    """Take a text out of force; papers written with it stay as they are. Raises TemplateMoved."""
    if row.withdrawn_at is not None:
        raise TemplateMoved("it was withdrawn already", digest=row.digest)
    row.withdrawn_at = at


def missing_of_firm(row: PaperTemplate | None) -> list[str]:
    """Return what a lawyer's letter would lack of its firm, empty when it can be printed."""
    firm: dict[str, Any] = (row.law_firm if row is not None else None) or {}
    lacking = [name for name in FIRM_FACTS if not str(firm.get(name, "")).strip()]
    return lacking if row is not None and row.seal_sha256 else [*lacking, "seal"]
