import pytest

from server.cases.faults import Code
from server.cases.headers import Field
from server.cases.mapping import Layout
from server.cases.places import datum_of, is_in_china, precision_of, read_addresses, read_point
from server.cases.rows import RowReader
from server.cases.workbook import Cell, Row
from server.planning.datum import Datum
from server.planning.precision import Precision

FIELDS = [Field.HOME_ADDRESS, Field.WORK_ADDRESS, Field.DELIVERY_ADDRESS, Field.LON, Field.LAT, Field.DATUM]


def reader(home="", work="", delivery="", lon="", lat="", datum=""):
    columns = {field: index for index, field in enumerate(FIELDS)}
    layout = Layout("s", 1, columns, {index: field.value for field, index in columns.items()}, (), None, None, None)
    return RowReader(layout, Row(2, tuple(Cell(text) for text in (home, work, delivery, lon, lat, datum))))


class TestReadAddresses:
    def test_gives_the_point_to_the_place_the_goods_went_to(self):
        home, delivery = read_addresses(reader("家", "", "店", "114.0978", "22.5675", "GCJ-02"))
        assert (home.point, delivery.point.datum) == (None, Datum.GCJ02)

    def test_notes_a_row_without_any(self):
        row = reader(home="无")
        assert read_addresses(row) == ()
        assert [(fault.code, fault.column) for fault in row.faults] == [(Code.NO_ADDRESS, "A")]


class TestReadPoint:
    def test_keeps_the_figures_and_the_datum(self):
        point = read_point(reader(lon="114.097891", lat="22.567579", datum="百度"))
        assert (point.lon, point.lat, point.datum) == (114.097891, 22.567579, Datum.BD09)

    def test_is_nothing_without_figures(self):
        row = reader(datum="GCJ-02")
        assert read_point(row) is None
        assert row.faults == []

    @pytest.mark.parametrize(
        ("lon", "lat", "datum", "column"),
        [
            ("22.5", "114.0", "GCJ-02", "D"),
            ("114.0", "", "GCJ-02", "E"),
            ("114.0", "60.0", "GCJ-02", "E"),
            ("东经", "22.5", "GCJ-02", "D"),
            ("114.0", "22.5", "", "F"),
            ("114.0", "22.5", "北京54", "F"),
        ],
        ids=["swapped", "half", "too far north", "words", "no datum", "unknown datum"],
    )
    def test_uses_no_point_it_does_not_understand(self, lon, lat, datum, column):
        row = reader(lon=lon, lat=lat, datum=datum)
        assert read_point(row) is None
        assert [(fault.code, fault.column) for fault in row.faults] == [(Code.BAD_POINT, column)]


class TestDatumOf:
    @pytest.mark.parametrize(
        ("text", "datum"),
        [("gcj02", Datum.GCJ02), ("火星坐标系", Datum.GCJ02), ("WGS84", Datum.WGS84), ("CGCS2000", Datum.WGS84),
         ("BD-09", Datum.BD09), ("", None), ("西安80", None)],
    )  # fmt: skip
    def test_never_guesses(self, text, datum):
        assert datum_of(text) is datum


class TestIsInChina:
    def test_knows_swapped_axes(self):
        assert is_in_china(114.0, 22.5)
        assert not is_in_china(22.5, 114.0)


class TestPrecisionOf:
    @pytest.mark.parametrize(
        ("lon", "lat", "precision"),
        [
            ("114.0978", "22.5675", Precision.BUILDING),
            ("114.097891", "22.567", Precision.STREET),
            ("114.1", "22.567579", Precision.DISTRICT),
            ("114", "22", Precision.DISTRICT),
        ],
    )
    def test_is_no_better_than_the_decimals(self, lon, lat, precision):
        assert precision_of(lon, lat) is precision
