"""Decisions as they are listed and shown: the sue list, the suspend list, the case's timeline."""

from tests.server.escalation.make_day import case_state, path_of


class TestListEscalations:
    def listed(self, caller, **query):
        answer = caller.get("/v1/escalations", query_string=query)
        assert answer.status_code == 200, answer.text
        return [one["case_no"] for one in answer.json["items"]]

    def test_gives_the_sue_list_and_the_suspend_list(self, played, decided, as_tan):
        decided(played.case_ids[1], "sue")
        decided(played.case_ids[2], "suspend")
        assert self.listed(as_tan, decision="sue") == ["WH2026-001"]
        assert self.listed(as_tan, decision="suspend") == ["WH2026-002"]
        assert self.listed(as_tan) == ["WH2026-002", "WH2026-001"]

    def test_lists_only_decisions_in_force(self, played, decided, as_hu):
        decided(played.case_ids[1], "suspend")
        decided(played.case_ids[1], "sue")
        assert self.listed(as_hu, decision="suspend") == []
        assert self.listed(as_hu, decision="suspend", superseded="true") == ["WH2026-001"]

    def test_filters_by_state_proposal_and_review_day(self, played, decided, propose, as_guo):
        decided(played.case_ids[2], "suspend", review_days=30)
        propose(played.case_ids[1], "relief")
        assert self.listed(as_guo, state="proposed") == ["WH2026-001"]
        assert self.listed(as_guo, proposal="relief") == ["WH2026-001"]
        assert self.listed(as_guo, review_until="2099-01-01") == ["WH2026-002"]
        assert self.listed(as_guo, review_until="2020-01-01") == []

    def test_pages(self, played, propose, as_guo):
        for number in range(3):
            propose(played.case_ids[number])
        first = as_guo.get("/v1/escalations?limit=2").json
        rest = as_guo.get(f"/v1/escalations?limit=2&cursor={first['next_cursor']}").json
        assert (first["total"], len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (3, 2, 1, None)

    def test_hides_other_creditors(self, played, propose, as_wei):
        propose(played.case_ids[1])
        assert self.listed(as_wei) == []

    def test_is_not_for_agents(self, as_fang):
        assert as_fang.get("/v1/escalations").status_code == 403


class TestGetEscalation:
    def test_shows_it_to_the_office_only_of_its_creditor(self, played, propose, as_lin, as_wei):
        found = propose(played.case_ids[1]).json
        answer = as_lin.get(path_of(found))
        assert (answer.json["id"], answer.headers["ETag"]) == (found["id"], '"v1"')
        assert as_wei.get(path_of(found)).status_code == 404


class TestContinueCase:
    def test_sends_a_waiting_case_back(self, played, as_zhou):
        as_zhou.post(f"/v1/schemes/{played.scheme_id}/close-out", json={})
        answer = as_zhou.post(f"/v1/cases/{played.case_ids[0]}/continue", json={"reasons": "已承诺，待到期"})
        assert answer.json["state"] == "continued"
        assert case_state(played, 0) == "continued"

    def test_refuses_a_case_that_does_not_wait(self, played, as_zhou):
        answer = as_zhou.post(f"/v1/cases/{played.case_ids[0]}/continue", json={"reasons": "已承诺"})
        assert answer.json["type"] == "/problems/not-awaiting-decision"

    def test_refuses_while_the_manager_is_asked(self, played, as_zhou, propose):
        as_zhou.post(f"/v1/schemes/{played.scheme_id}/close-out", json={})
        propose(played.case_ids[1])
        answer = as_zhou.post(f"/v1/cases/{played.case_ids[1]}/continue", json={"reasons": "再看看"})
        assert answer.json["type"] == "/problems/escalation-open"


class TestTimeline:
    def test_tells_the_decision_on_the_case(self, played, decided, as_lin):
        told = decided(played.case_ids[1])
        answer = as_lin.get(f"/v1/cases/{played.case_ids[1]}/timeline")
        kinds = [one["kind"] for one in answer.json["items"] if one["subject"] == f"escalation:{told['id']}"]
        assert kinds == ["proposed", "advised", "decided"]

    def test_moves_the_clock_by_a_signed_visit(self, played, as_lin):
        told = as_lin.get(f"/v1/cases/{played.case_ids[0]}/limitation").json
        assert (told["expires_on"], told["grade"]) == ("2029-12-03", "A")
