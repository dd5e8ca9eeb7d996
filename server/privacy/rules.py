"""How long personal data is kept, when it may be deleted, and until when a person gets his answer. Pure.

Source: 个人信息保护法 §19 (shortest retention), §44-50 (requests), §47 (deletion; what the law wants kept is stored and
not used otherwise); 信用卡业务管理办法 §68, 消费金融公司管理办法 (storage of collection records, grade B).
"""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from server.errors import Conflict, Invalid, NotAllowed


class Ground(StrEnum):
    """Why a case's data is deleted."""

    RETENTION = "retention"  # 保存期限届满
    CREDITOR = "creditor"  # 委托方要求，委托终止
    PERSON = "person"  # 个人请求


GROUND_ZH = {Ground.RETENTION: "保存期限届满", Ground.CREDITOR: "委托终止，委托方要求", Ground.PERSON: "个人请求"}


class RequestKind(StrEnum):
    """What a person may ask."""

    ACCESS = "access"  # 查阅
    COPY = "copy"  # 复制
    CORRECTION = "correction"  # 更正、补充
    DELETION = "deletion"  # 删除
    RESTRICTION = "restriction"  # 限制处理


REQUEST_ARTICLE = {
    RequestKind.ACCESS: "个人信息保护法 45",
    RequestKind.COPY: "个人信息保护法 45",
    RequestKind.CORRECTION: "个人信息保护法 46",
    RequestKind.DELETION: "个人信息保护法 47",
    RequestKind.RESTRICTION: "个人信息保护法 44",
}


class Answer(StrEnum):
    """What a person is answered; a refusal says why (§50)."""

    GRANTED = "granted"  # 同意
    PARTLY = "partly"  # 部分同意
    REFUSED = "refused"  # 拒绝并说明理由


class NotDeletable(Conflict):
    """The personal data of this case may not be deleted yet."""


class DeletionOpen(Conflict):
    """A deletion of this case is asked for already, or was carried out."""


class OwnDeletion(NotAllowed):
    """Whoever asks for a deletion does not carry it out."""


class RequestAnswered(Conflict):
    """The request was answered."""


class RequestInFuture(Invalid):
    """A request was received today at the latest."""


class NotAnAccessRequest(Conflict):
    """What is held is given out only to who asked for access or a copy."""


class HoldLifted(Conflict):
    """The legal hold was lifted already."""


def kept_until(ended_on: date | None, *, least_days: int) -> date | None:
    """Return the last day a closed case's records are kept; None while nobody knows when it ended."""
    return None if ended_on is None else ended_on + timedelta(days=least_days)


def why_not_delete(*, ended_on: date | None, holds: int, broken_rules: Sequence[str]) -> list[str]:
    """Name what stands against a deletion: an open case, a legal hold, the rules that want records kept."""
    found = ["case_open"] if ended_on is None else []
    found += ["legal_hold"] if holds else []
    return [*found, *broken_rules]


def ask_deletion(against: Sequence[str], *, has_one: bool) -> None:
    """Say whether a deletion may be asked for. Raises DeletionOpen or NotDeletable naming what stands against it."""
    if has_one:
        raise DeletionOpen("follow that one")
    if against:
        raise NotDeletable(", ".join(against), against=list(against))


def carry_out(against: Sequence[str], *, asked_by_id: UUID, by_id: UUID, is_done: bool) -> None:
    """Say whether a deletion may be carried out now. Raises DeletionOpen, OwnDeletion or NotDeletable."""
    if is_done:
        raise DeletionOpen("its certificate stands")
    if by_id == asked_by_id:
        raise OwnDeletion("another person carries it out")
    if against:
        raise NotDeletable(", ".join(against), against=list(against))


def answer_by(received_on: date, *, today: date, most_days: int) -> date:
    """Return the day by which a request has to be answered. Raises RequestInFuture. Source: 个人信息保护法 §50."""
    if received_on > today:
        raise RequestInFuture(f"expected {today} at the latest, got {received_on}")
    return received_on + timedelta(days=most_days)


def answer(now: str) -> None:
    """Say whether a request may be answered. Raises RequestAnswered."""
    if now:
        raise RequestAnswered(f"it was {now}")
