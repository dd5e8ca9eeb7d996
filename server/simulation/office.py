"""The simulated office, all over the API: portfolio, lists, schemes, dispatch, crews that swap, lost phones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

from server.demo import morning, portfolio
from server.demo.morning import CREDITORS, DEPOT
from server.simulation.ledger import Ledger, ScopeMove
from server.simulation.plan import CREW, Plan

SPARE = 1.35  # more cases than stops: some cannot be placed on the map, some are excluded
ITERATIONS = 80
MINUTES_PER_STOP, SHORTEST, LONGEST = 50, 150, 660
"""A shift is short, so that no crew takes all the stops: from nine, and no longer than until eight in the evening."""
ON_PHONES = frozenset({"dispatched", "en_route", "skipped", "blocked", "visited"})
Scope = frozenset[tuple[str, str, str]]
"""Person, stop and case."""


@dataclass
class Bureau:
    """The office at work on one plan."""

    plan: Plan
    ledger: Ledger
    rng: Random
    url: str
    ids: dict[str, str] = field(default_factory=dict)
    schemes: dict[str, Scope] = field(default_factory=dict)

    def open(self) -> None:
        """Sign in anew; tokens outlive no restore."""
        self.desks = morning.open_office(self.url)
        page = self.desks["zhou"].get("/v1/people", limit=500)
        people = page["items"]
        while page["next_cursor"]:
            page = self.desks["zhou"].get("/v1/people", limit=500, cursor=page["next_cursor"])
            people += page["items"]
        self.ids = {person["username"]: person["id"] for person in people}

    def take_in(self, folder: Path, *, as_of: date, days: int) -> None:
        """Import enough cases for all days, half from a bank, half from a supplier."""
        rows = round(self.plan.crews * self.plan.stops * days * SPARE / 2) + 4
        files = portfolio.write(folder, rng=self.rng, as_of=as_of, bank_rows=rows, supplier_rows=rows)
        for creditor, path in zip(CREDITORS, (files.bank, files.supplier), strict=True):
            creditor_id = self.desks["zhou"].post("/v1/creditors", creditor)["id"]
            report = morning.upload(self.desks["lin"], creditor_id, path.name, path.read_bytes())
            self.desks["lin"].post(f"/v1/imports/{report['id']}/commit")

    def send_out(self, day: date) -> list[str]:
        """Screen, list, compile, plan, review, sign off and dispatch one day; return the ids of its schemes."""
        return [self._send_out(day, crews) for crews in self.plan.parts]

    def _send_out(self, day: date, crews: range) -> str:
        found = self.desks["lin"].post("/v1/visit-lists/screen", {"limit": 2000})
        chosen = [one["case_id"] for one in found["candidates"][: len(crews) * self.plan.stops]]
        drafted = self.desks["lin"].post("/v1/visit-lists", {"title": f"模拟名单 {day}", "case_ids": chosen})
        path = f"/v1/visit-lists/{drafted['id']}"
        self.desks["lin"].post(f"{path}/submit")
        lines = [{"line_id": line["id"], "decision": "accept", "reason": ""} for line in drafted["lines"]]
        self.desks["zhou"].post(f"{path}/review", {"lines": lines})
        scheme_id: str = self.desks["zhou"].post("/v1/schemes", self._scheme(drafted["id"], day, crews))["id"]
        self.schemes[scheme_id] = frozenset()
        self._plan(scheme_id)
        self.desks["zhou"].post(f"/v1/schemes/{scheme_id}/submit")
        review = {"decision": "approve", "reason": "模拟"}
        self.desks["ma"].post(f"/v1/schemes/{scheme_id}/review", review)
        self._sign_and_dispatch(scheme_id)
        return scheme_id

    def swap(self, scheme_ids: list[str], crews: tuple[int, int]) -> None:
        """Let two crews change places: their stops change hands while their phones may know nothing of it."""
        scheme_id, part = next(pair for pair in zip(scheme_ids, self.plan.parts, strict=True) if crews[0] in pair[1])
        path = f"/v1/schemes/{scheme_id}"
        scheme = self.desks["zhou"].get(path)
        wanted = [_crew_in(crew) for crew in scheme["crews"]]
        a, b = (part.index(crew) for crew in crews)
        wanted[a]["members"], wanted[b]["members"] = wanted[b]["members"], wanted[a]["members"]
        self.desks["zhou"].change(path, {"crews": wanted}, method="PATCH", of=path)
        self._plan(scheme_id)
        self._sign_and_dispatch(scheme_id)
        self.ledger.count("reassignments")

    def code_for(self, username: str) -> str:
        """Issue a one-time code for an agent."""
        code: str = self.desks["zhou"].post("/v1/devices/codes", {"person_id": self.ids[username]})["code"]
        return code

    def report_lost(self, device_id: str) -> None:
        """Close a phone that was reported lost."""
        self.desks["zhou"].post(f"/v1/devices/{device_id}/revoke", {"is_lost": True})
        self.ledger.count("phones_lost")

    def _scheme(self, list_id: str, day: date, numbers: range) -> dict[str, Any]:
        crews = [self._crew(number) for number in numbers]
        return {
            "visit_list_id": list_id, "title": f"模拟外访方案 {day}", "area": "深圳市", "dates": [day.isoformat()],
            "crews": crews, "vehicles": [{"plate": crew["vehicle"], "note": ""} for crew in crews],
            "materials": ["account_statement", "visit_receipt", "recorder"],
        }  # fmt: skip

    def _crew(self, number: int) -> dict[str, Any]:
        members = [self.ids[one.username] for one in self.plan.agents[number * CREW : (number + 1) * CREW]]
        return {
            "name": f"组{number:02d}", "members": members, "vehicle": f"粤B·模{number:03d}", "start": DEPOT,
            "shift_from": "09:00", "shift_until": shift_end(self.plan.stops),
        }  # fmt: skip

    def _plan(self, scheme_id: str) -> None:
        body = {"iterations": ITERATIONS, "seed": self.plan.seed % 2**31}
        self.desks["zhou"].post(f"/v1/schemes/{scheme_id}/plan", body)

    def _sign_and_dispatch(self, scheme_id: str) -> None:
        path = f"/v1/schemes/{scheme_id}"
        scheme = self.desks["guo"].get(path)
        self.desks["guo"].post(f"{path}/sign-off", {"digest": scheme["digest"], "decision": "approve"})
        before = monotonic()
        self.desks["zhou"].post(f"{path}/dispatch")
        self._note_scope(scheme_id, before=before, after=monotonic())
        self.ledger.count("dispatches")

    def _note_scope(self, scheme_id: str, *, before: float, after: float) -> None:
        now = scope_of(self.desks["zhou"].get(f"/v1/schemes/{scheme_id}"))
        had = self.schemes[scheme_id]
        moves = [ScopeMove(after, *one, is_in=False) for one in sorted(had - now)]
        moves += [ScopeMove(before, *one, is_in=True) for one in sorted(now - had)]
        self.ledger.move(moves)
        self.schemes[scheme_id] = now


def shift_end(stops: int) -> str:
    """Return when the shift of a crew with so many visits ends, in Shanghai."""
    minutes = 9 * 60 + min(max(stops * MINUTES_PER_STOP, SHORTEST), LONGEST)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def scope_of(scheme: Mapping[str, Any]) -> Scope:
    """Return who has which stop of a scheme on the phone, as the office is shown it."""
    members: dict[str, Sequence[str]] = {
        crew["id"]: [person["id"] for person in crew["members"]] for crew in scheme["crews"]
    }
    return frozenset(
        (person, stop["id"], stop["case_id"])
        for stop in scheme["stops"]
        if stop["state"] in ON_PHONES and stop["crew_id"]
        for person in members[stop["crew_id"]]
    )


def _crew_in(crew: Mapping[str, Any]) -> dict[str, Any]:
    names = ("id", "name", "vehicle", "start", "end", "shift_from", "shift_until")
    return {name: crew[name] for name in names} | {"members": [person["id"] for person in crew["members"]]}
