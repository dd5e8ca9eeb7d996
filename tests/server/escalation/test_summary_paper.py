from datetime import UTC, datetime

from receipts import visit_summary
from receipts.facts import SealFacts, SignatureState
from server.escalation import summary_paper
from server.escalation.models import CloseOut
from server.escalation.summary import collate
from server.escalation.summary_json import figure_json
from tests.server.escalation.make_summary import full_day, scheme, stop, visit

AT = datetime(2026, 12, 3, 2, 0, tzinfo=UTC)
SEAL = SealFacts("HB-20261203-0001-1", AT, "测试公司", "http://localhost/verify/x")


def facts(found, closing=None, changes=()):
    return summary_paper.paper_facts(found, seal=SEAL, closing=closing, closed_by="周主管", changes=list(changes))


def closed(found):
    figures = {code: figure_json(figure) for code, figure in found.figures.items()}
    return CloseOut(closed_at=AT, conclusion="正常", requests="无", figures=figures)


class TestPaperFacts:
    def test_prints_the_same_bytes_for_the_same_facts(self):
        found = collate(full_day())
        assert visit_summary.render(facts(found)).pdf == visit_summary.render(facts(found)).pdf

    def test_flags_what_has_not_come(self):
        assert visit_summary.render(facts(collate(full_day()))).flags == ("incomplete records not yet synced",)

    def test_names_things_by_the_random_end_of_their_ids(self):
        assert facts(collate(full_day())).figures.refused.records == ("000003ea", "000003f1")

    def test_leads_a_household_to_its_visit(self):
        assert facts(collate(full_day())).lines[0].records == ("户 00000001", "访 000003e9", "00001389")

    def test_is_open_to_sign_until_it_is_closed_out(self):
        found = collate(full_day())
        assert facts(found).signature.state is SignatureState.OPEN
        signed = facts(found, closed(found)).signature
        assert (signed.name, signed.state, signed.signed_at) == ("周主管", SignatureState.ELECTRONIC, AT)

    def test_prints_what_changed_after_the_close_out(self):
        changes = [{"code": "completed", "zh": "完成", "before": 1, "after": 2}]
        assert facts(collate(full_day()), changes=changes).supplement_note == "完成 1 → 2"

    def test_prints_the_grounds_with_the_rule(self):
        assert facts(collate(full_day())).poor_credit[0].ground.endswith("（规则 credit-1）")


class TestChangesSince:
    def test_is_empty_without_a_close_out_or_news(self):
        found = collate(full_day())
        assert summary_paper.changes_since(None, found) == []
        assert summary_paper.changes_since(closed(found), found) == []

    def test_tells_counts_and_amounts(self):
        before = collate(scheme(stop(1)))
        after = collate(scheme(stop(1, visit(1, 7))))
        changes = {one["code"]: one for one in summary_paper.changes_since(closed(before), after)}
        assert changes["not_met"] == {"code": "not_met", "zh": "未遇", "before": 0, "after": 1}
        assert set(changes) == {"completed", "not_met", "open", "grade_d"}

    def test_sees_that_the_same_number_counts_other_things(self):
        before = collate(scheme(stop(1, visit(1, 7)), stop(2, visit(2, 3))))
        after = collate(scheme(stop(1, visit(1, 3)), stop(2, visit(2, 7))))
        codes = {one["code"] for one in summary_paper.changes_since(closed(before), after)}
        assert {"not_met", "refused"} <= codes
