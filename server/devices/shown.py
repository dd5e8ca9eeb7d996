"""A phone as the office looks at it: what it is, what it told, and how its chain of records stands."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from marshmallow import Schema, fields, pre_dump

from server import clock
from server.devices import condition, standing
from server.devices.condition import Chain
from server.devices.models import Device
from server.devices.schemas import DeviceOut
from server.devices.standing import PlanOnPhone


class ChainOut(Schema):
    """How a phone's chain stands: `whole | waiting | gap | fork`, the first place missing, since when, alert or not."""

    state = fields.String()
    missing_from = fields.Integer(allow_none=True)
    since = fields.AwareDateTime(allow_none=True)
    is_alert = fields.Boolean()


class PlanOnPhoneOut(Schema):
    """The version of a scheme's road plan sent out, the one the phone last said it holds, and whether that is older."""

    scheme_id = fields.UUID()
    scheme_serial = fields.String()
    dispatched = fields.Integer(allow_none=True)
    held = fields.Integer(allow_none=True)
    is_old = fields.Boolean()


class PhoneOut(DeviceOut):
    """A phone with its chain, its plans and alarms; those of all phones of a page are looked up together."""

    clock_error_ms = fields.Integer(allow_none=True)
    chain = fields.Method("_chain_of")
    plans = fields.Method("_plans_of")
    is_silent = fields.Method("_is_silent")
    _chains: Mapping[UUID, Chain]
    _plans: Mapping[UUID, list[PlanOnPhone]]
    _at: datetime

    @pre_dump(pass_collection=True)
    def _look_up(self, shown: Any, *, many: bool, **_: Any) -> Any:
        devices = cast("Sequence[Device]", shown if many else [shown])
        self._at = clock.now()
        self._chains, self._plans = condition.chains(devices, at=self._at), standing.plans(devices, at=self._at)
        return shown

    def _chain_of(self, device: Device) -> Any:
        return ChainOut().dump(self._chains[device.id])

    def _plans_of(self, device: Device) -> Any:
        return PlanOnPhoneOut().dump(self._plans[device.id], many=True)

    def _is_silent(self, device: Device) -> bool:
        return standing.is_silent(device, at=self._at)
