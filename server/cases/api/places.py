"""Addresses: a point that a person vouches for, and a geocoder's answer when one is set up."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from server import audit, clock, config, jobs
from server.accounts.auth import allow, current_person
from server.accounts.roles import OFFICE, Role
from server.accounts.scope import fetch_visible
from server.body import Body, answers, takes
from server.cases import sealing
from server.cases.candidates import BEST_FIRST
from server.cases.gazetteer import installed
from server.cases.intake import put_point
from server.cases.models import Address
from server.cases.schemas import ConfirmIn, RiskIn
from server.cases.shown import AddressOut
from server.db import begin_write, db, fetch
from server.planning.datum import Datum
from server.planning.precision import Precision

bp = Blueprint("places", __name__, url_prefix="/v1")


@bp.get("/addresses/<uuid:address_id>")
@allow(*OFFICE)
@answers(AddressOut)
def show_address(address_id: UUID) -> ResponseReturnValue:
    """Show an address down to its district, with its point as it was given."""
    return jsonify(AddressOut().dump(fetch_visible(Address, address_id)))


@bp.post("/addresses/<uuid:address_id>/confirm")
@allow(Role.SPECIALIST, Role.SUPERVISOR)
@takes(ConfirmIn)
@answers(AddressOut)
def confirm_point(address_id: UUID, body: Body) -> ResponseReturnValue:
    """Store a point that the caller vouches for; later imports and geocoders leave it alone."""
    address, person = fetch_visible(Address, address_id, lock=True), current_person()
    point = body["point"]
    put_point(address, lon=point["lon"], lat=point["lat"], datum=Datum(point["datum"]))
    address.precision, address.source = point["precision"], body["source"]
    address.confirmed_by_id, address.confirmed_at = person.id, clock.now()
    audit.note(
        "address.confirmed",
        f"address:{address.id}",
        actor_id=person.id,
        creditor_id=address.creditor_id,
        precision=address.precision,
        datum=point["datum"],
    )
    db.session.commit()
    return jsonify(AddressOut().dump(address))


@bp.post("/addresses/<uuid:address_id>/risk")
@allow(Role.SUPERVISOR, Role.COMPLIANCE)
@takes(RiskIn)
@answers(AddressOut)
def note_risk(address_id: UUID, body: Body) -> ResponseReturnValue:
    """Say how risky a door is and what to beware of there; crews who have the visit get it on their next pull."""
    address, person = fetch_visible(Address, address_id, lock=True), current_person()
    address.risk_level, address.access_note = body["risk_level"], body["access_note"].strip()
    audit.note("address.risk_noted", f"address:{address.id}", actor_id=person.id, creditor_id=address.creditor_id,
               risk_level=address.risk_level)  # fmt: skip
    db.session.commit()
    return jsonify(AddressOut().dump(address))


@bp.post("/addresses/<uuid:address_id>/geocode")
@allow(Role.SPECIALIST, Role.SUPERVISOR)
@answers(None, status=202)
def geocode(address_id: UUID) -> ResponseReturnValue:
    """Ask the geocoder of the settings for a better point, in a job; `offline` answers the district's centroid."""
    address, person = fetch_visible(Address, address_id), current_person()
    job = jobs.enqueue("geocode", owner_id=person.id, address_id=str(address.id))
    kind = config.current().geocoder.kind
    audit.note(
        "address.geocoded",
        f"address:{address.id}",
        actor_id=person.id,
        creditor_id=address.creditor_id,
        geocoder=kind,
    )
    db.session.commit()
    url = f"/v1/jobs/{job.id}"
    return jsonify(job_id=str(job.id), job_url=url), 202, {"Location": url}


@jobs.runs("geocode")
def geocode_in_job(args: Mapping[str, Any], report: jobs.Report) -> str:
    """Ask for the point of an address and keep it when it is better than what is known."""
    from server.cases import geocoding  # noqa: PLC0415  # loads HTTP clients that only this job needs

    settings = config.current().geocoder
    finder = geocoding.make_finder(
        settings.kind, base_url=settings.base_url, api_key=settings.api_key, gazetteer=installed()
    )
    text = sealing.address_text(fetch(Address, UUID(args["address_id"])))
    report(0.2, settings.kind)
    found = finder(text)
    begin_write()
    address = fetch(Address, UUID(args["address_id"]), lock=True)
    if found is not None and is_better(address, found.precision):
        put_point(address, lon=found.lon, lat=found.lat, datum=found.datum)
        address.precision, address.source = found.precision.value, found.source
    return f"/v1/addresses/{address.id}"


def is_better(address: Address, precision: Precision) -> bool:
    """Return whether a point of this precision may replace the known one; a person's point stays."""
    known = BEST_FIRST.index(Precision(address.precision))
    return address.confirmed_at is None and BEST_FIRST.index(precision) < known
