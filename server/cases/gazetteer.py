"""The divisions of China with the centre of each: turns an address into its district, offline and asking nobody.

The data come with the registry package cpca 0.5.5 (MIT) at set-up and are never committed. Their datum is not stated
and looks like GCJ-02; a centroid is kilometres from any door, so that changes nothing: its precision is `district`.
A division that the data do not know (new districts) is answered with its city and without a point, never with a
namesake elsewhere.
"""

import csv
import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from server.planning.datum import Datum
from server.planning.precision import Precision

DATA_PATH = Path(__file__).parent / "gazetteer" / "adcodes.csv"
DATA_SHA256 = "66948fa1519ba053f22b8c2d05c897c9b19c44cdc3044e464b52f0143ff418fe"
ADCODE_DIGITS = 6
SHORTEST_NAME = 2
SEARCHED_CHARS = 40
SUFFIXES = ("特别行政区", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "省", "市", "地区", "盟")
CITIES_WITHOUT_DISTRICTS = ("441900", "442000", "460400", "620200")


class GazetteerAbsent(Exception):
    """The gazetteer was not set up or is not the file it should be: run `make setup`."""


@dataclass(frozen=True, slots=True)
class Division:
    """A province, city or district with its centre in degrees, None where the data have none."""

    adcode: str
    name: str
    lon: float | None
    lat: float | None


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an address lies, as far as a gazetteer can tell."""

    adcode: str
    district: str
    precision: Precision
    lon: float | None = None
    lat: float | None = None
    datum: Datum | None = None


NOWHERE = Placed(adcode="", district="", precision=Precision.NONE)


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Divisions by their parent: "" holds the provinces, "44" its cities, "4403" its districts."""

    below: Mapping[str, tuple[Division, ...]]

    def division(self, adcode: str) -> Division | None:
        """Return the division of a code, None when the data do not know it."""
        key = parent_of(adcode)
        return next((one for one in self.below.get(key or "", ()) if one.adcode == adcode), None)

    def locate(self, address: str) -> Placed:
        """Return the division that an address names; the more of the chain it names, the surer.

        A district counts only inside the city or province the address names, or when the name is unique.
        """
        text = address.replace(" ", "")[:SEARCHED_CHARS]
        province = first_named(text, self.below.get("", ()))
        city = first_named(text, self.cities(province))
        district = first_named(rest_after(text, city or province), self.districts(province, city), is_exact=True)
        if district is None and city is not None and city.adcode in CITIES_WITHOUT_DISTRICTS:
            district = city
        if district is None:
            known = city or province
            return Placed(adcode=known.adcode, district="", precision=Precision.NONE) if known else NOWHERE
        if district.lon is None or district.lat is None:
            return Placed(adcode=district.adcode, district=district.name, precision=Precision.NONE)
        return Placed(
            adcode=district.adcode,
            district=district.name,
            precision=Precision.DISTRICT,
            lon=district.lon,
            lat=district.lat,
            datum=Datum.GCJ02,
        )

    def cities(self, province: Division | None) -> tuple[Division, ...]:
        """Return the cities of a province, or all of them when no province is named."""
        if province is not None:
            return self.below.get(province.adcode[:2], ())
        return tuple(city for key, found in self.below.items() if len(key) == len("44") for city in found)

    def districts(self, province: Division | None, city: Division | None) -> tuple[Division, ...]:
        """Return the districts that may be meant: of the city, of the province, or the unique names of the country."""
        if city is not None:
            return self.below.get(city.adcode[:4], ())
        prefix = province.adcode[:2] if province is not None else ""
        found = [one for key, some in self.below.items() if len(key) == len("4403") for one in some]
        inside = [one for one in found if one.adcode.startswith(prefix)]
        names = [one.name for one in inside]
        return tuple(one for one in inside if names.count(one.name) == 1)


def first_named(text: str, divisions: tuple[Division, ...], *, is_exact: bool = False) -> Division | None:
    """Return the division whose name stands earliest in the text, the longest of those; None when none does.

    Only exact names count for districts: their short forms are everyday words.
    """
    best: tuple[int, int, Division] | None = None
    for division in divisions:
        for name in {division.name} if is_exact else {division.name, short_name(division.name)}:
            at = text.find(name) if len(name) >= SHORTEST_NAME else -1
            if at >= 0 and (best is None or (at, -len(name)) < best[:2]):
                best = (at, -len(name), division)
    return best[2] if best else None


def rest_after(text: str, division: Division | None) -> str:
    """Return the text behind a division's name, all of it when there is none."""
    if division is None:
        return text
    for name in (division.name, short_name(division.name)):
        if name in text:
            return text.partition(name)[2]
    return text


def short_name(name: str) -> str:
    """Return 广东 for 广东省; a name of one character stays whole."""
    for suffix in SUFFIXES:
        if name.endswith(suffix) and len(name) - len(suffix) >= SHORTEST_NAME:
            return name[: -len(suffix)]
    return name


def parent_of(adcode: str) -> str | None:
    """Return the key under which a division is listed, None for the collective entries of a city (市辖区)."""
    if adcode[2:] == "0000":
        return ""
    if adcode[4:] == "00":
        return adcode[:2]
    return None if adcode[4:] == "01" else adcode[:4]


def load(path: Path = DATA_PATH) -> Gazetteer:
    """Read a gazetteer file with the columns adcode, name, longitude, latitude. Raises GazetteerAbsent."""
    if not path.is_file():
        raise GazetteerAbsent(f"{path.name} is missing: run `make setup`")
    below: dict[str, list[Division]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            adcode = row["adcode"][:ADCODE_DIGITS]
            key = parent_of(adcode)
            if key is not None and not row["name"].endswith("直辖县级行政区划"):
                lon, lat = row["longitude"], row["latitude"]
                division = Division(adcode, row["name"], float(lon) if lon else None, float(lat) if lat else None)
                below.setdefault(key, []).append(division)
    return Gazetteer({key: tuple(found) for key, found in below.items()})


@cache
def installed() -> Gazetteer:
    """Return the gazetteer that set-up laid down, read once. Raises GazetteerAbsent when it is not that file."""
    if not DATA_PATH.is_file():
        raise GazetteerAbsent(f"{DATA_PATH.name} is missing: run `make setup`")
    found = hashlib.sha256(DATA_PATH.read_bytes()).hexdigest()
    if found != DATA_SHA256:
        raise GazetteerAbsent(f"{DATA_PATH.name}: expected {DATA_SHA256}, got {found}; run `make setup`")
    return load()


def main() -> int:
    """Check the gazetteer at set-up; exit code 1 when it is absent or wrong."""
    try:
        gazetteer = installed()
    except GazetteerAbsent as absent:
        sys.stderr.write(f"{absent}\n")
        return 1
    sys.stdout.write(f"gazetteer: {sum(map(len, gazetteer.below.values()))} divisions\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
