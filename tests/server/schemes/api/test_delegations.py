"""Guo lends his signature to Hu, who signs what she had no hand in, up to the ceiling, while it lasts."""

from datetime import timedelta

import pytest

from server import audit, clock
from server.accounts.models import Person
from server.db import db
from server.schemes.models import Delegation, SchemeDecision
from tests.server.schemes import make_scheme as make

DAY = timedelta(days=1)


@pytest.fixture
def scheme(as_zhou, as_sun, creditors):
    """A reviewed scheme; what it costs follows from its roads."""
    cases = [make.case(creditors["bank"], number) for number in range(2)]
    compiled = make.compiled(as_zhou, make.accepted_list(cases))
    make.planned(as_zhou, compiled["id"], iterations=20)
    make.submitted(as_zhou, compiled["id"])
    return make.reviewed(as_sun, compiled["id"])


def give(caller, holder, **changes):
    today = clock.today()
    sent = {
        "holder_id": holder.person_id, "from_on": today.isoformat(), "until_on": (today + 6 * DAY).isoformat(),
        "most_cost_fen": 40_000, "reason": "出差",
    }  # fmt: skip
    return caller.post("/v1/delegations", json=sent | changes)


def sign(caller, scheme, decision="approve", **more):
    sent = {"digest": scheme["digest"], "decision": decision} | more
    return caller.post(f"/v1/schemes/{scheme['id']}/sign-off", json=sent)


def problem(answer):
    return answer.status_code, answer.json["type"].removeprefix("/problems/")


class TestGiving:
    def test_is_recorded_and_listed_for_both_and_for_auditors(self, in_app, as_guo, as_hu, as_sun, as_tan):
        answer = give(as_guo, as_hu)
        assert answer.status_code == 201
        assert answer.json["is_in_force"] is True
        assert (answer.json["giver"], answer.json["holder"]) == ("郭总", "胡法务")
        for caller in (as_guo, as_hu, as_tan):
            assert [one["id"] for one in caller.get("/v1/delegations").json["items"]] == [answer.json["id"]]
        assert as_sun.get("/v1/delegations").json["items"] == []
        assert [one["id"] for one in as_hu.get("/v1/delegations?mine=true").json["items"]] == [answer.json["id"]]
        assert as_guo.get("/v1/delegations?mine=true").json["items"] == []
        noted = db.session.query(audit.AuditEvent).filter_by(action="delegation.given").one()
        assert noted.facts["most_cost_fen"] == 40_000

    def test_is_for_the_manager_only_and_never_to_an_agent(self, in_app, as_zhou, as_guo, as_hu, as_fang):
        assert give(as_zhou, as_hu).status_code == 403
        refused = give(as_guo, as_fang)
        assert (*problem(refused), refused.json["odd"]) == (422, "odd-delegation", ["holder_id"])
        assert db.session.query(Delegation).count() == 0


class TestSigning:
    def test_the_holder_signs_and_the_sheet_says_for_whom(self, as_guo, as_hu, scheme):
        lent = give(as_guo, as_hu).json
        answer = sign(as_hu, scheme)
        assert (answer.status_code, answer.json["state"]) == (200, "signed_off")
        assert answer.json["decisions"][-1]["delegation_id"] == lent["id"]
        brief = as_guo.get(f"/v1/schemes/{scheme['id']}/brief").json
        assert brief["decisions"][-1]["name"] == "胡法务（受郭总授权）"
        noted = db.session.query(audit.AuditEvent).filter_by(action="scheme.signed_off").one()
        assert noted.facts["delegation"] == lent["id"]

    def test_not_without_one_nor_beyond_it(self, as_guo, as_hu, scheme):
        assert problem(sign(as_hu, scheme)) == (403, "no-delegation")
        give(as_guo, as_hu, most_cost_fen=scheme["cost_fen"] - 1)
        assert problem(sign(as_hu, scheme)) == (403, "beyond-delegation")
        db.session.rollback()
        assert db.session.query(SchemeDecision).filter_by(step="sign_off").count() == 0
        assert sign(as_hu, scheme, "return", reason="费用偏高").json["state"] == "returned"

    def test_not_by_who_reviewed_it(self, as_guo, as_sun, scheme):
        give(as_guo, as_sun)
        assert problem(sign(as_sun, scheme)) == (403, "own-scheme")

    def test_not_once_it_is_taken_back(self, as_guo, as_hu, scheme):
        lent = give(as_guo, as_hu).json
        assert as_hu.post(f"/v1/delegations/{lent['id']}/revoke").status_code == 403
        assert as_guo.post(f"/v1/delegations/{lent['id']}/revoke").json["revoked_at"] is not None
        assert problem(sign(as_hu, scheme)) == (403, "no-delegation")
        assert problem(as_guo.post(f"/v1/delegations/{lent['id']}/revoke")) == (409, "delegation-over")

    def test_not_when_the_giver_is_a_manager_no_more(self, as_guo, as_hu, scheme):
        give(as_guo, as_hu)
        db.session.get_one(Person, make.person_id("guo")).role_names = ["supervisor"]
        db.session.commit()
        assert problem(sign(as_hu, scheme)) == (403, "no-delegation")


class TestBrief:
    def test_is_what_the_sheet_says(self, as_guo, scheme):
        told = as_guo.get(f"/v1/schemes/{scheme['id']}/brief").json
        assert (told["customers"], told["routed"], told["cost_fen"]) == (2, 2, scheme["cost_fen"])
        assert (told["digest"], told["version"]) == (scheme["digest"], scheme["version"])
        assert [one["name"] for one in told["crews"][0]["members"]] == ["方外访", "罗外访"]
        assert {line["debtor_name"] for line in told["lines"]} == {"测试0", "测试1"}
        assert all(line["arrive_at"] and line["crew"] for line in told["lines"])
        assert (told["since"], told["changes"]) == (None, [])

    def test_tells_what_is_new_since_it_was_signed(self, as_guo, as_zhou, scheme):
        assert sign(as_guo, scheme).status_code == 200
        signed = as_zhou.get(f"/v1/schemes/{scheme['id']}").json
        tag = {"If-Match": f'"v{signed["version"]}"'}
        sent = {"materials": ["visit_receipt", "recorder"]}
        changed = as_zhou.patch(f"/v1/schemes/{scheme['id']}", json=sent, headers=tag).json
        assert changed["state"] == "changed"
        told = as_guo.get(f"/v1/schemes/{scheme['id']}/brief").json
        assert told["since"]["was_decided"] is True
        (one,) = [change for change in told["changes"] if change["pointer"] == "/materials"]
        assert one["now"] == ["visit_receipt", "recorder"]
        assert one["was"] == signed["materials"]
