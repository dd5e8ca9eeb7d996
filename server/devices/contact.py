"""What a phone tells of itself with each head: its clock, its round trip, what is unsent, which plans it holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import delete, select

from server import clock
from server.db import db
from server.devices import rules
from server.devices.models import ClockSample, Device
from sync.envelope import NotAnEnvelope, read_time

SAMPLES_KEPT = 50
MAX_DIGITS = 9
MAX_PLANS = 20


@dataclass(frozen=True, slots=True)
class Told:
    """What a phone said; None for what it did not say or said wrongly. Times in milliseconds, server minus phone.

    plans: scheme id → version of the road plan on the phone.
    """

    offset_ms: int | None
    error_ms: int | None
    unsent: int | None
    plans: dict[str, int] | None


class Headers(Protocol):
    """Headers by name, whatever their case."""

    def get(self, key: str, /) -> str | None:
        """Return a header's value, None when it was not sent."""


def read(headers: Headers, *, at: datetime) -> Told:
    """Return what the headers of a head say of the phone; what is malformed counts as unsaid.

    The phone's time was taken one way before `at`: the true offset lies between the difference less a round trip and
    the difference, so its middle is told, with half the round trip as its error.
    """
    try:
        offset_ms: int | None = rules.clock_offset_ms(read_time(headers.get("Doorstep-Time")), at=at)
    except NotAnEnvelope:
        offset_ms = None
    round_trip_ms = _number(headers.get("Doorstep-Rtt-Ms"))
    error_ms = None if offset_ms is None or round_trip_ms is None else (round_trip_ms + 1) // 2
    if offset_ms is not None and error_ms is not None:
        offset_ms -= error_ms
    return Told(offset_ms, error_ms, _number(headers.get("Doorstep-Unsent")), _plans(headers.get("Doorstep-Plan")))


def is_news(device: Device, told: Told, *, at: datetime) -> bool:
    """Tell whether a contact is worth a write: by time or clock (see `rules`), or the phone holds other plans."""
    if told.plans is not None and told.plans != device.plans_held:
        return True
    return rules.is_contact_news(
        last_contact_at=device.last_contact_at, offset_ms=device.clock_offset_ms, new_offset_ms=told.offset_ms, at=at
    )


def keep(device: Device, told: Told, *, at: datetime) -> None:
    """Keep on a locked phone what it said, and a sample of its clock; only its newest 50 samples stay."""
    device.last_contact_at = at
    device.unsent_count = device.unsent_count if told.unsent is None else told.unsent
    device.plans_held = device.plans_held if told.plans is None else told.plans
    if told.offset_ms is None:
        return
    device.clock_offset_ms, device.clock_error_ms = told.offset_ms, told.error_ms
    sample = ClockSample(
        id=clock.new_id(), device_id=device.id, at=at, offset_ms=told.offset_ms, error_ms=told.error_ms
    )
    db.session.add(sample)
    db.session.flush()
    mine = select(ClockSample.id).where(ClockSample.device_id == device.id)
    older = mine.order_by(ClockSample.at.desc(), ClockSample.id.desc()).offset(SAMPLES_KEPT)
    db.session.execute(delete(ClockSample).where(ClockSample.id.in_(older)))


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS else None


def _plans(text: str | None) -> dict[str, int] | None:
    """Return scheme id → version of `<id>@<version>, …`; empty when it holds none, None when it says nothing."""
    if text is None:
        return None
    found: dict[str, int] = {}
    for part in text.split(",")[:MAX_PLANS]:
        name, _, version = part.strip().partition("@")
        number = _number(version)
        try:
            scheme_id = str(UUID(name))
        except ValueError:
            continue
        if number is not None:
            found[scheme_id] = number
    return found
