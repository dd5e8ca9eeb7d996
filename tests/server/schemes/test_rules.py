"""Who may move a scheme and when. The cast: Zhou compiles, Sun and Ma review, Guo signs off."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.schemes import rules
from server.schemes.rules import Decision, SchemeState

ZHOU, SUN, MA, GUO, TWIN = (UUID(int=n) for n in range(1, 6))
SUBMIT = {"compiler_id": ZHOU, "actor_id": ZHOU, "is_planned": True, "routed": 8, "blocking": ()}
REVIEW = {
    "compiler_id": ZHOU,
    "reviewer_id": SUN,
    "decision": Decision.APPROVE,
    "reason": "",
    "reviewer_roles": ("supervisor",),
    "flag_roles": (),
}
SIGN = {
    "hands": {ZHOU, SUN},
    "signer_id": GUO,
    "decision": Decision.APPROVE,
    "reason": "",
    "is_planned": True,
    "routed": 8,
    "blocking": (),
}
TODAY = date(2026, 12, 2)
DISPATCH = {"last_on": TODAY, "today": TODAY, "is_planned": True, "blocking": ()}
STATES = st.sampled_from(list(SchemeState))


class TestEdit:
    @pytest.mark.parametrize("state", sorted(rules.EDITABLE_STATES))
    def test_lets_its_compiler(self, state):
        rules.edit(state, compiler_id=ZHOU, actor_id=ZHOU)

    def test_refuses_everybody_else(self):
        with pytest.raises(rules.NotTheCompiler, match="ask its compiler"):
            rules.edit(SchemeState.DRAFTING, compiler_id=ZHOU, actor_id=SUN)

    @pytest.mark.parametrize("state", sorted(set(SchemeState) - rules.EDITABLE_STATES))
    def test_refuses_while_others_decide_and_after_the_end(self, state):
        with pytest.raises(rules.SchemeNotOpen) as refusal:
            rules.edit(state, compiler_id=ZHOU, actor_id=ZHOU)
        assert refusal.value.facts == {"state": state}


class TestAfterChange:
    @pytest.mark.parametrize("state", sorted(rules.APPROVED_STATES))
    def test_asks_for_sign_off_again_when_it_matters(self, state):
        assert rules.after_change(state, is_material=True) is SchemeState.CHANGED

    @pytest.mark.parametrize("state", sorted(rules.APPROVED_STATES))
    def test_keeps_the_sign_off_when_it_does_not(self, state):
        assert rules.after_change(state, is_material=False) is state

    def test_makes_a_returned_scheme_a_draft(self):
        assert rules.after_change(SchemeState.RETURNED, is_material=False) is SchemeState.DRAFTING

    @given(STATES, st.booleans())
    def test_never_gives_a_sign_off(self, state, is_material):
        after = rules.after_change(state, is_material=is_material)
        assert after not in rules.APPROVED_STATES or after is state


class TestCheckDates:
    def test_takes_today_and_later(self):
        rules.check_dates([TODAY, TODAY + timedelta(days=1)], today=TODAY)

    def test_names_the_days_that_are_past(self):
        with pytest.raises(rules.OddDates, match="2026-12-01 is past") as refusal:
            rules.check_dates([TODAY, TODAY - timedelta(days=1)], today=TODAY)
        assert refusal.value.facts == {"past": ["2026-12-01"]}

    @pytest.mark.parametrize("dates", [[], [TODAY, TODAY], [TODAY + timedelta(days=n) for n in range(32)]])
    def test_refuses_none_doubled_and_too_many(self, dates):
        with pytest.raises(rules.OddDates, match="1 to 31 different days"):
            rules.check_dates(dates, today=TODAY)


class TestSubmit:
    @pytest.mark.parametrize("state", [SchemeState.DRAFTING, SchemeState.RETURNED])
    def test_sends_a_planned_scheme_to_review(self, state):
        assert rules.submit(state, **SUBMIT) is SchemeState.SUBMITTED

    def test_refuses_another_supervisor(self):
        with pytest.raises(rules.NotTheCompiler):
            rules.submit(SchemeState.DRAFTING, **SUBMIT | {"actor_id": SUN})

    @pytest.mark.parametrize("state", [SchemeState.SIGNED_OFF, SchemeState.CHANGED, SchemeState.SUBMITTED])
    def test_refuses_what_is_past_drafting(self, state):
        with pytest.raises(rules.SchemeNotOpen):
            rules.submit(state, **SUBMIT)

    @pytest.mark.parametrize(
        ("change", "refusal"),
        [
            ({"is_planned": False}, rules.NotPlanned),
            ({"routed": 0}, rules.NothingToVisit),
            ({"blocking": ["CREW", "FREEZE"]}, rules.RulesBroken),
        ],
    )
    def test_refuses_what_is_not_fit(self, change, refusal):
        with pytest.raises(refusal):
            rules.submit(SchemeState.DRAFTING, **SUBMIT | change)

    def test_names_the_rules_that_forbid_it(self):
        with pytest.raises(rules.RulesBroken, match="CREW, FREEZE") as refusal:
            rules.submit(SchemeState.DRAFTING, **SUBMIT | {"blocking": ["FREEZE", "CREW"]})
        assert refusal.value.facts == {"rules": ["CREW", "FREEZE"]}


class TestReview:
    def test_lets_another_supervisor_agree(self):
        assert rules.review(SchemeState.SUBMITTED, **REVIEW) is SchemeState.REVIEWED

    def test_refuses_the_compiler(self):
        with pytest.raises(rules.OwnScheme, match="another supervisor or compliance"):
            rules.review(SchemeState.SUBMITTED, **REVIEW | {"reviewer_id": ZHOU})

    @given(STATES.filter(lambda state: state is not SchemeState.SUBMITTED))
    def test_refuses_every_other_state(self, state):
        with pytest.raises(rules.NotSubmitted):
            rules.review(state, **REVIEW)

    def test_sends_back_with_a_reason(self):
        back = REVIEW | {"decision": Decision.RETURN, "reason": "车辆不足"}
        assert rules.review(SchemeState.SUBMITTED, **back) is SchemeState.RETURNED

    @pytest.mark.parametrize("reason", ["", " ", "。"])
    def test_demands_the_reason(self, reason):
        with pytest.raises(rules.DecisionUnexplained):
            rules.review(SchemeState.SUBMITTED, **REVIEW | {"decision": Decision.RETURN, "reason": reason})

    def test_leaves_a_flag_to_the_role_that_may_agree(self):
        flagged = REVIEW | {"flag_roles": ["compliance"], "reason": "客户约定"}
        with pytest.raises(rules.NotYourFlag, match="flagged for compliance") as refusal:
            rules.review(SchemeState.SUBMITTED, **flagged)
        assert refusal.value.facts == {"needs": ["compliance"]}
        by_ma = flagged | {"reviewer_id": MA, "reviewer_roles": ["compliance"]}
        assert rules.review(SchemeState.SUBMITTED, **by_ma) is SchemeState.REVIEWED

    def test_demands_words_for_agreeing_to_a_flag(self):
        by_ma = REVIEW | {"flag_roles": ["compliance"], "reviewer_id": MA, "reviewer_roles": ["compliance"]}
        with pytest.raises(rules.DecisionUnexplained):
            rules.review(SchemeState.SUBMITTED, **by_ma)

    def test_lets_any_reviewer_send_a_flagged_scheme_back(self):
        back = REVIEW | {"flag_roles": ["compliance"], "decision": Decision.RETURN, "reason": "次数过多"}
        assert rules.review(SchemeState.SUBMITTED, **back) is SchemeState.RETURNED


class TestSignOff:
    @pytest.mark.parametrize("state", [SchemeState.REVIEWED, SchemeState.CHANGED])
    def test_gives_the_sign_off(self, state):
        assert rules.sign_off(state, **SIGN) is SchemeState.SIGNED_OFF

    @pytest.mark.parametrize("signer_id", [ZHOU, SUN])
    def test_refuses_whoever_had_a_hand_in_it(self, signer_id):
        with pytest.raises(rules.OwnScheme, match="ask another manager"):
            rules.sign_off(SchemeState.REVIEWED, **SIGN | {"signer_id": signer_id})

    @given(STATES.filter(lambda state: state not in {SchemeState.REVIEWED, SchemeState.CHANGED}))
    def test_refuses_every_other_state(self, state):
        with pytest.raises(rules.NotReviewed) as refusal:
            rules.sign_off(state, **SIGN)
        assert refusal.value.facts == {"state": state}

    def test_sends_back_with_a_reason(self):
        back = SIGN | {"decision": Decision.RETURN, "reason": "费用过高"}
        assert rules.sign_off(SchemeState.REVIEWED, **back) is SchemeState.RETURNED

    def test_sends_back_even_what_is_not_fit(self):
        back = SIGN | {"decision": Decision.RETURN, "reason": "费用过高", "is_planned": False, "blocking": ["CREW"]}
        assert rules.sign_off(SchemeState.CHANGED, **back) is SchemeState.RETURNED

    def test_demands_the_reason(self):
        with pytest.raises(rules.DecisionUnexplained, match="at least 2 characters"):
            rules.sign_off(SchemeState.REVIEWED, **SIGN | {"decision": Decision.RETURN})

    @pytest.mark.parametrize(
        ("change", "refusal"),
        [
            ({"is_planned": False}, rules.NotPlanned),
            ({"routed": 0}, rules.NothingToVisit),
            ({"blocking": ["FREEZE"]}, rules.RulesBroken),
        ],
    )
    def test_refuses_what_is_no_longer_fit(self, change, refusal):
        with pytest.raises(refusal):
            rules.sign_off(SchemeState.CHANGED, **SIGN | change)


class TestSameDigest:
    def test_takes_the_present_one(self):
        rules.same_digest("a" * 64, present="a" * 64, changes=None)

    def test_refuses_another_and_says_what_moved(self):
        moved = [{"pointer": "/area", "was": "福田区", "now": "罗湖区"}]
        with pytest.raises(rules.DigestMoved, match="seen aaaaaaaaaaaa, now bbbbbbbbbbbb: the changes") as refusal:
            rules.same_digest("a" * 64, present="b" * 64, changes=moved)
        assert refusal.value.status == 412
        assert refusal.value.facts == {"digest": "b" * 64, "changes": moved}

    def test_says_so_when_nobody_ever_saw_it(self):
        with pytest.raises(rules.DigestMoved, match="nothing of this digest is known"):
            rules.same_digest("c" * 64, present="b" * 64, changes=None)


class TestDispatch:
    @pytest.mark.parametrize("state", [SchemeState.SIGNED_OFF, SchemeState.DISPATCHED])
    def test_sends_out_the_first_time_and_again(self, state):
        assert rules.dispatch(state, **DISPATCH) is SchemeState.DISPATCHED

    def test_leaves_a_scheme_under_way_as_it_is(self):
        assert rules.dispatch(SchemeState.UNDER_WAY, **DISPATCH) is SchemeState.UNDER_WAY

    @given(STATES.filter(lambda state: state not in rules.APPROVED_STATES))
    def test_refuses_without_a_sign_off(self, state):
        with pytest.raises(rules.NotSignedOff):
            rules.dispatch(state, **DISPATCH)

    def test_refuses_after_the_last_day(self):
        with pytest.raises(rules.SchemeOverdue, match="2026-12-02"):
            rules.dispatch(SchemeState.SIGNED_OFF, **DISPATCH | {"today": TODAY + timedelta(days=1)})

    @pytest.mark.parametrize(
        ("change", "refusal"),
        [({"is_planned": False}, rules.NotPlanned), ({"blocking": ["STAFF-OK"]}, rules.RulesBroken)],
    )
    def test_refuses_what_is_not_fit(self, change, refusal):
        with pytest.raises(refusal):
            rules.dispatch(SchemeState.SIGNED_OFF, **DISPATCH | change)


class TestIsMaterial:
    @pytest.mark.parametrize(
        "pointer",
        [
            "/dates", "/crews/1/members", "/crews/1/vehicle", "/materials", "/vehicles", "/stops/7/crew_id",
            "/stops/7/day", "/stops/7", "/stops/7/owed_fen", "/stops/7/materials", "/compliance/HOURS/subjects",
            "/rule_pack",
        ],
    )  # fmt: skip
    def test_says_yes_to_customers_crews_days_rules_and_papers(self, pointer):
        assert rules.is_material([pointer])

    @pytest.mark.parametrize(
        "pointer",
        ["/title", "/risk_notes", "/plan_version", "/costs", "/stops/7/seq", "/stops/7/arrive_at", "/stops/7/note"],
    )
    def test_says_no_to_order_and_wording(self, pointer):
        assert not rules.is_material([pointer])

    def test_needs_one_that_matters_among_many(self):
        assert rules.is_material(["/title", "/stops/7/seq", "/dates"])
        assert not rules.is_material([])
