"""The feed of December, fed twice: every fen accounted for, settled cases flagged, reversals felt."""

import pytest

from server.cases.allocation import standing
from server.cases.ledger import as_entry
from server.cases.models import PaymentFact
from server.db import db

FEED = ("A1", "2026-11-22", "100.00", "还款", "L1")


@pytest.fixture
def placed(desk):
    desk.place({}, {"案件序列号": "A2", "证件号码": "999182198801010012", "客户姓名": "测试乙"})
    return desk


def reckoned(desk, *rows):
    from tests.server.cases.conftest import feed

    return desk.read(feed(*rows), path="/v1/payments/imports", name="feed.csv")


class TestReckoning:
    def test_adds_up_with_unknown_cases_and_reversals(self, placed):
        answer = reckoned(
            placed, FEED, ("A1", "2026-11-23", "-100.00", "冲正", "L2"), ("ZZ", "2026-11-23", "7.00", "还款", "L3"),
            ("A2", "2026-11-24", "很多", "还款", "L4"),
        )  # fmt: skip
        told = answer.json["reckoning"]
        assert told == {
            "total_fen": 700, "allocated_fen": 10_000, "reversed_fen": -10_000, "unmatched_fen": 700, "unreadable": 1,
        }  # fmt: skip
        assert told["total_fen"] == told["allocated_fen"] + told["reversed_fen"] + told["unmatched_fen"]

    def test_changes_nothing_the_second_time(self, placed):
        first = placed.pay(FEED)
        owed = placed.case()["outstanding_fen"]
        second = placed.pay(FEED)
        assert (first["changes"]["created"], second["changes"]["created"]) == (1, 0)
        assert second["changes"]["unchanged"] == 1
        assert placed.case()["outstanding_fen"] == owed
        assert db.session.query(PaymentFact).count() == 1

    def test_holds_for_the_shared_feed(self, placed, shared_data):
        content = (shared_data / "portfolios" / "payments_2026-12.csv").read_bytes()
        told = placed.read(content, path="/v1/payments/imports", name="feed.csv").json["reckoning"]
        assert told["total_fen"] == told["allocated_fen"] + told["reversed_fen"] + told["unmatched_fen"] != 0


class TestFlagSettled:
    def kinds(self, desk):
        return [(one["kind"], one["lifted_at"] is None) for one in desk.case()["stop_flags"]]

    def test_goes_up_when_the_creditor_settles_the_case(self, placed):
        placed.pay(("A1", "2026-11-22", "12000.00", "结清", "L1"))
        assert placed.case()["state"] == "settled"
        assert self.kinds(placed) == [("settled", True)]

    def test_comes_down_when_a_reversal_opens_it_again(self, placed):
        placed.pay(("A1", "2026-11-22", "12000.00", "结清", "L1"))
        placed.pay(("A1", "2026-11-23", "-12000.00", "冲正", "L2"))
        assert placed.case()["state"] == "phone"
        assert self.kinds(placed) == [("settled", False)]

    def test_goes_up_once(self, placed):
        for serial in ("L1", "L2"):
            placed.pay(("A1", "2026-11-22", "6000.00", "还款", serial))
        placed.pay(("A1", "2026-11-24", "1.00", "还款", "L3"))
        assert self.kinds(placed) == [("settled", True)]


class TestStanding:
    def test_forgets_a_payment_that_was_taken_back(self, placed):
        placed.pay(FEED, ("A1", "2026-11-24", "5.00", "还款", "L5"))
        placed.pay(("A1", "2026-11-25", "-100.00", "冲正", "L6"))
        left = standing([as_entry(one) for one in db.session.query(PaymentFact)])
        assert [one.reference for one in left] == ["L5"]


class TestShowAllocation:
    def test_shows_costs_then_interest_then_principal_with_the_article(self, placed):
        placed.pay(("A1", "2026-11-22", "950.00", "还款", "L1"))
        case_id = placed.case()["id"]
        (entry,) = placed.caller.get(f"/v1/cases/{case_id}/allocation").json["entries"]
        assert [(one["kind"], one["fen"]) for one in entry["steps"]] == [("interest", 90_000), ("penalty", 5_000)]
        assert {one["article"] for one in entry["steps"]} == {"民法典 561(2)"}
        assert sum(one["fen"] for one in entry["steps"]) == entry["amount_fen"]
