"""How a phone reaches the server, and how it knows that it did: retries, and the mark a captive portal lacks."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from sync.phone import pace

if TYPE_CHECKING:
    import requests

MARK = "Doorstep-Sync"
_TIMEOUT_S = (10, 30)
_RETRY = frozenset({423, 429, 500, 502, 503, 504})


class NoNetwork(Exception):
    """The server cannot be reached now; what waits, waits."""


class NotOurServer(NoNetwork):
    """Something answered, but it was not our server: a login page of a Wi-Fi, a proxy."""


class Refused(Exception):
    """The server said no: status, problem type and the whole problem document."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        """Keep what was said."""
        super().__init__(f"{status} {problem.get('type', '')} {problem.get('detail', '')}")
        self.status, self.problem = status, problem


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the decoded body. Raises NotOurServer when it is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError as fault:
            raise NotOurServer("the answer is not JSON") from fault


class Transport(Protocol):
    """Sends one request and returns the answer, whatever its status."""

    def send(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send one request. Raises NoNetwork when no answer came."""


def _session() -> "requests.Session":
    import requests  # noqa: PLC0415  # the server takes only the mark from here

    return requests.Session()


@dataclass(frozen=True, slots=True)
class HttpTransport:
    """A transport over HTTP to a base address such as https://office.example."""

    base_url: str
    session: "requests.Session" = field(default_factory=_session)

    def send(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send; redirects are not followed, as our server never redirects a phone. Raises NoNetwork."""
        import requests  # noqa: PLC0415

        try:
            got = self.session.request(
                method, self.base_url + path, headers=dict(headers), data=body, timeout=_TIMEOUT_S,
                allow_redirects=False,
            )  # fmt: skip
        except requests.RequestException as fault:
            raise NoNetwork(type(fault).__name__) from fault
        if _is_cut_in_headers(got):
            raise NoNetwork("the answer broke off in its headers")
        return Answer(got.status_code, {k.lower(): v for k, v in got.headers.items()}, got.content)


def _is_cut_in_headers(got: "requests.Response") -> bool:
    """Tell whether the line broke inside a header's name; a value cut short cannot be told from a whole one.

    What such a value may say is bound by the protocol: an offset or a position too low is asked for again.
    """
    original = getattr(got.raw, "_original_response", None)
    return bool(original is not None and original.msg.defects)


@dataclass(frozen=True, slots=True)
class Line:
    """A transport with patience: waits and tries again, and believes only answers that carry our mark.

    sleep takes seconds; jitter gives a number from 0 to 1; tries is the most attempts for one request.
    """

    transport: Transport
    sleep: Callable[[float], None]
    jitter: Callable[[], float]
    tries: int = 6

    def call(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        body: bytes = b"",
        expected: tuple[int, ...] = (),
        tries: int | None = None,
    ) -> Answer:
        """Return a marked answer of success (or of an expected status), after at most `tries` attempts.

        Raises NoNetwork when patience ends, NotOurServer or Refused at once.
        """
        last, most = NoNetwork("not tried"), self.tries if tries is None else tries
        for attempt in range(most):
            try:
                answer = self.transport.send(method, path, headers=headers, body=body)
            except NoNetwork as fault:
                last, wait_s = fault, 0.0
            else:
                if answer.status not in _RETRY or answer.status in expected:
                    return _believed(answer, expected)
                last, wait_s = NoNetwork(f"the server answered {answer.status}"), _told_wait_s(answer)
            if attempt + 1 < most:
                self.sleep(max(wait_s, pace.wait_s(attempt, jitter=self.jitter())))
        raise last


def _believed(answer: Answer, expected: tuple[int, ...]) -> Answer:
    is_marked = answer.headers.get(MARK.lower()) == "1"
    if answer.status in expected or 200 <= answer.status < 300 or answer.status == 304:  # noqa: PLR2004
        if not is_marked:
            raise NotOurServer(f"a {answer.status} without {MARK}")
        return answer
    if not answer.headers.get("content-type", "").startswith("application/problem+json"):
        raise NotOurServer(f"a {answer.status} that is no problem document")
    raise Refused(answer.status, answer.json() if answer.body else {})


def _told_wait_s(answer: Answer) -> float:
    told = answer.headers.get("retry-after", "")
    return min(float(told), pace.MAX_WAIT_S) if told.isdecimal() else 0.0
