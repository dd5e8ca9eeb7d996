"""What a simulated agent does at the doors: whole visits by the demo's script, taken up again after a death."""

from collections.abc import Mapping
from typing import Any

from server.demo import doors
from server.demo.doors import Door
from server.simulation.phones import FleetPhone, Killed
from sync import envelope
from sync.phone.visit import DoorVisit, NoSuchVisit, resume

SECOND_SHARE = 0.3


def visit(phone: FleetPhone, stop: Mapping[str, Any], code: int) -> None:
    """Play one visit to its end, however often the phone dies on the way."""
    door = Door(phone, stop, code)
    under_way: str | None = None
    while True:
        try:
            at_door = _go_on(door, under_way)
            under_way = at_door.visit_id
            _finish(door, at_door)
        except Killed:
            phone.ledger.count("killed_while_writing")
            phone.revive()
        else:
            phone.visited.add(str(stop["id"]))
            phone.ledger.count("visits")
            return


def choose(phone: FleetPhone, *, day: str | None, share: float) -> list[Mapping[str, Any]]:
    """Return the stops of a day, or of any, this agent visits now: the lead goes to all, the second to some as well."""
    open_stops = [stop for stop in phone.stops() if stop["id"] not in phone.visited]
    mine = [stop for stop in open_stops if day is None or stop["day"] == day]
    upto = max(1, round(len(mine) * share)) if mine else 0
    here = mine[:upto]
    if phone.plan.is_lead:
        return here
    return [stop for stop in here if phone.rng.random() < SECOND_SHARE]


def _go_on(door: Door, visit_id: str | None) -> DoorVisit:
    phone = door.phone
    if visit_id is not None:
        try:
            return resume(phone.records(), visit_id)
        except NoSuchVisit:
            pass
    return doors.begin(door)


def _finish(door: Door, at_door: DoorVisit) -> None:
    phone = door.phone
    records = phone.store.records_of(at_door.visit_id)
    done = {record.type for record in records}
    if "met" not in done:
        doors.meet(door, at_door)
    phone.clock.forward(minutes=6)
    plan = doors.agree(door, at_door) if not done & {"promise", "signed_paper", "manifest"} else []
    if "manifest" in done:
        told = next(envelope.read(record.env).body["files"] for record in records if record.type == "manifest")
        photos = {str(one["shows"]): str(one["id"]) for one in told}
    else:
        photos = doors.photograph(door, at_door)
    if "outcome" not in done:
        doors.conclude(door, at_door, plan=plan, photos=photos)
    phone.clock.forward(minutes=1)
    at_door.leave(phone.fix(door.stop["place"]))
