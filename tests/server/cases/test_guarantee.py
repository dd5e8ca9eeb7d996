from datetime import date

from server.cases.guarantee import GuaranteeState, read_guarantee
from server.cases.limitation import Against, EvidenceGrade, LimitationEvent, LimitationKind

DUE = date(2026, 3, 31)


def event(on, *, kind=LimitationKind.DEMAND, against=Against.GUARANTOR, grade=EvidenceGrade.B):
    return LimitationEvent(kind, on, grade, against=against)


def read(*events, today=date(2026, 6, 1), is_joint=True, **more):
    return read_guarantee(DUE, is_joint=is_joint, events=events, today=today, **more)


class TestReadGuarantee:
    def test_lasts_six_months_from_the_due_day(self):
        found = read()
        assert (found.ends_on, found.state) == (date(2026, 9, 30), GuaranteeState.RUNNING)

    def test_lapses_the_day_after_and_frees_the_guarantor(self):
        assert read(today=date(2026, 9, 30)).state is GuaranteeState.RUNNING
        lapsed = read(today=date(2026, 10, 1))
        assert lapsed.state is GuaranteeState.LAPSED
        assert "保证人不再承担责任" in lapsed.zh

    def test_is_never_interrupted_by_what_the_debtor_did(self):
        paid = event(date(2026, 9, 1), kind=LimitationKind.PART_PAYMENT, against=Against.DEBTOR)
        assert read(paid).ends_on == date(2026, 9, 30)
        assert read(paid, today=date(2026, 10, 1)).state is GuaranteeState.LAPSED

    def test_is_kept_by_a_demand_from_a_joint_guarantor_in_time(self):
        called = read(event(date(2026, 9, 30)), today=date(2027, 1, 1))
        assert (called.state, called.called_on_on) == (GuaranteeState.CALLED_ON, date(2026, 9, 30))
        assert read(event(date(2026, 10, 1)), today=date(2027, 1, 1)).state is GuaranteeState.LAPSED

    def test_is_not_kept_by_an_attempt(self):
        tried = event(date(2026, 9, 1), grade=EvidenceGrade.D)
        assert read(tried, today=date(2027, 1, 1)).state is GuaranteeState.LAPSED

    def test_needs_a_suit_against_the_debtor_where_the_guarantee_is_general(self):
        suit = event(date(2026, 8, 1), kind=LimitationKind.SUIT, against=Against.DEBTOR)
        late = {"today": date(2027, 1, 1), "is_joint": False}
        assert read(suit, **late).state is GuaranteeState.CALLED_ON
        assert read(event(date(2026, 8, 1)), **late).state is GuaranteeState.LAPSED

    def test_follows_what_was_agreed(self):
        assert read(months=24).ends_on == date(2028, 3, 31)

    def test_is_unknown_without_a_due_day(self):
        assert read_guarantee(None, is_joint=True, events=[], today=DUE).state is GuaranteeState.UNKNOWN
