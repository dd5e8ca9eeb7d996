from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.devices import rules
from server.devices.rules import CodeNotGood, PullQuery
from sync.canonical import content_hash

AT = datetime(2026, 12, 2, 1, 30, tzinfo=UTC)
KEY, OTHER = {"kty": "OKP", "x": "a"}, {"kty": "OKP", "x": "b"}


class TestNormalCode:
    @pytest.mark.parametrize("typed", ["abcd-efgh", "ABCDEFGH", " abcd efgh ", "ab cd-ef\tgh"])
    def test_forgives_how_people_type(self, typed):
        assert rules.normal_code(typed) == "ABCDEFGH"

    def test_uses_no_letters_people_mix_up(self):
        assert set(rules.CODE_LETTERS).isdisjoint("01OIL")
        assert len(set(rules.CODE_LETTERS)) ** rules.CODE_LENGTH > 10**11


class TestCheckCode:
    def good(self, **changes):
        rules.check_code(**{"expires_at": AT, "used_at": None, "used_by_key": None, "key": KEY,
                            "at": AT - timedelta(seconds=1)} | changes)  # fmt: skip

    def test_lets_a_fresh_code_pass(self):
        self.good()

    def test_lets_the_same_phone_repeat_its_call(self):
        self.good(used_at=AT, used_by_key=KEY)

    @pytest.mark.parametrize(
        "changes",
        [
            {"at": AT},
            {"used_at": AT},
            {"used_at": AT, "used_by_key": OTHER},
            {"used_at": AT, "used_by_key": KEY, "at": AT},
        ],
        ids=["expired to the second", "used by nobody known", "used by another", "repeated too late"],
    )
    def test_refuses(self, changes):
        with pytest.raises(CodeNotGood):
            self.good(**changes)


class TestCheckPull:
    def test_gives_the_query(self):
        assert rules.check_pull("stops", seq=3, epoch="e", limit=1000, sv=3) == PullQuery(3, "e", 1000, 3)

    @pytest.mark.parametrize("coll", ["stops", "cards", "papers", "forms", "rules", "messages", "acks"])
    def test_knows_the_seven_collections(self, coll):
        assert rules.check_pull(coll, seq=0, epoch="", limit=1, sv=4)

    @pytest.mark.parametrize(
        ("coll", "change", "refusal"),
        [("records", {}, rules.NoSuchCollection), ("stops", {"limit": 0}, rules.BadPull),
         ("stops", {"limit": 1001}, rules.BadPull), ("stops", {"seq": -1}, rules.BadPull),
         ("stops", {"sv": 2}, rules.UpgradeNeeded), ("stops", {"sv": 5}, rules.UpgradeNeeded)],
    )  # fmt: skip
    def test_refuses(self, coll, change, refusal):
        with pytest.raises(refusal):
            rules.check_pull(coll, **{"seq": 0, "epoch": "", "limit": 1, "sv": 4} | change)


class TestNeedsRestart:
    @pytest.mark.parametrize(
        ("query", "is_needed"),
        [((0, ""), False), ((0, "e"), False), ((7, "e"), False), ((8, "e"), True), ((0, "old"), True), ((5, ""), True)],
        ids=str,
    )
    def test_compares_epoch_and_count(self, query, is_needed):
        asked = PullQuery(query[0], query[1], 100)
        assert rules.needs_restart(asked, epoch="e", newest=7) is is_needed


class TestClockOffsetMs:
    @given(st.integers(-(10**9), 10**9))
    def test_is_server_time_minus_phone_time(self, ms):
        assert rules.clock_offset_ms(AT - timedelta(milliseconds=ms), at=AT) == ms


class TestIsContactNews:
    @pytest.mark.parametrize(
        ("seconds", "old", "new", "is_news"),
        [(None, None, None, True), (60, 0, 0, True), (59, 0, 0, False), (59, 0, None, False), (59, None, 5, True),
         (59, 0, 999, False), (59, 0, 1000, True), (59, 0, -1000, True), (0, 0, 0, False), (-1, 0, 0, True)],
    )  # fmt: skip
    def test_is_a_minute_or_a_second_of_the_clock(self, seconds, old, new, is_news):
        last = None if seconds is None else AT - timedelta(seconds=seconds)
        assert rules.is_contact_news(last_contact_at=last, offset_ms=old, new_offset_ms=new, at=AT) is is_news


class TestMayOverwrite:
    STORED = content_hash({"a": 1})

    @pytest.mark.parametrize(
        ("stored", "assumed", "fresh", "may"),
        [(None, None, {"a": 1}, True), (STORED, {"a": 1}, {"a": 2}, True), (STORED, None, {"a": 1}, True),
         (STORED, None, {"a": 2}, False), (STORED, {"a": 3}, {"a": 2}, False), (STORED, {"a": 2**60}, {"a": 2}, False)],
        ids=["nothing kept", "saw it", "nothing new", "saw nothing", "saw another", "no canonical form"],
    )  # fmt: skip
    def test_needs_the_present_state_seen(self, stored, assumed, fresh, may):
        assert rules.may_overwrite(stored_hash=stored, assumed=assumed, fresh=fresh) is may


class TestRowsOf:
    def test_takes_200(self):
        assert len(rules.rows_of([{}] * 200)) == 200

    @pytest.mark.parametrize("decoded", [None, {}, "x", 5, True], ids=str)
    def test_refuses_what_is_no_list(self, decoded):
        with pytest.raises(rules.PushMalformed):
            rules.rows_of(decoded)

    def test_refuses_201(self):
        with pytest.raises(rules.TooManyRows, match="^expected at most 200, got 201$"):
            rules.rows_of([{}] * 201)


class TestResendFrom:
    @pytest.mark.parametrize(
        ("acked", "head", "held", "seq"),
        [(5, 5, 0, None), (4, 5, 0, None), (6, 5, 0, 6), (9, 0, 0, 1), (9, 4, 5, None), (9, 4, 4, 5)],
    )
    def test_is_the_first_the_server_lacks(self, acked, head, held, seq):
        assert rules.resend_from(acked_seq=acked, head_seq=head, held_later=held) == seq
