"""A scheme's whole life at random: whatever people try, nothing goes out that the manager did not sign as it is."""

from datetime import date
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from server.errors import Refusal
from server.schemes import rules
from server.schemes.rules import Decision, SchemeState

PEOPLE = [UUID(int=number) for number in range(1, 5)]
COMPILER, REVIEWER, SIGNER, _ = PEOPLE
MOSTLY = 4
"""How often the right person acts for each time somebody else tries: a life must get somewhere to be tested."""

DECISIONS = st.sampled_from([*[Decision.APPROVE] * MOSTLY, Decision.RETURN])
REASONS = st.sampled_from(["", "同意", "退回修改"])
TODAY = date(2026, 12, 2)


def mostly(person):
    """Draw this person most of the time, and anybody now and then."""
    return st.sampled_from([person] * MOSTLY + PEOPLE)


class SchemeLife(RuleBasedStateMachine):
    """People compile, plan, review, sign, change and dispatch in any order; the model remembers what was signed."""

    def __init__(self):
        super().__init__()
        self.state = SchemeState.DRAFTING
        self.content = 0
        self.material = 0
        self.is_planned = False
        self.reviewers = set()
        self.reviewed_material = None
        self.signed_material = None
        self.sent = []

    @rule(person=mostly(COMPILER), is_material=st.booleans())
    def change(self, person, is_material):
        try:
            rules.edit(self.state, compiler_id=COMPILER, actor_id=person)
        except Refusal:
            return
        assert person == COMPILER
        self.content += 1
        self.material += is_material
        self.state = rules.after_change(self.state, is_material=is_material)

    @rule(person=mostly(COMPILER))
    def plan(self, person):
        try:
            rules.edit(self.state, compiler_id=COMPILER, actor_id=person)
        except Refusal:
            return
        self.is_planned = True

    @precondition(lambda self: self.is_planned)
    @rule()
    def lose_the_plan(self):
        if self.state in rules.OPEN_STATES and self.content % 5 == 1:
            self.is_planned = False

    @rule(person=mostly(COMPILER), routed=st.integers(0, 2))
    def submit(self, person, routed):
        try:
            self.state = rules.submit(
                self.state,
                compiler_id=COMPILER,
                actor_id=person,
                is_planned=self.is_planned,
                routed=routed,
                blocking=(),
            )
        except Refusal:
            return
        assert self.is_planned
        assert routed

    @rule(person=mostly(REVIEWER), decision=DECISIONS, reason=REASONS, flags=st.sampled_from([(), (), ("compliance",)]))
    def review(self, person, decision, reason, flags):
        try:
            self.state = rules.review(
                self.state,
                compiler_id=COMPILER,
                reviewer_id=person,
                decision=decision,
                reason=reason,
                reviewer_roles=("supervisor",),
                flag_roles=flags,
            )
        except Refusal:
            return
        assert person != COMPILER
        if decision is Decision.APPROVE:
            assert not flags
            self.reviewers.add(person)
            self.reviewed_material = self.material

    @rule(person=mostly(SIGNER), decision=DECISIONS, reason=REASONS, seen=st.sampled_from([0, 0, 0, 1]))
    def sign_off(self, person, decision, reason, seen):
        try:
            rules.same_digest(str(self.content - seen), present=str(self.content), changes=None)
            self.state = rules.sign_off(
                self.state,
                hands={COMPILER, *self.reviewers},
                signer_id=person,
                decision=decision,
                reason=reason,
                is_planned=self.is_planned,
                routed=1,
                blocking=(),
            )
        except Refusal:
            return
        assert seen == 0
        assert person not in {COMPILER, *self.reviewers}
        if decision is Decision.APPROVE:
            self.signed_material = self.material

    @rule(today=st.sampled_from([TODAY, TODAY.replace(day=3)]))
    def dispatch(self, today):
        try:
            self.state = rules.dispatch(self.state, last_on=TODAY, today=today, is_planned=self.is_planned, blocking=())
        except Refusal:
            return
        assert today == TODAY
        self.sent.append((self.material, self.signed_material))

    @rule()
    def go_on(self):
        """Let the right person do the next right thing, so that lives get beyond their drafts."""
        match self.state:
            case SchemeState.DRAFTING | SchemeState.RETURNED:
                self.plan(COMPILER)
                self.submit(COMPILER, 1)
            case SchemeState.SUBMITTED:
                self.review(REVIEWER, Decision.APPROVE, "", ())
            case SchemeState.REVIEWED | SchemeState.CHANGED:
                self.sign_off(SIGNER, Decision.APPROVE, "", 0)
            case _:
                self.dispatch(TODAY)

    @invariant()
    def nothing_goes_out_that_was_not_signed_as_it_is(self):
        assert all(material == signed for material, signed in self.sent)

    @invariant()
    def an_approved_scheme_says_what_was_signed(self):
        if self.state in rules.APPROVED_STATES:
            assert self.signed_material == self.material

    @invariant()
    def nothing_is_signed_that_was_never_reviewed(self):
        if self.signed_material is not None:
            assert self.reviewed_material is not None


SchemeLife.TestCase.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
TestSchemeLife = SchemeLife.TestCase
