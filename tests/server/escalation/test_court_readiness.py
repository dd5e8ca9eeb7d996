"""The lists of court, payment order and police: each condition can hold and can fail."""

from dataclasses import replace
from datetime import date

import pytest

from server.cases.limitation import read_clock
from server.escalation.court_readiness import FilingFacts, Place, court, listed, payment_order, police, venues
from server.escalation.demands import demand_checks
from server.escalation.readiness import ReadinessItem

HOME = Place("home", "深圳市福田区", "440304", is_routable=True)
READY = FilingFacts(
    has_creditor_code=True, has_identity=True, places=(HOME,), amounts_add_up=True, has_as_of=True,
    outstanding_fen=1_000_00, is_due=True, has_contract_no=True, has_basis_day=True, open_stops=(), outcomes=(1,),
)  # fmt: skip
CLOCK = read_clock(date(2025, 9, 10), events=[], today=date(2026, 12, 1))
EXPIRED = read_clock(date(2020, 9, 10), events=[], today=date(2026, 12, 1))
HELD = (ReadinessItem("contract", "合同与放款凭证", holds=True),)


class TestCourt:
    def test_misses_nothing_when_everything_is_there(self):
        assert listed(court(READY, clock=CLOCK, evidence=HELD))["missing"] == []

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"has_creditor_code": False}, "plaintiff"),
            ({"has_identity": False}, "defendant"),
            ({"places": ()}, "residence"),
            ({"amounts_add_up": False}, "claims"),
            ({"has_as_of": False}, "claims"),
            ({"outstanding_fen": 0}, "claims"),
            ({"has_contract_no": False}, "facts"),
            ({"places": (replace(HOME, district=""),)}, "venue"),
            ({"places": (replace(HOME, kind="work"),)}, "venue"),
        ],
    )
    def test_names_what_is_missing(self, change, code):
        assert code in listed(court(replace(READY, **change), clock=CLOCK, evidence=HELD))["missing"]

    def test_names_the_evidence_that_lacks_and_the_clock_that_ran_out(self):
        lacking = (ReadinessItem("contract", "合同与放款凭证", holds=False),)
        found = {one.code: one for one in court(READY, clock=EXPIRED, evidence=lacking)}
        assert (found["evidence"].holds, found["evidence"].note) == (False, "缺：合同与放款凭证")
        assert (found["limitation"].holds, found["limitation"].note) == (False, "2023-09-10")

    def test_cannot_tell_without_a_due_day(self):
        unknown = read_clock(None, events=[], today=date(2026, 12, 1))
        assert "limitation" in listed(court(READY, clock=unknown, evidence=HELD))["to_find_out"]


class TestPaymentOrder:
    def test_leaves_to_the_creditor_what_only_the_creditor_knows(self):
        told = listed(payment_order(READY))
        assert (told["missing"], told["to_find_out"]) == ([], ["no_mutual_debt", "no_preservation"])

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"is_due": False}, "due_and_definite"),
            ({"amounts_add_up": False}, "due_and_definite"),
            ({"outcomes": (1, 8)}, "deliverable"),
            ({"places": ()}, "deliverable"),
            ({"open_stops": ("dispute",)}, "undisputed"),
        ],
    )
    def test_names_what_is_missing(self, change, code):
        assert code in listed(payment_order(replace(READY, **change)))["missing"]


class TestPolice:
    def told(self, *, principal_fen=6_000_000, is_card=True, open_stops=()):
        checks = demand_checks([], due_on=date(2025, 9, 10), paid_on=[], today=date(2026, 12, 1),
                               principal_fen=principal_fen)  # fmt: skip
        return listed(police(checks, is_card=is_card, open_stops=open_stops))

    def test_never_concludes_intent(self):
        assert "intent" in self.told()["to_find_out"]

    def test_says_each_condition_in_both_languages(self):
        assert not [one for one in self.told()["items"] if " " not in one["en"] or not one["zh"]]

    def test_is_for_cards_of_fifty_thousand_and_lawful_demands(self):
        assert "principal" not in self.told()["missing"]
        assert "principal" in self.told(principal_fen=4_999_999)["missing"]
        assert "card" in self.told(is_card=False)["missing"]
        assert "lawful" in self.told(open_stops=("complaint",))["missing"]
        assert "two_30_days" in self.told()["missing"]


class TestVenues:
    def test_follow_the_residence_and_leave_the_contract_to_a_person(self):
        hints = venues([HOME, Place("registered", "长沙市岳麓区", "430104", is_routable=True),
                        Place("work", "广州市天河区", "440106", is_routable=True)])  # fmt: skip
        assert [(one["basis"], one["district"]) for one in hints] == [
            ("经常居住地", "深圳市福田区"),
            ("户籍地或注册地（住所）", "长沙市岳麓区"),
            ("其他地址，须核实是否为住所", "广州市天河区"),
            ("合同履行地", None), ("协议管辖", None),
        ]  # fmt: skip
