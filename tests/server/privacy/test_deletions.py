"""A case deleted over HTTP: by two people, nothing readable left, hashes and certificate kept."""

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from server import clock, media
from server.cases import keyring
from server.cases.models import Address, Case, Paper, Party, StopFlag
from server.db import begin_write, db
from server.privacy import sweep
from server.privacy.erasing import without
from server.privacy.models import Deletion
from server.visits.models import Record, Visit, VisitFile
from sync.canonical import content_hash
from tests.receipts.reading import squeezed, text_of

YEARS = timedelta(days=1826)


@pytest.fixture
def ended(played):
    """The first case of the day, settled more than five years ago."""
    begin_write()
    case = played.case(0)
    case.state = "settled"
    db.session.add(
        StopFlag(id=clock.new_id(), case_id=case.id, kind="settled", reason="结清", raised_by_id=None,
                 raised_at=clock.now() - YEARS - timedelta(days=3))
    )  # fmt: skip
    db.session.commit()
    return str(case.id)


def ask(caller, case_id, ground="retention"):
    return caller.post(f"/v1/cases/{case_id}/deletions", json={"ground": ground, "reason": "保存期限届满"})


@pytest.fixture
def deleted(ended, as_ma, as_guo):
    answer = as_guo.post(f"/v1/deletions/{ask(as_ma, ended).json['id']}/carry-out")
    assert answer.status_code == 200, answer.text
    return answer.json


def everything_stored():
    """Every text in the database, table by table."""
    db.session.rollback()
    for table in sa.inspect(db.engine).get_table_names():
        for row in db.session.execute(sa.text(f'SELECT * FROM "{table}"')):  # noqa: S608  # names are ours
            yield from ((table, str(value)) for value in row if value is not None)


class TestWhatStandsAgainstIt:
    def test_an_open_case(self, played, as_ma):
        answer = ask(as_ma, played.case_ids[1])
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/not-deletable")
        assert "case_open" in answer.json["against"]

    def test_the_years_that_records_are_kept(self, ended, as_ma):
        begin_write()
        flag = db.session.scalars(select(StopFlag).where(StopFlag.kind == "settled")).one()
        flag.raised_at = clock.now() - YEARS + timedelta(days=5)
        db.session.commit()
        assert ask(as_ma, ended).json["against"] == ["RECORDS"]
        told = as_ma.get(f"/v1/cases/{ended}/retention").json
        assert (told["days_left"], told["against_deletion"]) == (5, ["RECORDS"])

    def test_a_legal_hold_until_it_is_lifted(self, ended, as_hu, as_ma, as_guo):
        asked = ask(as_ma, ended).json
        hold = as_hu.post(f"/v1/cases/{ended}/holds", json={"reason": "诉讼中"}).json
        refused = as_guo.post(f"/v1/deletions/{asked['id']}/carry-out")
        assert "legal_hold" in refused.json["against"]
        assert as_hu.post(f"/v1/holds/{hold['id']}/lift").json["lifted_at"] is not None
        assert as_hu.post(f"/v1/holds/{hold['id']}/lift").json["type"] == "/problems/hold-lifted"
        assert as_guo.post(f"/v1/deletions/{asked['id']}/carry-out").status_code == 200

    def test_the_wrong_people(self, ended, as_ma, as_zhou, as_guo, as_tan):
        assert [ask(one, ended).status_code for one in (as_zhou, as_guo, as_tan)] == [403] * 3
        asked = ask(as_ma, ended).json
        assert as_ma.post(f"/v1/deletions/{asked['id']}/carry-out").status_code == 403
        assert ask(as_ma, ended).json["type"] == "/problems/deletion-open"


class TestCarryOut:
    def test_leaves_no_personal_data_of_the_case_anywhere(self, ended, as_ma, as_guo):
        case = db.session.get(Case, UUID(ended))
        name, number = case.debtor.name, "110101199001010717"
        assert any(name in value for _, value in everything_stored())
        as_guo.post(f"/v1/deletions/{ask(as_ma, ended).json['id']}/carry-out")
        assert [(table, value[:80]) for table, value in everything_stored() if name in value] == []
        party = db.session.get(Party, db.session.get(Case, UUID(ended)).debtor_id)
        assert (party.name, party.id_sealed, party.id_index, party.phone_sealed) == ("已删除", None, None, None)
        assert number not in str(list(everything_stored()))

    def test_destroys_the_key_and_opens_no_record_again(self, ended, deleted, as_zhou):
        assert keyring.is_destroyed(db.session.get(Case, UUID(ended)).id)
        visit = db.session.scalars(select(Visit).where(Visit.case_id == db.session.get(Case, UUID(ended)).id)).one()
        for record in db.session.scalars(select(Record).where(Record.visit_id == visit.id)):
            assert record.env_sealed == keyring.erased(visit.case_id)
            assert len(record.hash) == 64
        answer = as_zhou.get(f"/v1/visits/{visit.id}")
        assert (answer.status_code, answer.json["type"]) == (404, "/problems/case-erased")
        assert as_zhou.get(f"/v1/cases/{ended}").json["debtor"]["name"] == "已删除"
        assert as_zhou.get(f"/v1/cases/{ended}/timeline").status_code == 200

    def test_leaves_nothing_to_issue_or_unmask(self, ended, deleted, as_zhou):
        body = {"fields": ["phone"], "reason": "核对号码"}
        for answer in (
            as_zhou.get(f"/v1/cases/{ended}/statement.pdf"),
            as_zhou.post(f"/v1/cases/{ended}/unmask", json=body),
            as_zhou.get(f"/v1/cases/{ended}/readiness"),
        ):
            assert answer.json["type"] == "/problems/case-erased"

    def test_removes_the_files_once_it_is_committed(self, ended, as_ma, as_guo):
        case_id = db.session.get(Case, UUID(ended)).id
        visit = db.session.scalars(select(Visit).where(Visit.case_id == case_id)).one()
        photos = list(db.session.scalars(select(VisitFile.sha256).where(VisitFile.visit_id == visit.id)))
        papers = list(db.session.scalars(select(Paper.sha256).where(Paper.case_id == case_id)))
        assert photos
        assert papers
        assert all(media.store().has(one) for one in papers)
        as_guo.post(f"/v1/deletions/{ask(as_ma, ended).json['id']}/carry-out")
        sweep.sweep(clock.now())
        db.session.commit()
        assert not any(media.store().has(one) for one in papers)
        deletion = db.session.scalars(select(Deletion)).one()
        assert deletion.files_removed_at is not None

    def test_certifies_what_was_done_and_by_whom(self, ended, deleted, as_tan, as_ma):
        told = deleted["certificate"]
        assert content_hash(told) == deleted["certificate_sha256"]
        assert (told["asked_by"], told["carried_out_by"]) == ("WF-0008", "WF-0004")
        assert told["erased"]["records"] > 0
        assert told["erased"]["parties"] == 1
        assert "测试" not in str({key: value for key, value in told.items() if key != "creditor"})
        assert as_tan.get(f"/v1/deletions/{deleted['id']}").json["certificate"] == told
        assert as_ma.get(f"/v1/cases/{ended}/retention").json["is_deleted"] is True

    def test_is_certified_on_paper_once_and_verifiably(self, ended, deleted, app, as_hu, as_zhou, as_tan):
        path = f"/v1/deletions/{deleted['id']}/certificate.pdf"
        first, second = as_hu.get(path), as_hu.get(path)
        assert (first.status_code, first.content_type) == (200, "application/pdf")
        assert first.data == second.data
        paper = db.session.scalars(select(Paper).where(Paper.kind == "deletion_certificate")).one()
        text = squeezed(text_of(first.data))
        told = deleted["certificate"]
        for word in (told["case_no"], told["ground_zh"], told["carried_out_by"], deleted["certificate_sha256"]):
            assert squeezed(word) in text
        assert "PI-NEED" in {one["rule_id"] for one in paper.compliance}
        verified = app.test_client().get(f"/v1/verify/{paper.serial}").json
        assert (verified["valid"], verified["kind"]) == (True, "deletion_certificate")
        assert [one.get(path).status_code for one in (as_zhou, as_tan)] == [403, 403]
        sweep.sweep(clock.now())
        db.session.commit()
        assert as_hu.get(path).data == first.data

    def test_is_not_certified_before_it_was_carried_out(self, ended, as_ma):
        asked = ask(as_ma, ended).json
        refused = as_ma.get(f"/v1/deletions/{asked['id']}/certificate.pdf")
        assert (refused.status_code, refused.json["type"]) == (409, "/problems/not-carried-out")

    def test_leaves_the_other_cases_alone(self, deleted, played, as_zhou):
        other = as_zhou.get(f"/v1/cases/{played.case_ids[1]}").json
        assert other["debtor"]["name"] != "已删除"
        assert other["addresses"][0]["text_masked"]
        begin_write()
        row = db.session.scalars(select(Address).where(Address.case_id == played.case_ids[1])).one()
        assert row.lon is not None

    def test_is_done_once(self, deleted, as_guo):
        again = as_guo.post(f"/v1/deletions/{deleted['id']}/carry-out")
        assert again.json["type"] == "/problems/deletion-open"


class TestLists:
    def test_of_cases_whose_retention_has_run_out_holds_no_other(self, ended, played, as_ma, as_guo):
        told = as_ma.get("/v1/retention").json
        assert [(one["case_id"], one["days_left"], one["state"]) for one in told["items"]] == [(ended, -3, "settled")]
        assert told["items"][0]["case_no"] == as_ma.get(f"/v1/cases/{ended}").json["case_no"]
        as_guo.post(f"/v1/deletions/{ask(as_ma, ended).json['id']}/carry-out")
        assert as_ma.get("/v1/retention").json["items"] == []

    def test_of_cases_looks_as_far_ahead_as_asked(self, ended, as_ma):
        begin_write()
        flag = db.session.scalars(select(StopFlag).where(StopFlag.kind == "settled")).one()
        flag.raised_at = clock.now() - YEARS + timedelta(days=5)
        db.session.commit()
        counts = [as_ma.get(f"/v1/retention?within_days={days}").json["total"] for days in (0, 4, 5, 60)]
        assert counts == [0, 0, 1, 1]

    def test_of_holds_and_deletions_name_the_case_and_what_waits(self, ended, as_hu, as_ma, as_guo, as_zhou):
        asked = ask(as_ma, ended).json
        hold = as_hu.post(f"/v1/cases/{ended}/holds", json={"reason": "诉讼中"}).json
        for path in ("/v1/holds?standing=true", f"/v1/holds?case_id={ended}", "/v1/deletions?open=true"):
            (row,) = as_guo.get(path).json["items"]
            assert (row["id"] in {asked["id"], hold["id"]}, row["case_no"]) == (True, hold["case_no"])
        as_hu.post(f"/v1/holds/{hold['id']}/lift")
        as_guo.post(f"/v1/deletions/{asked['id']}/carry-out")
        assert [as_guo.get(path).json["total"] for path in ("/v1/holds?standing=true", "/v1/holds")] == [0, 1]
        assert [as_guo.get(path).json["total"] for path in ("/v1/deletions?open=true", "/v1/deletions")] == [0, 1]
        assert as_zhou.get("/v1/deletions").status_code == 403


class TestWithout:
    def test_takes_members_out_that_name_the_case_and_keeps_the_rest(self):
        document = {"stops": [{"case_id": "1", "name": "甲"}, {"case_id": "2"}], "ids": ["1", "2"], "case": "1"}
        assert without(document, {"1"}) == {"stops": [{"case_id": "2"}], "ids": ["2"], "case": "1"}


class TestGiveKeys:
    def test_puts_what_is_from_before_under_the_cases_own_key(self, played):
        db.session.rollback()
        begin_write()
        db.session.execute(sa.delete(keyring.CaseKey))
        db.session.commit()
        assert sweep.give_keys(clock.now()) >= 4
        db.session.commit()
        rows = list(db.session.scalars(select(Address)))
        assert rows
        assert {row.text_sealed.split("|")[0] for row in rows} == {"v2"}
        assert sweep.give_keys(clock.now()) == 0
