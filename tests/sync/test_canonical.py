import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.canonical import NotCanonisable, canonical, content_hash, is_sha256, sha256_hex

texts = st.text(st.characters(blacklist_categories=["Cs"]))
scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts
values = st.recursive(scalars, lambda v: st.lists(v, max_size=4) | st.dictionaries(texts, v, max_size=4), max_leaves=20)


class TestCanonical:
    def test_agrees_with_the_shared_vectors(self, vectors):
        for case in vectors("canonical")["cases"]:
            assert canonical(case["value"]).decode() == case["canonical"], case["name"]
            assert content_hash(case["value"]) == case["sha256"], case["name"]

    def test_gives_the_example_of_the_rfc(self):
        # RFC 8785 §3.2.2 and §3.2.3.
        value = {
            "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
            "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"\u002f",
            "literals": [None, True, False],
        }
        assert canonical(value).decode() == (
            '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
            '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
        )

    @given(values)
    def test_does_not_depend_on_the_order_members_came_in(self, value):
        again = json.loads(canonical(value))
        assert canonical(again) == canonical(value)

    @given(st.dictionaries(texts, scalars, min_size=2))
    def test_ignores_insertion_order(self, value):
        assert canonical(dict(reversed(value.items()))) == canonical(value)

    @pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53 + 1, "\ud800", {"\udfff": 1}, object()])
    def test_refuses_what_has_no_canonical_form(self, value):
        with pytest.raises(NotCanonisable):
            canonical([value])

    def test_refuses_endless_nesting(self):
        deep = []
        for _ in range(100_000):
            deep = [deep]
        with pytest.raises(NotCanonisable):
            canonical(deep)


class TestSha256Hex:
    def test_is_the_usual_hash(self):
        assert sha256_hex(b"abc") == hashlib.sha256(b"abc").hexdigest()


class TestIsSha256:
    def test_takes_64_lower_case_digits(self):
        assert is_sha256("0123456789abcdef" * 4)

    @pytest.mark.parametrize("text", ["", "0" * 63, "0" * 65, "G" * 64, "A" * 64, "٠" * 64, None, 5, b"0" * 64])
    def test_refuses_everything_else(self, text):
        assert not is_sha256(text)
