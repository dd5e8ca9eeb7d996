"""Many houses on one point, and centres passed off as houses, are found; one tower with many flats is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.planning.datum import Datum, Point, convert, to_wgs84
from server.planning.precision import Precision
from server.planning.stacked import Doubt, Spot, believed, doubts, heaps, house_of

HERE = Point(lon=114.0596, lat=22.5429, datum=Datum.GCJ02)
AWAY = Point(lon=114.0700, lat=22.5500, datum=Datum.GCJ02)


def spots(*texts, point=HERE, precision=Precision.BUILDING):
    return [Spot(f"s{index}", point, precision, text) for index, text in enumerate(texts)]


STREET = ("人民路1号", "人民路35号2单元", "人民路 88 号")
TOWER = ("人民路1号3单元201", "人民路1号3单元1502", "人民路１号 4 单元 8 楼", "人民路1号")


class TestHouseOf:
    @pytest.mark.parametrize(
        ("text", "house"),
        [
            ("福田区人民路 1 号 3 单元 201", "福田区人民路1号"),
            ("福田区人民路１号", "福田区人民路1号"),
            ("花园小区12栋3单元", "花园小区12栋"),
            ("花园小区5号楼101", "花园小区5号楼"),
            ("中山路12-3号二楼", "中山路12-3号"),
            ("王家村", "王家村"),
            ("", ""),
        ],
    )
    def test_ends_at_the_house(self, text, house):
        assert house_of(text) == house


class TestHeaps:
    def test_counts_houses_not_flats(self):
        (heap,) = heaps([*spots(*STREET), Spot("far", AWAY, Precision.BUILDING, "别处9号")])
        assert (heap.ids, heap.houses) == (("s0", "s1", "s2"), 3)
        assert heaps(spots(*TOWER)) == []

    def test_two_houses_on_a_corner_are_none(self):
        assert heaps(spots(*STREET[:2])) == []

    def test_takes_a_point_for_the_same_in_another_datum(self):
        again = [Spot("w", to_wgs84(HERE), Precision.DOOR, STREET[2])]
        (heap,) = heaps([*spots(*STREET[:2]), *again])
        assert heap.ids == ("s0", "s1", "w")

    def test_is_not_told_of_points_that_claim_no_house(self):
        assert heaps(spots(*STREET, precision=Precision.STREET)) == []

    def test_tells_the_greatest_first(self):
        more = [Spot(f"m{number}", AWAY, Precision.DOOR, f"南路{number}号") for number in range(5)]
        assert [heap.houses for heap in heaps([*spots(*STREET), *more])] == [5, 3]


class TestDoubts:
    def test_names_each_kind(self):
        told = doubts(
            [
                *spots(*STREET),
                Spot("none", None, Precision.BUILDING),
                Spot("said", AWAY, Precision.DISTRICT),
                Spot("street", AWAY, Precision.STREET),
                Spot("exact", AWAY, Precision.DOOR),
            ]
        )
        assert told == dict.fromkeys(("s0", "s1", "s2"), Doubt.STACKED) | {
            "none": Doubt.UNLOCATED,
            "said": Doubt.CENTROID,
            "street": Doubt.VAGUE,
        }

    def test_finds_a_centre_that_is_said_to_be_a_house(self):
        near = Point(lon=HERE.lon + 0.0001, lat=HERE.lat, datum=HERE.datum)
        off = Point(lon=HERE.lon + 0.001, lat=HERE.lat, datum=HERE.datum)
        told = doubts([Spot(name, point, Precision.DOOR, centre=HERE) for name, point in (("n", near), ("o", off))])
        assert told == {"n": Doubt.CENTROID}

    @given(st.floats(74, 134), st.floats(18.2, 53.5), st.sampled_from(Datum), st.sampled_from(Datum))
    def test_finds_a_centre_anywhere_in_any_two_datums(self, lon, lat, said_in, known_in):
        centre = Point(lon=lon, lat=lat, datum=Datum.WGS84)
        near = Point(lon=lon, lat=lat + 0.0002, datum=Datum.WGS84)  # 22 m to the north
        spot = Spot("a", convert(near, to=said_in), Precision.DOOR, centre=convert(centre, to=known_in))
        assert doubts([spot]) == {"a": Doubt.CENTROID}

    @pytest.mark.parametrize("north", [0.0004, 0.019, 0.021, 1.0])
    def test_leaves_a_house_beyond_the_centre(self, north):
        house = Point(lon=HERE.lon, lat=HERE.lat + north, datum=HERE.datum)
        assert doubts([Spot("a", house, Precision.DOOR, centre=HERE)]) == {}

    def test_finds_a_centre_whose_datum_was_mistaken(self):
        mistaken = Point(lon=HERE.lon, lat=HERE.lat, datum=Datum.WGS84)
        assert doubts([Spot("m", mistaken, Precision.DOOR, centre=HERE)]) == {"m": Doubt.CENTROID}


@pytest.mark.parametrize(
    ("doubt", "precision"),
    [
        (Doubt.STACKED, Precision.STREET),
        (Doubt.CENTROID, Precision.DISTRICT),
        (None, Precision.DOOR),
        (Doubt.VAGUE, Precision.DOOR),
    ],
)
def test_a_point_is_believed_as_far_as_it_can_be(doubt, precision):
    assert believed(Precision.DOOR, doubt) is precision
