"""Each paper taken along is somewhere: told by the field, ruled by the office, or an exception."""

import pytest

from server import clock
from server.audit import AuditEvent
from server.cases.models import Paper
from server.db import db
from server.schemes.models import DayPack, Scheme
from server.visits import custody
from server.visits.rules import Custody
from tests.server.visits.make_visit import issued_paper

SERIAL, OTHER = "DZ-20261202-0001-1", "CK-20261202-0001-0"


@pytest.fixture
def packed(story):
    """The visit's papers in a day pack: a statement, which `Story.outcome` hands over, and a letter."""
    papers = [issued_paper(serial, "ab" * 32, story.stop.creditor_id) for serial in (SERIAL, OTHER)]
    for paper, kind in zip(papers, ("account_statement", "dunning_letter"), strict=True):
        paper.case_id, paper.kind = story.stop.case_id, kind
    listed = [{"id": str(one.id), "kind": one.kind} for one in papers]
    db.session.add(
        DayPack(
            id=clock.new_id(), scheme_id=story.stop.scheme_id, crew_id=story.stop.crew_id, person_id=story.fang,
            day=story.stop.day, plan_version=1, scheme_version=1, sha256="0" * 64, content={"papers": listed},
            issued_at=clock.now(), expires_at=clock.now(),
        )
    )  # fmt: skip
    db.session.flush()
    return story


def scheme_of(story):
    return db.session.get(Scheme, story.stop.scheme_id)


def told(story):
    return {one.paper.serial: one.custody for one in custody.taken(scheme_of(story))}


def kept(story, *pairs):
    story.keep([*pairs, story.check_out(pairs)])
    story.upload()


def paper_of(serial):
    shown = {"kind": "dunning_letter", "sha256": "a" * 64, "rendered_as": "pdf", "template": "dunning_letter/1"}
    return shown | {
        "id": "0193a0b1-0000-7000-8000-00000000d001",
        "serial": serial,
        "shown_ms": 1,
        "scrolled_to_end": True,
    }


class TestTaken:
    def test_is_with_the_crew_until_the_visit_is_over(self, packed):
        assert told(packed) == {SERIAL: Custody.PRINTED, OTHER: Custody.PRINTED}

    def test_knows_what_was_handed_over_and_what_nobody_names(self, packed):
        kept(packed, packed.check_in(), packed.outcome(2))
        assert told(packed) == {SERIAL: Custody.HANDED_OVER, OTHER: Custody.UNACCOUNTED}

    @pytest.mark.parametrize(
        ("state", "expected"),
        [
            ("signed_by_debtor", Custody.SIGNED), ("signed_by_relative", Custody.SIGNED),
            ("refused_witnessed", Custody.REFUSED), ("left_sealed", Custody.HANDED_OVER), ("void", Custody.VOID),
        ],
    )  # fmt: skip
    def test_takes_the_word_of_a_signed_record(self, packed, state, expected):
        paper = packed.signed_paper("dunning_letter", state, paper=paper_of(OTHER))
        kept(packed, packed.check_in(), paper, packed.outcome(2))
        assert told(packed)[OTHER] is expected

    def test_matches_the_signed_original_by_serial_and_photo(self, packed):
        kept(packed, packed.check_in(), packed.manifest(("door", "signed_paper"), serial=OTHER), packed.outcome(2))
        (found,) = [one for one in custody.taken(scheme_of(packed)) if one.paper.serial == OTHER]
        assert found.custody is Custody.SIGNED
        assert str(found.counterpart_id) in packed.photos

    def test_waits_for_the_bytes_of_the_photo(self, packed):
        manifest = packed.manifest(("signed_paper",), serial=OTHER)
        packed.keep([packed.check_in(), manifest, packed.outcome(2)])
        assert told(packed)[OTHER] is Custody.PRINTED

    def test_believes_no_photo_of_something_else(self, packed):
        kept(packed, packed.check_in(), packed.manifest(("signed_paper",), serial="XX"), packed.outcome(2))
        assert told(packed)[OTHER] is Custody.UNACCOUNTED


class TestAccountFor:
    @pytest.fixture
    def over(self, packed):
        kept(packed, packed.check_in(), packed.outcome(2))
        db.session.commit()
        return packed

    def path(self, story):
        return f"/v1/schemes/{story.stop.scheme_id}/papers"

    def ask(self, caller, story, *serials, state="returned", reason=""):
        body = {"serials": list(serials), "state": state, "reason": reason}
        return caller.post(self.path(story), json=body)

    def test_writes_down_what_came_back(self, over, as_zhou):
        answer = self.ask(as_zhou, over, OTHER.lower())
        assert answer.status_code == 200, answer.text
        assert answer.json["counts"] == {"handed_over": 1, "returned": 1}
        assert self.ask(as_zhou, over, OTHER).json == answer.json
        assert db.session.query(AuditEvent).filter_by(action="paper.returned").count() == 1

    def test_lets_a_void_paper_verify_no_more(self, over, as_zhou):
        assert self.ask(as_zhou, over, OTHER, state="void", reason="污损").status_code == 200
        assert db.session.query(Paper).filter_by(serial=OTHER).one().state == "void"

    def test_takes_nothing_back_that_the_debtor_has(self, over, as_zhou):
        answer = self.ask(as_zhou, over, SERIAL)
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/paper-gone")

    def test_knows_no_serial_of_elsewhere(self, over, as_zhou):
        assert self.ask(as_zhou, over, "DZ-20261202-9999-1").json["type"] == "/problems/serial-not-taken"

    def test_is_the_supervisors(self, over, as_lin, as_fang):
        assert self.ask(as_lin, over, OTHER).status_code == 403
        assert as_fang.get(self.path(over)).status_code == 403

    def test_shows_every_paper_to_the_office_of_its_creditor(self, over, as_tan, as_wei):
        shown = as_tan.get(self.path(over)).json
        assert [(one["serial"], one["custody"]) for one in shown["items"]] == [
            (OTHER, "unaccounted"), (SERIAL, "handed_over"),
        ]  # fmt: skip
        assert as_wei.get(self.path(over)).status_code == 404
