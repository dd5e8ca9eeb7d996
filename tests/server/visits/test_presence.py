"""A position is graded against the address, with its doubts, and never refused."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.planning.datum import Datum, Point, convert
from server.planning.precision import Precision
from server.visits.presence import Doubt, Fix, PresenceGrade, judge, read_fix

AT = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)
DOOR = Point(114.057868, 22.543099)
METRE = 1 / 111_320


def north(metres):
    return Point(DOOR.lon, DOOR.lat + metres * METRE)


def verdict(*, metres=0, precision=Precision.DOOR, address=DOOR, point=None, **changes):
    fix = {
        "at": point or north(metres),
        "accuracy_m": 8,
        "fixed_at": AT,
        "provider": "gnss",
        "is_mock": False,
    } | changes
    return judge(Fix(**fix), address=address, precision=precision, at=AT)


class TestJudge:
    def test_gives_a_for_a_sharp_fresh_satellite_fix_at_the_door(self):
        assert verdict(metres=40) == type(verdict())(PresenceGrade.A, 40, ())

    @pytest.mark.parametrize(
        ("changes", "grade", "doubts"),
        [
            ({"metres": 87}, "A", ()),
            ({"metres": 90}, "D", ("far",)),
            ({"metres": 90, "precision": Precision.BUILDING}, "A", ()),
            ({"metres": 300, "precision": Precision.STREET}, "B", ("address_coarse",)),
            ({"metres": 600, "precision": Precision.STREET}, "D", ("far", "address_coarse")),
            ({"metres": 900, "precision": Precision.VILLAGE}, "B", ("address_coarse",)),
            ({"metres": 9000, "precision": Precision.DISTRICT}, "C", ("address_unknown",)),
            ({"precision": Precision.NONE, "address": None}, "C", ("address_unknown",)),
            ({"address": None}, "C", ("address_unknown",)),
            ({"accuracy_m": 31}, "B", ("coarse",)),
            ({"accuracy_m": 900, "metres": 270}, "B", ("coarse",)),
            ({"accuracy_m": 900, "metres": 290}, "D", ("coarse", "far")),
            ({"accuracy_m": 1001}, "D", ("no_fix", "coarse")),
            ({"provider": "network"}, "B", ("not_satellites",)),
            ({"provider": ""}, "B", ("not_satellites",)),
            ({"provider": "manual"}, "D", ("typed",)),
            ({"is_mock": True}, "D", ("mocked",)),
            ({"fixed_at": AT - timedelta(minutes=3)}, "B", ("old",)),
        ],
    )  # fmt: skip
    def test_grades_by_distance_error_age_and_source(self, changes, grade, doubts):
        found = verdict(**changes)
        assert (found.grade.value, tuple(one.value for one in found.doubts)) == (grade, doubts)

    def test_gives_d_without_a_fix(self):
        assert judge(None, address=DOOR, precision=Precision.DOOR, at=AT).doubts == (Doubt.NO_FIX,)

    @pytest.mark.parametrize("minutes", [-16, 16])
    def test_does_not_trust_a_fix_of_another_time(self, minutes):
        found = verdict(fixed_at=AT + timedelta(minutes=minutes))
        assert found.grade is PresenceGrade.D
        assert Doubt.OLD in found.doubts

    @pytest.mark.parametrize("datum", list(Datum))
    def test_reads_the_datum_of_both_sides(self, datum):
        found = verdict(point=convert(north(30), to=datum))
        assert found.grade is PresenceGrade.A
        assert abs(found.distance_m - 30) <= 1

    def test_a_wrong_datum_shows_as_distance(self):
        shifted = convert(DOOR, to=Datum.GCJ02)
        assert verdict(point=Point(shifted.lon, shifted.lat, Datum.WGS84)).grade is PresenceGrade.D

    def test_tells_no_position_when_stored(self):
        assert verdict(metres=40).as_json() == {"grade": "A", "distance_m": 40, "doubts": []}


GOOD = {"lon_e6": 114_057_868, "lat_e6": 22_543_099, "datum": "WGS-84", "accuracy_m": 8,
        "fixed_at": "2026-12-02T02:00:00.000Z", "provider": "gnss"}  # fmt: skip


class TestReadFix:
    def test_reads_a_fix(self):
        assert read_fix(GOOD) == Fix(DOOR, 8, AT, "gnss", is_mock=False)
        assert read_fix(GOOD | {"is_mock": True}).is_mock

    @pytest.mark.parametrize(
        "changes",
        [
            {"lon_e6": 114.05}, {"lon_e6": 180_000_001}, {"lat_e6": -90_000_001}, {"lat_e6": None}, {"datum": "CGCS"},
            {"datum": None}, {"datum": []}, {"datum": {}}, {"accuracy_m": -1}, {"accuracy_m": True},
            {"fixed_at": "yesterday"}, {"fixed_at": 3},
            {"fixed_at": "2026-12-02T02:00:00"}, {"fixed_at": "0001-01-01T00:00:00+23:00Z"},
        ],
    )  # fmt: skip
    def test_takes_nothing_else(self, changes):
        assert read_fix(GOOD | changes) is None

    @given(
        st.recursive(
            st.none() | st.integers() | st.text(), lambda inner: st.dictionaries(st.sampled_from([*GOOD]), inner)
        )
    )
    def test_never_raises(self, junk):
        read_fix(junk)
