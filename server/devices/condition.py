"""How the chains of phones stand: whole, waiting, gap since when, forked; for a page of phones in two questions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select

from server.db import db
from server.devices.models import Device
from server.visits.models import Record

ALERT_AFTER = timedelta(hours=24)


class ChainState(StrEnum):
    """How a phone's chain of records stands on the server."""

    WHOLE = "whole"  # 完整: nothing is missing that is known of
    WAITING = "waiting"  # 待送: the phone said it holds more, or was asked to send again
    GAP = "gap"  # 缺号: later records are here, some before them are not
    FORK = "fork"  # 分叉: two records claim one place, or one names another record before it


@dataclass(frozen=True, slots=True)
class Beyond:
    """What is kept after the end of a phone's unbroken run: the first place, the last, since when; None for nothing."""

    first_seq: int
    last_seq: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Chain:
    """A phone's chain: its state, the first place missing and since when, and whether somebody must look."""

    state: ChainState
    missing_from: int | None
    since: datetime | None
    is_alert: bool


def judge(*, head_seq: int, beyond: Beyond | None, has_double: bool, is_expecting: bool, at: datetime) -> Chain:
    """Return how a chain stands. A fork always needs a person; a gap when it stays open longer than 24 hours.

    has_double: two records hold one place. is_expecting: the phone told of unsent things, or must send again.
    """
    is_next_here = beyond is not None and beyond.first_seq == head_seq + 1
    since = beyond.since if beyond else None
    if has_double or is_next_here:
        return Chain(ChainState.FORK, None, since, is_alert=True)
    if beyond is not None:
        return Chain(ChainState.GAP, head_seq + 1, since, is_alert=at - beyond.since > ALERT_AFTER)
    return Chain(ChainState.WAITING if is_expecting else ChainState.WHOLE, None, None, is_alert=False)


def chains(devices: Sequence[Device], *, at: datetime) -> Mapping[UUID, Chain]:
    """Return phone id → how its chain stands."""
    ids = [device.id for device in devices]
    later, doubled = _beyond(ids), _doubled(ids)
    return {
        device.id: judge(
            head_seq=device.head_seq, beyond=later.get(device.id), has_double=device.id in doubled,
            is_expecting=bool(device.unsent_count) or device.resend_from is not None, at=at,
        )
        for device in devices
    }  # fmt: skip


def _beyond(ids: Sequence[UUID]) -> dict[UUID, Beyond]:
    query = (
        select(Record.device_id, func.min(Record.seq), func.max(Record.seq), func.min(Record.received_at))
        .join(Device, Device.id == Record.device_id)
        .where(Record.device_id.in_(ids), Record.seq > Device.head_seq)
        .group_by(Record.device_id)
    )
    return {device_id: Beyond(first, last, since) for device_id, first, last, since in db.session.execute(query)}


def _doubled(ids: Sequence[UUID]) -> set[UUID]:
    """Return the phones of which two records hold one place."""
    places = select(Record.device_id).where(Record.device_id.in_(ids)).group_by(Record.device_id, Record.seq)
    return set(db.session.scalars(places.having(func.count() > 1)))
