"""A lean HTTP client that keeps its connection, so that what is measured is the server."""

from collections.abc import Mapping
from http.client import HTTPConnection
from typing import Any, Self
from urllib.parse import urlsplit

from msgspec import json

from bench.processes import WAIT_S


class RefusedCall(RuntimeError):
    """A server answered something else than success."""


class Line:
    """One kept connection to a server, with the headers every call carries."""

    def __init__(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        """Connect to the host of an address."""
        self._headers = {"Content-Type": "application/json", **(headers or {})}
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=WAIT_S)
        self.answered: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_told: object) -> None:
        self._connection.close()

    def call(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Any:
        """Send one call and return the decoded answer; its headers, in lower case, stay in `answered`.

        Raises RefusedCall with what was answered.
        """
        self._connection.request(method, path, body, self._headers | headers)
        answer = self._connection.getresponse()
        told = answer.read()
        self.answered = {name.lower(): value for name, value in answer.getheaders()}
        if answer.status >= 300:  # noqa: PLR2004
            raise RefusedCall(f"{answer.status}: {told[:300].decode(errors='replace')}")
        return json.decode(told) if told else None
