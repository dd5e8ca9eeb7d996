"""The deletion certificate on paper (个人信息删除证明): printed from the certificate as it was kept, sealed once."""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from receipts import deletion_certificate
from receipts.deletion_certificate import DeletionCertificateFacts, ErasedFacts
from receipts.serials import PaperKind
from server.cases import papers
from server.cases.models import Paper
from server.errors import Conflict
from server.privacy.models import Deletion

KIND = "deletion_certificate"
TEMPLATE_VERSION = "deletion_certificate/1"
WHAT_ZH: Mapping[str, str] = MappingProxyType({
    "records": "外访记录正文（哈希与签名保留）", "parties": "当事人姓名、证件、电话", "addresses": "地址与坐标",
    "complaints": "投诉内容", "files": "照片、录音、单据等文件",
})  # fmt: skip


class NotCarriedOut(Conflict):
    """The deletion was asked for but not carried out: there is nothing to certify yet."""


def of(deletion: Deletion, *, at: datetime, on: date) -> Paper:
    """Return the certificate of a deletion, the one that was issued when there is one. Raises NotCarriedOut."""
    told, done_at = deletion.certificate, deletion.carried_out_at
    if told is None or done_at is None:
        raise NotCarriedOut("the general manager carries it out")
    known = papers.find_paper(KIND, subject_id=deletion.id, version=1)
    if known is not None:
        return known
    serial = papers.draw_serial(PaperKind.DELETION_CERTIFICATE, on=on)
    facts = facts_of(deletion, told, serial=serial, done_at=done_at, at=at)
    return papers.file_paper(
        deletion_certificate.render(facts), facts=facts, kind=KIND, serial=serial, template_version=TEMPLATE_VERSION,
        at=at, creditor_id=deletion.creditor_id, case_id=deletion.case_id, subject_id=deletion.id,
    )  # fmt: skip


def facts_of(
    deletion: Deletion, told: Mapping[str, Any], *, serial: str, done_at: datetime, at: datetime
) -> DeletionCertificateFacts:
    """Return what the paper says: the kept certificate, word for word, with its own hash."""
    return DeletionCertificateFacts(
        seal=papers.seal_facts(serial, at=at),
        creditor=told["creditor"],
        case_no=told["case_no"],
        case_id=told["case_id"],
        deletion_id=told["deletion_id"],
        ground=told["ground_zh"],
        article=told["article"],
        asked_by_no=told["asked_by"],
        carried_out_by_no=told["carried_out_by"],
        carried_out_at=done_at,
        method=told["method"],
        erased=tuple(ErasedFacts(WHAT_ZH.get(what, what), count) for what, count in told["erased"].items()),
        files_sha256=told["files_sha256"],
        certificate_sha256=deletion.certificate_sha256,
        kept=told["kept"][0],
        backups=told["backups"][0],
    )
