"""A plan as GeoJSON for any map. Pure.

Source: RFC 7946: WGS-84, longitude before latitude, no `crs` member. Seven decimals are a centimetre.
"""

from typing import Any

from server.planning.datum import Point, to_wgs84
from server.planning.palette import colour_of
from server.planning.plans import Drop, Plan, Route, RoutedStop

_DECIMALS = 7


def feature_collection(plan: Plan) -> dict[str, Any]:
    """Return one line per route, one point per stop, base and left-out stop that has a place on the map.

    Lines join the stops straight: they show the order, not the road.
    """
    crews = [route.crew_id for route in plan.routes]
    features: list[dict[str, Any]] = []
    for route in plan.routes:
        colour = colour_of(route.crew_id, crews=crews)
        features += [_line(route, colour=colour), *_bases(route), *(_stop(stop, route, colour) for stop in route.stops)]
    features += [_dropped(drop) for drop in plan.dropped if drop.point is not None]
    collection: dict[str, Any] = {"type": "FeatureCollection", "features": features}
    if features:
        collection["bbox"] = _bbox(features)
    return collection


def position(point: Point) -> list[float]:
    """Return a point as GeoJSON has it: longitude, latitude, WGS-84."""
    place = to_wgs84(point)
    return [round(place.lon, _DECIMALS), round(place.lat, _DECIMALS)]


def _line(route: Route, *, colour: str) -> dict[str, Any]:
    corners = [position(route.start), *(position(stop.point) for stop in route.stops), position(route.end)]
    properties = {
        "kind": "route",
        "crew_id": route.crew_id,
        "crew": route.crew_label,
        "vehicle": route.vehicle,
        "on": route.on.isoformat(),
        "departs_at": route.departs_at.isoformat(),
        "returns_at": route.returns_at.isoformat(),
        "distance_m": route.distance_m,
        "driving_s": route.driving_s,
        "stroke": colour,
    }
    return _feature("LineString", corners, properties)


def _bases(route: Route) -> list[dict[str, Any]]:
    about = {"crew_id": route.crew_id, "on": route.on.isoformat()}
    return [
        _feature("Point", position(route.start), {"kind": "start", **about}),
        _feature("Point", position(route.end), {"kind": "end", **about}),
    ]


def _stop(stop: RoutedStop, route: Route, colour: str) -> dict[str, Any]:
    properties = {
        "kind": "stop",
        "stop_id": stop.stop_id,
        "label": stop.label,
        "seq": stop.seq,
        "crew_id": route.crew_id,
        "on": route.on.isoformat(),
        "arrives_at": stop.arrives_at.isoformat(),
        "starts_at": stop.starts_at.isoformat(),
        "leaves_at": stop.leaves_at.isoformat(),
        "precision": stop.precision.value,
        "caution": stop.caution.value,
        "marker-color": colour,
    }
    return _feature("Point", position(stop.point), properties)


def _dropped(drop: Drop) -> dict[str, Any]:
    properties = {
        "kind": "dropped",
        "stop_id": drop.stop_id,
        "label": drop.label,
        "reason": drop.reason.value,
        "precision": drop.precision.value,
        "short_by_s": drop.short_by_s,
        "cost_s": drop.cost_s,
    }
    point = drop.point
    return _feature("Point", position(point) if point else [], properties)


def _feature(kind: str, coordinates: list[Any], properties: dict[str, Any]) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _bbox(features: list[dict[str, Any]]) -> list[float]:
    places: list[list[float]] = []
    for feature in features:
        geometry = feature["geometry"]
        places += geometry["coordinates"] if geometry["type"] == "LineString" else [geometry["coordinates"]]
    lons, lats = [place[0] for place in places], [place[1] for place in places]
    return [min(lons), min(lats), max(lons), max(lats)]
