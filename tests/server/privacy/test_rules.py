"""Retention, deletion by two people, and the days of an answer."""

import uuid
from datetime import date

import pytest

from server.privacy import rules
from server.privacy.rules import (
    GROUND_ZH,
    REQUEST_ARTICLE,
    DeletionOpen,
    Ground,
    NotDeletable,
    OwnDeletion,
    RequestAnswered,
    RequestInFuture,
    RequestKind,
)

TODAY = date(2026, 12, 3)
MA, GUO = uuid.UUID(int=1), uuid.UUID(int=2)


def test_words_and_articles_stand_for_every_member():
    assert set(GROUND_ZH) == set(Ground)
    assert set(REQUEST_ARTICLE) == set(RequestKind)


def test_kept_until_counts_from_the_end_of_the_case():
    assert rules.kept_until(date(2026, 12, 3), least_days=1826) == date(2031, 12, 3)
    assert rules.kept_until(None, least_days=1826) is None


class TestWhyNotDelete:
    def test_names_everything_that_stands_against_it(self):
        found = rules.why_not_delete(ended_on=None, holds=1, broken_rules=["RECORDS"])
        assert found == ["case_open", "legal_hold", "RECORDS"]

    def test_is_empty_when_nothing_does(self):
        assert rules.why_not_delete(ended_on=TODAY, holds=0, broken_rules=[]) == []


class TestDeletion:
    def test_is_asked_for_once_and_when_nothing_stands_against_it(self):
        rules.ask_deletion([], has_one=False)
        with pytest.raises(DeletionOpen):
            rules.ask_deletion([], has_one=True)
        with pytest.raises(NotDeletable) as refusal:
            rules.ask_deletion(["legal_hold"], has_one=False)
        assert refusal.value.facts == {"against": ["legal_hold"]}

    def test_is_carried_out_by_another_person_and_weighed_again(self):
        rules.carry_out([], asked_by_id=MA, by_id=GUO, is_done=False)
        with pytest.raises(OwnDeletion):
            rules.carry_out([], asked_by_id=MA, by_id=MA, is_done=False)
        with pytest.raises(NotDeletable):
            rules.carry_out(["legal_hold"], asked_by_id=MA, by_id=GUO, is_done=False)
        with pytest.raises(DeletionOpen):
            rules.carry_out([], asked_by_id=MA, by_id=GUO, is_done=True)


class TestRequests:
    def test_are_answered_within_the_days(self):
        assert rules.answer_by(date(2026, 12, 1), today=TODAY, most_days=15) == date(2026, 12, 16)
        with pytest.raises(RequestInFuture):
            rules.answer_by(date(2026, 12, 4), today=TODAY, most_days=15)

    def test_are_answered_once(self):
        rules.answer("")
        with pytest.raises(RequestAnswered):
            rules.answer("refused")
