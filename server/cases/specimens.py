"""A text of a paper looked at before it is kept (样本): printed with invented facts, marked so, and stored nowhere."""

from collections.abc import Mapping
from datetime import datetime

from receipts import lawyers_letter, specimens
from receipts.lawyers_letter import LawFirmFacts
from receipts.templates import Clause, Template
from server import config
from server.cases.templates import clause_names, read_seal, require_printable


def specimen(
    kind: str, *, clauses: Mapping[str, str], law_firm: Mapping[str, str] | None, seal: bytes, at: datetime
) -> bytes:
    """Return the paper as a PDF. Raises ClausesDiffer, FieldUnknown, CharacterUnprintable or SealUnreadable."""
    require_printable(kind, clauses)
    words = Template(kind, 0, tuple(Clause(name, clauses[name]) for name in clause_names(kind)))
    is_lawyers = kind == lawyers_letter.KIND
    paper = specimens.render(
        words,
        firm_name=config.current().firm.name,
        at=at,
        firm=_firm(law_firm) if is_lawyers and law_firm else None,
        seal=read_seal(seal) if is_lawyers and seal else b"",
    )
    return paper.pdf


def _firm(given: Mapping[str, str]) -> LawFirmFacts:
    """Return the firm of a lawyer's letter; what is not written yet is said to be missing."""
    told = {name: given.get(name, "").strip() or "（未填）" for name in ("name", "lawyer", "licence_no")}
    return LawFirmFacts(told["name"], told["lawyer"], told["licence_no"], given.get("contact", ""))
