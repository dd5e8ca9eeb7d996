"""What the rules say before a dossier leaves: exhibits as a court asks for them, nothing alone, proof of the clock.

Read out of the index's own facts; kept in the dossier's report.
"""

from collections.abc import Mapping
from typing import Any

from receipts.evidence_index import EvidenceIndexFacts, EvidenceItemFacts
from server.cases import gates, timeline
from server.cases.gates import Ruling
from server.cases.models import Case
from server.clock import SHANGHAI
from server.compliance.rulepack import Gate
from server.escalation.models import Escalation

COLUMN_OF: Mapping[str, str] = {
    "name": "name", "source": "source", "proves": "purpose", "gist": "summary", "form": "form", "pages": "pages",
    "copies": "copies", "sha256": "fingerprint", "obtained_by": "obtained_by", "obtained_at": "obtained_at",
}  # fmt: skip
"""A field of an exhibit → the column it is printed in; the number is its place."""


def ask(case: Case, escalation: Escalation, index: EvidenceIndexFacts) -> Ruling:
    """Ask the rules at `export` about the dossier of a case, as things were on the day of the decision."""
    decided_at = escalation.decided_at or escalation.created_at
    day = decided_at.astimezone(SHANGHAI).date()
    grade = timeline.clock_of(case, today=day).grade
    columns = [COLUMN_OF[name] for name in EvidenceItemFacts.__dataclass_fields__ if name in COLUMN_OF]
    facts: dict[str, Any] = {
        "filing": {
            "kind": "dossier", "index_columns": ["number", *columns],
            "proof_kinds": sorted({item.group for item in index.items}),
        },
        "limitation": {"grade": grade.value if grade is not None else ""},
        "report": {"agents_ranked_by": ""},
    }  # fmt: skip
    return gates.ask(Gate.EXPORT, facts, creditor_id=case.creditor_id, case_id=case.id, on=day)
