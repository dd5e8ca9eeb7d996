"""Phones at the real application."""

from tests.contract.hostile_answers import verdicts
from tests.server.devices.conftest import new_phone, phone

__all__ = ["new_phone", "phone", "verdicts"]
