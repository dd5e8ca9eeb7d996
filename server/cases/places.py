"""Addresses and points of a creditor's row. Pure: a point keeps its figures and its datum as they came."""

from server.cases.faults import Code
from server.cases.headers import ADDRESSES, Field
from server.cases.placement import AddressKind, PlacedAddress, PlacedPoint
from server.cases.rows import RowReader
from server.cases.values import degrees_of, narrow
from server.planning.datum import Datum
from server.planning.precision import Precision

KINDS = {
    Field.HOME_ADDRESS: AddressKind.HOME,
    Field.WORK_ADDRESS: AddressKind.WORK,
    Field.REGISTERED_ADDRESS: AddressKind.REGISTERED,
    Field.DELIVERY_ADDRESS: AddressKind.DELIVERY,
    Field.OTHER_ADDRESS: AddressKind.OTHER,
}
POINTED = (Field.DELIVERY_ADDRESS, Field.HOME_ADDRESS, Field.OTHER_ADDRESS, Field.WORK_ADDRESS)
DATUM_SPELLINGS = {
    Datum.WGS84: ("WGS-84", "WGS84", "GPS", "EPSG:4326", "CGCS2000", "国家2000", "大地2000"),
    Datum.GCJ02: ("GCJ-02", "GCJ02", "火星坐标", "火星", "高德", "腾讯"),
    Datum.BD09: ("BD-09", "BD09", "BD09LL", "百度", "百度坐标"),
}
CHINA_LON = (73.0, 135.5)
CHINA_LAT = (3.0, 54.0)
BUILDING_DECIMALS = 4  # 0.0001 degree is 11 m
STREET_DECIMALS = 3


def read_addresses(reader: RowReader) -> tuple[PlacedAddress, ...]:
    """Return the addresses of a row; a row without any is noted, for nobody can be sent there."""
    point = read_point(reader)
    pointed = next((wanted for wanted in POINTED if reader.text(wanted)), None)
    found = tuple(
        PlacedAddress(KINDS[wanted], reader.text(wanted), point if wanted is pointed else None)
        for wanted in ADDRESSES
        if reader.text(wanted)
    )
    if not found:
        present = next((wanted for wanted in ADDRESSES if wanted in reader.layout.columns), Field.HOME_ADDRESS)
        reader.note(
            present, code=Code.NO_ADDRESS, reason="没有地址，无法上门", reason_en="no address, so nobody can visit"
        )
    return found


def read_point(reader: RowReader) -> PlacedPoint | None:
    """Return the raw point of a row, None when it has none or when its figures or datum make no place in China."""
    lon_text, lat_text = reader.text(Field.LON), reader.text(Field.LAT)
    if not lon_text and not lat_text:
        return None
    lon, lat = degrees_of(lon_text, limit=180), degrees_of(lat_text, limit=90)
    datum = datum_of(reader.text(Field.DATUM))
    if lon is None or lat is None or not is_in_china(lon, lat):
        reader.note(
            Field.LON if lon is None or not CHINA_LON[0] <= lon <= CHINA_LON[1] else Field.LAT,
            code=Code.BAD_POINT,
            reason="经纬度无效或不在中国范围（或经纬度颠倒），未采用",
            reason_en="not a point in China, or longitude and latitude are swapped; it is not used",
        )
        return None
    if datum is None:
        reader.note(
            Field.DATUM,
            code=Code.BAD_POINT,
            reason="坐标系未注明或不认识，偏差可达数百米，未采用该点",
            reason_en="the datum is missing or unknown, which may be hundreds of metres; the point is not used",
        )
        return None
    return PlacedPoint(lon=lon, lat=lat, datum=datum, precision=precision_of(lon_text, lat_text))


def datum_of(text: str) -> Datum | None:
    """Return the datum a creditor's word names, None for an unknown word: a datum is never guessed."""
    word = narrow(text).upper().replace("坐标系", "")
    return next((datum for datum, words in DATUM_SPELLINGS.items() if word in words), None)


def is_in_china(lon: float, lat: float) -> bool:
    """Return whether the point lies in the rectangle around China."""
    return CHINA_LON[0] <= lon <= CHINA_LON[1] and CHINA_LAT[0] <= lat <= CHINA_LAT[1]


def precision_of(lon_text: str, lat_text: str) -> Precision:
    """Return how exact a creditor's unconfirmed point can be at best: never better than the building.

    Fewer decimals than a house is wide cannot name a house.
    """
    decimals = min(len(narrow(text).partition(".")[2]) for text in (lon_text, lat_text))
    if decimals >= BUILDING_DECIMALS:
        return Precision.BUILDING
    return Precision.STREET if decimals == STREET_DECIMALS else Precision.DISTRICT
