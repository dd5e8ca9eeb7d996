"""Which visits of a scheme lie at points that are not to be trusted, told before anything is planned."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from server.cases import gazetteer, keyring, sealing
from server.planning import wire
from server.planning.datum import Datum, Point
from server.planning.precision import Precision
from server.planning.stacked import Doubt, Spot, doubts, heaps, shared
from server.schemes.models import Scheme, SchemeStop
from server.schemes.rules import StopState
from server.vault import place


def point_of_stop(stop: SchemeStop) -> Point | None:
    """Return where a stop lies, none while its address is not located."""
    address = stop.address
    if address is None or address.lon is None or address.lat is None or not address.datum:
        return None
    return Point(lon=address.lon, lat=address.lat, datum=Datum(address.datum))


def spots(stops: Sequence[SchemeStop]) -> list[Spot]:
    """Return where the visits are said to lie; address texts are opened only where several share a point.

    Raises SealBroken.
    """
    found = [_spot(stop) for stop in stops]
    asked = {spot.id for group in shared(found) for spot in group}
    by_id = {str(stop.id): stop for stop in stops}
    key_of = keyring.keys_of({by_id[one].case_id for one in asked}) if asked else None
    texts: dict[str, str] = {}
    for one in asked:
        address = by_id[one].address
        if address is not None:
            at = place("address", "text_sealed", address.id)
            texts[one] = sealing.open_text(address.text_sealed, at=at, key_of=key_of)
    return [replace(spot, text=texts.get(spot.id, "")) for spot in found]


def doubtful(stops: Sequence[SchemeStop]) -> dict[str, Doubt]:
    """Return stop id → why its point is not to be trusted. Raises SealBroken."""
    return doubts(spots(stops))


def report(scheme: Scheme) -> dict[str, Any]:
    """Return the doubtful points of a scheme, kind by kind, and each heap with its visits. Raises SealBroken."""
    stops = {str(stop.id): stop for stop in scheme.stops_in_order if stop.state != StopState.WITHDRAWN}
    told = spots(list(stops.values()))
    found = doubts(told)
    by_kind = {kind.value: [_told(stops[one]) for one, doubt in found.items() if doubt is kind] for kind in Doubt}
    heaped = [
        {
            "point": wire.encode(heap.point),
            "houses": heap.houses,
            "stops": [_told(stops[one]) for one in heap.ids if found.get(one) is Doubt.STACKED],
        }
        for heap in heaps(told)
    ]
    counts = {kind: len(stops_of) for kind, stops_of in by_kind.items()}
    return {"counts": counts | {"stops": len(stops), "exact": len(stops) - len(found)}, "heaps": heaped} | by_kind


def _told(stop: SchemeStop) -> dict[str, Any]:
    return {
        "stop_id": str(stop.id),
        "case_id": str(stop.case_id),
        "case_no": stop.case.case_no,
        "address_id": str(stop.address_id) if stop.address_id else None,
        "district": stop.address.district if stop.address is not None else "",
    }


def _spot(stop: SchemeStop) -> Spot:
    address = stop.address
    if address is None:
        return Spot(str(stop.id), None, Precision.NONE)
    centre = _centre(address.adcode)
    return Spot(str(stop.id), point_of_stop(stop), Precision(address.precision), centre=centre)


def _centre(adcode: str) -> Point | None:
    """Return the published centre of a district; none where the gazetteer does not know it or is not set up."""
    try:
        division = gazetteer.installed().division(adcode) if adcode else None
    except gazetteer.GazetteerAbsent:
        return None
    if division is None or division.lon is None or division.lat is None:
        return None
    return Point(lon=division.lon, lat=division.lat, datum=Datum.GCJ02)
