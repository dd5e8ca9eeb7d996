import json

from server.escalation.summary import collate
from server.escalation.summary_json import as_json
from tests.server.escalation.make_summary import full_day

TOLD = as_json(collate(full_day()))


class TestAsJson:
    def test_is_plain_json(self):
        assert json.loads(json.dumps(TOLD)) == TOLD

    def test_gives_amounts_only_where_money_is_counted(self):
        assert [code for code, figure in TOLD["figures"].items() if "amount_fen" in figure] == ["promises"]

    def test_tells_each_household_with_its_visits_and_records(self):
        line = TOLD["lines"][0]
        assert (line["case_no"], line["outcome"], line["evidence_grade"], line["promised_fen"]) == (
            "WH-1",
            1,
            "A",
            2_000_000,
        )
        assert (len(line["visit_ids"]), len(line["record_ids"])) == (1, 1)

    def test_tells_a_household_nobody_got_to(self):
        line = TOLD["lines"][6]
        assert (line["outcome"], line["visit_ids"], line["visit_state"]) == (None, [], None)

    def test_tells_the_grounds_of_the_very_poor(self):
        (poor,) = TOLD["very_poor_credit"]
        assert [ground["code"] for ground in poor["grounds"]] == [
            "refused",
            "broken_promises",
            "long_overdue",
            "long_unpaid",
        ]
