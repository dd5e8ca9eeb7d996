"""Who may hold the general manager's signature, for how long, and what it opens."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from server.accounts.roles import Role
from server.schemes import delegation
from server.schemes.delegation import BeyondDelegation, DelegationOver, Lent, NoDelegation, OddDelegation

TODAY = date(2026, 12, 2)
GUO, SUN = uuid4(), uuid4()


def lent(*, most_cost_fen=50_000, from_on=TODAY, until_on=TODAY, **more):
    return Lent(uuid4(), from_on, until_on, most_cost_fen, **more)


def give(**changes):
    told = {
        "giver_id": GUO, "holder_id": SUN, "holder_roles": {Role.SUPERVISOR}, "is_active": True, "from_on": TODAY,
        "until_on": TODAY + timedelta(days=9), "today": TODAY,
    }  # fmt: skip
    delegation.give(**(told | changes))


class TestGiving:
    def test_to_another_officer_for_some_days(self):
        give()
        give(until_on=TODAY)
        give(until_on=TODAY + timedelta(days=delegation.MOST_DAYS - 1))

    @pytest.mark.parametrize(
        ("changes", "odd"),
        [
            ({"holder_id": GUO}, ["holder_id"]),
            ({"holder_roles": {Role.AGENT}}, ["holder_id"]),
            ({"holder_roles": {Role.AUDITOR, Role.ADMIN}}, ["holder_id"]),
            ({"is_active": False}, ["holder_id"]),
            ({"from_on": TODAY - timedelta(days=1)}, ["from_on"]),
            ({"until_on": TODAY - timedelta(days=1)}, ["until_on"]),
            ({"until_on": TODAY + timedelta(days=delegation.MOST_DAYS)}, ["until_on"]),
        ],
    )
    def test_is_refused_naming_what_is_odd(self, changes, odd):
        with pytest.raises(OddDelegation) as refused:
            give(**changes)
        assert refused.value.facts["odd"] == odd


class TestTakingBack:
    def test_what_is_in_force_or_to_come(self):
        delegation.take_back(lent(), today=TODAY)
        delegation.take_back(lent(from_on=TODAY + timedelta(1), until_on=TODAY + timedelta(2)), today=TODAY)

    @pytest.mark.parametrize("over", [lent(is_revoked=True), lent(until_on=TODAY - timedelta(1))])
    def test_nothing_is_left(self, over):
        with pytest.raises(DelegationOver):
            delegation.take_back(over, today=TODAY)


def power(roles, *held, cost_fen=50_000, is_agreeing=True, today=TODAY):
    return delegation.require_power(roles, lent=held, today=today, cost_fen=cost_fen, is_agreeing=is_agreeing)


class TestPower:
    def test_the_manager_needs_none(self):
        assert power({Role.MANAGER}, cost_fen=10**9) is None

    def test_the_holder_signs_up_to_the_ceiling(self):
        narrow, wide = lent(most_cost_fen=10), lent(most_cost_fen=50_000)
        assert power({Role.LEGAL}, narrow, wide) == wide.id
        with pytest.raises(BeyondDelegation) as refused:
            power({Role.LEGAL}, narrow, wide, cost_fen=50_001)
        assert refused.value.facts == {"cost_fen": 50_001, "most_cost_fen": 50_000}

    def test_no_ceiling_counts_for_sending_back(self):
        held = lent(most_cost_fen=10)
        assert power({Role.LEGAL}, held, is_agreeing=False) == held.id

    @pytest.mark.parametrize(
        "held",
        [
            (),
            (lent(is_revoked=True),),
            (lent(until_on=TODAY - timedelta(1)),),
            (lent(from_on=TODAY + timedelta(1), until_on=TODAY + timedelta(1)),),
        ],
    )
    def test_without_one_in_force_nobody_signs(self, held):
        with pytest.raises(NoDelegation):
            power({Role.SUPERVISOR}, *held)
