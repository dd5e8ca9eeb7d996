"""The clock is told line by line in both languages, each line with its article."""

import re
from datetime import date

import pytest

from server.cases import limitation_words as words
from server.cases.limitation import (
    ClockState,
    EvidenceGrade,
    LimitationEvent,
    LimitationKind,
    Reason,
    read_clock,
)

DUE, TODAY = date(2024, 5, 15), date(2026, 11, 20)


def lines(*events, due=DUE, today=TODAY):
    return words.explain(read_clock(due, events=events, today=today), today=today)


def event(on, grade="A", kind=LimitationKind.DEMAND, **more):
    return LimitationEvent(kind, on, EvidenceGrade(grade), "visit:1", **more)


class TestWords:
    def test_stand_for_every_member(self):
        assert set(words.KIND) == set(LimitationKind)
        assert set(words.REASON) == set(Reason)
        assert set(words.STATE) == set(ClockState) - {ClockState.UNKNOWN}


class TestExplain:
    def test_begins_with_the_start_and_its_articles(self):
        first = lines()[0]
        assert (first.on, first.article) == (DUE, "民法典 188、189、201")
        assert "自次日起算 3 年" in first.zh

    def test_names_article_effect_and_source_of_each_event(self):
        told = lines(event(date(2026, 1, 10)))[1]
        assert told.zh == "催告（证据 A 级）：中断，自 2026-01-10 重新计算，至 2029-01-10"
        assert told.en == "demand (proof of grade A): restarts on 2026-01-10, until 2029-01-10"
        assert told.on == date(2026, 1, 10)
        assert (told.article, told.source) == ("民法典 195(1)；诉讼时效规定 8(1)", "visit:1")

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            (event(date(2026, 1, 10), "D"), "仅为尝试，不中断"),
            (event(date(2024, 5, 15)), "早于起算日，不计"),
            (event(date(2026, 1, 10), kind=LimitationKind.SUIT), "中断，程序未终结"),
            (event(date(2099, 1, 10)), "日期远晚于今日，不计，须核实"),
        ],
    )
    def test_says_why_an_event_changed_nothing_yet(self, given, said):
        assert lines(given)[1].zh.endswith(said)

    def test_tells_the_other_day_when_counsel_has_to_confirm(self):
        told = [line for line in lines(event(date(2026, 1, 10), "C")) if "C 级证据不被采信" in line.zh]
        assert [line.on for line in told] == [date(2027, 5, 15)]

    def test_tells_an_obstacle_in_the_last_six_months(self):
        stopped = event(date(2027, 1, 10), kind=LimitationKind.OBSTACLE, ended_on=date(2027, 3, 20))
        told = lines(stopped, today=date(2027, 4, 1))[1]
        assert told.zh.endswith("2027-03-20 障碍消除，自该日起满六个月届满（2027-09-20）")
        assert (told.article, "suspended in the last six months" in told.en) == ("民法典 194", True)
        lasting = event(date(2027, 1, 10), kind=LimitationKind.OBSTACLE)
        assert "障碍未消除" in lines(lasting, today=date(2027, 4, 1))[1].zh

    def test_tells_the_day_to_act_by_when_the_last_day_moves_behind_a_weekend(self):
        found = read_clock(DUE, events=[], today=TODAY, is_closed=lambda day: day.weekday() >= 5)
        told = {line.article: line.on for line in words.explain(found, today=TODAY)}
        assert (told["民法典 203"], told["民法典 188、200-203"]) == (date(2027, 5, 15), date(2027, 5, 17))

    def test_warns_of_an_expired_debt(self):
        told = lines(today=date(2027, 6, 1))
        assert any("外访须法务批准" in line.zh and "规定 19" in line.article for line in told)
        assert any("已过 17 天" in line.zh for line in told)

    def test_is_told_whole_in_both_languages(self):
        lasting = event(date(2027, 1, 10), kind=LimitationKind.OBSTACLE)
        told = {line.zh: (line.en, line.article) for line in lines(lasting, today=date(2027, 4, 1))}
        assert told["债务（分期债务为最后一期）到期；诉讼时效自次日起算 3 年"] == (
            "the debt (its last instalment) fell due; 3 years count from the next day", "民法典 188、189、201",
        )  # fmt: skip
        obstacle = "最后六个月内中止，障碍未消除；即使今日消除，亦至 2027-10-01 届满"
        [en] = [en for zh, (en, _) in told.items() if zh.endswith(obstacle)]
        assert en.endswith(
            ": suspended in the last six months, not gone yet; "
            "were it gone today, the period would last until 2027-10-01"
        )
        assert told["诉讼时效最后一日（剩余 183 天）"] == (
            "last day of the period (183 days left)",
            "民法典 188、200-203",
        )
        cap = ("twenty years, the longest protection", "民法典 188(2)")
        assert told["自权利受损起二十年，最长保护期"] == cap
        assert told[words.STATE[ClockState.PAUSED][0]] == (words.STATE[ClockState.PAUSED][1], "民法典 188、195")

    def test_is_told_whole_once_it_has_ended(self):
        gone = event(date(2027, 1, 10), kind=LimitationKind.OBSTACLE, ended_on=date(2027, 3, 20))
        told = {line.zh: (line.en, line.article) for line in lines(gone, today=date(2027, 9, 21))}
        [en] = [en for zh, (en, _) in told.items() if "障碍消除" in zh]
        assert en.endswith(
            ": suspended in the last six months; gone on 2027-03-20, the period ends six months later (2027-09-20)"
        )
        assert told["诉讼时效最后一日（已过 1 天）"] == ("last day of the period (1 days ago)", "民法典 188、200-203")
        expired = (words.STATE[ClockState.EXPIRED][1], "民法典 192；诉讼时效规定 19")
        assert told[words.STATE[ClockState.EXPIRED][0]] == expired
        last = {line.zh: (line.en, line.article) for line in lines(gone, today=date(2027, 9, 20))}
        assert last["诉讼时效最后一日（剩余 0 天）"] == ("last day of the period (0 days left)", "民法典 188、200-203")
        assert (words.STATE[ClockState.RUNNING][1], "民法典 188、195") in last.values()

    def test_tells_days_of_rest_and_weak_proof_in_both_languages(self):
        weak = [event(date(2026, 1, 13), "C")]  # three years later it is Saturday
        found = read_clock(DUE, events=weak, today=TODAY, is_closed=lambda day: day.weekday() >= 5)
        told = {line.zh: (line.en, line.article) for line in words.explain(found, today=TODAY)}
        assert told["期间计满之日为法定休假日，最后一日顺延；安排工作以此日为准"] == (
            "the period is counted to this day of rest and ends after it; act by this day all the same", "民法典 203",
        )  # fmt: skip
        weak_words = ("the last day if grade C does not hold in court", "诉讼时效规定 8(1)")
        assert told["若 C 级证据不被采信，最后一日为此日"] == weak_words

    def test_tells_of_a_suit_that_the_clock_stands_still(self):
        suit = lines(event(date(2026, 1, 10), kind=LimitationKind.SUIT))[1]
        assert suit.en.endswith(": the clock stands still while proceedings last")

    def test_names_the_article_of_missing_proof(self):
        (only,) = lines(due=None)
        assert only.article == "证据规定 90；诉讼时效规定 8、14"

    def test_is_one_line_without_a_due_day(self):
        (only,) = lines(due=None)
        assert only.zh == "债务到期日未知，时效无法计算"

    def test_has_chinese_english_and_an_article_in_every_line(self):
        for line in lines(event(date(2026, 1, 10), "C"), event(date(2026, 2, 10), "D")):
            assert re.search("[\u4e00-\u9fff]", line.zh)
            assert not re.search("[\u4e00-\u9fff]", line.en)
            assert line.article
