"""Phones at the real application."""

from tests.server.devices.conftest import new_phone, phone

__all__ = ["new_phone", "phone"]
