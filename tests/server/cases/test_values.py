from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.cases.values import count_of, date_of, degrees_of, fen_of, narrow, rate_of, real_day, whole_of, yuan


class TestFenOf:
    @pytest.mark.parametrize(
        ("text", "fen"),
        [
            ("110,801.88", 11_080_188),
            ("8745.15", 874_515),
            ("30", 3_000),
            ("0.00", 0),
            ("-20.00", -2_000),
            ("(20.00)", -2_000),
            ("¥1,234.5", 123_450),
            ("人民币12元", 1_200),
            ("１２３．４５", 12_345),
            ("1234.5600000000002", 123_456),
            ("1.5e+05", 15_000_000),
        ],
    )
    def test_reads_every_spelling(self, text, fen):
        assert fen_of(text) == fen

    @pytest.mark.parametrize(
        "text", ["", "abc", "1,23", "1.2.3", "12.345", "=1+1", "1e99", "NaN", "∞", "1 000 x", "--5"]
    )
    def test_refuses_to_guess(self, text):
        assert fen_of(text) is None

    def test_counts_in_ten_thousands_where_the_file_does(self):
        assert fen_of("1.2345", yuan_per_unit=10_000) == 1_234_500

    @given(st.integers(-(10**13), 10**13))
    def test_reads_back_what_yuan_writes(self, fen):
        assert fen_of(yuan(fen)) == fen

    @given(st.text(max_size=40))
    def test_never_breaks(self, text):
        assert fen_of(text) is None or isinstance(fen_of(text), int)


class TestDateOf:
    @pytest.mark.parametrize(
        "text",
        [
            "2026年11月03日",
            "2026/11/03",
            "2026-11-03",
            "2026.11.3",
            "20261103",
            "2026-11-03 00:00:00",
            "2026-11-03T08:00:00",
            "２０２６－１１－０３",
            "46329",
            "46329.5",
        ],
    )
    def test_reads_every_spelling(self, text):
        assert date_of(text) == date(2026, 11, 3)

    @pytest.mark.parametrize(
        "text", ["2026-13-40", "2026-02-30", "", "昨天", "11/03/2026", "12", "999999", "0001-01-01"]
    )
    def test_knows_no_such_day(self, text):
        assert date_of(text) is None

    def test_counts_serials_from_1904_where_the_file_does(self):
        assert date_of("46329", is_1904=True) == date(2030, 11, 4)

    @given(st.dates(date(1949, 1, 1), date(2199, 12, 31)))
    def test_reads_any_day_back(self, day):
        assert date_of(day.isoformat()) == date_of(f"{day.year}年{day.month}月{day.day}日") == day

    @given(st.text(max_size=30))
    def test_never_breaks(self, text):
        assert date_of(text) is None or isinstance(date_of(text), date)


class TestRealDay:
    def test_refuses_years_no_contract_reaches(self):
        assert real_day(1948, 12, 31) is None
        assert real_day(2200, 1, 1) is None
        assert real_day(2024, 2, 29) == date(2024, 2, 29)


class TestCountOf:
    @pytest.mark.parametrize(("text", "count"), [("435", 435), ("435天", 435), ("435.0", 435), ("1,022", 1022)])
    def test_reads_counts(self, text, count):
        assert count_of(text) == count

    @pytest.mark.parametrize("text", ["", "-1", "4.5", "约三百"])
    def test_refuses_other_things(self, text):
        assert count_of(text) is None


class TestWholeOf:
    def test_takes_only_a_zero_fraction(self):
        assert (whole_of("7.00"), whole_of("7.01")) == (7, None)


class TestDegreesOf:
    def test_reads_degrees_within_the_limit(self):
        assert degrees_of("114.097891", limit=180) == 114.097891
        assert degrees_of("91", limit=90) is None
        assert degrees_of("1e2", limit=180) is None


class TestRateOf:
    @pytest.mark.parametrize(("text", "rate"), [("5", 50), ("0.5", 5), ("", None), ("5%", None), ("0.05", None)])
    def test_reads_ten_thousandths_a_day(self, text, rate):
        assert rate_of(text) == rate


class TestNarrow:
    def test_drops_width_and_invisible_space(self):
        assert narrow("　１２\u200b３ ") == "123"


class TestYuan:
    @pytest.mark.parametrize(("fen", "text"), [(0, "0.00"), (5, "0.05"), (-2000, "-20.00"), (11_080_188, "110,801.88")])
    def test_writes_two_decimals(self, fen, text):
        assert yuan(fen) == text
