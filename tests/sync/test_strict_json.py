import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.strict_json import MAX_DEPTH, NotStrictJson, loads

texts = st.text(st.characters(blacklist_categories=["Cs", "Cc"], whitelist_characters="\n\t"))
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | texts
    | st.floats(allow_nan=False, allow_infinity=False)
)
values = st.recursive(scalars, lambda v: st.lists(v, max_size=4) | st.dictionaries(texts, v, max_size=4), max_leaves=30)


class TestLoads:
    @given(values)
    def test_reads_what_any_writer_wrote(self, value):
        assert loads(json.dumps(value)) == value
        assert loads(json.dumps(value, ensure_ascii=False).encode()) == value

    @given(st.binary(max_size=200))
    def test_gives_a_value_or_its_own_error_for_any_bytes(self, raw):
        try:
            value = loads(raw)
        except NotStrictJson:
            return
        assert value == json.loads(raw)

    @pytest.mark.parametrize(
        "raw",
        [
            b"", b" ", b"{", b"[1,]", b"{'a':1}", b"nul", b"01", b"1 2", b"\xef\xbb\xbf{}", b"\xff", b"\xed\xa0\x80",
            '"\ud800"', "{}".encode("utf-16"), b'"\x01"', b'"a\nb"',
        ],
    )  # fmt: skip
    def test_refuses_what_is_not_json_in_utf8(self, raw):
        with pytest.raises(NotStrictJson):
            loads(raw)

    @pytest.mark.parametrize("raw", ['{"a":1,"a":1}', '[{"b":{"x":1,"y":2,"x":3}}]', '{"a":1,"\\u0061":2}'])
    def test_refuses_a_member_named_twice(self, raw):
        with pytest.raises(NotStrictJson, match="twice"):
            loads(raw)

    @pytest.mark.parametrize("raw", ["NaN", "[Infinity]", '{"a":-Infinity}', "1e999", "[-1e400]"])
    def test_refuses_numbers_that_are_none(self, raw):
        with pytest.raises(NotStrictJson):
            loads(raw)

    @pytest.mark.parametrize("zeros", [19, 20, 4400, 100_000])
    def test_refuses_an_integer_of_many_digits(self, zeros):
        with pytest.raises(NotStrictJson, match="64 bits"):
            loads(f"[1{'0' * zeros}]")

    @pytest.mark.parametrize("number", [2**63, -(2**63) - 1])
    def test_refuses_an_integer_just_beyond_64_bits(self, number):
        with pytest.raises(NotStrictJson, match="64 bits"):
            loads(f"[{number}]")

    @pytest.mark.parametrize("number", [2**63 - 1, -(2**63), 0])
    def test_takes_the_integers_at_the_edge(self, number):
        assert loads(str(number)) == number

    @pytest.mark.parametrize(
        "raw",
        [r'"\u0000"', r'"\b"', r'"\f"', r'"\r"', r'["a",{"k":"\u001f"}]', r'{"\u0007":1}', r'"\ud800"', r'"\udc00x"',
         r'{"a":{"b":["\uDFFF"]}}'],
    )  # fmt: skip
    def test_refuses_controls_and_half_pairs_also_when_escaped(self, raw):
        with pytest.raises(NotStrictJson, match="control character"):
            loads(raw)

    @pytest.mark.parametrize(
        ("raw", "value"),
        [(r'"a\nb\tc"', "a\nb\tc"), (r'"\ud83d\ude00"', "😀"), (r'"\\b \\u0000"', r"\b \u0000"), (r'"\u000a"', "\n")],
    )
    def test_takes_line_ends_tabs_pairs_and_escaped_backslashes(self, raw, value):
        assert loads(raw) == value

    def test_takes_just_the_depth_allowed_and_not_one_more(self):
        assert loads("[" * MAX_DEPTH + "]" * MAX_DEPTH)
        with pytest.raises(NotStrictJson, match="deeper"):
            loads("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))
        with pytest.raises(NotStrictJson, match="deeper"):
            loads('{"a":' * (MAX_DEPTH + 1) + "1" + "}" * (MAX_DEPTH + 1))

    def test_survives_a_bomb_of_brackets(self):
        with pytest.raises(NotStrictJson):
            loads("[" * 1_000_000)

    def test_counts_bytes_not_characters(self):
        assert loads('"中"', max_bytes=5) == "中"
        with pytest.raises(NotStrictJson, match="at most 4 bytes"):
            loads('"中"', max_bytes=4)
