"""Records are read without trust, and corrections laid over what they correct."""

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from server.visits import told
from server.visits.told import Told, flaws, settle
from sync.envelope import RecordType

PHONE = uuid.uuid4()
AT = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)


def record(seq, kind="outcome", body=None, device=PHONE):
    return Told(uuid.uuid4(), device, seq, kind, f"{seq:064x}", AT, body or {})


def slip(seq, target, new_body, /, **changes):
    members = {
        "supersedes": str(target.id),
        "supersedes_hash": target.hash,
        "corrects": target.type,
        "reason": "错",
        "body": new_body,
    }
    return record(seq, "correction", members | changes)


class TestSettle:
    def test_orders_by_the_phones_own_count(self):
        first, second = record(1), record(2)
        assert settle([second, first]).records == (first, second)

    def test_lays_the_correction_over(self):
        wrong = record(1, body={"code": 1})
        right = slip(2, wrong, {"code": 3})
        settled = settle([right, wrong])
        assert settled.last("outcome").body == {"code": 3}
        assert settled.last("outcome").corrected_by == right.id
        assert settled.flags == ()

    def test_follows_a_correction_of_a_correction(self):
        wrong = record(1, body={"code": 1})
        first = slip(2, wrong, {"code": 3})
        second = slip(3, first, {"code": 5}, corrects="outcome")
        assert settle([wrong, first, second]).last("outcome").body == {"code": 5}

    def test_takes_the_last_of_two_corrections(self):
        wrong = record(1, body={"code": 1})
        settled = settle([slip(3, wrong, {"code": 5}), wrong, slip(2, wrong, {"code": 3})])
        assert settled.last("outcome").body == {"code": 5}

    @pytest.mark.parametrize("changes", [{"supersedes_hash": "0" * 64}, {"corrects": "met"}, {"body": "no"}])
    def test_leaves_what_a_slip_does_not_fit(self, changes):
        wrong = record(1, body={"code": 1})
        settled = settle([wrong, slip(2, wrong, {"code": 3}, **changes)])
        assert settled.last("outcome").body == {"code": 1}
        assert settled.flags == ("correction_does_not_fit",)

    def test_lets_no_phone_correct_anothers_record(self):
        wrong = record(1, body={"code": 1})
        other = replace(slip(1, wrong, {"code": 3}), device_id=uuid.uuid4())
        assert settle([wrong, other]).flags == ("correction_does_not_fit",)

    @pytest.mark.parametrize("target", ["018f4e7a-0000-7000-8000-00000000abcd", "no", None, []])
    def test_flags_a_slip_without_target(self, target):
        assert settle([record(1, "correction", {"supersedes": target})]).flags == ("correction_without_target",)

    def test_knows_what_is_not_there(self):
        assert settle([]).last("outcome") is None
        assert settle([record(1)]).of("met") == ()


class TestFlaws:
    def test_has_a_shape_for_every_type(self):
        assert set(told.validators()) == set(RecordType)

    def test_names_place_and_kind_without_the_value(self):
        body = {"visit_id": "x", "stop_id": str(PHONE), "case_id": str(PHONE), "who": "测试甲"}
        found = {(flaw.pointer, flaw.kind): flaw.message for flaw in flaws(record(1, "met", body))}
        assert found == {("/visit_id", "pattern"): "格式不对", ("/who", "enum"): "不在允许的取值中"}

    def test_is_bounded(self):
        body = {"fixes": [{} for _ in range(500)]}
        assert len(flaws(record(1, "location", body))) == told.MAX_FLAWS

    def test_says_nothing_of_an_unknown_type(self):
        assert flaws(record(1, "telepathy", {"x": 1})) == ()

    def test_allows_members_it_does_not_know(self):
        assert told.is_sound(record(1, "location", {"fixes": [], "later": 1}))


BODY = {"text": "abc", "n": 3, "yes": True, "obj": {"a": 1}, "list": [{"a": 1}, 3, None], "id": str(PHONE),
            "at": "2026-12-02T02:00:00.000Z", "on": "2026-12-02", "float": 1.5}  # fmt: skip


class TestPoints:
    def kinds(self, *points):
        ids = {"visit_id": str(PHONE), "stop_id": str(PHONE), "case_id": str(PHONE)}
        body = ids | {
            "paper": {"kind": "promise", "sha256": "a" * 64},
            "state": "void",
            "strokes": [{"p": list(points)}],
        }
        return [(flaw.pointer, flaw.kind) for flaw in flaws(record(1, "signed_paper", body))]

    def test_may_carry_pressure_or_not(self):
        assert self.kinds([1, 2, 3], [1, 2, 3, 4]) == []

    @pytest.mark.parametrize(
        "point", [[1, 2], [1, 2, 3, 4, 5], [1, 2, 3.0], [1, 2, True], [1, 2, 1 << 40], "123", None]
    )
    def test_are_three_or_four_whole_numbers(self, point):
        assert self.kinds([1, 2, 3], point) == [("/strokes", "points")]


class TestReaders:
    def test_return_values_of_the_right_kind(self):
        assert told.text(BODY, "text", most=2) == "ab"
        assert told.whole(BODY, "n") == 3
        assert told.yes_no(BODY, "yes") is True
        assert told.mapping(BODY, "obj") == {"a": 1}
        assert told.rows(BODY, "list") == ({"a": 1},)
        assert told.uuid(BODY, "id") == PHONE
        assert told.moment(BODY, "at") == AT
        assert told.day(BODY, "on") == date(2026, 12, 2)

    @pytest.mark.parametrize("name", [*BODY, "absent"])
    def test_return_nothing_for_the_wrong_kind(self, name):
        readers = {"text": told.text, "n": told.whole, "yes": told.yes_no, "obj": told.mapping, "list": told.rows,
                   "id": told.uuid, "at": told.moment, "on": told.day}  # fmt: skip
        texts = {"text", "id", "at", "on"}
        for own, reader in readers.items():
            if own == name or (own in texts and name in texts):
                continue
            got = reader(BODY, name, most=9) if own == "text" else reader(BODY, name)
            assert not got, (own, name)

    @pytest.mark.parametrize("value", ["no", "2026-13-01", "2026-12-02T25:00:00.000Z", "0001-01-01T00:00:00+23:00Z"])
    def test_return_nothing_for_dates_that_are_none(self, value):
        assert told.moment({"x": value}, "x") is None
        assert told.day({"x": value}, "x") is None
        assert told.as_uuid(value) is None
