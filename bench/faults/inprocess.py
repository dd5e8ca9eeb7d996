"""The reference phone calling an application in this process, without a socket."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from flask import Flask

from bench.faults.phones import issue_codes
from server import clock
from sync.phone.client import Client
from sync.phone.senses import Senses
from sync.phone.store import Store
from sync.phone.transport import Answer, Line


@dataclass(frozen=True, slots=True)
class Wire:
    """The application as a phone's transport. An old wire does not say how far the phone was acknowledged."""

    client: Any
    is_old: bool = False

    def send(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send one request."""
        told = {name: value for name, value in headers.items() if not (self.is_old and name == "Doorstep-Acked")}
        got = self.client.open(path, method=method, headers=told, data=body)
        return Answer(got.status_code, {name.lower(): value for name, value in got.headers.items()}, got.data)


def phone_on(app: Flask, path: Path | str, *, is_old: bool = False, tries: int = 6) -> Client:
    """Return the phone whose store lies at path, calling this application."""
    senses = Senses(clock.now, lambda: time.monotonic_ns() // 10**6, Random(str(path)).randbytes, "boot")
    line = Line(Wire(app.test_client(), is_old), sleep=lambda _: None, jitter=lambda: 0.5, tries=tries)
    return Client(Store(path), line, senses)


def enrolled_on(app: Flask, path: Path | str, *, tries: int = 6) -> Client:
    """Return a new phone of Fang's, enrolled."""
    phone = phone_on(app, path, tries=tries)
    phone.enrol(issue_codes(app, count=1)[0], label=str(path)[-40:], app_version="0.1.0")
    return phone
