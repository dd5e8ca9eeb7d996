"""The four ways to say no. Pure: knows no HTTP beyond the status a refusal stands for.

A refusal is one class: its name becomes the problem type, the first line of its docstring the title, the message the
detail and the keyword facts the extension members. `server/problems.py` turns them into RFC 9457 documents.
"""

import re
from typing import Any, ClassVar


class Refusal(Exception):
    """The request is refused."""

    status: ClassVar[int] = 500

    def __init__(self, detail: str = "", **facts: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.facts = facts

    @classmethod
    def kebab(cls) -> str:
        """Return the class name as `kebab-case`, the tail of the problem type."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", cls.__name__).lower()

    @classmethod
    def title(cls) -> str:
        """Return the first line of the docstring, which never varies for one class."""
        return (cls.__doc__ or "").strip().splitlines()[0]


class Invalid(Refusal):
    """The content breaks a rule."""

    status = 422


class NotAllowed(Refusal):
    """The caller may not do this."""

    status = 403


class Missing(Refusal):
    """There is no such thing, or the caller may not know of it."""

    status = 404


class Conflict(Refusal):
    """The state has moved on."""

    status = 409


class StorageFails(Refusal):
    """The server cannot store or read at the moment."""

    status = 503


class NotSignedIn(NotAllowed):
    """Nobody is signed in."""

    status = 401
    challenge: ClassVar[str] = 'Bearer realm="doorstep"'


class Stale(Conflict):
    """The version named is not the present one."""

    status = 412


class PreconditionAbsent(Conflict):
    """A change must name the version it was made from."""

    status = 428


class Malformed(Invalid):
    """The body does not have the required shape."""


class QueryMalformed(Malformed):
    """A parameter of the query is unknown, unfit or given twice."""
