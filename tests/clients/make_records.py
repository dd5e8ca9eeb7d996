"""Bodies of records as a phone writes them at a door, for the node clients to sign."""

from uuid import uuid4


def arrivals(count, *, stop_id=""):
    """Return the first record of so many visits."""
    return [{"type": "check_in", "body": arrival(stop_id=stop_id)} for _ in range(count)]


def arrival(*, stop_id="", note=""):
    return {
        "visit_id": str(uuid4()), "stop_id": stop_id, "case_id": "", "agents": [], "fix": None,
        "no_fix_reason": "unavailable", "address_as_planned": True, "place_note": note, "plan_version": 1,
    }  # fmt: skip
