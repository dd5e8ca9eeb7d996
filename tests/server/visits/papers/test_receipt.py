"""The receipt says what the records say, to whom it may be said, and the same facts give the same bytes."""

import subprocess
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select

from receipts import visit_receipt
from receipts.facts import SignatureState
from receipts.images import PrintPhoto
from receipts.visit_receipt import WhoMet
from server import clock, media
from server.cases import papers
from server.db import begin_write, db
from server.visits.models import SignedPaper, Visit, VisitFile
from server.visits.papers import receipt, telling
from server.visits.papers.receipt import ReceiptNotReady
from tests.server.visits.make_visit import ARRIVED

AT = ARRIVED + timedelta(hours=6)


def whole(story, *pairs):
    pairs = [*pairs, story.manifest()]
    story.keep([*pairs, story.check_out(pairs)])
    story.upload()
    return db.session.get(Visit, story.visit_id)


def facts_of(visit):
    return receipt.facts(visit, seal=papers.seal_facts("HZ-20261202-0001-0", at=AT, version=1))


def printed(paper):
    content = media.store().get(paper.sha256)
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True
    ).stdout.decode()


class TestFacts:
    def test_say_everything_of_a_met_debtor(self, story):
        story.keep(story.promised())
        story.upload()
        facts = facts_of(db.session.get(Visit, story.visit_id))
        assert (facts.met, facts.met_name, facts.outcome) == (WhoMet.DEBTOR, "测试甲", 1)
        assert facts.debtor.name == "测试甲"
        assert facts.debt.total_fen() == 6_438_675
        assert "合计 64,386.75 元" in facts.agreement
        assert (facts.approved_by, facts.visited_address) == ("郭总", "测试市福中三路市民中心A座")
        assert [one.name for one in facts.agents] == ["方外访", "罗外访"]
        assert all(one.id_shown for one in facts.agents)
        assert len(facts.notices) == 5
        assert facts.signature.state is SignatureState.SIGNED
        assert facts.signature.strokes.strokes == (((1200, 900), (1900, 2100), (3000, 1000)),)
        assert facts.witness.name == "罗外访"
        assert {one.subject for one in facts.photos} == {"门口", "周边环境", "送达文件"}

    def test_decode_only_the_picture_that_is_not_what_was_stored(self, story):
        story.keep(story.promised())
        story.upload()
        visit = db.session.get(Visit, story.visit_id)
        assert all(isinstance(one.content, PrintPhoto) for one in facts_of(visit).photos)
        first = db.session.scalars(select(VisitFile).where(VisitFile.derivative_sha256.is_not(None))).first()
        stored = media.store().path(first.derivative_sha256)
        stored.chmod(0o600)
        stored.write_bytes(stored.read_bytes()[:400])
        assert bytes in {type(one.content) for one in facts_of(visit).photos}
        assert any(flag.startswith("photo-") for flag in visit_receipt.render(facts_of(visit)).flags)

    @pytest.mark.parametrize("who", ["third_party", "co_resident_adult", "nobody"])
    def test_hold_no_debt_for_anybody_else(self, story, who):
        visit = whole(story, story.check_in(), story.met(who=who, name="邻居"), story.outcome(9, delivered=[]))
        facts = facts_of(visit)
        assert (facts.debt, facts.agreement) == (None, "")
        assert facts.met_name == ("邻居" if who != "third_party" else "")

    def test_name_the_guarantor_as_such(self, story):
        visit = whole(story, story.check_in(), story.met(who="guarantor", name="测试丙"), story.outcome(3))
        assert (facts_of(visit).met, facts_of(visit).met_relation) == (WhoMet.DEBTOR, "保证人")

    def test_say_where_it_was_when_not_as_planned(self, story):
        check_in = story.check_in(address_as_planned=False, place_note="改在小区门口")
        facts = facts_of(whole(story, check_in, story.met(), story.outcome(3)))
        assert (facts.visited_address, facts.address_matches) == ("改在小区门口", False)
        assert facts.planned_address == "测试市福中三路市民中心A座"

    def test_say_why_it_was_not_signed(self, story):
        refused = story.signed_paper(state="refused_witnessed", reason="拒绝签字", strokes=[], capture=None)
        facts = facts_of(whole(story, story.check_in(), story.met(), story.outcome(3), refused))
        assert (facts.signature.state, facts.signature.reason) == (SignatureState.REFUSED, "拒绝签字")


class TestIssue:
    def test_gives_the_same_bytes_for_the_same_facts(self, story):
        story.keep(story.promised())
        story.upload()
        visit = db.session.get(Visit, story.visit_id)
        paper = receipt.issue(visit, at=AT)
        again = visit_receipt.render(receipt.facts(visit, seal=papers.seal_facts(paper.serial, at=AT, version=1)))
        assert sha256(again.pdf).hexdigest() == paper.unsealed_sha256
        assert media.store().get(paper.sha256).startswith(again.pdf)

    def test_prints_no_debt_for_a_third_party(self, story):
        visit = whole(story, story.check_in(), story.met(who="third_party", name=""), story.outcome(9, delivered=[]))
        text = printed(receipt.issue(visit, at=AT))
        for word in ("64,386.75", "某商业银行", "测试甲", "承诺分", "信用卡"):
            assert word not in text
        assert "不收取任何款项" in text

    def test_prints_rare_characters(self, story):
        visit = whole(story, story.check_in(), story.met(name="䶮𬱖"), story.outcome(3))
        assert "䶮𬱖" in printed(receipt.issue(visit, at=AT))

    def test_counts_serials_by_the_day_of_the_visit(self, story):
        story.keep(story.promised())
        story.upload()
        visit = db.session.get(Visit, story.visit_id)
        first = receipt.issue(visit, at=AT + timedelta(days=9))
        assert first.serial.startswith("HZ-20261202-0001-")
        assert (first.kind, first.subject_id, first.version) == ("visit_receipt", visit.id, 1)

    def test_refuses_an_incomplete_visit_and_names_the_files(self, story):
        story.keep(story.promised())
        visit = db.session.get(Visit, story.visit_id)
        with pytest.raises(ReceiptNotReady, match="^3 files are missing$") as refusal:
            receipt.issue(visit, at=AT)
        assert {one["id"] for one in refusal.value.facts["missing_files"]} == set(story.photos)


class TestIsCurrent:
    def issued(self, story):
        begin_write()
        visit = db.session.get(Visit, story.visit_id)
        return visit, receipt.issue(visit, at=clock.now())

    def test_is_not_once_another_record_came(self, kept_visit):
        visit, paper = self.issued(kept_visit)
        assert receipt.is_current(visit, paper)
        kept_visit.keep([kept_visit.phone.tell("incident", kept_visit.body(kind="other", severity=1, fix=None))])
        assert not receipt.is_current(visit, paper)

    def test_does_not_mind_a_newer_file_of_the_creditor(self, kept_visit):
        visit, paper = self.issued(kept_visit)
        visit.case.principal_fen = 1
        assert receipt.is_current(visit, paper)

    def test_does_not_mind_what_comes_after_the_seal(self, kept_visit):
        visit, paper = self.issued(kept_visit)
        visit.state, visit.sealed_at = "sealed", clock.now()
        met = kept_visit.met(name="后来的人")
        kept_visit.keep([met])
        assert receipt.is_current(visit, paper)
        assert receipt.facts(visit, seal=papers.seal_facts(paper.serial, at=AT)).met_name == "测试甲"


class TestOpenedSignature:
    def test_gives_the_strokes_back(self, story):
        story.keep(story.promised())
        paper = db.session.scalars(select(SignedPaper).where(SignedPaper.kind == "promise")).one()
        opened = telling.opened_signature(paper)
        assert opened["strokes"][0]["p"][1] == [1900, 2100, 8, 530]
        assert opened["signer"]["name"] == "测试甲"
        assert "测试甲" not in paper.signature_sealed
