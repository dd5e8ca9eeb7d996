from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.cases.identity import (
    CREDIT_ALPHABET,
    FLAW_EN,
    FLAW_ZH,
    ID_CHECK_DIGITS,
    ID_WEIGHTS,
    IdentityFlaw,
    IdentityKind,
    birthday_of,
    flaw_of_credit_code,
    flaw_of_person_number,
    is_phone,
    judge_number,
    mask_address,
    mask_number,
    mask_phone,
    normal_number,
    normal_phone,
)

TODAY = date(2026, 11, 20)


def person_number(body):
    return body + ID_CHECK_DIGITS[sum(int(d) * w for d, w in zip(body, ID_WEIGHTS, strict=True)) % 11]


class TestFlawOfPersonNumber:
    @pytest.mark.parametrize("number", ["999182199904220910", "99364019800215898X", "11010519491231002X"])
    def test_accepts_a_right_check_digit(self, number):
        assert flaw_of_person_number(number, on=TODAY) is None

    def test_finds_a_wrong_check_digit(self):
        assert flaw_of_person_number("990000199001011234", on=TODAY) is IdentityFlaw.WRONG_CHECK_DIGIT

    @pytest.mark.parametrize(
        ("number", "flaw"),
        [
            ("99918219990422091", IdentityFlaw.WRONG_LENGTH),
            ("110105491231002", IdentityFlaw.WRONG_LENGTH),
            ("99918219990422091A", IdentityFlaw.WRONG_CHARACTERS),
            ("٩99182199904220910", IdentityFlaw.WRONG_CHARACTERS),
            (person_number("99918219990230091"), IdentityFlaw.IMPOSSIBLE_BIRTHDAY),
            (person_number("99918220270101091"), IdentityFlaw.IMPOSSIBLE_BIRTHDAY),
            (person_number("99918218500101091"), IdentityFlaw.IMPOSSIBLE_BIRTHDAY),
        ],
        ids=["short", "old", "letter", "foreign digit", "no day", "unborn", "too old"],
    )
    def test_says_what_is_wrong(self, number, flaw):
        assert flaw_of_person_number(number, on=TODAY) is flaw

    @given(st.integers(0, 16), st.integers(1, 9), st.dates(date(1930, 1, 1), date(2010, 1, 1)))
    def test_finds_every_single_wrong_digit(self, at, shift, born):
        number = person_number(f"999182{born:%Y%m%d}091")
        wrong = number[:at] + str((int(number[at]) + shift) % 10) + number[at + 1 :]
        assert flaw_of_person_number(number, on=TODAY) is None
        assert flaw_of_person_number(wrong, on=TODAY) is not None

    def test_has_words_for_every_flaw_in_both_languages(self):
        assert set(FLAW_ZH) == set(FLAW_EN) == set(IdentityFlaw)


class TestBirthdayOf:
    def test_reads_the_day_or_says_there_is_none(self):
        assert birthday_of("999182199904220910") == date(1999, 4, 22)
        assert birthday_of("999182199913220910") is None


class TestFlawOfCreditCode:
    @pytest.mark.parametrize("code", ["91350100M000100Y43", "91110108551385082Q"])
    def test_accepts_known_codes(self, code):
        assert flaw_of_credit_code(code) is None

    @pytest.mark.parametrize(
        ("code", "flaw"),
        [
            ("91350100M000100Y44", IdentityFlaw.WRONG_CHECK_DIGIT),
            ("91350100M000100Y4", IdentityFlaw.WRONG_LENGTH),
            ("91350100I000100Y43", IdentityFlaw.WRONG_CHARACTERS),
        ],
    )
    def test_says_what_is_wrong(self, code, flaw):
        assert flaw_of_credit_code(code) is flaw

    @given(st.integers(0, 16), st.integers(1, 30))
    def test_finds_every_single_wrong_character(self, at, shift):
        code = "91350100M000100Y43"
        other = CREDIT_ALPHABET[(CREDIT_ALPHABET.index(code[at]) + shift) % 31]
        assert flaw_of_credit_code(code[:at] + other + code[at + 1 :]) is IdentityFlaw.WRONG_CHECK_DIGIT


class TestJudgeNumber:
    def test_tells_people_from_companies(self):
        assert judge_number("999182199904220910", on=TODAY) == (IdentityKind.PERSON, None)
        assert judge_number("91350100M000100Y43", on=TODAY) == (IdentityKind.COMPANY, None)

    def test_judges_a_wrong_number_as_what_it_looks_like(self):
        assert judge_number("990000199001011234", on=TODAY) == (IdentityKind.PERSON, IdentityFlaw.WRONG_CHECK_DIGIT)
        assert judge_number("91350100M000100Y44", on=TODAY) == (IdentityKind.COMPANY, IdentityFlaw.WRONG_CHECK_DIGIT)
        assert judge_number("", on=TODAY) == (IdentityKind.PERSON, IdentityFlaw.WRONG_LENGTH)


class TestNormalNumber:
    def test_is_half_width_upper_case_and_unbroken(self):
        assert normal_number(" ９９364019800215-898ｘ ") == "99364019800215898X"


class TestIsPhone:
    @pytest.mark.parametrize(
        "text",
        [
            "19972387804",
            "+86 199 7238 7804",
            "0086-19972387804",
            "0755-26001234",
            "(010)62345678",
            "400-800-1234",
        ],
    )
    def test_knows_the_usual_shapes(self, text):
        assert is_phone(text)

    @pytest.mark.parametrize("text", ["", "10086", "1234567", "12972387804", "199723878041", "电话不详", "0755"])
    def test_refuses_others(self, text):
        assert not is_phone(text)


class TestNormalPhone:
    def test_drops_the_countrys_prefix(self):
        assert normal_phone("＋86 199 7238 7804") == "19972387804"


class TestMaskNumber:
    def test_shows_the_last_four_only(self):
        assert mask_number("999182199904220910") == "**************0910"

    def test_shows_nothing_of_a_short_one(self):
        assert (mask_number("1234"), mask_number("")) == ("****", "")


class TestMaskPhone:
    def test_hides_the_middle(self):
        assert mask_phone("19972387804") == "199****7804"
        assert mask_phone("1234567") == "*******"


class TestMaskAddress:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("广东省深圳市罗湖区经二路48号", "广东省深圳市罗湖区****"),
            ("北京市朝阳区建国路1号", "北京市朝阳区****"),
            ("侨城西街18号欢乐谷园内", "****"),
            ("", ""),
        ],
    )
    def test_shows_the_district_at_most(self, text, shown):
        assert mask_address(text) == shown
