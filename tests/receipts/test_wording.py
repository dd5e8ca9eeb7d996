from datetime import UTC, date, datetime

import pytest

from receipts import wording

EVENING = datetime(2026, 12, 2, 16, 30, 5, tzinfo=UTC)  # already the next day in Beijing


class TestTimes:
    def test_are_beijing_time(self):
        assert wording.moment(EVENING) == "2026-12-03 00:30:05"
        assert wording.clock(EVENING) == "00:30"
        assert wording.day_of(EVENING) == "2026年12月3日"

    def test_are_a_dash_when_unknown(self):
        assert wording.moment(None) == wording.clock(None) == wording.day_of(None) == wording.day(None) == "—"

    @pytest.mark.parametrize("word", [wording.moment, wording.clock, wording.day_of])
    def test_must_say_their_zone(self, word):
        with pytest.raises(wording.NaiveTime, match="2026-12-02T16:30:05$"):
            word(EVENING.replace(tzinfo=None))


class TestSpan:
    def test_names_one_day_once(self):
        assert wording.span(date(2026, 12, 2), date(2026, 12, 2)) == "2026年12月2日"

    def test_names_both_ends(self):
        assert wording.span(date(2026, 12, 2), date(2027, 1, 4)) == "2026年12月2日 至 2027年1月4日"


class TestLength:
    @pytest.mark.parametrize(("minutes", "text"), [(0, "0分钟"), (59, "59分钟"), (60, "1小时00分"), (395, "6小时35分")])
    def test_splits_hours_from_minutes(self, minutes, text):
        assert wording.length(minutes) == text


class TestKilometres:
    def test_rounds_to_a_hundred_metres(self):
        assert wording.kilometres(48_349) == "48.3 公里"


class TestBoxes:
    def test_tick_the_given(self):
        assert wording.tick(given=True, label="是") == "☑是"
        assert wording.tick(given=False, label="是") == "☐是"

    @pytest.mark.parametrize(("answer", "text"), [(True, "☑是　☐否"), (False, "☐是　☑否"), (None, "☐是　☐否")])
    def test_leave_both_empty_when_unknown(self, answer, text):
        assert wording.yes_no(answer) == text


class TestMasks:
    def test_keep_only_the_first_character_of_a_name(self):
        assert wording.masked("冯兰𬱖") == "冯**"
        assert wording.masked("𬱖兰") == "𬱖**"
        assert wording.masked("  ") == "—"

    def test_keep_only_the_last_four_of_a_number(self):
        assert wording.last_four("6222000011112345") == "尾号 2345"
        assert wording.last_four("") == "—"

    def test_shorten_a_hash_whatever_its_prefix(self):
        assert wording.short_hash("sha256:" + "ab" * 32) == "abababababab"
        assert wording.short_hash("") == "—"

    def test_put_a_dash_for_nothing(self):
        assert wording.or_blank(" \n") == "—"
        assert wording.or_blank(" a") == " a"
