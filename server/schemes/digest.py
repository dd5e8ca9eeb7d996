"""What a scheme says, as one JSON value: its digest is what the general manager signs, its difference what moved.

The content holds no personal data: cases by number, places by id, people of the firm by id.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from server.schemes.models import Crew, Scheme, SchemeStop
from server.schemes.rules import StopState
from sync import canonical

MOST_CHANGES = 200


def content(scheme: Scheme) -> dict[str, Any]:
    """Return everything that is decided on, with stops and crews under their ids."""
    return {
        "serial": scheme.serial,
        "visit_list_id": str(scheme.visit_list_id),
        "title": scheme.title,
        "area": scheme.area,
        "dates": list(scheme.dates),
        "crews": {str(crew.id): _crew(crew) for crew in scheme.crews},
        "vehicles": list(scheme.vehicles),
        "materials": list(scheme.materials),
        "costs": list(scheme.costs),
        "cost_fen": scheme.cost_fen,
        "risk_notes": scheme.risk_notes,
        "plan_version": scheme.plan_version,
        "stops": {str(stop.id): _stop(stop) for stop in scheme.stops if stop.state != StopState.WITHDRAWN},
        "compliance": {entry["rule_id"]: _finding(entry) for entry in scheme.compliance},
        "rule_pack": scheme.pack_version,
    }


def digest(said: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a content's canonical JSON, hex."""
    return canonical.content_hash(dict(said))


def changes(was: Any, now: Any, *, at: str = "") -> Iterator[dict[str, Any]]:
    """Yield what differs as `{pointer, was, now}` (RFC 6901 pointers), objects member by member, lists as a whole."""
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        for key in sorted(set(was) | set(now)):
            pointer = f"{at}/{key.replace('~', '~0').replace('/', '~1')}"
            yield from changes(was.get(key), now.get(key), at=pointer)
    elif was != now:
        yield {"pointer": at, "was": was, "now": now}


def listed(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the changes between two contents, at most MOST_CHANGES of them."""
    found = list(changes(was, now))
    return found[:MOST_CHANGES]


def _crew(crew: Crew) -> dict[str, Any]:
    return {
        "name": crew.name,
        "members": [str(crew.lead_id), str(crew.second_id)],
        "vehicle": crew.vehicle,
        "start": crew.start,
        "end": crew.end,
        "shift": [crew.shift_from, crew.shift_until],
    }


def _stop(stop: SchemeStop) -> dict[str, Any]:
    return {
        "case_id": str(stop.case_id),
        "case_no": stop.case.case_no,
        "address_id": str(stop.address_id) if stop.address_id else None,
        "owed_fen": stop.owed_fen,
        "owed_as_of": stop.owed_as_of.isoformat() if stop.owed_as_of else None,
        "crew_id": str(stop.crew_id) if stop.crew_id else None,
        "day": stop.day.isoformat() if stop.day else None,
        "seq": stop.seq,
        "arrive_at": stop.arrive_at.isoformat() if stop.arrive_at else None,
        "depart_at": stop.depart_at.isoformat() if stop.depart_at else None,
        "leg_m": round(stop.leg_m) if stop.leg_m is not None else None,
        "windows": stop.windows,
        "service_min": stop.service_min,
        "must_visit": stop.must_visit,
        "materials": stop.materials,
        "note": stop.note,
        "drop_reason": stop.drop_reason["reason"] if stop.drop_reason else None,
    }


def _finding(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {"finding": entry["finding"], "action": entry["action"], "subjects": entry["subjects"]}
