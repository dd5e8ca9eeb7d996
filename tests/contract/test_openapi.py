"""Schemathesis, a judge not written by us, holds the server to its own OpenAPI document.

The calls of a phone (sync, devices, files) get 60 cases for each operation; their document names every status, so an
answer of another status, content type or shape is a failure. Every other operation gets a few cases, and no 5xx.
`DOORSTEP_SOAK=1` plays more, 5,000 at the least; `pytest -rP` tells how many were played.
"""

import hashlib
import os
import random
from collections import Counter
from contextlib import suppress

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from server import clock
from sync import upload
from sync.phone.client import Client
from sync.phone.outbox import Outbox
from sync.phone.senses import Senses
from sync.phone.store import Store
from sync.phone.transport import Line
from tests.cast import CAST
from tests.server.devices.conftest import WsgiTransport

load_all_checks()
SOAK = bool(os.environ.get("DOORSTEP_SOAK"))
PHONE_CASES, OFFICE_CASES = (300, 20) if SOAK else (60, 4)
PHONE_PATHS = ("/v1/sync/", "/v1/devices", "/v1/files")
# Calls that some case must get through to; the others need a secret code or a row that nobody guesses.
PLAYED_WELL = {
    "GET /v1/devices", "GET /v1/devices/quarantine", "OPTIONS /v1/files", "POST /v1/files",
    "HEAD /v1/files/{upload_id}",
    "PATCH /v1/files/{upload_id}", "DELETE /v1/files/{upload_id}", "GET /v1/sync/{coll}/pull", "GET /v1/sync/head",
    "POST /v1/sync/{coll}/push",
}  # fmt: skip
NAMES = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
         "response_schema_conformance")  # fmt: skip


@schemathesis.serializer("application/offset+octet-stream")
def as_bytes(ctx, value):
    """Send a chunk as the bytes it is."""
    return value if isinstance(value, bytes) else str(value).encode()


@pytest.fixture
def callers(app, sign_in):
    """Return, for the roles a view lets in, somebody's headers; a phone for what only phones may call."""
    token = new_phone(app, sign_in)
    people = {}

    def headers_for(allowed):
        if "device" in allowed:
            return {"Authorization": f"Bearer {token}"}
        name = next((name for name, (_, roles) in CAST.items() if set(roles) & allowed), None)
        if name is None:
            return {}
        if name not in people:
            people[name] = sign_in(name).token
        return {"Authorization": f"Bearer {people[name]}"}

    return headers_for


def new_phone(app, sign_in):
    """Enrol Fang's phone, hand in a record and begin the upload that the cases find; return its token."""
    rng = random.Random(5)
    senses = Senses(now=clock.now, mono_ms=lambda: 1, random=rng.randbytes, boot="boot")
    store = Store(":memory:")
    client = Client(store, Line(WsgiTransport(app.test_client()), sleep=lambda _: None, jitter=lambda: 0.5), senses)
    code = sign_in("zhou").post("/v1/devices/codes", json={"person_id": sign_in("fang").person_id}).json["code"]
    client.enrol(code, label="Fang", app_version="0.1.0")
    Outbox(store, senses).write("plan_event", {"event": "started"})
    client.sync()
    token = store.get("token")
    told = {"attachment_id": senses.new_id(), "sha256": hashlib.sha256(b"x").hexdigest()}
    made = app.test_client().post("/v1/files", headers={
        "Authorization": f"Bearer {token}", "Tus-Resumable": "1.0.0", "Upload-Length": "300000",
        "Upload-Metadata": upload.write_metadata(told),
    })  # fmt: skip
    assert made.status_code == 201
    store.close()
    tus = {"Tus-Resumable": "1.0.0"}
    app.extensions["known"] = {
        "upload_id": made.headers["Location"].rpartition("/")[2],
        "POST /v1/files": tus | {"Upload-Length": "300000", "Upload-Metadata": upload.write_metadata(told)},
        "PATCH /v1/files/{upload_id}": tus | {"Upload-Offset": "0"},
    }
    return token


def views(app):
    """Return operation id → view."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]
    return {
        f"{rule.endpoint}.{method.lower()}".replace(".", "_"): app.view_functions[rule.endpoint]
        for rule in rules
        for method in rule.methods
    }


def operations(app, *, of_phones):
    """Return the operations of our document: those a phone calls, or all others."""
    schema = schemathesis.openapi.from_wsgi("/v1/openapi.json", app)
    found = [result.ok() for result in schema.get_all_operations()]
    return [one for one in found if one.path.startswith(PHONE_PATHS) == of_phones]


def play(operation, *, cases, headers, known, checks):
    """Play cases of one operation: what fits its schema (with ids and headers there are, and with any), what does not.

    Return how often each status was answered.
    """
    ids = {name: value for name, value in known.items() if f"{{{name}}}" in operation.path}
    fitting = known.get(operation.label, {}) if ids or operation.label in known else {}
    runs = [(GenerationMode.POSITIVE, ids, fitting), (GenerationMode.NEGATIVE, ids, {})]
    runs += [(GenerationMode.POSITIVE, {}, {})] if ids or fitting else []
    seen = Counter()
    for mode, path_parameters, given_headers in runs:

        @settings(max_examples=cases // len(runs), deadline=None, derandomize=not SOAK, database=None,
                  phases=[Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(
            case=operation.as_strategy(
                generation_mode=mode, path_parameters=path_parameters or None, headers=given_headers or None
            )
        )
        def one(case):
            answer = case.call(headers=headers | {"Accept-Encoding": "identity"})  # it would not unpack gzip
            seen[answer.status_code] += 1
            case.validate_response(answer, checks=checks)

        with suppress(Unsatisfiable):  # nothing of an operation without parameters can be wrong
            one()
    return seen


@pytest.mark.parametrize(
    ("of_phones", "cases", "names"),
    [(True, PHONE_CASES, NAMES), (False, OFFICE_CASES, NAMES[:1])],
    ids=["phones", "office"],
)
def test_every_answer_is_one_the_document_names(app, callers, of_phones, cases, names):
    by_id, checks = views(app), [CHECKS.get_one(name) for name in names]
    told = callers(frozenset({"device"}))
    assert told
    found, broken, seen = operations(app, of_phones=of_phones), {}, {}
    assert found
    for operation in found:
        view = by_id[operation.definition.raw["operationId"]]
        headers = callers(getattr(view, "allowed", frozenset()))
        try:
            seen[operation.label] = play(
                operation, cases=cases, headers=headers, known=app.extensions["known"], checks=checks
            )
        except (Exception, BaseExceptionGroup) as fault:  # noqa: BLE001  # all are played, then all that broke are told
            parts = getattr(fault, "exceptions", [fault])
            broken[operation.label] = "\n".join(f"{type(one).__name__}: {one}"[:800] for one in parts)
    print(f"{sum(each.total() for each in seen.values())} cases of {len(found)} operations, {len(broken)} broken")  # noqa: T201
    assert not broken, "\n\n".join(f"{name}\n{told}" for name, told in broken.items())
    if of_phones:
        assert {label for label in PLAYED_WELL if not any(status < 300 for status in seen[label])} == set()
