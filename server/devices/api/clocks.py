"""How a phone's clock was off over time: the samples behind the offset that its records are judged by."""

from uuid import UUID

from flask import Blueprint
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields
from sqlalchemy import select

from server.accounts.auth import allow
from server.accounts.roles import Role
from server.body import Body, PageQuery, answers, asks, page
from server.db import fetch
from server.devices.models import ClockSample, Device

bp = Blueprint("clocks", __name__, url_prefix="/v1/devices")


class ClockSampleOut(Schema):
    """Server time minus phone time in milliseconds, right to plus or minus `error_ms` (null: not measured)."""

    id = fields.UUID()
    at = fields.AwareDateTime()
    offset_ms = fields.Integer()
    error_ms = fields.Integer(allow_none=True)


@bp.get("/<uuid:device_id>/clock-samples")
@allow(Role.SUPERVISOR, Role.ADMIN, Role.COMPLIANCE, Role.AUDITOR)
@asks(PageQuery)
@answers(ClockSampleOut, many=True)
def list_clock_samples(device_id: UUID, query: Body) -> ResponseReturnValue:
    """List how far a phone's clock was off, newest first; its newest 50 comparisons are kept."""
    device = fetch(Device, device_id)
    return page(select(ClockSample).where(ClockSample.device_id == device.id), ClockSample, ClockSampleOut(), **query)
