"""Address text to a point, through geopy (地理编码). The default asks nobody: it answers the district's centroid.

An outside geocoder is shown every address it is asked about, so it is off until somebody names it in the settings
(PIPL art. 38-40 for a service abroad). Requests go to the one configured host, follow no redirect, and use no proxy
of the environment.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

import requests
from geopy.adapters import RequestsAdapter
from geopy.exc import GeocoderAuthenticationFailure, GeocoderQuotaExceeded, GeocoderServiceError, GeopyError
from geopy.geocoders import BaiduV3, Nominatim
from geopy.geocoders.base import DEFAULT_SENTINEL, Geocoder
from geopy.location import Location

from server.cases.gazetteer import Gazetteer, Placed
from server.errors import Invalid
from server.planning.datum import Datum
from server.planning.precision import Precision

USER_AGENT = "doorstep-geocoding"
TIMEOUT_S = 10
MAX_REDIRECTS = 0
DEFAULT_URLS = {
    "nominatim": "https://nominatim.openstreetmap.org",
    "baidu": "https://api.map.baidu.com",
    "amap": "https://restapi.amap.com",
}
AMAP_LEVELS = {
    "门牌号": Precision.DOOR,
    "单元号": Precision.DOOR,
    "兴趣点": Precision.BUILDING,
    "公交站台、地铁站": Precision.STREET,
    "道路": Precision.STREET,
    "道路交叉路口": Precision.STREET,
    "热点商圈": Precision.STREET,
    "村庄": Precision.VILLAGE,
    "乡镇": Precision.DISTRICT,
    "开发区": Precision.DISTRICT,
    "区县": Precision.DISTRICT,
}
BAIDU_LEVELS = {
    "门址": Precision.DOOR,
    "道路": Precision.STREET,
    "道路交叉口": Precision.STREET,
    "商圈": Precision.STREET,
    "村庄": Precision.VILLAGE,
    "乡镇": Precision.DISTRICT,
    "区县": Precision.DISTRICT,
    "省": Precision.NONE,
    "城市": Precision.NONE,
    "国家": Precision.NONE,
    "UNKNOWN": Precision.NONE,
}
NOMINATIM_RANKS = (
    (30, Precision.BUILDING),
    (26, Precision.STREET),
    (19, Precision.VILLAGE),
    (12, Precision.DISTRICT),
    (0, Precision.NONE),
)


class UnknownGeocoder(Invalid):
    """The geocoder named in the settings does not exist."""


class GeocoderFailed(Invalid):
    """The geocoder did not answer."""


@dataclass(frozen=True, slots=True)
class Geocoded:
    """A point for an address, raw in the datum of whoever found it."""

    lon: float
    lat: float
    datum: Datum
    precision: Precision
    source: str


class Finder(Protocol):
    """Finds the point of an address, None when it knows none. Raises GeocoderFailed."""

    def __call__(self, address: str, /) -> Geocoded | None:
        """Return the point of the address."""


class OneHostAdapter(RequestsAdapter):  # type: ignore[misc]
    """Speaks to one host only and follows no redirect: an answer cannot send addresses elsewhere."""

    def __init__(self, *, host: str, **kwargs: Any) -> None:
        super().__init__(max_retries=0, **kwargs)
        self.host = host
        self.session.max_redirects = MAX_REDIRECTS

    def _request(self, url: str, *, timeout: float, headers: Mapping[str, str]) -> requests.Response:
        asked = urlsplit(url).netloc
        if asked != self.host:
            raise GeocoderServiceError(f"only {self.host} may be asked, not {asked}")
        answer: requests.Response = super()._request(url, timeout=timeout, headers=headers)
        return answer


class AMap(Geocoder):  # type: ignore[misc]
    """The web service of AMap (高德地图), in geopy's form.

    Source: AMap web service documentation, geocoding: GET /v3/geocode/geo.
    """

    api_path = "/v3/geocode/geo"

    def __init__(self, api_key: str, *, domain: str = "restapi.amap.com", scheme: str = "https", **kwargs: Any) -> None:
        super().__init__(scheme=scheme, **kwargs)
        self.api_key = api_key
        self.api = f"{self.scheme}://{domain}{self.api_path}"

    def geocode(self, query: str, *, exactly_one: bool = True, timeout: float | object = DEFAULT_SENTINEL) -> Any:
        """Return a Location, a list of them when not exactly_one, or None."""
        url = f"{self.api}?{urlencode({'key': self.api_key, 'address': query, 'output': 'JSON'})}"
        return self._call_geocoder(url, partial(self._parse_json, exactly_one=exactly_one), timeout=timeout)

    def _parse_json(self, page: Mapping[str, Any], *, exactly_one: bool) -> Any:
        if str(page.get("status")) != "1":
            self._raise_for(str(page.get("infocode", "")), str(page.get("info", "")))
        found = [
            Location(place.get("formatted_address", ""), tuple(reversed(place["location"].split(","))), place)
            for place in page.get("geocodes") or []
            if isinstance(place.get("location"), str) and "," in place["location"]
        ]
        if not found:
            return None
        return found[0] if exactly_one else found

    @staticmethod
    def _raise_for(code: str, words: str) -> None:
        """Turn AMap's codes into geopy's errors."""
        if code in {"10001", "10005", "10007", "10008", "10009"}:
            raise GeocoderAuthenticationFailure(f"{code} {words}")
        if code in {"10003", "10004", "10014", "10019", "10020", "10021", "10044"}:
            raise GeocoderQuotaExceeded(f"{code} {words}")
        raise GeocoderServiceError(f"{code} {words}")


def precision_by_amap(raw: Mapping[str, Any]) -> Precision:
    """Return how exact AMap says its answer is."""
    return AMAP_LEVELS.get(str(raw.get("level", "")), Precision.NONE)


def precision_by_baidu(raw: Mapping[str, Any]) -> Precision:
    """Return how exact Baidu says its answer is; an imprecise match is never better than the street."""
    level = BAIDU_LEVELS.get(str(raw.get("level", "UNKNOWN")), Precision.BUILDING)
    is_exact = str(raw.get("precise", "0")) == "1"
    return level if is_exact or level not in {Precision.DOOR, Precision.BUILDING} else Precision.STREET


def precision_by_nominatim(raw: Mapping[str, Any]) -> Precision:
    """Return how exact a Nominatim answer is, by its place rank. Source: Nominatim manual, "Place ranking"."""
    rank = int(raw.get("place_rank", 0))
    coarse = next(precision for least, precision in NOMINATIM_RANKS if rank >= least)
    has_door = coarse is Precision.BUILDING and bool((raw.get("address") or {}).get("house_number"))
    return Precision.DOOR if has_door else coarse


def make_finder(kind: str, *, base_url: str, api_key: str, gazetteer: Gazetteer) -> Finder:
    """Return the finder that the settings name: offline, nominatim, baidu or amap. Raises UnknownGeocoder."""
    if kind == "offline":
        return partial(find_centroid, gazetteer=gazetteer)
    if kind not in DEFAULT_URLS:
        raise UnknownGeocoder(f"expected offline, {', '.join(sorted(DEFAULT_URLS))}, got {kind}")
    where = urlsplit(base_url or DEFAULT_URLS[kind])
    options: dict[str, Any] = {
        "scheme": where.scheme,
        "timeout": TIMEOUT_S,
        "user_agent": USER_AGENT,
        "proxies": {},  # geopy would take the environment's
        "adapter_factory": partial(OneHostAdapter, host=where.netloc),
    }
    if kind == "nominatim":
        nominatim = Nominatim(domain=where.netloc, **options)
        ask = partial(nominatim.geocode, addressdetails=True, country_codes="cn")
        return partial(find_outside, ask=ask, datum=Datum.WGS84, precise=precision_by_nominatim, source=kind)
    if kind == "amap":
        amap = AMap(api_key, domain=where.netloc, **options)
        return partial(find_outside, ask=amap.geocode, datum=Datum.GCJ02, precise=precision_by_amap, source=kind)
    baidu = BaiduV3(api_key, **options)
    baidu.api = f"{where.scheme}://{where.netloc}{BaiduV3.api_path}"
    return partial(find_outside, ask=baidu.geocode, datum=Datum.BD09, precise=precision_by_baidu, source=kind)


def find_outside(
    address: str,
    /,
    *,
    ask: Callable[[str], Location | None],
    datum: Datum,
    precise: Callable[[Mapping[str, Any]], Precision],
    source: str,
) -> Geocoded | None:
    """Ask an outside geocoder. Raises GeocoderFailed when it does not answer or refuses."""
    try:
        found = ask(address)
    except (GeopyError, AttributeError, KeyError, TypeError, ValueError) as failure:
        raise GeocoderFailed(f"{source}: {type(failure).__name__}", source=source) from failure
    if found is None:
        return None
    return Geocoded(found.longitude, found.latitude, datum, precise(found.raw), source)


def find_centroid(address: str, /, *, gazetteer: Gazetteer) -> Geocoded | None:
    """Return the centroid of the district that an address names, None when it names none."""
    placed: Placed = gazetteer.locate(address)
    if placed.lon is None or placed.lat is None or placed.datum is None:
        return None
    return Geocoded(placed.lon, placed.lat, placed.datum, placed.precision, "centroid")
