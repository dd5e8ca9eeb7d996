import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sync import envelope
from sync.canonical import sha256_hex
from sync.phone.visit import Fix, NoSuchVisit, Photo, arrive, contact, correct, on_plan, resume

STOP = "0193a0b1-0000-7000-8000-00000000a001"
CASE = "0193a0b1-0000-7000-8000-00000000c001"
AT = datetime(2026, 12, 2, 1, 30, tzinfo=UTC)
FIX = Fix(114057868, 22543099, 8, AT)
PAGE = (Path(__file__).parents[3] / "docs" / "records.md").read_text()


@pytest.fixture
def visit(outbox):
    return arrive(outbox, stop_id=STOP, case_id=CASE, agents=["a", "b"], fix=FIX, plan_version=2)


def body(record):
    return envelope.read(record.env).body


def documented(heading):
    """Return the members of the first example under a heading of docs/records.md."""
    block = PAGE.split(f"### `{heading}`")[1].split("```json\n")[1].split("```")[0]
    block = block.replace("{…}", "null")
    for either in ('"<uuid7>|\\"\\""', '"<uuid>|\\"\\""'):
        block = block.replace(either, '"x"')
    return set(json.loads(block))


def play(visit):
    """Return one record of each step by its type."""
    photos = [Photo(bytes([n]) * 100, "door", AT, FIX) for n in range(3)]
    paper = {"id": STOP, "kind": "account_statement", "serial": "S", "sha256": "ab" * 32, "rendered_as": "pdf"}
    signer = {"role": "debtor", "name": "冯兰𬱖"}
    steps = [
        visit.met({"who": "debtor", "name": "x", "id_checked": "not_shown", "id_last4": "", "place": "at_door"}),
        visit.disclose({"identity": True}, credentials_shown=True, recording_started_at=None),
        visit.outcome(1, form=None),
        visit.promise(
            {"promisor": signer, "confirmed_fen": 5, "confirmed_as_of_on": "2026-11-30", "method": "bank_transfer",
             "account_ref": "", "is_voluntary": True, "consequences_told": True},
            instalments=[("2026-12-15", 2), ("2027-01-15", 3)],
        ),
        visit.sign_paper(
            {"paper": paper, "state": "signed_by_debtor", "signer": signer, "witnesses": [], "capture": None,
             "fix": None},
            strokes=[{"t0_ms": 0, "p": [[1, 2, 0, 5]]}],
        ),
        visit.photograph(photos),
        visit.leave(FIX),
    ]  # fmt: skip
    return {record.type: record for record in steps}


class TestArrive:
    def test_begins_a_visit(self, visit, store):
        [record] = store.records_of(visit.visit_id)
        assert record.type == "check_in"
        assert body(record)["agents"] == ["a", "b"]
        assert body(record)["fix"] == {
            "lon_e6": 114057868, "lat_e6": 22543099, "datum": "WGS-84", "accuracy_m": 8,
            "fixed_at": "2026-12-02T01:30:00.000Z", "provider": "gnss"}  # fmt: skip

    def test_may_lack_a_fix_with_a_reason(self, outbox, store):
        made = arrive(
            outbox, stop_id=STOP, case_id=CASE, agents=["a"], fix=None, plan_version=1, no_fix_reason="timeout"
        )
        told = body(store.records_of(made.visit_id)[0])
        assert (told["fix"], told["no_fix_reason"]) == (None, "timeout")


class TestDoorVisit:
    def test_writes_the_members_the_page_names(self, visit, store):
        common = {"visit_id", "stop_id", "case_id"}
        for record_type, record in play(visit).items():
            assert set(body(record)) == documented(record_type) | common, record_type
        arrival = store.records_of(visit.visit_id)[0]
        assert set(body(arrival)) == documented("check_in") - {"rules"}  # what a rule pack said: this client has none

    def test_binds_a_signature_to_the_paper_shown(self, visit):
        told = body(play(visit)["signed_paper"])
        assert told["paper"]["sha256"] == "ab" * 32
        assert told["strokes"] == [{"t0_ms": 0, "p": [[1, 2, 0, 5]]}]

    def test_numbers_the_instalments(self, visit):
        assert body(play(visit)["promise"])["instalments"] == [
            {"no": 1, "due_on": "2026-12-15", "amount_fen": 2},
            {"no": 2, "due_on": "2027-01-15", "amount_fen": 3},
        ]

    def test_binds_each_photo_by_its_hash(self, visit, store):
        record = play(visit)["manifest"]
        manifest = envelope.read(record.env).manifest
        assert [file.sha256 for file in manifest] == [sha256_hex(bytes([n]) * 100) for n in range(3)]
        assert [one["id"] for one in body(record)["files"]] == [file.id for file in manifest]
        assert len(store.media_states()) == 3

    def test_names_at_departure_every_record_before(self, visit, store):
        leaving = play(visit)["check_out"]
        before = [r for r in store.records_of(visit.visit_id) if r.id != leaving.id]
        assert body(leaving)["records"] == [{"id": r.id, "hash": r.hash} for r in before]
        assert len(before) == 7

    def test_holds_no_number_but_integers(self, visit, store):
        play(visit)
        for record in store.records_of(visit.visit_id):
            json.loads(record.env, parse_float=pytest.fail)


class TestResume:
    def test_goes_on_with_the_same_visit(self, outbox, visit):
        again = resume(outbox, visit.visit_id)
        assert (again.visit_id, again.stop_id, again.case_id) == (visit.visit_id, STOP, CASE)

    def test_knows_no_other(self, outbox):
        with pytest.raises(NoSuchVisit):
            resume(outbox, "none")


class TestOnPlan:
    def test_is_about_the_stop(self, outbox):
        record = on_plan(outbox, "skipped", stop_id=STOP, reason="封路", plan_version=1)
        assert (record.subject, set(body(record))) == (STOP, documented("plan_event"))

    def test_may_be_about_the_day(self, outbox):
        assert on_plan(outbox, "started", plan_version=1).subject == ""


class TestContact:
    def test_is_about_the_stop_and_holds_no_number(self, outbox):
        record = contact(outbox, "no_answer", stop_id=STOP, case_id=CASE)
        assert (record.subject, set(body(record))) == (STOP, documented("contact_attempt"))


class TestCorrect:
    def test_names_what_it_corrects_and_leaves_it(self, visit, store):
        wrong = visit.outcome(3, form=None)
        slip = correct(visit, wrong, reason="选错", body={"code": 1})
        told = body(slip)
        assert (told["supersedes"], told["supersedes_hash"], told["corrects"]) == (wrong.id, wrong.hash, "outcome")
        assert wrong in store.records_of(visit.visit_id)
