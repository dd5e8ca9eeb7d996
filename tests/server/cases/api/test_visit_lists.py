import pytest

SECOND = {
    "案件序列号": "A2",
    "客户姓名": "测试乙",
    "证件号码": "99364019800215898X",
    "家庭地址": "广东省深圳市南山区科苑路2号",
}


@pytest.fixture
def cases(desk):
    """Two cases that may be visited, by number."""
    desk.place({}, SECOND)
    return {number: desk.case(number)["id"] for number in ("A1", "A2")}


@pytest.fixture
def draft(desk, cases):
    answer = desk.caller.post("/v1/visit-lists", json={"title": "十二月第一批", "case_ids": list(cases.values())})
    assert answer.status_code == 201, answer.text
    return answer


@pytest.fixture
def path(draft):
    return f"/v1/visit-lists/{draft.json['id']}"


def decide(listed, *decisions):
    lines = sorted(listed["lines"], key=lambda line: line["case_no"])
    return {
        "lines": [
            {"line_id": line["id"], "decision": decision, "reason": "" if decision == "accept" else "地址待核"}
            for line, decision in zip(lines, decisions, strict=True)
        ]
    }


class TestScreen:
    def test_scores_by_the_published_formula_with_its_terms(self, desk, cases):
        answer = desk.caller.post("/v1/visit-lists/screen", json={}).json
        assert (answer["formula"], answer["screened"], answer["eligible"]) == ("screen-1", 2, 2)
        for candidate in answer["candidates"]:
            assert candidate["score"] == sum(term["points"] for term in candidate["terms"])

    def test_says_why_a_case_may_not_be_visited(self, desk):
        desk.place({"家庭地址": "", "证件号码": "990000199001011234"})
        (excluded,) = desk.caller.post("/v1/visit-lists/screen", json={}).json["excluded"]
        assert {one["code"] for one in excluded["exclusions"]} == {"identity_unconfirmed", "no_address"}
        assert all(one["name"] and one["name_en"] for one in excluded["exclusions"])

    @pytest.mark.parametrize(
        ("body", "count"),
        [({"district": "南山区"}, 1), ({"min_fen": 1_200_001}, 0), ({"min_days": 99_999}, 0), ({"min_days": 1}, 2)],
    )
    def test_narrows_as_asked(self, desk, cases, body, count):
        assert desk.caller.post("/v1/visit-lists/screen", json=body).json["screened"] == count

    def test_sees_only_the_callers_creditors(self, cases, as_wei, creditors):
        assert as_wei.post("/v1/visit-lists/screen", json={}).json["screened"] == 0
        foreign = as_wei.post("/v1/visit-lists/screen", json={"creditor_id": str(creditors["bank"])})
        assert foreign.status_code == 404


class TestExpired:
    def test_goes_on_a_list_and_through_it_once_legal_has_agreed(self, desk, as_hu, as_zhou):
        desk.place({"首次逾期日": "2019-01-10"})
        case_id = desk.case()["id"]
        body = {"title": "时效届满", "case_ids": [case_id]}
        assert desk.caller.post("/v1/visit-lists", json=body).json["type"] == "/problems/not-eligible"
        approved = as_hu.post(f"/v1/cases/{case_id}/legal-approvals", json={"reason": "债务人主动约谈"})
        assert approved.status_code == 201, approved.text
        made = desk.caller.post("/v1/visit-lists", json=body)
        assert made.status_code == 201, made.text
        path = f"/v1/visit-lists/{made.json['id']}"
        sent = desk.caller.post(f"{path}/submit")
        assert sent.status_code == 200, sent.text
        assert as_zhou.post(f"{path}/review", json=decide(sent.json, "accept")).status_code == 200


class TestDraftList:
    def test_puts_cases_on_with_score_terms_and_best_address(self, desk, draft):
        assert (draft.json["state"], draft.json["version"], draft.json["line_count"]) == ("draft", 1, 2)
        for line in draft.json["lines"]:
            assert line["address_id"]
            assert line["case_state"] == "listed"
            assert line["score"] == sum(term["points"] for term in line["terms"])

    def test_refuses_a_case_that_may_not_be_visited_and_says_why(self, desk):
        desk.place({"家庭地址": ""})
        answer = desk.caller.post("/v1/visit-lists", json={"title": "一", "case_ids": [desk.case()["id"]]})
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/not-eligible")
        assert (answer.json["exclusions"], answer.json["case_no"]) == (["no_address"], "A1")

    def test_refuses_a_case_that_stands_on_another_list(self, desk, draft, cases):
        answer = desk.caller.post("/v1/visit-lists", json={"title": "二", "case_ids": [cases["A1"]]})
        assert answer.json["exclusions"] == ["already_listed"]

    def test_refuses_a_case_twice_and_an_address_of_another(self, desk, cases):
        twice = desk.caller.post("/v1/visit-lists", json={"title": "一", "case_ids": [cases["A1"], cases["A1"]]})
        assert twice.json["type"] == "/problems/case-twice"
        line = {"case_id": cases["A1"], "address_id": desk.case("A2")["addresses"][0]["id"]}
        foreign = desk.caller.post("/v1/visit-lists", json={"title": "一", "lines": [line]})
        assert foreign.json["type"] == "/problems/foreign-address"

    def test_does_not_know_another_creditors_case(self, cases, as_wei):
        answer = as_wei.post("/v1/visit-lists", json={"title": "一", "case_ids": [cases["A1"]]})
        assert answer.status_code == 404


class TestShowList:
    def test_is_hidden_from_whoever_may_not_see_a_line(self, path, as_wei, as_tan):
        assert as_wei.get(path).status_code == 404
        assert as_wei.get("/v1/visit-lists").json["total"] == 0
        assert as_tan.get(path).json["id"] == path.rpartition("/")[2]
        assert as_tan.get("/v1/visit-lists").json["total"] == 1


class TestChangeList:
    def test_takes_cases_off_and_lets_them_go(self, desk, draft, path, cases):
        body = {"remove": [cases["A1"]], "title": "新名"}
        changed = desk.caller.patch(path, json=body, headers={"If-Match": draft.headers["ETag"]}).json
        assert (changed["title"], changed["version"], changed["line_count"]) == ("新名", 2, 1)
        assert desk.case("A1")["state"] == "phone"

    @pytest.mark.parametrize(("headers", "status"), [({}, 428), ({"If-Match": '"v9"'}, 412)])
    def test_needs_the_version_that_was_seen(self, desk, path, headers, status):
        assert desk.caller.patch(path, json={"title": "x"}, headers=headers).status_code == status

    def test_is_its_authors_to_do(self, draft, path, as_zhou):
        answer = as_zhou.patch(path, json={"title": "x"}, headers={"If-Match": draft.headers["ETag"]})
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/not-the-author")


class TestSubmitList:
    def test_sends_it_to_the_supervisor_once(self, desk, path):
        sent = desk.caller.post(f"{path}/submit").json
        assert (sent["state"], sent["version"]) == ("submitted", 2)
        assert desk.caller.post(f"{path}/submit").json["type"] == "/problems/list-not-draft"

    def test_looks_at_every_line_again(self, desk, path, cases):
        desk.caller.post(f"/v1/cases/{cases['A2']}/stops", json={"kind": "complaint", "reason": "来电投诉"})
        refused = desk.caller.post(f"{path}/submit")
        assert (refused.status_code, refused.json["type"]) == (409, "/problems/not-eligible")
        assert [line["case_no"] for line in refused.json["lines"]] == ["A2"]

    def test_refuses_an_empty_list(self, desk):
        empty = desk.caller.post("/v1/visit-lists", json={"title": "空"}).json
        assert desk.caller.post(f"/v1/visit-lists/{empty['id']}/submit").json["type"] == "/problems/empty-list"


class TestReviewList:
    @pytest.fixture
    def sent(self, desk, path):
        return desk.caller.post(f"{path}/submit").json

    @pytest.mark.parametrize(
        ("decisions", "state", "case_states"),
        [
            (("accept", "accept"), "accepted", ("listed", "listed")),
            (("accept", "remove"), "partly_accepted", ("listed", "phone")),
            (("return", "remove"), "returned", ("phone", "phone")),
        ],
    )
    def test_decides_line_by_line(self, desk, sent, path, as_zhou, decisions, state, case_states):
        reviewed = as_zhou.post(f"{path}/review", json=decide(sent, *decisions)).json
        assert (reviewed["state"], reviewed["reviewer_id"]) == (state, as_zhou.person_id)
        assert (reviewed["line_count"], reviewed["accepted_count"]) == (2, decisions.count("accept"))
        assert (desk.case("A1")["state"], desk.case("A2")["state"]) == case_states

    def test_refuses_the_specialist_and_the_author(self, desk, sent, path, as_sun, cases):
        assert desk.caller.post(f"{path}/review", json=decide(sent, "accept", "accept")).status_code == 403
        desk.caller.post(f"{path}/void", json={"reason": "重做"})
        own = as_sun.post("/v1/visit-lists", json={"title": "自编", "case_ids": list(cases.values())}).json
        own_path = f"/v1/visit-lists/{own['id']}"
        own_sent = as_sun.post(f"{own_path}/submit").json
        refused = as_sun.post(f"{own_path}/review", json=decide(own_sent, "accept", "accept"))
        assert (refused.status_code, refused.json["type"]) == (403, "/problems/own-list")

    def test_refuses_half_a_review_and_silence(self, sent, path, as_zhou):
        half = {"lines": decide(sent, "accept", "accept")["lines"][:1]}
        assert as_zhou.post(f"{path}/review", json=half).json["type"] == "/problems/undecided-lines"
        silent = decide(sent, "accept", "remove")
        silent["lines"][1]["reason"] = ""
        assert as_zhou.post(f"{path}/review", json=silent).json["type"] == "/problems/reason-missing"

    def test_does_not_accept_a_case_with_a_complaint_since(self, desk, sent, path, as_zhou, cases):
        desk.caller.post(f"/v1/cases/{cases['A2']}/stops", json={"kind": "complaint", "reason": "来电投诉"})
        refused = as_zhou.post(f"{path}/review", json=decide(sent, "accept", "accept"))
        assert refused.json["type"] == "/problems/not-eligible"
        assert as_zhou.post(f"{path}/review", json=decide(sent, "accept", "remove")).status_code == 200

    def test_lets_a_returned_list_be_corrected_and_sent_again(self, desk, sent, path, as_zhou):
        as_zhou.post(f"{path}/review", json=decide(sent, "return", "remove"))
        again = desk.caller.post(f"{path}/submit").json
        assert (again["state"], [line["case_no"] for line in again["lines"]]) == ("submitted", ["A1"])
        assert as_zhou.post(f"{path}/review", json=decide(again, "accept")).json["state"] == "accepted"


class TestVoidList:
    def test_lets_its_cases_go(self, desk, path):
        assert desk.caller.post(f"{path}/void", json={"reason": "重做"}).json["state"] == "void"
        assert desk.case("A1")["state"] == "phone"
        assert desk.caller.post("/v1/visit-lists/screen", json={}).json["eligible"] == 2


class TestCompareVersions:
    def test_shows_what_the_review_changed(self, desk, path, as_zhou):
        sent = desk.caller.post(f"{path}/submit").json
        as_zhou.post(f"{path}/review", json=decide(sent, "accept", "remove"))
        versions = desk.caller.get(f"{path}/versions").json["items"]
        assert [(one["version"], one["content"]["state"]) for one in versions] == [
            (2, "submitted"),
            (3, "partly_accepted"),
        ]
        compared = desk.caller.get(f"{path}/compare?before=2&after=3").json
        assert {line["after"]["decision"] for line in compared["changed"]} == {"accept", "remove"}
        assert (compared["added"], compared["removed"]) == ([], [])

    def test_knows_only_versions_that_were_kept(self, desk, path):
        assert desk.caller.get(f"{path}/compare?before=1&after=9").status_code == 404
