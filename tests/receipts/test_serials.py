from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receipts.serials import BadNumber, BadSerial, PaperKind, Serial, check_digit, make, read

DAY = date(2026, 12, 2)
SERIALS = st.builds(
    lambda kind, on, number: make(kind, on=on, number=number),
    st.sampled_from(PaperKind),
    st.dates(date(2020, 1, 1), date(2099, 12, 31)),
    st.integers(1, 99_999_999),
)


class TestMake:
    def test_names_kind_day_number_and_check_digit(self):
        assert make(PaperKind.VISIT_RECEIPT, on=DAY, number=7) == "HZ-20261202-0007-7"

    def test_grows_past_four_digits(self):
        assert make(PaperKind.PROMISE, on=DAY, number=12_345).startswith("CN-20261202-12345-")

    @pytest.mark.parametrize("number", [0, -1, 100_000_000])
    def test_refuses_a_number_out_of_range(self, number):
        with pytest.raises(BadNumber, match=f"^expected 1 to 99999999, got {number}$"):
            make(PaperKind.PROMISE, on=DAY, number=number)

    def test_has_a_prefix_of_its_own_for_every_kind(self):
        assert len({kind.value for kind in PaperKind}) == len(PaperKind) == 10


class TestRead:
    @given(st.sampled_from(PaperKind), st.dates(date(2020, 1, 1), date(2099, 12, 31)), st.integers(1, 99_999_999))
    def test_gives_back_what_was_made(self, kind, on, number):
        assert read(make(kind, on=on, number=number)) == Serial(kind, on, number)

    def test_takes_lower_case_and_spaces(self):
        assert read("  hz-20261202-0007-7 ").number == 7

    @given(SERIALS, st.data())
    def test_catches_every_single_wrong_digit(self, serial, data):
        places = [place for place, character in enumerate(serial) if character.isdigit()]
        place = data.draw(st.sampled_from(places))
        wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != serial[place]]))
        with pytest.raises(BadSerial):
            read(serial[:place] + wrong + serial[place + 1 :])

    @pytest.mark.parametrize(
        "text", ["", "HZ-20261202-0007", "HZ-2026122-0007-3", "HZ-20261202-007-3", "HZ-２0261202-0007-7", "x\ud800"]
    )
    def test_refuses_another_shape(self, text):
        with pytest.raises(BadSerial, match="^expected a serial like"):
            read(text)

    def test_says_which_check_digit_was_expected(self):
        with pytest.raises(BadSerial, match="^expected check digit 7, got 8"):
            read("HZ-20261202-0007-8")

    @pytest.mark.parametrize("body", ["XX-20261202-0007", "HZ-20261302-0007", "HZ-20260230-0007"])
    def test_refuses_an_unknown_kind_or_an_impossible_day(self, body):
        with pytest.raises(BadSerial, match="^expected a known prefix and a day of the calendar"):
            read(f"{body}-{check_digit(body)}")


class TestCheckDigit:
    @pytest.mark.parametrize(("digits", "check"), [("0794", "5"), ("00200667308", "5")])
    def test_is_that_of_the_standard(self, digits, check):
        assert check_digit(digits) == check

    def test_tells_kinds_apart(self):
        assert len({check_digit(f"{kind.value}-20261202-0007") for kind in PaperKind}) > 3
