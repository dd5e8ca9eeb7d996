"""A phone as the office looks at it: what it is, what it told, and how its chain of records stands."""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from marshmallow import Schema, fields, pre_dump

from server import clock
from server.devices import condition
from server.devices.condition import Chain
from server.devices.models import Device
from server.devices.schemas import DeviceOut


class ChainOut(Schema):
    """How a phone's chain stands: `whole | waiting | gap | fork`, the first place missing, since when, alert or not."""

    state = fields.String()
    missing_from = fields.Integer(allow_none=True)
    since = fields.AwareDateTime(allow_none=True)
    is_alert = fields.Boolean()


class PhoneOut(DeviceOut):
    """A phone with the state of its chain; the chains of all phones of a page are looked up together."""

    chain = fields.Method("_chain_of")
    _chains: Mapping[UUID, Chain]

    @pre_dump(pass_collection=True)
    def _look_up(self, shown: Any, *, many: bool, **_: Any) -> Any:
        devices = cast("Sequence[Device]", shown if many else [shown])
        self._chains = condition.chains(devices, at=clock.now())
        return shown

    def _chain_of(self, device: Device) -> Any:
        return ChainOut().dump(self._chains[device.id])
