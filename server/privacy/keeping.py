"""What is known about keeping a case's data: when it ended, until when it is kept, what stands against deleting it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, false, func, or_, select

from server import config
from server.accounts import rulebook
from server.accounts.models import Creditor, Person
from server.cases import keyring, sealing
from server.cases.models import Case, StopFlag
from server.cases.rules import CLOSED_STATES, StopKind
from server.clock import SHANGHAI
from server.compliance.evaluate import Finding, evaluate
from server.compliance.rulepack import Action, Gate
from server.db import db
from server.privacy import rules
from server.privacy.models import Deletion, LegalHold
from server.privacy.rules import GROUND_ZH, Ground
from server.visits.models import Visit
from sync.canonical import content_hash

CERTIFICATE = "doorstep.deletion/1"
RECORDS_RULE = "RECORDS"
REQUEST_RULE = "PI-REQUEST"
ENDING = (StopKind.SETTLED.value, StopKind.RECALL.value)
"""The stop flags that say when a case ended."""
KEPT = (
    "记录的编号、哈希、签名与链位置；公开日志的叶；金额与日期；审计日志；本证明",
    "ids, hashes, signatures and places in the chain of records; the log's leaves; amounts and days; the audit log",
)


def ended_on(case: Case) -> date | None:
    """Return the day a case was settled or recalled, None while it is open."""
    if case.state not in CLOSED_STATES:
        return None
    query = select(func.max(StopFlag.raised_at)).where(
        StopFlag.case_id == case.id, StopFlag.kind.in_(ENDING), StopFlag.lifted_at.is_(None)
    )
    at = db.session.scalar(query)
    return at.astimezone(SHANGHAI).date() if at is not None else None


def outlived(creditors: Sequence[UUID], *, today: date, within_days: int) -> Select[Any]:
    """Select the closed cases of these creditors whose records are kept for `within_days` days more at the most.

    What was deleted already is left out.
    """
    ended = (
        select(StopFlag.case_id, func.max(StopFlag.raised_at).label("at"))
        .where(StopFlag.kind.in_(ENDING), StopFlag.lifted_at.is_(None))
        .group_by(StopFlag.case_id)
        .subquery()
    )
    due = [
        and_(Case.creditor_id == one, ended.c.at < _day_after(today + timedelta(days=within_days - _least(one, today))))
        for one in creditors
    ]
    gone = select(Deletion.case_id).where(Deletion.carried_out_at.is_not(None))
    closed = select(Case).join(ended, ended.c.case_id == Case.id).where(Case.state.in_(CLOSED_STATES))
    return closed.where(or_(false(), *due), Case.id.not_in(gone))


def _day_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, SHANGHAI)


def _least(creditor_id: UUID, on: date) -> int:
    return _number(creditor_id, RECORDS_RULE, "least_days", on=on)


def parameter(case: Case, rule_id: str, name: str, *, on: date) -> int:
    """Return a number the rules in force set for a case's creditor."""
    return _number(case.creditor_id, rule_id, name, on=on)


def _number(creditor_id: UUID, rule_id: str, name: str, *, on: date) -> int:
    pack = rulebook.pack_of(creditor_id, on=on)
    return int({rule.id: rule for rule in pack.rules}[rule_id].params[name])


def holds(case_id: UUID) -> list[LegalHold]:
    """Return the legal holds on a case that stand."""
    return list(
        db.session.scalars(select(LegalHold).where(LegalHold.case_id == case_id, LegalHold.lifted_at.is_(None)))
    )


def against(case: Case, *, today: date) -> list[str]:
    """Name what stands against deleting a case's data today; the rules are asked at their gate `export`."""
    ended, standing = ended_on(case), holds(case.id)
    facts: dict[str, Any] = {
        "kind": "collection_record",
        "has_legal_hold": bool(standing),
        "delete_on": today.isoformat(),
    }
    if ended is not None:
        facts["case_ended_on"] = ended.isoformat()
    asked = evaluate(rulebook.pack_of(case.creditor_id, on=today), Gate.EXPORT, {"storage": facts})
    broken = [one.rule_id for one in asked if one.action is Action.BLOCK and one.finding is not Finding.KEPT]
    return rules.why_not_delete(ended_on=ended, holds=len(standing), broken_rules=broken)


def clock_of(case: Case, *, today: date) -> dict[str, Any]:
    """Return when a case ended and until when its records are kept, as page data; negative days left: past that."""
    ended = ended_on(case)
    until = rules.kept_until(ended, least_days=_least(case.creditor_id, today))
    return {
        "case_id": str(case.id),
        "ended_on": ended.isoformat() if ended else None,
        "kept_until": until.isoformat() if until else None,
        "days_left": (until - today).days if until else None,
    }


def retention(case: Case, *, today: date) -> dict[str, Any]:
    """Return the retention clock of a case as page data, with what stands against deleting its data."""
    return clock_of(case, today=today) | {
        "holds": [str(one.id) for one in holds(case.id)],
        "against_deletion": against(case, today=today),
        "is_deleted": keyring.is_destroyed(case.id),
        "source": "个人信息保护法 19、47；信用卡业务管理办法 68",
        "grade": "B",
    }


def backups(at: datetime, *, keep_days: int) -> tuple[str, str]:
    """Return what still stands in backups after a deletion and until when, in Chinese and English.

    keep_days is how long the firm keeps a backup; the last one that holds the case is of the day of the deletion.
    """
    until = (at + timedelta(days=keep_days)).astimezone(SHANGHAI).date().isoformat()
    return (
        f"此前备份仍含本案及其密钥：备份保存 {keep_days} 天，最迟 {until} 全部到期；恢复备份后须重新执行本次删除",
        f"earlier backups still hold the case: kept {keep_days} days, the last goes by {until}; a restore repeats this",
    )


def certificate(deletion: Deletion, *, erased: Mapping[str, int], by: Person, at: datetime) -> dict[str, Any]:
    """Return the certificate of a deletion (删除证明): what was deleted, why, by whom, and what stays."""
    creditor = db.session.get_one(Creditor, deletion.creditor_id)
    asker = db.session.get_one(Person, deletion.asked_by_id)
    return {
        "certificate": CERTIFICATE,
        "deletion_id": str(deletion.id),
        "case_id": str(deletion.case_id),
        "case_no": deletion.case.case_no,
        "creditor": creditor.name,
        "ground": deletion.ground,
        "ground_zh": GROUND_ZH[Ground(deletion.ground)],
        "article": "个人信息保护法 47",
        "asked_by": asker.staff_no,
        "carried_out_by": by.staff_no,
        "carried_out_at": at.isoformat().replace("+00:00", "Z"),
        "method": "案件密钥已销毁；明文字段已覆盖；文件已删除",
        "method_en": "the case's key is destroyed, plain fields are written over, files are removed",
        "erased": dict(erased),
        "files_sha256": content_hash(list(deletion.files)),
        "kept": list(KEPT),
        "backups": list(backups(at, keep_days=config.current().backup_keep_days)),
    }


def held_of(case: Case) -> dict[str, Any]:
    """Return what is held of the debtor of a case, for the person himself (查阅、复制): in full, and nobody else's."""
    keyring.require_kept(case.id)
    debtor = case.debtor
    return {
        "name": debtor.name,
        "id_number": sealing.id_number(debtor),
        "phone": sealing.phone(debtor),
        "addresses": [sealing.address_text(address) for address in case.addresses],
        "contract_no": sealing.contract_no(case),
        "creditor": db.session.get_one(Creditor, case.creditor_id).name,
        "product": case.product,
        "outstanding_fen": case.outstanding_fen,
        "as_of": case.as_of,
        "visits": [
            {"arrived_at": visit.arrived_at.isoformat() if visit.arrived_at else None, "outcome": visit.outcome}
            for visit in db.session.scalars(select(Visit).where(Visit.case_id == case.id).order_by(Visit.id))
        ],
    }
