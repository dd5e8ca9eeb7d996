"""A change of rules reaches what is still planned: judged again, signed again, taken back where it is now forbidden."""

from uuid import UUID

import pytest

from server import clock
from server.db import begin_write, db
from server.schemes import rejudge
from server.schemes.models import Scheme
from tests.server.schemes import make_scheme as make

TIGHT = {"HOURS": {"params": {"latest_min": 481}}}
"""No visit after 08:01: nothing planned keeps to it."""


@pytest.fixture
def scheme(as_zhou, creditors):
    cases = [make.case(creditors["bank"], number) for number in range(2)]
    compiled = make.compiled(as_zhou, make.accepted_list(cases))
    make.planned(as_zhou, compiled["id"], iterations=10)
    return compiled["id"]


def signed_off(as_zhou, as_sun, as_guo, scheme_id):
    make.submitted(as_zhou, scheme_id)
    return make.signed(as_guo, make.reviewed(as_sun, scheme_id))


def judged():
    done = rejudge.rejudge_planned(clock.now())
    db.session.commit()
    return done


def state_of(scheme_id):
    db.session.expire_all()
    return db.session.get(Scheme, UUID(scheme_id))


class TestRejudgePlanned:
    def test_does_nothing_while_the_rules_are_the_same(self, scheme):
        assert judged() == 0

    def test_asks_the_new_rules_once(self, scheme, creditors):
        before = state_of(scheme)
        digest, version = before.digest, before.version
        make.set_rules(creditors["bank"], **TIGHT)
        assert (judged(), judged()) == (1, 0)
        after = state_of(scheme)
        assert after.pack_version.startswith("cn-2026.1+")
        assert after.digest != digest
        assert after.version > version
        (hours,) = [one for one in after.compliance if one["rule_id"] == "HOURS"]
        assert (hours["finding"], hours["set_by"], hours["pack"]) == ("broken", ["creditor"], after.pack_version)

    def test_wants_a_signed_scheme_signed_again(self, scheme, creditors, as_zhou, as_sun, as_guo):
        signed = signed_off(as_zhou, as_sun, as_guo, scheme)
        assert signed["state"] == "signed_off"
        make.set_rules(creditors["bank"], **TIGHT)
        judged()
        assert state_of(scheme).state == "changed"
        refused = as_guo.post(
            f"/v1/schemes/{scheme}/sign-off", json={"digest": state_of(scheme).digest, "decision": "approve"}
        )
        assert (refused.status_code, refused.json["rules"]) == (409, ["HOURS"])

    def test_takes_back_what_is_on_phones_and_now_forbidden(self, scheme, creditors, as_zhou, as_sun, as_guo):
        signed_off(as_zhou, as_sun, as_guo, scheme)
        assert as_zhou.post(f"/v1/schemes/{scheme}/dispatch", json={}).status_code == 200
        make.set_rules(creditors["bank"], **TIGHT)
        judged()
        after = state_of(scheme)
        assert after.state == "dispatched"
        assert {(stop.state, stop.drop_reason["rule_id"]) for stop in after.stops} == {("withheld", "HOURS")}

    def test_is_a_chore_that_looks_again_only_when_a_setting_changes(self, scheme, creditors):
        rejudge.rejudge_when_rules_change(clock.now())
        db.session.commit()
        assert rejudge.rejudge_when_rules_change(clock.now()) == 0
        make.set_rules(creditors["bank"], **TIGHT)
        begin_write()
        assert rejudge.rejudge_when_rules_change(clock.now()) == 1
        db.session.commit()
