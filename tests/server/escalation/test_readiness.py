from datetime import date

import pytest

from server.cases.limitation import EvidenceGrade, read_clock
from server.escalation.demands import DemandCheck
from server.escalation.readiness import ReadinessFacts, items, readiness_json

BEST = {
    "has_identity": True, "has_address": True, "has_amounts": True, "visits": 2, "unsealed_visits": 0,
    "grades": (EvidenceGrade.A, EvidenceGrade.D), "statements": 1, "receipts": 2, "missing_files": 0, "open_stops": (),
}  # fmt: skip
CLOCK = read_clock(date(2025, 9, 27), events=[], today=date(2026, 12, 3))


def failing(**changes):
    return {item.code for item in items(ReadinessFacts(**BEST | changes)) if not item.holds}


class TestItems:
    def test_wants_the_contract_of_the_best_case_too(self):
        assert failing() == {"contract"}

    @pytest.mark.parametrize(("changes", "code"), [
        ({"has_identity": False}, "identity"), ({"has_address": False}, "address"), ({"has_amounts": False}, "amounts"),
        ({"statements": 0}, "statement"), ({"unsealed_visits": 1}, "visits"), ({"receipts": 1}, "receipts"),
        ({"grades": (EvidenceGrade.C,)}, "signed_demand"), ({"grades": ()}, "signed_demand"),
        ({"missing_files": 3}, "files"),
    ])  # fmt: skip
    def test_says_what_fails(self, changes, code):
        assert failing(**changes) == {"contract", code}

    def test_holds_nothing_of_a_case_never_visited(self):
        assert failing(visits=0, receipts=0) == {"contract", "visits", "receipts"}


class TestReadinessJson:
    def test_scores_and_warns(self):
        check = DemandCheck("confirmed", "能够确认", holds=True)
        told = readiness_json(ReadinessFacts(**BEST | {"open_stops": ("dispute",)}), clock=CLOCK, checks=(check,))
        assert told["score_percent"] == 89
        assert told["warnings"] == ["signed_demand_or_agreement", "stop_flag_dispute"]
        assert told["limitation"] == {
            "start_on": "2025-09-27", "expires_on": "2028-09-27", "days_left": 664, "grade": None,
            "missing_proof": ["signed_demand_or_agreement"],
        }  # fmt: skip
        assert told["demand_checks"] == [{"code": "confirmed", "zh": "能够确认", "holds": True, "note": ""}]
