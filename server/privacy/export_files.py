"""The files that leave: cases as CSV or XLSX, a scheme's summary, dossiers in one archive. Each names who took it.

The mark (水印) stands in every row of a table and in the archive's comment, so that a part of it still tells.
"""

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from server import media
from server.cases import identity, sealing
from server.cases.models import Case
from server.clock import SHANGHAI
from server.compliance import allowlist
from server.compliance.allowlist import Shown
from server.escalation.models import Dossier
from server.privacy.exports import ExportKind
from server.tables import Cell, Column, ColumnKind, csv_text

PLAIN: Mapping[str, tuple[str, Callable[[Case], Cell]]] = {
    "case_no": ("业务编号", lambda case: case.case_no),
    "state": ("状态", lambda case: str(case.state)),
    "product": ("产品", lambda case: case.product),
    "overdue_on": ("首次逾期日", lambda case: case.overdue_on.isoformat() if case.overdue_on else ""),
    "last_visit_on": ("最近外访日", lambda case: case.last_visit_on.isoformat() if case.last_visit_on else ""),
}
"""Columns that name no person."""
PERSONAL: Mapping[str, tuple[str, Callable[[Case], Cell], Callable[[Case], Cell]]] = {
    "name": ("客户姓名", lambda case: case.debtor.name, lambda case: f"{case.debtor.name[:1]}**"),
    "id_number": (
        "证件号码", lambda case: sealing.id_number(case.debtor),
        lambda case: f"{'*' * 14}{case.debtor.id_last4}" if case.debtor.id_last4 else "",
    ),
    "phone": (
        "手机", lambda case: sealing.phone(case.debtor), lambda case: identity.mask_phone(sealing.phone(case.debtor)),
    ),
    "address": (
        "地址", lambda case: "；".join(sealing.address_text(one) for one in case.addresses),
        lambda case: "；".join(identity.mask_address(sealing.address_text(one)) for one in case.addresses),
    ),
    "contract_no": ("合同编号", sealing.contract_no, lambda case: case.contract_tail),
    "amount": ("欠款金额（元）", lambda case: csv_text(ColumnKind.MONEY, case.outstanding_fen), lambda _case: ""),
}  # fmt: skip
"""Columns that do: in full, and masked."""
COLUMNS = (*PLAIN, *PERSONAL)
MARK = "导出标识"


def mark_of(export_id: UUID, *, staff_no: str, second_no: str, at: datetime) -> str:
    """Return what marks a file: who took it, who agreed, when, and which export it was."""
    agreed = f" 同意 {second_no}" if second_no else ""
    return f"{staff_no}{agreed} {at.astimezone(SHANGHAI):%Y-%m-%d %H:%M} {str(export_id)[-12:]}"


def table(
    cases: Iterable[Case], *, fields: Sequence[str], roles: Iterable[str], mark: str
) -> tuple[list[Column], list[list[Cell]]]:
    """Return columns and rows; each personal field as the allow-list gives it to the asker's roles."""
    held = tuple(roles)
    cells = [_cell_of(field, held) for field in fields]
    titles = [PLAIN[field][0] if field in PLAIN else PERSONAL[field][0] for field in fields]
    columns = [Column(title, ColumnKind.TEXT) for title in [*titles, MARK]]
    return columns, [[*(cell(case) for cell in cells), mark] for case in cases]


def _cell_of(field: str, roles: Sequence[str]) -> Callable[[Case], Cell]:
    if field in PLAIN:
        return PLAIN[field][1]
    _, full, masked = PERSONAL[field]
    much = allowlist.exported(ExportKind.CASES, roles, field)
    return full if much is Shown.FULL else masked


def as_zip(dossiers: Iterable[Dossier], *, mark: str) -> bytes:
    """Return the dossiers in one archive, as they are: each verifies as before. Raises BlobAbsent."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for one in dossiers:
            archive.writestr(f"dossier-{one.id}.zip", media.store().get(one.sha256))
        archive.writestr("EXPORT.txt", f"{MARK} {mark}\n")
        archive.comment = mark.encode()
    return out.getvalue()


def digest(content: bytes) -> str:
    """Return what the log keeps of a file."""
    return hashlib.sha256(content).hexdigest()
