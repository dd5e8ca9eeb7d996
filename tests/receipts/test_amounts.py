import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receipts.amounts import AmountTooLarge, capitals, yuan

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
MOST_FEN = 10**18 - 1
VALUES = {digit: value for value, digit in enumerate("零壹贰叁肆伍陆柒捌玖")}
UNITS = {"拾": 10, "佰": 100, "仟": 1000}


def read_capitals(text: str) -> int:
    """Read capital figures back to fen, character by character, with a stack of open groups."""
    sign, text = (-1, text[1:]) if text.startswith("负") else (1, text)
    whole, _, rest = text.partition("元") if "元" in text else ("", "", text)
    fen = sum(
        VALUES[digit] * {"角": 10, "分": 1}[unit] for digit, unit in re.findall(r"([壹贰叁肆伍陆柒捌玖])([角分])", rest)
    )
    total = group = digit = 0
    for character in whole:
        if character in VALUES:
            digit = VALUES[character]
        elif character in UNITS:
            group, digit = group + digit * UNITS[character], 0
        else:
            scale = 10**4 if character == "万" else 10**8
            closed = group + digit
            if scale == 10**8:  # 亿 multiplies everything before it, 万 only its own group
                total = (total + closed) * scale
            else:
                total += closed * scale
            group = digit = 0
    return sign * ((total + group + digit) * 100 + fen)


class TestYuan:
    @pytest.mark.parametrize(
        ("amount_fen", "text"),
        [
            (0, "0.00"),
            (5, "0.05"),
            (5_830_000, "58,300.00"),
            (-100, "-1.00"),
            (-5, "-0.05"),
            (123_456_789_012, "1,234,567,890.12"),
        ],
    )
    def test_writes_thousands_and_two_decimals(self, amount_fen, text):
        assert yuan(amount_fen) == text

    @given(st.integers(-MOST_FEN, MOST_FEN))
    def test_can_be_read_back(self, amount_fen):
        assert int(yuan(amount_fen).replace(",", "").replace(".", "")) == amount_fen


class TestCapitals:
    @pytest.mark.parametrize(
        ("amount_fen", "text"),
        [
            # the official examples
            (600_714, "陆仟零柒元壹角肆分"),
            (168_032, "壹仟陆佰捌拾元叁角贰分"),
            (10_700_053, "壹拾万零柒仟元伍角叁分"),
            (1_640_902, "壹万陆仟肆佰零玖元零贰分"),
            (32_504, "叁佰贰拾伍元零肆分"),
            # ours; 整 after 角 is optional, and leaves no room to add 分
            (140_950, "壹仟肆佰零玖元伍角整"),
            (5_830_000, "伍万捌仟叁佰元整"),
            (0, "零元整"),
            (5, "伍分"),
            (50, "伍角整"),
            (55, "伍角伍分"),
            (1000, "壹拾元整"),
            (1_001, "壹拾元零壹分"),
            (10_000_000_000, "壹亿元整"),
            (10_000_000_100, "壹亿零壹元整"),
            (1_000_100_000_000, "壹佰亿零壹佰万元整"),
            (1_000_000_000_000_000, "壹拾万亿元整"),
            (-140_950, "负壹仟肆佰零玖元伍角整"),
        ],
    )
    def test_spells(self, amount_fen, text):
        assert capitals(amount_fen) == text

    @given(st.integers(-MOST_FEN, MOST_FEN) | st.integers(0, 10**9) | st.integers(0, 10**7).map(lambda n: n * 10_000))
    def test_can_be_read_back_by_another_hand(self, amount_fen):
        assert read_capitals(capitals(amount_fen)) == amount_fen

    @given(st.integers(0, MOST_FEN))
    def test_never_says_zero_twice_or_before_a_unit(self, amount_fen):
        text = capitals(amount_fen)
        assert "零零" not in text
        assert not re.search(r"零[拾佰仟万亿角分整]", text)
        assert ("零元" in text) == (amount_fen == 0)

    @given(st.integers(0, MOST_FEN))
    def test_ends_in_zheng_unless_there_are_fen(self, amount_fen):
        assert capitals(amount_fen).endswith("分" if amount_fen % 10 else "整")

    def test_refuses_what_has_no_customary_spelling(self):
        assert capitals(MOST_FEN).startswith("玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿")
        with pytest.raises(AmountTooLarge, match="^expected at most 9999999999999999 yuan, got 10000000000000000$"):
            capitals(MOST_FEN + 1)


class TestVectors:
    def test_agree_with_the_phone(self):
        cases = json.loads((VECTORS / "amounts.json").read_text(encoding="utf-8"))["cases"]
        assert all(yuan(one["fen"]) == one["yuan"] for one in cases)
        assert all(capitals(one["fen"]) == one["capitals"] for one in cases)
