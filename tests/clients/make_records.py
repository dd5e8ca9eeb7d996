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


def manifest(refs):
    """Return the record that binds these files to a visit."""
    shown = [
        {"id": ref["id"], "shows": "door", "taken_at": "2026-12-02T02:06:00.000Z", "fix": None,
         "original_sha256": ref["sha256"], "original_bytes": ref["bytes"]}
        for ref in refs
    ]  # fmt: skip
    return {"type": "manifest", "body": {"visit_id": str(uuid4()), "stop_id": "", "files": shown}, "manifest": refs}
