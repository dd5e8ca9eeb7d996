"""What decides about a phone: its codes, its standing, its clock, its place in the feed. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from server.errors import Conflict, Invalid, Missing, NotAllowed
from sync import feed, schema
from sync.canonical import NotCanonisable, content_hash

CODE_LIFE = timedelta(minutes=10)
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 8
MAX_ROWS = 200
MAX_PUSH_BYTES = 2 * 1024 * 1024
MAX_EXPORT_BYTES = 32 * 1024 * 1024
MAX_SETTING_BYTES = 64 * 1024
MIN_CLIENT = "0.1.0"
CONTACT_EVERY = timedelta(minutes=1)
_OFFSET_STEP = timedelta(seconds=1)


class DeviceState(StrEnum):
    """What a phone may do."""

    ACTIVE = "active"  # 启用
    LOST = "lost"  # 挂失: reported lost; hands in what it has, gets nothing
    REVOKED = "revoked"  # 撤销
    REPLACED = "replaced"  # 更换: another phone of the same person took its place


class QuarantineState(StrEnum):
    """What became of a row set aside."""

    OPEN = "open"  # 待处理
    TAKEN = "taken"  # 已补收: judged again and kept
    DISMISSED = "dismissed"  # 已搁置: kept, and a person said why nothing follows


class CodeNotGood(NotAllowed):
    """The enrolment code is wrong, used or older than ten minutes."""


class NotAnAgent(Invalid):
    """A phone is enrolled only for a person who visits."""


class KeyNotUsable(Invalid):
    """The public key is not one of the algorithm named."""


class NotReplayable(Conflict):
    """Only a record that is still set aside can be judged again."""


class NotDismissed(Conflict):
    """The row set aside does not stand where this step begins."""


class NothingToResend(Invalid):
    """A phone sends again from a place in its own chain that it has reached."""


class DeviceRevoked(NotAllowed):
    """This phone was revoked; it may still hand in what it holds."""


class EpochChanged(Conflict):
    """The server counts in a new epoch; start again from zero."""

    status = 410


class PushMalformed(Invalid):
    """The body is not a list of rows to push."""

    status = 400


class TooManyRows(Invalid):
    """A push holds at most 200 rows."""

    status = 413


class BadPull(Invalid):
    """The query of the pull is not one the server gave or allows."""

    status = 400


class UpgradeNeeded(Invalid):
    """This app is too old to pull; it may still push."""

    status = 426


class NoSuchCollection(Missing):
    """There is no such collection."""


@dataclass(frozen=True, slots=True)
class PullQuery:
    """A checked pull: position, epoch (empty before the first pull), page size, version the phone speaks."""

    seq: int
    epoch: str
    limit: int
    sv: int = schema.NEWEST


def normal_code(typed: str) -> str:
    """Return a code as it is hashed: upper case, without spaces and hyphens."""
    return "".join(typed.upper().split()).replace("-", "")


def check_code(
    *, expires_at: datetime, used_at: datetime | None, used_by_key: Mapping[str, Any] | None,
    key: Mapping[str, Any], at: datetime,
) -> None:  # fmt: skip
    """Let a code be used once in ten minutes; the same phone may repeat its call, as an answer can be lost.

    used_by_key is the public key of the phone that used the code. Raises CodeNotGood.
    """
    is_repeat = used_at is not None and used_by_key is not None and dict(used_by_key) == dict(key)
    if at >= expires_at or (used_at is not None and not is_repeat):
        raise CodeNotGood("ask the supervisor for a new one")


def check_comeback(
    *, state: str, is_same_key: bool, is_same_person: bool,
) -> None:  # fmt: skip
    """Let a phone that is known enrol again under its own id. Raises KeyNotUsable."""
    if not is_same_key or not is_same_person:
        raise KeyNotUsable("this id belongs to another phone: leave device_id out")
    if state != DeviceState.ACTIVE:
        raise KeyNotUsable(f"this phone is {state}: enrol with a new key and without device_id")


def check_pull(coll: str | None, *, seq: int, epoch: str, limit: int, sv: int) -> PullQuery:
    """Return a pull of one collection, or of all when None, that may be answered.

    Raises NoSuchCollection, UpgradeNeeded or BadPull.
    """
    if coll is not None and coll not in feed.PULLED:
        raise NoSuchCollection(coll[:40])
    if sv not in schema.VERSIONS:
        raise UpgradeNeeded(f"expected sv {schema.VERSIONS[0]} to {schema.NEWEST}, got {sv}")
    if not 1 <= limit <= feed.MAX_LIMIT:
        raise BadPull(f"expected limit 1 to {feed.MAX_LIMIT}, got {limit}")
    if seq < 0:
        raise BadPull(f"expected seq from 0, got {seq}")
    return PullQuery(seq, epoch, limit, sv)


def needs_restart(query: PullQuery, *, epoch: str, newest: int) -> bool:
    """Tell whether the phone must start again: it counts in another epoch, or further than the server ever did."""
    is_start = query.seq == 0 and not query.epoch
    return not is_start and (query.epoch != epoch or query.seq > newest)


def missed_a_tombstone(query: PullQuery, *, pruned: int) -> bool:
    """Tell whether a phone stands before the newest tombstone that is no longer kept, so that it may hold a leftover.

    pruned is that tombstone's position, 0 when none was given up.
    """
    return 0 < query.seq < pruned


def clock_offset_ms(phone_says: datetime, *, at: datetime) -> int:
    """Return server time minus phone time in milliseconds."""
    return round((at - phone_says) / timedelta(milliseconds=1))


def is_contact_news(
    *, last_contact_at: datetime | None, offset_ms: int | None, new_offset_ms: int | None, at: datetime
) -> bool:
    """Tell whether a contact is worth a write: a minute passed, or the phone's clock moved by a second.

    So is one after a contact that lies ahead, for then the server's own clock was put back.
    """
    if last_contact_at is None or not timedelta(0) <= at - last_contact_at < CONTACT_EVERY:
        return True
    if new_offset_ms is None:
        return False
    return offset_ms is None or abs(new_offset_ms - offset_ms) >= _OFFSET_STEP / timedelta(milliseconds=1)


def may_overwrite(*, stored_hash: str | None, assumed: object, fresh: object) -> bool:
    """Tell whether a phone that assumed this state may put the fresh one: nothing stored, same state, or nothing new.

    Only content counts; server fields never enter the hash.
    """
    if stored_hash is None:
        return True
    try:
        return stored_hash in (content_hash(assumed), content_hash(fresh))
    except NotCanonisable:
        return False


def resend_from(*, acked_seq: int, head_seq: int, held_later: int) -> int | None:
    """Return the first seq a phone must send again when it believes more acknowledged than the server holds.

    held_later: how many places from head_seq + 1 to acked_seq are filled here, behind a gap or a broken link.
    """
    return head_seq + 1 if acked_seq - head_seq > held_later else None


def check_replay(*, coll: str, state: str) -> None:
    """Let a record that is not kept yet be judged again; a dismissed one is opened first. Raises NotReplayable."""
    if coll != "records":
        raise NotReplayable(f"rows of {coll} are written again by their phone", coll=coll)
    if state == QuarantineState.DISMISSED:
        raise NotReplayable("open it again first", state=state)


def dismissed(state: str, *, is_to_be: bool) -> QuarantineState:
    """Return the state after dismissing (or opening again) a row set aside; twice is once. Raises NotDismissed."""
    if state == QuarantineState.TAKEN:
        raise NotDismissed("it was judged again and kept", state=state)
    return QuarantineState.DISMISSED if is_to_be else QuarantineState.OPEN


def check_resend(from_seq: int, *, last_seq: int) -> int:
    """Return the place a phone is asked to send again from; last_seq is the furthest kept. Raises NothingToResend."""
    if not 1 <= from_seq <= last_seq + 1:
        raise NothingToResend(f"expected 1 to {last_seq + 1}, got {from_seq}", most=last_seq + 1)
    return from_seq


def rows_of(decoded: object) -> Sequence[object]:
    """Return the rows of a decoded push body. Raises PushMalformed or TooManyRows."""
    if not isinstance(decoded, list):
        raise PushMalformed("expected a JSON array of rows")
    if len(decoded) > MAX_ROWS:
        raise TooManyRows(f"expected at most {MAX_ROWS}, got {len(decoded)}", most=MAX_ROWS)
    return decoded
