"""Numbers that name people, companies and telephones: are they well formed, and how they are shown. Pure.

A wrong check digit never loses a case: the identity stays unconfirmed until a person confirms it.
"""

import re
import unicodedata
from datetime import date
from enum import StrEnum

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECK_DIGITS = "10X98765432"
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = tuple(3**power % 31 for power in range(17))
NUMBER_LENGTH = 18
OLD_NUMBER_LENGTH = 15
SHOWN_DIGITS = 4
OLDEST_YEARS = 130

MOBILE = re.compile(r"1[3-9]\d{9}")
LANDLINE = re.compile(r"0\d{2,3}-?[2-9]\d{6,7}(-\d{1,6})?")
DISTRICT = re.compile(
    r"(?:[^省市区县]{2,8}(?:省|自治区))?(?:[^市区县]{2,10}(?:市|自治州|盟|地区))?(?:[^市区县旗]{1,12}[市区县旗])?"
)
SERVICE = re.compile(r"(400|800)-?\d{3}-?\d{4}")


class IdentityKind(StrEnum):
    """What a number names."""

    PERSON = "person"  # 居民身份证 (GB 11643)
    COMPANY = "company"  # 统一社会信用代码 (GB 32100)
    OTHER = "other"  # a passport, a permit, or text that is no number at all


class IdentityFlaw(StrEnum):
    """Why a number does not confirm who somebody is."""

    WRONG_LENGTH = "wrong_length"
    WRONG_CHARACTERS = "wrong_characters"
    IMPOSSIBLE_BIRTHDAY = "impossible_birthday"
    WRONG_CHECK_DIGIT = "wrong_check_digit"


FLAW_ZH = {
    IdentityFlaw.WRONG_LENGTH: "证件号码应为18位",
    IdentityFlaw.WRONG_CHARACTERS: "证件号码含有不允许的字符",
    IdentityFlaw.IMPOSSIBLE_BIRTHDAY: "证件号码中的出生日期不存在",
    IdentityFlaw.WRONG_CHECK_DIGIT: "证件号码校验位错误",
}
FLAW_EN = {
    IdentityFlaw.WRONG_LENGTH: "the number should have 18 characters",
    IdentityFlaw.WRONG_CHARACTERS: "the number holds characters that cannot stand there",
    IdentityFlaw.IMPOSSIBLE_BIRTHDAY: "the birthday inside the number does not exist",
    IdentityFlaw.WRONG_CHECK_DIGIT: "the check digit of the number is wrong",
}


def normal_number(text: str) -> str:
    """Return a number as it is compared: half width, upper case, without spaces and hyphens."""
    return re.sub(r"[\s\-\u200b\ufeff]", "", unicodedata.normalize("NFKC", text)).upper()


def flaw_of_person_number(number: str, *, on: date) -> IdentityFlaw | None:
    """Return what is wrong with an 18-digit ID number, None when its check digit is right.

    on is the date on which its owner must already be born. The area code is not judged: it changes over the years.
    Source: GB 11643-1999 §4 (check digit by ISO 7064 MOD 11-2).
    """
    if len(number) != NUMBER_LENGTH:
        return IdentityFlaw.WRONG_LENGTH
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return IdentityFlaw.WRONG_CHARACTERS
    born = birthday_of(number)
    if born is None or not on.year - OLDEST_YEARS <= born.year or born > on:
        return IdentityFlaw.IMPOSSIBLE_BIRTHDAY
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], ID_WEIGHTS, strict=True))
    return None if ID_CHECK_DIGITS[total % 11] == number[17] else IdentityFlaw.WRONG_CHECK_DIGIT


def birthday_of(number: str) -> date | None:
    """Return the birthday inside an 18-digit ID number, None when there is no such day."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def flaw_of_credit_code(code: str) -> IdentityFlaw | None:
    """Return what is wrong with a 统一社会信用代码, None when its check character is right.

    Source: GB 32100-2015 §5 (18 characters without I O S V Z, weights 3^i mod 31).
    """
    if len(code) != NUMBER_LENGTH:
        return IdentityFlaw.WRONG_LENGTH
    if not set(code) <= set(CREDIT_ALPHABET):
        return IdentityFlaw.WRONG_CHARACTERS
    total = sum(CREDIT_ALPHABET.index(char) * weight for char, weight in zip(code[:17], CREDIT_WEIGHTS, strict=True))
    return None if CREDIT_ALPHABET[-total % 31] == code[17] else IdentityFlaw.WRONG_CHECK_DIGIT


def judge_number(number: str, *, on: date) -> tuple[IdentityKind, IdentityFlaw | None]:
    """Say whether a number names a person or an organisation, and what is wrong with it.

    A column of a creditor's file may hold either; a number that is right as one of the two is that one.
    """
    person = flaw_of_person_number(number, on=on)
    if person is None:
        return IdentityKind.PERSON, None
    if flaw_of_credit_code(number) is None:
        return IdentityKind.COMPANY, None
    if re.search(r"[A-WYZ]", number):
        return IdentityKind.COMPANY, flaw_of_credit_code(number)
    return IdentityKind.PERSON, person


def normal_phone(text: str) -> str:
    """Return a telephone number without spaces, brackets and the country's prefix."""
    digits = re.sub(r"[\s()（）]", "", unicodedata.normalize("NFKC", text))
    return re.sub(r"^(\+|00)86-?", "", digits)


def is_phone(text: str) -> bool:
    """Return whether the text has the shape of a mainland mobile, landline or service number."""
    number = normal_phone(text)
    return any(shape.fullmatch(number) for shape in (MOBILE, LANDLINE, SERVICE))


def mask_number(number: str) -> str:
    """Return an ID number with only its last four characters readable."""
    hidden = max(len(number) - SHOWN_DIGITS, 0)
    return "*" * hidden + number[hidden:] if hidden else "*" * len(number)


def mask_phone(number: str) -> str:
    """Return a telephone number with its middle hidden: 138****5678."""
    if len(number) < 2 * SHOWN_DIGITS:
        return "*" * len(number)
    return number[:3] + "*" * (len(number) - 3 - SHOWN_DIGITS) + number[-SHOWN_DIGITS:]


def mask_address(text: str) -> str:
    """Return an address down to its district, the rest hidden."""
    shown = DISTRICT.match(text)
    return f"{shown.group(0) if shown else ''}****" if text else ""
