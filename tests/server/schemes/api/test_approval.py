"""Zhou compiles, Sun or Ma reviews, Guo signs exactly what he saw; nobody decides on his own work."""

from uuid import UUID

import pytest

from server import audit
from server.accounts.models import Person
from server.cases.models import Case, Paper
from server.db import db
from server.media import store
from server.schemes.models import Scheme, SchemeDecision
from tests.server.schemes import make_scheme as make


@pytest.fixture
def cases(creditors):
    return [make.case(creditors["bank"], number) for number in range(2)]


@pytest.fixture
def planned(as_zhou, cases):
    scheme = make.compiled(as_zhou, make.accepted_list(cases))
    return make.planned(as_zhou, scheme["id"], iterations=20)


@pytest.fixture
def submitted(as_zhou, planned):
    return make.submitted(as_zhou, planned["id"])


@pytest.fixture
def reviewed(as_sun, submitted):
    return make.reviewed(as_sun, submitted["id"])


def sign(caller, scheme, **changes):
    sent = {"digest": scheme["digest"], "decision": "approve"} | changes
    return caller.post(f"/v1/schemes/{scheme['id']}/sign-off", json=sent)


def decisions():
    db.session.rollback()
    return db.session.query(SchemeDecision).count()


class TestSubmit:
    def test_sends_a_planned_scheme_to_review(self, as_zhou, planned):
        answer = as_zhou.post(f"/v1/schemes/{planned['id']}/submit")
        assert (answer.status_code, answer.json["state"]) == (200, "submitted")
        assert answer.json["digest"] == planned["digest"]
        assert answer.json["version"] == planned["version"] + 1

    def test_refuses_without_a_plan(self, as_zhou, cases):
        scheme = make.compiled(as_zhou, make.accepted_list(cases))
        answer = as_zhou.post(f"/v1/schemes/{scheme['id']}/submit")
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/not-planned")

    def test_refuses_another_supervisor(self, as_sun, planned):
        answer = as_sun.post(f"/v1/schemes/{planned['id']}/submit")
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/not-the-compiler")

    def test_refuses_a_case_frozen_since_the_plan(self, as_zhou, planned):
        make.flag(UUID(planned["stops"][0]["case_id"]))
        answer = as_zhou.post(f"/v1/schemes/{planned['id']}/submit")
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/rules-broken")
        assert answer.json["rules"] == ["FREEZE"]

    def test_keeps_what_the_rules_newly_find_under_a_new_digest(self, as_zhou, planned):
        db.session.get(Person, make.person_id("fang")).qualified_until = None
        db.session.commit()
        after = make.submitted(as_zhou, planned["id"])
        (staff,) = [entry for entry in after["compliance"] if entry["rule_id"] == "STAFF-OK"]
        assert staff["finding"] == "broken"
        assert staff["subjects"] == [f"person:{make.person_id('fang')}"]
        assert after["digest"] != planned["digest"]


class TestReview:
    def test_lets_another_supervisor_agree(self, as_sun, submitted):
        after = make.reviewed(as_sun, submitted["id"])
        assert after["state"] == "reviewed"
        (decision,) = after["decisions"]
        assert (decision["step"], decision["person"], decision["digest"]) == ("review", "孙主管", submitted["digest"])

    def test_refuses_the_compiler(self, as_zhou, submitted):
        answer = as_zhou.post(f"/v1/schemes/{submitted['id']}/review", json={"decision": "approve"})
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/own-scheme")
        assert decisions() == 0

    @pytest.mark.parametrize("caller", ["lin", "guo", "fang", "tan"])
    def test_refuses_other_roles(self, sign_in, submitted, caller):
        answer = sign_in(caller).post(f"/v1/schemes/{submitted['id']}/review", json={"decision": "approve"})
        assert answer.status_code == 403

    def test_sends_back_and_opens_the_scheme_again(self, as_sun, as_zhou, submitted):
        sent = {"decision": "return", "reason": "车辆年检到期"}
        back = as_sun.post(f"/v1/schemes/{submitted['id']}/review", json=sent).json
        assert back["state"] == "returned"
        assert make.patched(as_zhou, back, area="罗湖区").json["state"] == "drafting"

    def test_demands_a_reason_for_sending_back(self, as_sun, submitted):
        answer = as_sun.post(f"/v1/schemes/{submitted['id']}/review", json={"decision": "return"})
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/decision-unexplained")

    def test_holds_the_reviewer_to_the_digest_he_names(self, as_sun, submitted):
        sent = {"decision": "approve", "digest": "0" * 64}
        answer = as_sun.post(f"/v1/schemes/{submitted['id']}/review", json=sent)
        assert (answer.status_code, answer.json["type"]) == (412, "/problems/digest-moved")

    def test_leaves_a_frequency_flag_to_compliance(self, as_zhou, as_sun, as_ma, cases, planned):
        make.set_rules(cases[0].creditor_id, FREQ_V={"enabled": True})
        self.visit_three_days_before(cases)
        submitted = make.submitted(as_zhou, planned["id"])
        path, sent = f"/v1/schemes/{submitted['id']}/review", {"decision": "approve", "reason": "客户来电约定"}
        refused = as_sun.post(path, json=sent)
        assert (refused.status_code, refused.json["type"]) == (403, "/problems/not-your-flag")
        assert refused.json["needs"] == ["compliance"]
        assert as_ma.post(path, json=sent).json["state"] == "reviewed"

    def visit_three_days_before(self, cases):
        """Put two earlier visits to the first debtor into a scheme that went out."""
        earlier = Scheme(
            serial="FA-OLD",
            visit_list_id=UUID(make.accepted_list([])),
            title="旧",
            dates=[],
            compiler_id=make.person_id("zhou"),
        )
        db.session.add(earlier)
        db.session.flush()
        for days in (2, 3):
            old = Scheme(
                serial=f"FA-OLD-{days}",
                visit_list_id=earlier.visit_list_id,
                title="旧",
                dates=[],
                compiler_id=earlier.compiler_id,
            )
            old.stops = [make.earlier_stop(cases[0], days_before=days)]
            db.session.add(old)
        db.session.commit()


class TestLetters:
    def test_are_asked_about_when_the_scheme_is_submitted(self, as_zhou, creditors):
        rows = [make.case(creditors["bank"], number) for number in range(2)]
        rows[1].contract_no_sealed = None
        scheme = make.compiled(as_zhou, make.accepted_list(rows), materials=["dunning_letter"])
        make.planned(as_zhou, scheme["id"], iterations=10)
        refused = as_zhou.post(f"/v1/schemes/{scheme['id']}/submit")
        assert (refused.status_code, refused.json["type"]) == (409, "/problems/letter-facts-missing")
        (entry,) = refused.json["cases"]
        assert (entry["case_no"], [one["code"] for one in entry["missing"]]) == ("WH2026-000001", ["contract_no"])
        assert as_zhou.get(f"/v1/schemes/{scheme['id']}").json["state"] == "drafting"

    def test_are_asked_about_again_at_sign_off(self, as_zhou, as_sun, as_guo, creditors):
        row = make.case(creditors["bank"], 1)
        scheme = make.compiled(as_zhou, make.accepted_list([row]), materials=["dunning_letter"])
        make.planned(as_zhou, scheme["id"], iterations=10)
        make.submitted(as_zhou, scheme["id"])
        reviewed = make.reviewed(as_sun, scheme["id"])
        db.session.get(Case, row.id).contract_no_sealed = None
        db.session.commit()
        sent = {"digest": reviewed["digest"], "decision": "approve"}
        refused = as_guo.post(f"/v1/schemes/{scheme['id']}/sign-off", json=sent)
        assert (refused.status_code, refused.json["type"]) == (409, "/problems/letter-facts-missing")


class TestSignOff:
    def test_signs_what_was_seen(self, as_guo, reviewed):
        answer = sign(as_guo, reviewed, version=reviewed["version"])
        assert answer.status_code == 200
        assert (answer.json["state"], answer.json["signed_digest"]) == ("signed_off", reviewed["digest"])
        assert answer.json["signed_version"] == reviewed["version"]

    def test_files_the_sheet_under_the_schemes_serial(self, as_guo, reviewed):
        sign(as_guo, reviewed)
        paper = db.session.query(Paper).filter_by(serial=reviewed["serial"]).one()
        assert store().get(paper.sha256).startswith(b"%PDF")

    def test_refuses_a_digest_seen_before_a_change_and_lists_the_changes(
        self, as_guo, as_sun, as_zhou, submitted, reviewed
    ):
        back = sign(as_guo, reviewed, decision="return", reason="改日期").json
        changed = make.patched(as_zhou, back, area="罗湖区", risk_notes="犬只").json
        make.submitted(as_zhou, changed["id"])
        make.reviewed(as_sun, changed["id"])
        answer = sign(as_guo, reviewed)
        assert (answer.status_code, answer.json["type"]) == (412, "/problems/digest-moved")
        assert answer.json["digest"] == changed["digest"]
        moved = {one["pointer"]: (one["was"], one["now"]) for one in answer.json["changes"]}
        assert moved == {"/area": ("福田区", "罗湖区"), "/risk_notes": ("雨天慢行", "犬只")}
        assert as_guo.get(f"/v1/schemes/{changed['id']}").json["state"] == "reviewed"

    def test_refuses_a_digest_nobody_ever_saw(self, as_guo, reviewed):
        answer = sign(as_guo, reviewed, digest="f" * 64)
        assert (answer.status_code, answer.json["changes"]) == (412, None)

    def test_refuses_another_version(self, as_guo, reviewed):
        answer = sign(as_guo, reviewed, version=1)
        assert (answer.status_code, answer.json["type"]) == (412, "/problems/stale")

    def test_refuses_before_the_review(self, as_guo, submitted):
        answer = sign(as_guo, submitted)
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/not-reviewed")
        assert decisions() == 0

    @pytest.mark.parametrize("username", ["zhou", "sun"])
    def test_refuses_the_compiler_and_the_reviewer_whatever_else_they_are(self, sign_in, reviewed, username):
        person = db.session.get(Person, make.person_id(username))
        person.role_names = ["supervisor", "manager"]
        db.session.commit()
        answer = sign(sign_in(username), reviewed)
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/own-scheme")

    @pytest.mark.parametrize(
        ("caller", "why"),
        [("sun", "no-delegation"), ("ma", "no-delegation"), ("lin", "wrong-role"), ("an", "wrong-role")],
    )
    def test_is_for_the_manager_or_his_delegate_only(self, sign_in, reviewed, caller, why):
        answer = sign(sign_in(caller), reviewed)
        assert (answer.status_code, answer.json["type"]) == (403, f"/problems/{why}")

    def test_sends_back_with_a_reason_only(self, as_guo, reviewed):
        assert sign(as_guo, reviewed, decision="return").status_code == 422
        assert sign(as_guo, reviewed, decision="return", reason="费用过高").json["state"] == "returned"

    def test_keeps_the_limits(self, as_guo, reviewed):
        limits = {"note": "只限白天", "latest": "17:00", "exclude_case_ids": [reviewed["stops"][0]["case_id"]]}
        assert sign(as_guo, reviewed, limits=limits).json["limits"] == limits

    def test_refuses_when_a_case_was_frozen_meanwhile(self, as_guo, reviewed):
        make.flag(UUID(reviewed["stops"][0]["case_id"]), "dispute")
        answer = sign(as_guo, reviewed)
        assert (answer.status_code, answer.json["rules"]) == (409, ["FREEZE"])

    def test_leaves_its_mark_in_the_audit_log(self, as_guo, reviewed):
        sign(as_guo, reviewed)
        row = db.session.query(audit.AuditEvent).filter_by(action="scheme.signed_off").one()
        assert row.actor_id == UUID(as_guo.person_id)
        assert row.facts["digest"] == reviewed["digest"]

    def test_is_lost_by_a_material_change_and_given_again(self, as_guo, as_zhou, reviewed):
        signed = sign(as_guo, reviewed).json
        changed = make.patched(as_zhou, signed, materials=["dunning_letter"]).json
        assert changed["state"] == "changed"
        refused = as_zhou.post(f"/v1/schemes/{changed['id']}/dispatch")
        assert (refused.status_code, refused.json["type"]) == (409, "/problems/not-signed-off")
        assert sign(as_guo, signed).status_code == 412
        assert sign(as_guo, changed).json["state"] == "signed_off"

    def test_outlives_a_change_of_wording(self, as_guo, as_zhou, reviewed):
        signed = sign(as_guo, reviewed).json
        reworded = make.patched(as_zhou, signed, risk_notes="带雨具").json
        assert reworded["state"] == "signed_off"
        assert reworded["digest"] != reworded["signed_digest"] == signed["digest"]
