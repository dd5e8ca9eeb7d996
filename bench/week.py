"""A dispatched week of forty stops for one crew, made by the office through the API, and the phone of its lead."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from flask.testing import FlaskClient

from server import clock, config, jobs
from server.app import create_app
from server.db import db
from server.demo import cast, portfolio
from server.demo.morning import CREDITORS, DEPOT

STOPS, DAYS, ROWS = 40, 5, 60
ITERATIONS = 200
FRIDAY = 4


class Unexpected(RuntimeError):
    """The office was refused what it may do."""


@dataclass(frozen=True, slots=True)
class Week:
    """An installation with a dispatched week, and the one-time codes that enrol the lead's phones."""

    folder: Path
    days: tuple[date, ...]
    codes: tuple[str, ...]


def prepare(folder: Path, *, phones: int) -> Week:
    """Play the office's part in an installation of its own: import, screen, list, scheme, plan, sign-off, dispatch."""
    folder.mkdir(parents=True)
    cast.set_up(folder, port=0)
    app = create_app(config.load(folder))
    days = _workdays(clock.today(), DAYS)
    with app.app_context():
        office = _Office(app.test_client())
        _take_in(office, folder)
        people = {one["username"]: one["id"] for one in office.get("zhou", "/v1/people?limit=500")["items"]}
        scheme = _scheme(office, _listed(office), people, days)
        _send_out(office, scheme)
        codes = [office.post("zhou", "/v1/devices/codes", {"person_id": people["fang"]})["code"] for _ in range(phones)]
        db.session.remove()
        db.engine.dispose()
    return Week(folder, days, tuple(codes))


@dataclass
class _Office:
    client: FlaskClient

    def __post_init__(self) -> None:
        self._tokens: dict[str, str] = {}

    def get(self, who: str, path: str) -> Any:
        """Read a path as somebody."""
        return self._told(self.client.get(path, headers=self._auth(who)))

    def post(self, who: str, path: str, body: Any = None, **files: Any) -> Any:
        """Post JSON, or a form when there are files; a job is worked off at once."""
        sent = {"data": files} if files else {"json": {} if body is None else body}
        answer = self.client.post(path, headers=self._auth(who), **sent)
        told = self._told(answer)
        if answer.status_code == 202:  # noqa: PLR2004
            jobs.drain(clock.now())
            return self.get(who, answer.headers["Location"])
        return told

    def _auth(self, who: str) -> dict[str, str]:
        if who not in self._tokens:
            body = {"username": who, "password": cast.PASSWORD}
            self._tokens[who] = self._told(self.client.post("/v1/auth/token", json=body))["access_token"]
        return {"Authorization": f"Bearer {self._tokens[who]}"}

    def _told(self, answer: Any) -> Any:
        if answer.status_code >= 400:  # noqa: PLR2004
            raise Unexpected(f"{answer.request.path}: {answer.status_code} {answer.text[:300]}")
        return answer.json


def _workdays(today: date, count: int) -> tuple[date, ...]:
    """Return the next weekdays after today."""
    later = (today + timedelta(days=n) for n in range(1, 3 * count))
    return tuple([day for day in later if day.weekday() <= FRIDAY][:count])


def _take_in(office: _Office, folder: Path) -> None:
    files = portfolio.write(
        folder / "files",
        rng=Random(7),  # noqa: S311
        as_of=clock.today() - timedelta(days=2),
        bank_rows=ROWS,
        supplier_rows=ROWS,
    )
    for creditor, path in zip(CREDITORS, (files.bank, files.supplier), strict=True):
        creditor_id = office.post("zhou", "/v1/creditors", creditor)["id"]
        with path.open("rb") as content:
            report = office.post("lin", "/v1/imports", creditor_id=creditor_id, file=(content, path.name))
        office.post("lin", f"/v1/imports/{report['id']}/commit")


def _listed(office: _Office) -> str:
    """Return the id of an accepted visit list."""
    found = office.post("lin", "/v1/visit-lists/screen", {"limit": 500})
    chosen = [one["case_id"] for one in found["candidates"][: STOPS + 1]]
    drafted = office.post("lin", "/v1/visit-lists", {"title": "一周名单", "case_ids": chosen})
    office.post("lin", f"/v1/visit-lists/{drafted['id']}/submit")
    lines = [{"line_id": line["id"], "decision": "accept", "reason": ""} for line in drafted["lines"]]
    office.post("zhou", f"/v1/visit-lists/{drafted['id']}/review", {"lines": lines})
    return str(drafted["id"])


def _scheme(office: _Office, list_id: str, people: dict[str, str], days: tuple[date, ...]) -> str:
    """Return the id of a planned scheme for one crew."""
    crew = {"name": "一组", "members": [people["fang"], people["luo"]], "vehicle": "粤B·演001", "start": DEPOT,
            "shift_from": "09:00", "shift_until": "18:00"}  # fmt: skip
    body = {
        "visit_list_id": list_id, "title": "一周方案", "dates": [day.isoformat() for day in days], "crews": [crew],
        "materials": ["account_statement", "visit_receipt", "recorder"],
    }  # fmt: skip
    scheme_id = str(office.post("zhou", "/v1/schemes", body)["id"])
    office.post("zhou", f"/v1/schemes/{scheme_id}/plan", {"iterations": ITERATIONS, "seed": 7})
    return scheme_id


def _send_out(office: _Office, scheme_id: str) -> None:
    path = f"/v1/schemes/{scheme_id}"
    digest = office.post("zhou", f"{path}/submit")["digest"]
    office.post("sun", f"{path}/review", {"decision": "approve"})
    office.post("guo", f"{path}/sign-off", {"digest": digest, "decision": "approve"})
    office.post("zhou", f"{path}/dispatch")
