"""What the server's checks say of a field is known to the console in both languages."""

import ast
import json
import re
from pathlib import Path

from marshmallow import ValidationError, fields

from server.body import Strict

ROOT = Path(__file__).resolve().parents[2]
KNOWN = json.loads((ROOT / "web/src/console/api/field_faults.json").read_text(encoding="utf-8"))
WRONG = [None, "", "x" * 9, -1, 10**30, float("nan"), [], {}, "not a date"]


def whole(schema):
    """Return a schema and every parent of input below it."""
    return {schema} | {below for child in schema.__subclasses__() for below in whole(child)}


def heard(field):
    """Return what a field may say: its own words, and what its validators say to odd values."""
    said = {text for name, text in field.error_messages.items() if name != "format" and "{" not in text}
    for check in field.validators:
        for value in [*WRONG, *range(0, 200, 7), "x" * 5000, [1] * 5000]:
            try:
                check(value)
            except ValidationError as fault:
                said |= set(fault.messages) if isinstance(fault.messages, list) else set()
            except TypeError:
                continue
    return said


def inner(field):
    """Return a field and those in it."""
    below = (
        field.inner if isinstance(field, fields.List) else field.value_field if isinstance(field, fields.Dict) else None
    )
    return [field] if below is None else [field, *inner(below)]


def test_every_fault_of_an_input_field_has_words(app):
    said = {
        text
        for schema in whole(Strict) if schema.__module__.startswith("server.")
        for field in schema().fields.values() for one in inner(field) for text in heard(one)
    }  # fmt: skip
    assert len(said) > 40, "the schemas were looked at"
    assert sorted(text for text in said if not any(re.fullmatch(pattern, text) for pattern, *_ in KNOWN)) == []


def test_what_a_schema_says_itself_has_words():
    said = set()
    for path in (ROOT / "server").rglob("schemas.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "ValidationError":
                said.add(call.args[0].value)
    assert "name the case or the serial of a paper" in said
    assert sorted(text for text in said if not any(re.fullmatch(pattern, text) for pattern, *_ in KNOWN)) == []


def test_a_pattern_is_read_alike_by_both_languages():
    assert all(re.compile(pattern) and zh and en for pattern, zh, en in KNOWN)
