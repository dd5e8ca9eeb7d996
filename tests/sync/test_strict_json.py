import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import strict_json
from sync.canonical import NotCanonisable, canonical
from sync.strict_json import MAX_DEPTH, NotStrictJson, loads, loads_noting

texts = st.text(st.characters(blacklist_categories=["Cs", "Cc"], whitelist_characters="\n\t"))
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | texts
    | st.floats(allow_nan=False, allow_infinity=False)
)
values = st.recursive(scalars, lambda v: st.lists(v, max_size=4) | st.dictionaries(texts, v, max_size=4), max_leaves=30)
texts_of_values = st.builds(
    lambda value, is_ascii, is_tight, is_sorted: json.dumps(
        value, ensure_ascii=is_ascii, separators=(",", ":") if is_tight else None, sort_keys=is_sorted
    ),
    values | st.dictionaries(texts, st.integers() | texts, min_size=1),
    *[st.booleans()] * 3,
)
ODD = [
    "1.0", "1e5", "-0", "-0.0", "9007199254740992", "9007199254740991", "-9223372036854775809", "9223372036854775808",
    "1E400", "NaN", '"\\u007f"', '"\x7f"', '"\\/"', '"\u2028"', '"\\u001f"', '"\\t"', '"\t"',
    '"\\ud83d\\ude00"', '"\ud83d"',
    '"😀","\uffff"', "1,1", '1,"a":2', "[" * MAX_DEPTH + "]" * MAX_DEPTH, "1 ", "01", "+1", "tru", "null", "",
]  # fmt: skip


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
        with pytest.raises(NotStrictJson, match="^a string holds a control character or half a surrogate pair$"):
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


class TestLoadsNoting:
    @given(values)
    def test_tells_what_reading_and_writing_again_would(self, value):
        for text in (json.dumps(value), json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))):
            read = loads(text)
            try:
                is_canonical = canonical(read) == text.encode()
            except NotCanonisable:
                is_canonical = False
            assert loads_noting(text) == (read, is_canonical)

    @given(st.dictionaries(texts, st.lists(texts | st.integers(1 - 2**53, 2**53 - 1)), max_size=3))
    def test_knows_the_canonical_text_of_an_object(self, value):
        assert loads_noting(canonical(value).decode()) == (value, True)

    @pytest.mark.parametrize(
        "text",
        [
            '{"a":1,"a":1}', '{"a":NaN}', '{"a":-Infinity}', '{"a":9223372036854775808}', '{"a":"\\ud800"}',
            '{"a":"\\u0001"}', '{"a":"\ud800"}', '{"a":1} x', '{"a":' + "[" * MAX_DEPTH + "]" * MAX_DEPTH + "}",
        ],
    )  # fmt: skip
    def test_refuses_what_loads_refuses(self, text):
        with pytest.raises(NotStrictJson) as told:
            loads_noting(text)
        with pytest.raises(NotStrictJson, match=f"^{re.escape(str(told.value))}$"):
            loads(text)

    @pytest.mark.parametrize("text", ['{"a":1.0}', '{"a":9007199254740993}', '{"a":-0}', '{"b":1,"a":1}', '{"a": 1}'])
    def test_takes_what_could_be_written_otherwise_and_says_so(self, text):
        assert loads_noting(text) == (json.loads(text), False)

    @given(texts_of_values | st.sampled_from(ODD).map('{{"a":{}}}'.format) | st.sampled_from(ODD).map("[{}]".format))
    def test_reads_and_judges_as_the_slow_way_does(self, text):
        def outcome(read):
            try:
                return repr(read(text))
            except NotStrictJson:
                return "refused"

        quick = outcome(loads), outcome(loads_noting)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(strict_json, "_unchanged", lambda *_: None)
            assert quick == (outcome(loads), outcome(loads_noting))

    def test_counts_bytes_not_characters(self):
        text = '{"a":"' + "债" * 100 + '"}'
        with pytest.raises(NotStrictJson, match="at most 250 bytes"):
            loads_noting(text, max_bytes=250)
        assert loads_noting(text, max_bytes=308)[1]

    def test_takes_much_that_lies_side_by_side(self):
        text = '{"a":[' + ",".join(["[1,2]"] * 100) + "]}"
        assert loads_noting(text)[1]
