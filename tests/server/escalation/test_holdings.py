import pytest

from server import media
from server.cases.models import Paper
from server.db import begin_write, db
from server.devices.models import Device
from server.escalation.holdings import gather


@pytest.fixture
def held(day):
    """The first customer's visit, told and uploaded, not reviewed."""
    day.promised(0)
    return day


def codes(day, number=0):
    return [lack.code for lack in gather(day.case(number)).lacks]


class TestGather:
    def test_holds_records_in_the_order_of_the_chain(self, held):
        found = gather(held.case(0))
        assert [one.record.seq for one in found.records] == list(range(1, 9))
        assert {one.told_by for one in found.records} == {"方外访"}

    def test_holds_the_originals_with_what_they_show(self, held):
        found = gather(held.case(0))
        assert [file.shows for file in found.files] == ["door", "surroundings", "delivered_paper"]
        assert all(media.store().get(file.sha256).startswith(b"\xff\xd8") for file in found.files)

    def test_counts_the_pages_of_a_paper(self, held):
        (paper,) = gather(held.case(0)).papers
        assert (paper.kind, paper.pages, paper.is_superseded) == ("account_statement", 1, False)

    def test_says_that_nobody_reviewed_and_no_receipt_was_issued(self, held):
        assert codes(held) == ["contract_documents", "visit_unsealed", "receipt"]

    def test_names_an_original_that_has_not_come(self, day):
        day.promised(0, is_uploaded=False)
        assert codes(day).count("file_bytes") == 3

    def test_names_a_record_that_has_not_come(self, day):
        story = day.story(0)
        first, lost = story.check_in(), story.met()
        story.keep([first, story.check_out([first, lost])])
        assert "records_missing" in codes(day)

    def test_names_a_paper_whose_file_is_gone(self, held):
        paper = gather(held.case(0)).papers[0]
        media.store().path(paper.sha256).unlink()
        found = codes(held)
        assert "paper_bytes" in found
        assert "signed_document" in found

    def test_names_a_phone_whose_key_is_not_known(self, held):
        device = db.session.get(Device, held.phone.id)
        device.public_key = {"kty": "OKP"}
        db.session.flush()
        found = gather(held.case(0))
        assert (found.keys, found.lacks[-1].code) == ({}, "device_key")

    def test_names_a_signed_paper_nobody_issued(self, day):
        story = day.story(0)
        day.tell(0, [story.check_in(), story.signed_paper()])
        assert "signed_document" in codes(day)

    def test_leaves_papers_about_several_customers_out(self, held):
        begin_write()
        db.session.add(
            Paper(kind="visit_summary", serial="HB-20261203-0001-1", case_id=held.case_ids[0], template_version="x/1",
                  sha256="0" * 64, fingerprint="0" * 64, issued_at=held.phone.at)
        )  # fmt: skip
        db.session.flush()
        assert {paper.kind for paper in gather(held.case(0)).papers} == {"account_statement"}

    def test_holds_nothing_of_a_case_never_visited(self, day):
        found = gather(day.case(3))
        assert (found.visits, found.records, found.files, found.papers) == ((), (), (), ())
        assert codes(day, 3) == ["contract_documents", "visits"]

    def test_keeps_visits_of_other_cases_apart(self, held):
        held.refused(1)
        assert {one.visit_id for one in gather(held.case(0)).records} == {held.stories[0].visit_id}
