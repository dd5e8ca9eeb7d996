"""Zhou compiles a scheme from Lin's accepted list and changes it; Wei works for the other creditor: he sees nothing."""

import uuid
from datetime import timedelta

import pytest

from server import clock
from server.accounts.models import Person
from server.cases.models import VisitList
from server.db import db
from server.schemes.api.drafts import SAID
from server.schemes.models import Scheme
from server.schemes.schemas import SchemePatch
from tests.server.schemes import make_scheme as make


@pytest.fixture
def cases(creditors):
    return [make.case(creditors["bank"], number) for number in range(3)]


@pytest.fixture
def list_id(cases):
    return make.accepted_list(cases)


class TestCreate:
    def test_makes_a_scheme_of_the_accepted_lines(self, as_zhou, cases):
        list_id = make.accepted_list(cases, decisions={1: "remove"})
        answer = as_zhou.post("/v1/schemes", json=make.body(list_id))
        assert answer.status_code == 201
        scheme = answer.json
        assert answer.headers["Location"] == f"/v1/schemes/{scheme['id']}"
        assert answer.headers["ETag"] == '"v1"'
        assert scheme["state"] == "drafting"
        assert scheme["serial"].startswith("FA-")
        assert len(scheme["digest"]) == 64
        assert {stop["case_no"] for stop in scheme["stops"]} == {"WH2026-000000", "WH2026-000002"}
        assert db.session.get(VisitList, uuid.UUID(list_id)).state == "in_scheme"

    def test_takes_over_score_amount_and_service_time(self, as_zhou, list_id):
        stops = {stop["case_no"]: stop for stop in make.compiled(as_zhou, list_id)["stops"]}
        first = stops["WH2026-000000"]
        assert (first["score"], first["prize_s"], first["service_min"]) == (60, 900 + 60 * 60, 25)
        assert (first["owed_fen"], first["owed_as_of"]) == (5_830_000, clock.today().isoformat())

    def test_shows_the_two_people_of_a_crew(self, as_zhou, list_id):
        (crew,) = make.compiled(as_zhou, list_id)["crews"]
        assert [member["name"] for member in crew["members"]] == ["方外访", "罗外访"]
        assert crew["end"] == crew["start"] == make.CENTRE

    def test_refuses_a_list_that_is_not_accepted(self, as_zhou, list_id):
        make.compiled(as_zhou, list_id)
        answer = as_zhou.post("/v1/schemes", json=make.body(list_id))
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/list-not-accepted")

    @pytest.mark.parametrize("caller", ["lin", "guo", "fang", "ma", "tan"])
    def test_is_for_supervisors_only(self, sign_in, list_id, caller):
        answer = sign_in(caller).post("/v1/schemes", json=make.body(list_id))
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/wrong-role")

    @pytest.mark.parametrize(
        ("change", "problem"),
        [
            ({"members": ["fang"]}, "lone-crew"),
            ({"members": ["fang", "fang"]}, "lone-crew"),
            ({"members": ["fang", "lin"]}, "not-an-agent"),
            ({"vehicle": "粤B·测999"}, "unknown-vehicle"),
            ({"shift_from": "18:00"}, "backwards-shift"),
        ],
    )
    def test_refuses_a_crew_that_cannot_go(self, as_zhou, list_id, change, problem):
        if "members" in change:
            change = {"members": [str(make.person_id(one)) for one in change["members"]]}
        answer = as_zhou.post("/v1/schemes", json=make.body(list_id, crews=[make.crew() | change]))
        assert (answer.status_code, answer.json["type"]) == (422, f"/problems/{problem}")
        db.session.rollback()
        assert db.session.query(Scheme).count() == 0
        assert db.session.get(VisitList, uuid.UUID(list_id)).state == "accepted"

    def test_refuses_somebody_in_two_crews(self, as_zhou, list_id):
        answer = as_zhou.post("/v1/schemes", json=make.body(list_id, crews=[make.crew("一组"), make.crew("二组")]))
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/twice-in-crews")

    def test_refuses_an_agent_of_another_creditor(self, as_zhou, creditors, list_id):
        db.session.get(Person, make.person_id("luo")).creditor_ids = [str(creditors["supplier"])]
        db.session.commit()
        answer = as_zhou.post("/v1/schemes", json=make.body(list_id))
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/not-an-agent")

    def test_refuses_yesterday(self, as_zhou, list_id):
        yesterday = (clock.today() - timedelta(days=1)).isoformat()
        answer = as_zhou.post("/v1/schemes", json=make.body(list_id, dates=[yesterday]))
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/odd-dates")

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"dates": []}, "/dates"),
            ({"materials": ["cash_box"]}, "/materials/0"),
            ({"state": "signed_off"}, "/state"),
            ({"compiler_id": str(uuid.uuid4())}, "/compiler_id"),
        ],
    )
    def test_points_at_what_does_not_fit(self, as_zhou, list_id, change, pointer):
        answer = as_zhou.post("/v1/schemes", json=make.body(list_id, **change))
        assert answer.json["type"] == "/problems/malformed"
        assert [fault["pointer"] for fault in answer.json["errors"]] == [pointer]

    def test_refuses_a_place_without_a_datum(self, as_zhou, list_id):
        crew = make.crew(start={"lon": 114.06, "lat": 22.54})
        answer = as_zhou.post("/v1/schemes", json=make.body(list_id, crews=[crew]))
        assert answer.json["errors"][0]["pointer"] == "/crews/0/start/datum"


class TestShow:
    def test_gives_the_scheme_to_the_office(self, as_zhou, as_tan, list_id):
        scheme = make.compiled(as_zhou, list_id)
        answer = as_tan.get(f"/v1/schemes/{scheme['id']}")
        assert answer.json == scheme
        assert answer.headers["ETag"] == '"v1"'

    def test_hides_it_from_who_does_not_work_for_all_its_creditors(self, as_zhou, as_wei, creditors):
        both = [make.case(creditors["bank"], 1), make.case(creditors["supplier"], 2)]
        scheme = make.compiled(as_zhou, make.accepted_list(both))
        for path in ("", "/routes", "/routes.svg", "/scheme.pdf", "/versions"):
            assert as_wei.get(f"/v1/schemes/{scheme['id']}{path}").status_code == 404
        assert as_wei.get("/v1/schemes").json["items"] == []

    def test_shows_it_to_who_works_for_all_of_them(self, as_zhou, as_wei, creditors):
        scheme = make.compiled(as_zhou, make.accepted_list([make.case(creditors["supplier"], 1)]))
        assert as_wei.get(f"/v1/schemes/{scheme['id']}").status_code == 200
        assert [row["id"] for row in as_wei.get("/v1/schemes").json["items"]] == [scheme["id"]]

    def test_is_not_for_agents(self, as_zhou, as_fang, list_id):
        scheme = make.compiled(as_zhou, list_id)
        assert as_fang.get(f"/v1/schemes/{scheme['id']}").status_code == 403

    def test_answers_404_for_nothing(self, as_zhou):
        assert as_zhou.get(f"/v1/schemes/{uuid.uuid4()}").status_code == 404


class TestIndex:
    def test_lists_by_state(self, as_zhou, list_id):
        scheme = make.compiled(as_zhou, list_id)
        assert [row["id"] for row in as_zhou.get("/v1/schemes?state=drafting").json["items"]] == [scheme["id"]]
        assert as_zhou.get("/v1/schemes?state=signed_off").json["items"] == []
        assert as_zhou.get("/v1/schemes?state=lost").status_code == 422


class TestChange:
    def test_needs_the_version_that_was_seen(self, as_zhou, list_id):
        scheme = make.compiled(as_zhou, list_id)
        assert as_zhou.patch(f"/v1/schemes/{scheme['id']}", json={"area": "罗湖区"}).status_code == 428
        stale = make.patched(as_zhou, scheme | {"version": 7}, area="罗湖区")
        assert (stale.status_code, stale.json["type"]) == (412, "/problems/stale")

    def test_gives_a_new_version_and_digest(self, as_zhou, list_id):
        scheme = make.compiled(as_zhou, list_id)
        answer = make.patched(as_zhou, scheme, area="罗湖区", risk_notes="犬只")
        assert (answer.json["area"], answer.json["version"]) == ("罗湖区", 2)
        assert answer.headers["ETag"] == '"v2"'
        assert answer.json["digest"] != scheme["digest"]

    def test_is_named_in_the_versions_in_words(self, as_zhou, list_id):
        scheme = make.compiled(as_zhou, list_id)
        make.patched(as_zhou, scheme, area="罗湖区", risk_notes="犬只")
        told = as_zhou.get(f"/v1/schemes/{scheme['id']}/versions").json["items"][-1]["what"]
        assert told == "修改：区域、安全提示"

    def test_has_a_word_for_whatever_may_be_changed(self):
        assert SAID.keys() == SchemePatch().fields.keys()

    def test_gives_the_same_digest_when_nothing_changes(self, as_zhou, list_id):
        scheme = make.compiled(as_zhou, list_id)
        assert make.patched(as_zhou, scheme, area=scheme["area"]).json["digest"] == scheme["digest"]

    def test_refuses_another_supervisor(self, as_zhou, as_sun, list_id):
        scheme = make.compiled(as_zhou, list_id)
        answer = make.patched(as_sun, scheme, area="罗湖区")
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/not-the-compiler")

    def test_takes_a_customer_off(self, as_zhou, list_id):
        scheme = make.compiled(as_zhou, list_id)
        case_id = scheme["stops"][0]["case_id"]
        after = make.patched(as_zhou, scheme, stops=[{"case_id": case_id, "withdraw": True}]).json
        assert {stop["state"] for stop in after["stops"] if stop["case_id"] == case_id} == {"withdrawn"}
        assert after["digest"] != scheme["digest"]

    def test_sets_hours_service_and_papers_of_one_customer(self, as_zhou, list_id):
        scheme = make.compiled(as_zhou, list_id)
        case_id = scheme["stops"][0]["case_id"]
        wanted = {
            "case_id": case_id,
            "windows": [{"from": "14:00", "until": "16:00"}],
            "service_min": 40,
            "must_visit": True,
            "materials": ["dunning_letter"],
        }
        after = make.patched(as_zhou, scheme, stops=[wanted]).json
        (stop,) = [one for one in after["stops"] if one["case_id"] == case_id]
        assert stop["windows"] == [{"on": None, "from": "14:00", "until": "16:00"}]
        assert (stop["service_min"], stop["must_visit"], stop["materials"]) == (40, True, ["dunning_letter"])

    def test_refuses_hours_that_run_backwards(self, as_zhou, list_id):
        scheme = make.compiled(as_zhou, list_id)
        stops = [{"case_id": scheme["stops"][0]["case_id"], "windows": [{"from": "16:00", "until": "14:00"}]}]
        answer = make.patched(as_zhou, scheme, stops=stops)
        assert answer.json["errors"][0]["pointer"] == "/stops/0/windows/0/until"

    def test_refuses_a_case_that_is_not_on_the_list(self, as_zhou, list_id, creditors):
        scheme = make.compiled(as_zhou, list_id)
        stranger = make.case(creditors["bank"], 99)
        db.session.commit()
        answer = make.patched(as_zhou, scheme, stops=[{"case_id": str(stranger.id), "note": "顺路"}])
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/not-on-this-scheme")

    def test_replaces_the_crew_but_keeps_its_id(self, as_zhou, list_id):
        scheme = make.compiled(as_zhou, list_id)
        crew = make.crew("一组甲", id=scheme["crews"][0]["id"], shift_from="10:00")
        (after,) = make.patched(as_zhou, scheme, crews=[crew]).json["crews"]
        assert (after["id"], after["name"], after["shift_from"]) == (scheme["crews"][0]["id"], "一组甲", "10:00")

    def test_keeps_every_version(self, as_zhou, list_id):
        scheme = make.compiled(as_zhou, list_id)
        make.patched(as_zhou, scheme, area="罗湖区")
        versions = as_zhou.get(f"/v1/schemes/{scheme['id']}/versions").json["items"]
        assert [one["version"] for one in versions] == [1, 2]
        assert versions[0]["digest"] == scheme["digest"]
