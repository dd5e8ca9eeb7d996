"""An export put together: which cases it holds, what the rules say of it, and its bytes when it is fetched."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, literal, select
from sqlalchemy.orm import joinedload, selectinload

from server import clock, tables
from server.accounts import rulebook
from server.accounts.models import Person
from server.accounts.scope import require_visible, scoped
from server.cases import gates, keyring
from server.cases.gates import Ruling
from server.cases.models import Case
from server.clock import SHANGHAI
from server.compliance import allowlist
from server.compliance.allowlist import Shown
from server.compliance.rulepack import Gate
from server.db import db
from server.errors import Missing
from server.escalation import summary_workbook
from server.escalation.gather import scheme_seen
from server.escalation.models import Dossier
from server.escalation.summary import collate
from server.privacy import export_files, exports, outflow
from server.privacy.export_files import PERSONAL, PLAIN, digest
from server.privacy.exports import ExportKind
from server.privacy.models import Export
from server.schemes.scope import fetch_scheme

__all__ = ["asked", "content", "digest", "require_seen", "ruling", "terms", "waiting_for"]
BULK_RULE, SHEET = "PI-BULK", "案件清单"
OF_KIND = {
    ExportKind.SUMMARY: ("case_no", "name", "amount"),
    ExportKind.DOSSIERS: ("case_no", "name", "id_number", "phone", "address", "contract_no", "amount"),
}
"""Fields of the kinds whose content is fixed."""
LEAST = {ExportKind.CASES: Shown.MASKED, ExportKind.SUMMARY: Shown.FULL, ExportKind.DOSSIERS: Shown.FULL}
"""How much of a field the allow-list must give: a table is masked as it is written, the other files are as they are."""


def asked(
    kind: ExportKind, *, form: str, reason: str, given: Mapping[str, Any], person: Person, at: datetime
) -> Export:
    """Return an export as it is asked for; one that needs nobody else is ready at once.

    Raises Missing for cases of another creditor, NothingToExport, or GateClosed when a rule stands against it.
    """
    case_ids = _case_ids(kind, given)
    exports.require_rows(len(case_ids))
    export = Export(
        id=clock.new_id(), kind=kind.value, form=form, creditor_id=given.get("creditor_id"),
        scheme_id=given.get("scheme_id"), case_ids=[str(one) for one in case_ids],
        fields=list(given.get("fields", OF_KIND.get(kind, ()))), reason=reason.strip(), rows=len(case_ids),
        needs_second=False, compliance=[], asked_by_id=person.id, asked_at=at, decision="", decision_reason="",
        decided_by_id=None, decided_at=None, taken_at=None, sha256="",
    )  # fmt: skip
    alone = ruling(export, by=person, at=at)
    others = [one for one in alone.against if one.rule_id != BULK_RULE]
    export.needs_second = len(others) < len(alone.against)
    if others or not export.needs_second:
        alone.require()
        export.decision, export.decided_at = "agreed", at
    export.compliance = alone.as_json()
    return export


def waiting_for(person: Person) -> Select[Export]:
    """Return the query of the exports that wait for a person as the second one: none that he asked for himself."""
    may_decide = bool(person.roles & set(exports.SECONDS))
    waits = select(Export).where(Export.decided_at.is_(None), Export.asked_by_id != person.id, literal(may_decide))
    return scoped(waits, Export.creditor_id)


def ruling(export: Export, *, by: Person, at: datetime) -> Ruling:
    """Return what the rules say of an export that its asker and this person agree to.

    Counted are its cases and all that its asker takes out alone on the same day.
    """
    asker = db.session.get_one(Person, export.asked_by_id)
    on, least = at.astimezone(SHANGHAI).date(), LEAST[ExportKind(export.kind)]
    allowed = [
        field for field in allowlist.fields() if allowlist.exported(export.kind, asker.role_names, field) >= least
    ]  # fmt: skip
    day = outflow.alone(asker.id, on=on) | {UUID(one) for one in export.case_ids}
    facts = {
        "export": {
            "fields": export.fields, "allowed_fields": [*PLAIN, *allowed], "rows": len(day),
            "person_ids": sorted({str(asker.id), str(by.id)}), "reason": export.reason, "has_watermark": True,
        },
        "report": {"agents_ranked_by": ""},
    }  # fmt: skip
    return gates.ask(Gate.EXPORT, facts, creditor_id=export.creditor_id, on=on)


def terms(person: Person, *, creditor_id: UUID | None, at: datetime) -> dict[str, Any]:
    """Return what a person may take out, as page data: kinds, fields of a list, PI-BULK's number, his cases today."""
    on, roles = at.astimezone(SHANGHAI).date(), person.role_names
    columns = {field: allowlist.exported(ExportKind.CASES, roles, field) for field in PERSONAL}
    kinds = [
        kind.value for kind in ExportKind
        if all(allowlist.exported(kind, roles, field) >= LEAST[kind] for field in OF_KIND.get(kind, ("name",))
               if field not in PLAIN)
    ]  # fmt: skip
    bulk = [rule.params["bulk_rows"] for rule in rulebook.pack_of(creditor_id, on=on).rules if rule.id == BULK_RULE]
    return {
        "kinds": kinds,
        "fields": dict.fromkeys(PLAIN, "full") | {
            field: "full" if much is Shown.FULL else "masked"
            for field, much in columns.items() if much is not Shown.NONE
        },
        "bulk_rows": bulk[0] if bulk else None,
        "cases_today": len(outflow.alone(person.id, on=on)),
        "most_rows": exports.MOST_ROWS,
        "window_h": int(exports.WINDOW.total_seconds() // 3600),
    }  # fmt: skip


def _case_ids(kind: ExportKind, given: Mapping[str, Any]) -> list[UUID]:
    if kind is ExportKind.SUMMARY:
        return sorted({stop.case_id for stop in fetch_scheme(given["scheme_id"]).stops})
    creditor_id = given["creditor_id"]
    require_visible(creditor_id, f"no Creditor {creditor_id}")
    erased = select(keyring.CaseKey.id).where(keyring.CaseKey.key_sealed.is_(None))
    query = select(Case.id).where(Case.creditor_id == creditor_id, Case.id.not_in(erased)).order_by(Case.case_no)
    if "state" in given:
        query = query.where(Case.state == given["state"])
    wanted = given.get("case_ids")
    if wanted is None:
        return list(db.session.scalars(query))
    found = list(db.session.scalars(query.where(Case.id.in_(wanted))))
    if set(wanted) - set(found):
        raise Missing(f"no Case {min(set(wanted) - set(found))} of this creditor")
    return found if kind is ExportKind.CASES else [one for one in found if _dossier(one) is not None]


def _dossier(case_id: UUID) -> Dossier | None:
    query = select(Dossier).where(Dossier.case_id == case_id).order_by(Dossier.id.desc()).limit(1)
    return db.session.scalar(query)


def content(export: Export, *, person: Person, second: Person | None, at: datetime) -> bytes:
    """Return the file: what is known now of the cases that were agreed to, those deleted since left out."""
    mark = export_files.mark_of(
        export.id, staff_no=person.staff_no, second_no=second.staff_no if second else "", at=at
    )  # fmt: skip
    if export.kind == ExportKind.SUMMARY and export.scheme_id is not None:
        return summary_workbook.write(collate(scheme_seen(fetch_scheme(export.scheme_id))), mark=mark)
    kept = [one for one in map(UUID, export.case_ids) if not keyring.is_destroyed(one)]
    if export.kind == ExportKind.DOSSIERS:
        return export_files.as_zip([one for case_id in kept if (one := _dossier(case_id))], mark=mark)
    columns, rows = export_files.table(_cases(kept), fields=export.fields, roles=person.role_names, mark=mark)
    is_csv = export.form == "csv"
    return tables.as_csv(columns, rows) if is_csv else tables.as_xlsx(SHEET, columns, rows, mark=mark)


def _cases(case_ids: Sequence[UUID]) -> list[Case]:
    query = select(Case).where(Case.id.in_(case_ids)).order_by(Case.case_no)
    return list(db.session.scalars(query.options(joinedload(Case.debtor), selectinload(Case.addresses))))


def require_seen(export: Export, person: Person, *, oversees: bool) -> None:
    """Refuse an export of another person to who oversees none, and one of a scheme he may not see. Raises Missing."""
    if export.asked_by_id != person.id and not oversees:
        raise Missing(f"no Export {export.id}")
    if export.scheme_id is not None:
        fetch_scheme(export.scheme_id)
