"""Lists that somebody takes out as he sees them: which hold personal data, and how those count under PI-BULK."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from server import audit, clock
from server.accounts.auth import current_person
from server.accounts.models import Person
from server.accounts.scope import scoped
from server.cases.keyring import CaseKey
from server.cases.models import Case
from server.db import db, fetch
from server.errors import Invalid, Missing
from server.privacy import export_files, exporting, exports
from server.privacy.exports import ExportKind
from server.privacy.models import Export

LISTS = {"cases": True, "creditors": False, "imports": False, "lists": False, "people": False}
"""The lists of the desk that can be taken out: does one hold debtors' personal data?"""
FIELDS = ("case_no", "name", "amount")
"""What the list of cases shows of a person, by the names of the allow-list."""
WHY = "列表导出 the list as seen"


class CasesUnnamed(Invalid):
    """The list holds personal data: `case_ids` has to name the case of each row."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A list on its way out: the exports it counts as, one for each creditor, and what marks its rows."""

    exports: tuple[Export, ...]
    mark: str


def taken(name: str, *, form: str, case_ids: Sequence[UUID], rows: int) -> Taken | None:
    """Count a list as an export of its cases by the caller; None for a list without personal data.

    Raises CasesUnnamed, NothingToExport, Missing for a case the caller may not see, or GateClosed when a rule stands
    against it.
    """
    if not LISTS[name]:
        return None
    if len(case_ids) != rows:
        raise CasesUnnamed(f"{rows} rows, {len(case_ids)} cases named")
    exports.require_rows(rows)
    person, at = fetch(Person, current_person().id, lock=True), clock.now()  # two lists at once are counted in turn
    counted = []
    for creditor_id, ids in _by_creditor(set(case_ids)).items():
        given = {"creditor_id": creditor_id, "case_ids": ids, "fields": FIELDS}
        export = exporting.asked(ExportKind.CASES, form=form, reason=WHY, given=given, person=person, at=at)
        export.needs_second, export.decision, export.decided_at, export.taken_at = False, "agreed", at, at
        db.session.add(export)
        db.session.flush()
        counted.append(export)
    for export in counted:  # each creditor's rules are asked about the list as a whole
        export.compliance = exporting.ruling(export, by=person, at=at).require().as_json()
    first = counted[0].id if counted else clock.new_id()
    return Taken(tuple(counted), export_files.mark_of(first, staff_no=person.staff_no, second_no="", at=at))


def seal(taken: Taken | None, content: bytes) -> None:
    """Keep the hash of the file with the exports it counts as, and write them into the log."""
    for export in taken.exports if taken else ():
        export.sha256 = export_files.digest(content)
        audit.note("export.taken", f"export:{export.id}", actor_id=export.asked_by_id, creditor_id=export.creditor_id,
                   kind=export.kind, rows=export.rows, bytes=len(content), sha256=export.sha256)  # fmt: skip


def _by_creditor(case_ids: set[UUID]) -> dict[UUID, list[UUID]]:
    """Return the cases by creditor, without those whose personal data was deleted. Raises Missing."""
    query: Any = select(Case.id, Case.creditor_id, CaseKey.destroyed_at).outerjoin(CaseKey, CaseKey.id == Case.id)
    found = db.session.execute(scoped(query.where(Case.id.in_(case_ids)), Case.creditor_id)).all()
    if len(found) != len(case_ids):
        raise Missing("a case of the list is not there")
    grouped: dict[UUID, list[UUID]] = defaultdict(list)
    for case_id, creditor_id, destroyed_at in sorted(found):
        if destroyed_at is None:
            grouped[creditor_id].append(case_id)
    return grouped
