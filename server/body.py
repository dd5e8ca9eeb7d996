"""What goes in and out of a view: strict JSON bodies and queries through a schema, pages, entity tags.

The decorators here also leave the marks (`takes`, `asks`, `answers`) that the OpenAPI document is generated from.
"""

import base64
import gzip
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from io import BytesIO
from typing import Any, TypeVar, cast
from uuid import UUID

from flask import Response, jsonify, request
from marshmallow import RAISE, Schema, ValidationError, fields, validate
from sqlalchemy import Select, func, select
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from server.db import Base, db
from server.errors import Malformed, PreconditionAbsent, QueryMalformed, Stale
from sync import strict_json

View = TypeVar("View", bound=Callable[..., Any])
Body = dict[str, Any]
PAGE, PAGE_MAX = 50, 500


class Strict(Schema):
    """Parent of every input schema: an unknown key is an error, never ignored (mass assignment, OWASP API3)."""

    class Meta:
        """Refuse what the schema does not name."""

        unknown = RAISE


class PageQuery(Strict):
    """The two parameters of every list."""

    limit = fields.Integer(strict=False, load_default=PAGE, validate=validate.Range(1, PAGE_MAX))
    cursor = fields.String(load_default=None, allow_none=True)


def pointers(messages: Any, at: str = "") -> list[dict[str, str]]:
    """Flatten marshmallow's nested messages to `[{pointer, detail}]` with RFC 6901 pointers."""
    if isinstance(messages, Mapping):
        return [
            row
            for key, inner in messages.items()
            for row in pointers(inner, at if key == "_schema" else f"{at}/{_escape(key)}")
        ]
    if isinstance(messages, Sequence) and not isinstance(messages, str):
        return [row for inner in messages for row in pointers(inner, at)]
    return [{"pointer": at, "detail": str(messages)}]


def _escape(key: object) -> str:
    return str(key).replace("~", "~0").replace("/", "~1")


def load(schema: Schema, raw: object, *, refused: type[Malformed] = Malformed) -> Body:
    """Check a decoded value against a schema. Raises Malformed, or the kind named, with one pointer per fault."""
    try:
        return cast("Body", schema.load(cast("Any", raw)))
    except ValidationError as invalid:
        raise refused("the content does not fit", errors=pointers(invalid.messages)) from invalid


def raw_bytes(*, most: int) -> bytes:
    """Return the request body, gunzipped when it says so, never more than `most` bytes decoded.

    Raises RequestEntityTooLarge, UnsupportedMediaType or Malformed.
    """
    data = request.get_data(cache=True)
    encoding = request.headers.get("Content-Encoding", "identity").lower()
    if encoding == "gzip":
        try:
            with gzip.GzipFile(fileobj=BytesIO(data)) as packed:
                data = packed.read(most + 1)
        except (OSError, EOFError, zlib.error) as broken:
            raise Malformed("the body is not gzip", errors=[{"pointer": "", "detail": str(broken)}]) from broken
    elif encoding != "identity":
        raise UnsupportedMediaType(f"Content-Encoding {encoding} is not understood; use gzip or none")
    if len(data) > most:
        raise RequestEntityTooLarge(f"more than {most} bytes")
    return data


def json_body(*, most: int = 2 * 1024 * 1024) -> Any:
    """Return the decoded JSON body (strict: UTF-8, no duplicate keys, bounded). Raises Malformed."""
    try:
        return strict_json.loads(raw_bytes(most=most), max_bytes=most)
    except strict_json.NotStrictJson as fault:
        raise Malformed(str(fault), errors=[{"pointer": "", "detail": str(fault)}]) from fault


def takes(schema: type[Schema], *, most: int = 2 * 1024 * 1024) -> Callable[[View], View]:
    """Pass the checked JSON body, at most so many bytes, to the view as `body`. Raises Malformed."""

    def mark(view: View) -> View:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            raw = json_body(most=most) if request.get_data(cache=True) else {}
            return view(*args, body=load(schema(), raw), **kwargs)

        checked.takes = schema  # type: ignore[attr-defined]
        return cast("View", checked)

    return mark


def asks(schema: type[Schema]) -> Callable[[View], View]:
    """Pass the checked query string to the view as `query`. Raises QueryMalformed."""

    def mark(view: View) -> View:
        asked = schema()  # making one costs more than a query's check

        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            return view(*args, query=load(asked, _each_once(), refused=QueryMalformed), **kwargs)

        checked.asks = schema  # type: ignore[attr-defined]
        return cast("View", checked)

    return mark


def _each_once() -> dict[str, str]:
    """Return the query string's parameters. Raises QueryMalformed for one given twice: which counts?"""
    twice = sorted(name for name, values in request.args.lists() if len(values) > 1)
    if twice:
        told = [{"pointer": f"/{_escape(name)}", "detail": "given more than once"} for name in twice]
        raise QueryMalformed("the query does not fit", errors=told)
    return request.args.to_dict()


def answers(
    schema: type[Schema] | None, *, status: int = 200, content_type: str = "application/json", many: bool = False
) -> Callable[[View], View]:
    """Say for the OpenAPI document what the view answers; `many` means a page of them."""

    def mark(view: View) -> View:
        view.answers = (schema, status, content_type, many)  # type: ignore[attr-defined]
        return view

    return mark


def described(parts: Mapping[str, Any]) -> Callable[[View], View]:
    """Add to what the OpenAPI document says of the view: `parameters`, `requestBody`, `responses` as it writes them.

    `problems` names every status of a refusal; without it the document says only that there may be some.
    """

    def mark(view: View) -> View:
        view.described = parts  # type: ignore[attr-defined]
        return view

    return mark


def page(query: Select[Any], model: type[Base], schema: Schema, *, limit: int, cursor: str | None) -> Response:
    """Answer one page, newest id first: `{"items", "next_cursor", "total"}`. Raises QueryMalformed for a bad cursor."""
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery()))
    after = decode_cursor(cursor) if cursor else None
    if after is not None:
        query = query.where(model.id < after)
    rows = list(db.session.scalars(query.order_by(model.id.desc()).limit(limit + 1)))
    following = encode_cursor(rows[limit - 1].id) if len(rows) > limit else None
    return jsonify(items=schema.dump(rows[:limit], many=True), next_cursor=following, total=total)


def encode_cursor(row_id: UUID) -> str:
    """Return an opaque cursor."""
    return base64.urlsafe_b64encode(row_id.bytes).decode().rstrip("=")


def decode_cursor(cursor: str) -> UUID:
    """Return the id in a cursor. Raises QueryMalformed."""
    try:
        return UUID(bytes=base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError as fault:
        raise QueryMalformed(
            "not a cursor of this list", errors=[{"pointer": "/cursor", "detail": cursor[:40]}]
        ) from fault


def etag(version: int) -> str:
    """Return the entity tag of a version."""
    return f'"v{version}"'


def require_match(version: int) -> None:
    """Demand that the caller changes the version he saw. Raises PreconditionAbsent or Stale (RFC 9110 §13.1.1)."""
    given = request.headers.get("If-Match")
    if given is None:
        raise PreconditionAbsent("send If-Match with the ETag you read")
    if given.strip() not in {etag(version), "*"}:
        raise Stale(f"you saw {given}, it is now {etag(version)}", current=etag(version))
