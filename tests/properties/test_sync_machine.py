"""Whatever happens to three phones, their lines, their server and its database: nothing is lost, doubled or missed.

A Hypothesis state machine plays hostile days: requests and answers lost, doubled, late and in any order, phones killed,
clocks off by a year, crews replaced, phones revoked, apps too old, the server restarted and restored from a backup.
After every step, and at the end when everybody has said everything, `judge.py` checks the invariants I1 to I12.

Each run draws new examples, 60 of 40 steps on each engine; a failure prints its steps and a line that replays it.
`DOORSTEP_SOAK=1` (make soak) plays 400, `DOORSTEP_SOAK=5000x80` says how many and how long.
"""

import contextlib
import os
import sys
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from server import clock
from sync.phone.transport import Refused
from tests.installed import settings_for
from tests.properties.office import AGENTS, Databases, build, reassign
from tests.properties.phone_rules import PHONES, PhoneRules

# Examples and steps, played in PARTS, for there are as many tests at a time as cores.
EACH, SOAK, PARTS = (60, 40), (400, 40), 4
CREWS = st.sampled_from(list(permutations(AGENTS, 2)))


class SyncMachine(PhoneRules):
    """Three phones, an office and the weather."""

    # The office.

    @rule(crew=CREWS)
    def put_another_crew_on(self, crew):
        answer = reassign(self.scene, crew)
        assert answer["withheld"] == []
        self.judge.expected.members = tuple(self.scene.person_ids[name] for name in crew)

    @precondition(lambda self: not self.judge.expected.revoked)
    @rule(who=PHONES, is_lost=st.booleans(), luck=st.integers(0, 1))
    def revoke(self, who, is_lost, luck):
        if luck == 0:
            hand = self.hands[who]
            path = f"/v1/devices/{hand.device}/revoke"
            assert self.office.caller("zhou").post(path, json={"is_lost": is_lost}).status_code == 200
            self.judge.expected.revoked.add(hand.name)

    @rule(who=PHONES, sv=st.sampled_from([2, 3, 4, 4]))
    def change_the_app(self, who, sv):
        self.hands[who].install(sv)

    @rule(who=PHONES, days=st.integers(-400, 400))
    def skew_the_clock(self, who, days):
        self.hands[who].skew = timedelta(days=days)

    @rule(hours=st.integers(1, 12))
    def let_time_pass(self, hours):
        if self.office.at.date() < self.scene.last_on:
            self.office.turn_clock(timedelta(hours=hours))

    @rule(who=PHONES)
    def kill_the_phone(self, who):
        self.hands[who].kill()

    @rule(luck=st.integers(0, 2))
    def restart_the_server(self, luck):
        if luck == 0:
            self.office.restart()

    @rule()
    def let_the_worker_work(self):
        self.office.work_off()

    @rule()
    def back_up(self):
        self.office.backup("backup")
        self.backup, self.backed_up = "backup", self.judge.remember()

    @rule(crews=st.lists(CREWS, max_size=2), luck=st.integers(0, 2))
    def restore(self, crews, luck):
        """Put an earlier database back: all that was acknowledged since is known to the phones alone.

        When the office is busy, its clock has passed the phones' positions again before the first of them calls.
        """
        if luck != 0:
            return
        self.office.restore(self.backup)
        self.judge.go_back(self.backed_up)
        self.offsets.clear()
        self.settled_at = {hand.name: len(hand.line.sent) for hand in self.hands}
        for crew in crews:
            self.put_another_crew_on(crew=crew)

    # The judge.

    @invariant()
    def nothing_is_lost_doubled_or_invented(self):
        self.judge.look()

    def teardown(self):
        try:
            if sys.exc_info()[0] is None:
                self._quiesce()
        finally:
            for hand in self.hands:
                hand.store.close()
            self.folder.cleanup()

    def _quiesce(self):
        """Let the weather clear, everybody hand in all they have, and conclude."""
        for hand in [*self.hands, *self.hands]:  # twice: the second time they hear what the others handed in
            self.office.work_off()
            hand.line.plan = []
            hand.install(4)
            self._round(hand, 100, is_calm=True)
        self.judge.conclude()
        for hand in self.hands:
            if hand.name not in self.judge.expected.revoked:
                with contextlib.suppress(Refused):
                    self.judge.compare_with_fresh_pull(hand)


@pytest.fixture(scope="module")
def scene(template, keys_dir, postgres_uri, tmp_path_factory):
    home = tmp_path_factory.mktemp("machine")
    databases = Databases(home, postgres_uri)
    built = build(settings_for(home, keys_dir, databases.url), databases, template)
    yield built
    built.office.hang_up()
    databases.end()
    clock.shift(timedelta())


def profile():
    """Return how many examples and how many steps each."""
    told = os.environ.get("DOORSTEP_SOAK", "")
    examples, is_said, steps = told.partition("x")
    return (int(examples), int(steps)) if is_said else SOAK if told else EACH


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_is_lost_doubled_or_missed(scene, part):
    examples, steps = profile()
    machine = type("SyncMachine", (SyncMachine,), {"scene": scene})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples // PARTS, stateful_step_count=steps, deadline=None, print_blob=True,
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False, phases=[Phase.generate],
        ),
    )  # fmt: skip


@pytest.mark.parametrize("has_new_epoch", [True, False], ids=["epoch", "no epoch"])
def test_the_judge_sees_a_restore_that_goes_on_counting(scene, has_new_epoch):
    """A database put back as a plain copy, without a new epoch, leaves phones with what is no longer theirs."""
    caught = []
    for before, after in [
        (("fang", "an"), ("luo", "an")),
        (("luo", "an"), ("fang", "luo")),
        (("an", "luo"), AGENTS[:2]),
    ]:
        machine = type("SyncMachine", (SyncMachine,), {"scene": scene})()
        machine.begin()
        try:
            machine.put_another_crew_on(crew=before)
            for who in range(len(AGENTS)):
                machine.sync_undisturbed(who=who)
            scene.office.restore("scene") if has_new_epoch else scene.office.put_back("scene")
            machine.judge.go_back(machine.backed_up)
            machine.put_another_crew_on(crew=after)
            machine.teardown()
        except AssertionError as broken:
            caught.append(str(broken))
    assert bool(caught) is not has_new_epoch, caught


def test_what_a_revoked_phone_says_again_changes_nothing(scene):
    """It is refused, and the refusal is in the audit log; nothing else came of it (I9)."""
    machine = type("SyncMachine", (SyncMachine,), {"scene": scene})()
    machine.begin()
    machine.sync_undisturbed(who=1)
    machine.revoke(is_lost=True, luck=0, who=1)
    for back in range(len(machine.hands[1].line.sent)):
        machine.hear_an_old_request_again(who=1, back=back)
    machine.teardown()
