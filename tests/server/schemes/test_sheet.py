"""The approval sheet says what the scheme says: visits in driving order, rules with their grade, decisions, costs."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from receipts.visit_scheme import Decision
from server import clock
from server.cases import import_runs, timeline
from server.cases.limitation import years_later
from server.cases.mapping import FileKind
from server.cases.models import PaymentFact
from server.db import db
from server.schemes import sheet
from server.schemes.models import Scheme
from tests.server.schemes import make_scheme as make


@pytest.fixture
def planned(as_zhou, creditors):
    cases = [make.case(creditors["bank"], number) for number in range(3)]
    cases.append(make.case(creditors["bank"], 3, precision="district"))
    scheme = make.compiled(as_zhou, make.accepted_list(cases))
    return make.planned(as_zhou, scheme["id"], iterations=10)


def facts(scheme):
    db.session.rollback()
    return sheet.facts(db.session.get(Scheme, UUID(scheme["id"]), populate_existing=True))


def rendered(scheme):
    db.session.rollback()
    return sheet.pdf(db.session.get(Scheme, UUID(scheme["id"]), populate_existing=True))


def pay(case, *, booked_on, fed_at):
    run = import_runs.receive(
        kind=FileKind.PAYMENTS, creditor_id=case.creditor_id, filename="", received_on=booked_on,
        by_id=make.person_id("lin"), file_sha256="", at=fed_at,
    )  # fmt: skip
    db.session.add(run)
    db.session.flush()
    fact = PaymentFact(
        id=clock.new_id(), created_at=fed_at, creditor_id=case.creditor_id, case_id=case.id, case_no=case.case_no,
        booked_on=booked_on, amount_fen=100, kind="payment", reference=str(fed_at),
        import_run_id=run.id,
    )  # fmt: skip
    db.session.add(fact)
    db.session.commit()


class TestFacts:
    def test_lists_visits_as_they_are_driven_to_and_the_left_out_last(self, planned):
        lines = facts(planned).lines
        routed = [stop["case_no"] for stop in planned["stops"] if stop["seq"]]
        assert [line.case_no for line in lines] == [*routed, "WH2026-000003"]
        assert "未排入：地址未定位" in lines[-1].reason
        assert lines[-1].address_precision == "区县中心"
        assert "未排入" not in lines[0].reason

    def test_says_who_goes_how_far(self, planned):
        (crew,) = facts(planned).crews
        assert [one.name for one in crew.members] == ["方外访", "罗外访"]
        assert crew.stops == 3
        assert crew.distance_m > 0
        assert crew.duration_min >= 75

    def test_quotes_each_rule_with_its_source_and_grade(self, planned):
        checks = {one.rule.split("（")[0]: one for one in facts(planned).checks}
        assert checks["HOURS"].passed
        assert "GB/T 45251" in checks["HOURS"].note
        assert "B 级" in checks["HOURS"].note
        assert "待律师确认" in checks["CREW"].note

    def test_states_the_method_and_the_costs(self, planned):
        said = facts(planned)
        assert "绕行系数 1.4" in said.travel_method
        assert "种子 1" in said.travel_method
        assert sum(one.amount_fen for one in said.costs) == planned["cost_fen"]
        assert {one.name: one.count for one in said.materials} == {"客户对账单": 4, "到访回执单": 4, "录音设备": 1}

    def test_carries_the_digest_and_the_days(self, planned):
        said = facts(planned)
        assert said.digest == planned["digest"]
        assert said.start_on == said.end_on == make.DAY
        assert [one.version for one in said.changes] == [1, 2]

    def test_shows_open_decisions_until_somebody_decides(self, planned):
        assert [one.decision for one in facts(planned).decisions] == [Decision.OPEN, Decision.OPEN]

    def test_shows_what_was_decided_on_which_digest(self, as_zhou, as_sun, as_guo, planned):
        make.submitted(as_zhou, planned["id"])
        make.reviewed(as_sun, planned["id"], reason="同意")
        limits = {"note": "只限白天"}
        as_guo.post(
            f"/v1/schemes/{planned['id']}/sign-off",
            json={"digest": planned["digest"], "decision": "approve", "limits": limits},
        )
        review, sign_off = facts(planned).decisions
        assert (review.name, review.decision, review.opinion) == ("孙主管", Decision.APPROVED, "同意")
        assert (sign_off.name, sign_off.decision, sign_off.opinion) == ("郭总", Decision.LIMITED, "只限白天")
        assert sign_off.digest == planned["digest"]

    def test_is_dated_by_its_last_change_not_by_the_printer(self, planned):
        generated_at = facts(planned).seal.generated_at
        assert isinstance(generated_at, datetime)
        assert generated_at.tzinfo is UTC
        assert generated_at == facts(planned).seal.generated_at

    def test_tells_until_when_each_debt_may_be_sued_for(self, planned):
        overdue_on = db.session.get(Scheme, UUID(planned["id"])).stops[0].case.overdue_on
        due_on = overdue_on - timedelta(days=1)
        assert {one.limitation_due_on for one in facts(planned).lines} == {years_later(due_on, 3)}

    def test_counts_what_was_paid_before_it_and_nothing_after(self, planned):
        case = db.session.get(Scheme, UUID(planned["id"])).stops[0].case
        before = rendered(planned)
        earlier, day = facts(planned).seal.generated_at, clock.today() - timedelta(days=9)
        pay(case, booked_on=day, fed_at=earlier + timedelta(seconds=1))
        assert rendered(planned) == before
        pay(case, booked_on=day, fed_at=earlier - timedelta(seconds=1))
        (line,) = [one for one in facts(planned).lines if one.case_no == case.case_no]
        assert line.limitation_due_on == years_later(day, 3)

    def test_quotes_the_last_visit_that_was_known_when_it_was_written(self, planned, monkeypatch):
        asked = []
        monkeypatch.setattr(
            timeline, "_recallers", [lambda case_id, before: asked.append(before) or "2026-10-01 无人应答"]
        )
        said = facts(planned)
        assert {one.last_result for one in said.lines} == {"2026-10-01 无人应答"}
        assert set(asked) == {said.seal.generated_at}

    def test_quotes_the_creditors_word_where_nobody_has_been(self, planned):
        case = db.session.get(Scheme, UUID(planned["id"])).stops[0].case
        case.contact_result = "no_answer"
        db.session.commit()
        (line,) = [one for one in facts(planned).lines if one.case_no == case.case_no]
        assert line.last_result == "无人接听"

    def test_can_be_written_without_a_plan(self, as_zhou, creditors):
        scheme = make.compiled(as_zhou, make.accepted_list([make.case(creditors["bank"], 9)]))
        said = facts(scheme)
        assert said.travel_method == "尚未规划"
        assert said.crews[0].stops == 0
        assert isinstance(said.start_on, date)


class TestPdf:
    def test_is_a_pdf(self, planned):
        db.session.rollback()
        assert sheet.pdf(db.session.get(Scheme, UUID(planned["id"]))).startswith(b"%PDF")
