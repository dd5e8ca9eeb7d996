"""Reading to its end what was refused unread, so that the sender hears why.

A connection closed over unread bytes is reset, and the reset may overtake the answer (RFC 9112 §9.6): the caller, or
the proxy before us, then sees a broken connection instead of a refusal.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from werkzeug.wsgi import ClosingIterator

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_PIECE = 256 * 1024


class ReadsToTheEnd:
    """An application whose requests are read to their end after the answer, up to `most` bytes of body."""

    def __init__(self, application: "WSGIApplication", *, most: int) -> None:
        self._application, self._most = application, most

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer, then read what the application left of the body; a longer one is cut off as before."""
        answer = self._application(environ, start_response)
        told = environ.get("CONTENT_LENGTH") or "0"
        if not told.isdigit() or not 0 < int(told) <= self._most:
            return answer
        return ClosingIterator(answer, [lambda: _read(environ["wsgi.input"])])


def _read(body: Any) -> None:
    with suppress(OSError, ValueError):  # the sender went away, or somebody closed it
        while body.read(_PIECE):
            pass
