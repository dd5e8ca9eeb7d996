"""The OpenAPI 3.1 document, read off the views' own marks: roles, schemas in and out, problems."""

import re
from collections.abc import Mapping
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask
from marshmallow import INCLUDE, Schema, fields
from werkzeug.routing import Rule

from server.accounts import idempotency

PATH_PART = re.compile(r"<(?:(?P<kind>\w+)(?:\([^)]*\))?:)?(?P<name>\w+)>")
METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
PROBLEM = {"$ref": "#/components/schemas/Problem"}
ONCE = {
    "in": "header",
    "name": idempotency.HEADER,
    "required": False,
    "description": "the caller's own word for this request: sent again within 24 hours it is carried out once and "
    f"answered the same, with `{idempotency.REPLAYED}: true`; 409 while it is being answered, 422 for another request",
    "schema": {"type": "string", "minLength": 1, "maxLength": idempotency.MAX_KEY, "pattern": r"^[ -~]+$"},
}
REFUSED = {"description": "a problem", "content": {"application/problem+json": {"schema": PROBLEM}}}


class Problem(Schema):
    """RFC 9457 problem details; facts of the case are further members."""

    class Meta:
        """Say that there may be further members."""

        unknown = INCLUDE

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    detail = fields.String()
    request_id = fields.String()
    errors = fields.List(fields.Dict())


def build(app: Flask) -> dict[str, Any]:
    """Return the document of all views under /v1 and the public ones."""
    spec = APISpec(
        title="Doorstep 外访通",
        version="1",
        openapi_version="3.1.0",
        plugins=[MarshmallowPlugin(schema_name_resolver=component_name)],
        info={"description": "Errors are RFC 9457 problem documents. Money is integer fen, times RFC 3339."},
    )
    spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    spec.components.schema("Problem", schema=Problem)
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        view = app.view_functions[rule.endpoint]
        if rule.endpoint == "static" or not (hasattr(view, "allowed") or hasattr(view, "public")):
            continue
        operations = {
            method: operation(view, rule, method)
            for method in METHODS
            if method.upper() in (rule.methods or set()) and not is_automatic(rule, method)
        }
        spec.path(path=PATH_PART.sub(r"{\g<name>}", rule.rule), operations=operations)
    return spec.to_dict()


def is_automatic(rule: Rule, method: str) -> bool:
    """Tell whether the framework adds this method by itself: HEAD beside GET, OPTIONS beside any other."""
    methods = rule.methods or set()
    return (method == "head" and "GET" in methods) or (method == "options" and methods != {"OPTIONS"})


def component_name(schema: Any) -> str:
    """Return `slice.Schema`: two slices may each have a PointIn."""
    kind = schema if isinstance(schema, type) else type(schema)
    return f"{kind.__module__.split('.')[1]}.{kind.__name__}"


def operation(view: Any, rule: Rule, method: str) -> dict[str, Any]:
    """Return one operation object."""
    first, _, rest = (view.__doc__ or "").strip().partition("\n")
    roles = sorted(getattr(view, "allowed", ()))
    schema, status, content_type, many = getattr(view, "answers", (None, 200, "application/json", False))
    described: dict[str, Any] = {
        "operationId": f"{rule.endpoint}.{method}".replace(".", "_"),
        "summary": first,
        "description": " ".join(rest.split()) + (f" Roles: {', '.join(roles)}." if roles else " No login needed."),
        "tags": [rule.endpoint.partition(".")[0]],
        "security": [{"bearer": []}] if roles else [],
        "parameters": path_parameters(rule) + query_parameters(view) + once_parameters(view, method),
        "responses": {str(status): success(schema, content_type, many=many), "default": REFUSED},
    }
    if hasattr(view, "takes"):
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": view.takes}}}
    return add_parts(described, getattr(view, "described", {}))


def add_parts(described: dict[str, Any], parts: Mapping[str, Any]) -> dict[str, Any]:
    """Return an operation with what its view says more exactly (see `body.described`)."""
    told = {(one["in"], one["name"]) for one in parts.get("parameters", ())}
    kept = [one for one in described["parameters"] if (one["in"], one.get("name")) not in told]
    responses = described["responses"] | parts.get("responses", {})
    if "problems" in parts:
        del responses["default"]
        responses |= {str(status): REFUSED for status in sorted(set(parts["problems"]))}
    more = {"requestBody": parts["requestBody"]} if "requestBody" in parts else {}
    return described | {"parameters": kept + list(parts.get("parameters", ())), "responses": responses} | more


def path_parameters(rule: Rule) -> list[dict[str, Any]]:
    """Return the parameters in the path of a rule."""
    return [
        {
            "in": "path",
            "name": part["name"],
            "required": True,
            "schema": {"type": "string"} | ({"format": "uuid"} if part["kind"] == "uuid" else {}),
        }
        for part in PATH_PART.finditer(rule.rule)
    ]


def query_parameters(view: Any) -> list[dict[str, Any]]:
    """Return the parameters in the query string of a view."""
    return [{"in": "query", "schema": view.asks}] if hasattr(view, "asks") else []


def once_parameters(view: Any, method: str) -> list[dict[str, Any]]:
    """Return the header under which a POST is carried out once, where the view honours it."""
    return [ONCE] if method == "post" and getattr(view, "honours_key", False) else []


def success(schema: type[Schema] | None, content_type: str, *, many: bool) -> dict[str, Any]:
    """Return the response object of a success."""
    if schema is None:
        body: Any = {} if content_type == "application/json" else {"type": "string", "format": "binary"}
    elif many:
        body = {
            "type": "object",
            "properties": {
                "items": {"type": "array", "items": schema},
                "next_cursor": {"type": ["string", "null"]},
                "total": {"type": ["integer", "null"]},
            },
        }
    else:
        body = schema
    return {"description": "done", "content": {content_type: {"schema": body}} if body else {}}
