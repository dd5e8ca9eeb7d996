"""The digest names the content, the difference says where it moved."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.schemes import digest

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)
SAID = {"area": "福田区", "dates": ["2026-12-02"], "stops": {"s1": {"seq": 1, "crew_id": "c1"}}}


class TestDigest:
    def test_is_the_same_whatever_the_order_of_members(self):
        assert digest.digest(dict(reversed(SAID.items()))) == digest.digest(SAID)

    def test_changes_with_any_word(self):
        assert digest.digest(SAID | {"area": "罗湖区"}) != digest.digest(SAID)


class TestChanges:
    def test_points_at_what_differs(self):
        now = {"area": "福田区", "dates": ["2026-12-03"], "stops": {"s1": {"seq": 2, "crew_id": "c1"}}}
        assert list(digest.changes(SAID, now)) == [
            {"pointer": "/dates", "was": ["2026-12-02"], "now": ["2026-12-03"]},
            {"pointer": "/stops/s1/seq", "was": 1, "now": 2},
        ]

    def test_shows_what_came_and_went_whole(self):
        now = SAID | {"stops": {"s2": {"seq": 1}}}
        assert list(digest.changes(SAID, now)) == [
            {"pointer": "/stops/s1", "was": {"seq": 1, "crew_id": "c1"}, "now": None},
            {"pointer": "/stops/s2", "was": None, "now": {"seq": 1}},
        ]

    def test_escapes_pointers(self):
        """Source: RFC 6901 §3."""
        assert [one["pointer"] for one in digest.changes({"a/b~c": 1}, {"a/b~c": 2})] == ["/a~1b~0c"]

    @given(st.dictionaries(st.text(max_size=3), JSON, max_size=4))
    def test_finds_nothing_between_equals(self, said):
        assert list(digest.changes(said, said)) == []

    @given(
        st.dictionaries(st.text(max_size=3), JSON, max_size=3), st.dictionaries(st.text(max_size=3), JSON, max_size=3)
    )
    def test_finds_something_whenever_the_digest_differs(self, was, now):
        named = [{key: value for key, value in one.items() if value is not None} for one in (was, now)]
        if any(self.has_null(one) for one in named):
            return
        assert bool(list(digest.changes(*named))) == (digest.digest(named[0]) != digest.digest(named[1]))

    def has_null(self, value):
        """An absent member and a null one read alike in a difference; contents have no optional members."""
        if isinstance(value, dict):
            return any(one is None or self.has_null(one) for one in value.values())
        return False


class TestListed:
    @pytest.mark.parametrize("count", [3, 500])
    def test_is_never_endless(self, count):
        was, now = {str(n): 0 for n in range(count)}, {str(n): 1 for n in range(count)}
        assert len(digest.listed(was, now)) == min(count, digest.MOST_CHANGES)
