"""What does not add up, and the figures: counted from real records, each creditor's own, nobody ranked."""

from datetime import timedelta

import pytest

from server import clock
from server.cases.models import Paper
from server.db import begin_write, db
from server.devices.models import Device
from server.schemes.models import DayPack
from server.visits.models import PaperEvent, Visit, VisitFile
from tests.contract.foreign_world import add_foreigners
from tests.server.visits.make_visit import Phone, Story, add_stop, fix, person_id


@pytest.fixture
def story(in_app, creditors):
    begin_write()
    fang, luo = person_id("fang"), person_id("luo")
    return Story(add_stop(creditors["bank"]), Phone(fang), fang, luo)


@pytest.fixture
def visit(story):
    """A whole visit of today."""
    story.keep(story.promised())
    story.upload()
    row = db.session.get_one(Visit, story.visit_id)
    row.arrived_at = clock.now()
    for file in row.files:
        file.verified_at = clock.now()
    db.session.commit()
    return row


@pytest.fixture
def stranger(sign_in, creditors):
    """Compliance that works for the supplier only."""
    add_foreigners(creditors["supplier"])
    return sign_in("x-compliance")


def found(caller, kind, **more):
    answer = caller.get("/v1/exceptions", query_string={"kind": kind} | more)
    assert answer.status_code == 200, answer.text
    return answer.json["items"]


def another_visit(creditor_id, **changes):
    begin_write()
    fang, luo = person_id("fang"), person_id("luo")
    story = Story(add_stop(creditor_id), Phone(fang), fang, luo)
    story.keep([story.check_in(**changes)])
    db.session.commit()
    return story


class TestPositions:
    def test_the_same_point_at_two_customers_is_told_once(self, as_ma, stranger, visit, creditors):
        assert found(as_ma, "stacked_position") == []
        other = another_visit(creditors["bank"])
        (one,) = found(as_ma, "stacked_position")
        assert {row["id"] for row in one["facts"]["visits"]} == {str(visit.id), str(other.visit_id)}
        assert found(stranger, "stacked_position") == []

    def test_another_point_is_not(self, as_ma, visit, creditors):
        another_visit(creditors["bank"], fix=fix() | {"lat_e6": fix()["lat_e6"] + 1})
        another_visit(creditors["bank"], fix=None, no_fix_reason="timeout")
        assert found(as_ma, "stacked_position") == []


class TestPhotos:
    @pytest.mark.parametrize("flag", ["looks_like_another", "used_before"])
    def test_told_when_the_darkroom_or_the_intake_says_so(self, as_tan, stranger, visit, flag):
        assert found(as_tan, "duplicate_photo") == []
        file = db.session.query(VisitFile).order_by(VisitFile.id).first()
        file.flags = [flag]
        db.session.commit()
        (one,) = found(as_tan, "duplicate_photo")
        assert (one["subject"], one["facts"]["visit_id"]) == (f"file:{file.id}", str(visit.id))
        assert found(stranger, "duplicate_photo") == []


class TestPapers:
    def test_one_that_nobody_accounts_for_is_named(self, as_ma, stranger, visit):
        stop = visit.stop
        paper = Paper(
            kind="dunning_letter", serial="CK-20261202-0009-1", creditor_id=stop.creditor_id, case_id=stop.case_id,
            template_version="d/1", sha256="1" * 64, fingerprint="f" * 64, issued_at=clock.now(),
        )  # fmt: skip
        db.session.add(paper)
        db.session.flush()
        db.session.add(
            DayPack(
                scheme_id=stop.scheme_id, crew_id=stop.crew_id, person_id=visit.agent_id, day=clock.today(),
                plan_version=1, scheme_version=1, sha256="0" * 64, content={"papers": [{"id": str(paper.id)}]},
                issued_at=clock.now(), expires_at=clock.now() + timedelta(days=1),
            )
        )  # fmt: skip
        db.session.commit()
        (one,) = found(as_ma, "unaccounted_serial")
        assert (one["subject"], one["facts"]["case_id"]) == ("paper:CK-20261202-0009-1", str(stop.case_id))
        assert found(stranger, "unaccounted_serial") == []
        db.session.add(PaperEvent(paper_id=paper.id, state="returned", reason="带回", by_id=visit.agent_id))
        db.session.commit()
        assert found(as_ma, "unaccounted_serial") == []


class TestChains:
    def test_records_behind_a_gap_are_told_to_who_sees_every_creditor(self, as_ma, stranger, visit):
        phone_id = visit.records[0].device_id
        device = Device(
            id=phone_id, person_id=visit.agent_id, label="方的手机", alg="Ed25519", public_key={}, token_hash="t",
            head_seq=visit.records[-1].seq, head_hash=visit.records[-1].hash,
        )  # fmt: skip
        db.session.add(device)
        db.session.commit()
        assert found(as_ma, "chain_gap") == []
        device.head_seq = 3
        db.session.commit()
        (one,) = found(as_ma, "chain_gap")
        assert (one["facts"]["head_seq"], one["facts"]["first_behind"]) == (3, 4)
        assert found(stranger, "chain_gap") == []


class TestRules:
    def test_what_a_visit_broke_is_told_what_it_kept_is_not(self, as_ma, stranger, visit):
        visit.rule_results = [
            {"gate": "sync", "rule_id": "CASH", "finding": "kept"},
            {"gate": "sync", "rule_id": "HOURS", "finding": "broken", "text": {"zh": "时段", "en": "hours"}},
        ]
        db.session.commit()
        (one,) = found(as_ma, "rule_broken")
        assert (one["facts"]["rule_id"], one["facts"]["text"]["zh"]) == ("HOURS", "时段")
        assert found(stranger, "rule_broken") == []

    def test_what_check_out_and_sync_both_say_is_told_once(self, as_ma, visit):
        visit.rule_results = [
            {"gate": gate, "rule_id": rule_id, "finding": "broken", "record_id": record_id}
            for gate in ("checkout", "sync")
            for rule_id, record_id in (("WITNESS", "a"), ("WITNESS", "b"), ("HOURS", None))
        ]
        db.session.commit()
        told = [(one["facts"]["rule_id"], one["facts"]["gate"]) for one in found(as_ma, "rule_broken")]
        assert sorted(told) == [("HOURS", "sync"), ("WITNESS", "sync"), ("WITNESS", "sync")]


class TestFigures:
    def test_count_the_visits_of_the_time(self, as_guo, stranger, visit):
        told = as_guo.get("/v1/figures").json
        assert told["coverage"] == {"open_cases": 1, "ever_planned": 1, "visited": 1, "visits": 1}
        assert told["met"] == {"met": 1, "visits": 1, "per_mille": 1000}
        assert sum(told["grades"].values()) == 1
        assert [(week["visits"], week["met"]) for week in told["weeks"]] == [(1, 1)]
        assert sum(told["promises"].values()) == 1
        past = {"from_on": "2020-01-01", "until_on": "2020-02-01"}
        assert as_guo.get("/v1/figures", query_string=past).json["met"] == {"met": 0, "visits": 0, "per_mille": None}
        theirs = stranger.get("/v1/figures").json
        assert theirs["coverage"] == {"open_cases": 0, "ever_planned": 0, "visited": 0, "visits": 0}
        assert theirs["promises"] == {}

    def test_refuse_a_time_that_ends_before_it_begins(self, as_guo):
        answer = as_guo.get("/v1/figures?from_on=2026-02-01&until_on=2026-01-31")
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/period-backwards")
        assert as_guo.get("/v1/figures?from_on=2026-02-01&until_on=2026-02-01").status_code == 200

    def test_tell_whose_limitation_runs_out_soon(self, as_guo, visit):
        case = visit.case
        case.overdue_on = case.last_instalment_due_on = clock.today() - timedelta(days=3 * 365 - 30)
        db.session.commit()
        told = as_guo.get("/v1/figures").json["limitation"]
        assert told["looked_at"] == 1
        case.overdue_on = case.last_instalment_due_on = clock.today() - timedelta(days=365)
        db.session.commit()
        assert as_guo.get("/v1/figures").json["limitation"] == {"expired": 0, "at_risk": 0, "looked_at": 0}

    def test_name_no_person_and_no_money(self, as_guo, visit):
        text = as_guo.get("/v1/figures").text
        assert "fen" not in text
        assert str(visit.agent_id) not in text
        assert "方外访" not in text

    def test_are_not_for_agents(self, as_fang):
        assert as_fang.get("/v1/figures").status_code == 403
        assert as_fang.get("/v1/exceptions").status_code == 403
