from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from receipts.facts import NotAFact, SignatureState, StrokeFacts, fingerprint, strokes_of
from receipts.images import for_print
from receipts.wording import NaiveTime
from tests.receipts import sample


@dataclass(frozen=True, slots=True)
class Holder:
    value: object


class TestDebt:
    def test_adds_up_its_parts(self):
        assert sample.DEBT.total_fen() == 5_830_000 + 412_055 + 196_620
        assert [name for name, _ in sample.DEBT.parts()] == ["本金", "利息", "罚息", "违约金", "费用"]


class TestFingerprint:
    def test_is_the_same_for_the_same_facts(self):
        assert fingerprint(sample.receipt()) == fingerprint(sample.receipt())
        assert len(fingerprint(sample.receipt())) == 64

    def test_is_pinned_so_that_old_papers_still_verify(self):
        known = fingerprint(sample.PARTY)
        assert known == "c980e03cb8b1897f73a52e1ac0c4c53b895c5d59ed9d653342f4df083be0cc33"

    @pytest.mark.parametrize(
        "changes",
        [
            {"outcome": 2},
            {"distance_m": None},
            {"address_matches": False},
            {"notices": ()},
            {"debt": replace(sample.DEBT, fees_fen=1)},
            {"signature": replace(sample.SIGNED, state=SignatureState.REFUSED)},
            {"photos": (sample.photo(1, b"other"),)},
            {"arrived_at": sample.ARRIVED_AT + timedelta(microseconds=1)},
        ],
    )
    def test_changes_with_every_fact(self, changes):
        assert fingerprint(sample.receipt(**changes)) != fingerprint(sample.receipt())

    def test_takes_a_picture_made_for_print_for_its_bytes(self):
        made = for_print(sample.photo_bytes())
        given = [sample.receipt(photos=(replace(sample.photo(1), content=one),)) for one in (made, made.jpeg)]
        assert len({fingerprint(one) for one in given}) == 1

    def test_takes_the_same_moment_in_another_zone_for_the_same(self):
        there = sample.ARRIVED_AT.astimezone(timezone(timedelta(hours=8)))
        assert fingerprint(sample.receipt(arrived_at=there)) == fingerprint(sample.receipt())

    def test_tells_papers_with_equal_fields_apart(self):
        same_fields = type("Other", (), {})
        assert fingerprint(Holder(1)) != fingerprint(Holder("1"))
        assert fingerprint(Holder(date(2026, 1, 1))) == fingerprint(Holder("2026-01-01"))
        assert same_fields is not Holder

    def test_survives_a_lone_surrogate(self):
        assert fingerprint(Holder("\ud800")) != fingerprint(Holder("\ud801"))

    def test_refuses_a_time_without_zone(self):
        with pytest.raises(NaiveTime):
            fingerprint(Holder(datetime(2026, 1, 1)))  # noqa: DTZ001 - that is the point

    @pytest.mark.parametrize("value", [1.5, [1], {"a": 1}, object(), Holder])
    def test_refuses_what_is_not_plain(self, value):
        with pytest.raises(NotAFact, match="^expected a plain value, got "):
            fingerprint(Holder(value))


class TestStrokesOf:
    def test_takes_points_from_a_phones_record(self):
        record = [{"t0": 0, "p": [[1, 2, 8, 300], [3, 4, 8, 310]]}, {"t0": 90, "p": [[5, 6]]}]
        strokes = strokes_of({"unit": "0.01mm", "w": 9000, "h": 3600}, record, sha256="cd")
        assert strokes == StrokeFacts(9000, 3600, (((1, 2), (3, 4)), ((5, 6),)), "cd")

    def test_leaves_out_what_has_no_place(self):
        assert strokes_of({"w": 1, "h": 1}, [{"p": [[1]]}, {}, {"p": []}]).strokes == ()

    def test_demands_a_size(self):
        with pytest.raises(KeyError):
            strokes_of({"w": 1}, [])


class TestPaper:
    def test_has_times_in_utc_behind_it(self):
        assert sample.SEAL.generated_at.tzinfo is UTC
