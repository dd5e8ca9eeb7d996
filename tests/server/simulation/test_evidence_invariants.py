"""Each invariant's check must catch a violation planted in a run that is otherwise right: evidence."""

from dataclasses import replace

import pytest

from server.simulation.evidence_invariants import i1, i2, i6, i7, i8, i12
from server.simulation.ledger import Injected
from sync.ack import Entry, Status
from tests.server.simulation.planting import only, with_phone, with_server

from .conftest import (
    BAD_ROW,
    DEVICES,
    FILE_ID,
    PHOTO_SHA256,
    STOP,
    VISIT,
    Hand,
    acknowledge,
    kept,
)


class TestI1:
    def test_catches_an_acknowledged_record_that_is_gone(self, right):
        lost = with_server(right, records=right.server.records[1:])
        assert "stored 0 times" in only(i1(lost))

    def test_catches_one_stored_twice(self, right):
        twice = with_server(right, records=(*right.server.records, right.server.records[0]))
        assert "stored 2 times" in only(i1(twice))

    def test_catches_one_stored_with_other_bytes(self, right):
        first, *rest = right.server.records
        changed = with_server(right, records=(replace(first, env=first.env + " "), *rest))
        assert "other bytes" in only(i1(changed))

    def test_catches_bytes_that_differ_from_the_phones(self, right):
        first, *rest = right.phones[0].records
        changed = with_phone(right, 0, records=(replace(first, env=first.env + " "), *rest))
        assert "differs from the phone's" in only(i1(changed))

    @pytest.mark.parametrize(
        "change", [{"finished": frozenset()}, {"blobs": {}}, {"blobs": {PHOTO_SHA256: "0" * 64}}], ids=str
    )
    def test_catches_an_acknowledged_file_that_is_not_there(self, right, change):
        assert "bytes are not there" in only(i1(with_server(right, **change)))

    def test_reads_acknowledgements_from_stores_too(self, right):
        told = acknowledge(0, Entry("never stored", "1" * 64, Status.ACCEPTED), name="pulled")
        assert "never stored" in only(i1(with_phone(right, 0, acks=(told,))))

    def test_believes_no_acknowledgement_but_the_servers(self, right):
        told = acknowledge(0, Entry("never stored", "1" * 64, Status.ACCEPTED), name="forged")
        assert i1(with_phone(right, 0, acks=({**told, "sig": "AAAA"},))).holds


class TestI2:
    def test_catches_a_record_nobody_sent(self, right):
        stranger = kept(Hand(1).record(3, "0" * 64, record_type="plan_event", body={}), 1)
        assert "never sent" in only(i2(with_server(right, records=(*right.server.records, stranger))))

    def test_catches_a_quarantined_row_nobody_sent(self, right):
        right.wire.sent_payloads.clear()
        assert "quarantined row" in only(i2(right))

    def test_catches_a_file_nobody_announced(self, right):
        right.wire.announced.clear()
        assert "never announced" in only(i2(right))


class TestI6:
    def changed(self, run, **changes):
        first, *rest = run.server.records
        return with_server(run, records=(replace(first, **changes), *rest))

    def test_catches_a_hash_that_is_not_the_envelopes(self, right):
        assert any("not that of its envelope" in one for one in i6(self.changed(right, env="{}")).violations)

    def test_catches_a_signature_of_somebody_else(self, right):
        assert "signature fails" in only(i6(self.changed(right, sig=right.server.records[-1].sig)))

    def test_catches_columns_that_lie(self, right):
        assert any("columns" in one for one in i6(self.changed(right, id=STOP)).violations)

    def test_catches_a_fork_without_a_flag(self, right):
        second = right.server.records[1]
        fork = Hand(0).record(2, second.prev, record_type="plan_event", body={"n": "fork"}, mark="f")
        records = (*right.server.records, kept(fork, 0, visit=""))
        assert "fork at" in only(i6(with_server(right, records=records)))
        flagged = (*right.server.records, kept(fork, 0, visit="", flags=("fork", "replay")))
        assert i6(with_server(right, records=flagged)).holds

    def test_catches_a_gap_without_a_flag(self, right):
        records = tuple(one for one in right.server.records if (one.device, one.seq) != (DEVICES[0], 2))
        head = replace(right.server.devices[DEVICES[0]], head_seq=1, head_hash=records[0].hash)
        gap = with_server(right, records=records, devices=right.server.devices | {DEVICES[0]: head})
        assert "gap before" in only(i6(gap))
        flagged = tuple(
            replace(one, flags=("seq_gap",)) if (one.device, one.seq) == (DEVICES[0], 3) else one for one in records
        )
        assert i6(with_server(gap, records=flagged)).holds

    def test_catches_a_break_without_a_flag(self, right):
        after = Hand(1).record(3, "0" * 64, record_type="plan_event", body={})
        assert "break at" in only(i6(with_server(right, records=(*right.server.records, kept(after, 1)))))

    def test_catches_a_head_that_is_not_where_the_records_end(self, right):
        last, before = right.server.records[5], right.server.records[4]
        for seq, digest in ((1, last.hash), (1, before.hash), (2, "0" * 64), (3, last.hash), (0, "0" * 64)):
            head = replace(right.server.devices[DEVICES[1]], head_seq=seq, head_hash=digest)
            assert "the head of" in only(i6(with_server(right, devices=right.server.devices | {DEVICES[1]: head})))


class TestI7:
    def test_catches_a_refused_row_that_vanished(self, right):
        told = i7(with_server(right, aside=())).violations
        assert told[0] == f"malformed row of {DEVICES[1]} is in no quarantine"
        assert "is not there" in told[1]

    def test_catches_a_device_that_does_not_know(self, right):
        del right.wire.acks["ack-1-bad"]
        assert "was not told" in only(i7(right))

    def test_catches_another_phones_row_in_its_place(self, right):
        right.wire.injected.append(Injected(DEVICES[0], "forged", "records", BAD_ROW))
        assert "forged row" in only(i7(right))


class TestI8:
    def test_catches_complete_without_the_bytes(self, right):
        assert "complete=True" in only(i8(with_server(right, blobs={PHOTO_SHA256: "0" * 64})))

    def test_catches_complete_before_the_departure(self, right):
        records = tuple(one for one in right.server.records if one.type != "check_out")
        assert "complete=True" in only(i8(with_server(right, records=records)))

    def test_catches_complete_with_a_record_missing(self, right):
        records = tuple(one for one in right.server.records if one.type != "check_in")
        assert "complete=True" in only(i8(with_server(right, records=records)))

    def test_catches_incomplete_with_everything_there(self, right):
        assert "complete=False" in only(i8(with_server(right, visits={VISIT: False})))

    def test_catches_a_record_its_visit_never_took(self, right):
        records = tuple(replace(one, flags=("intake_failed",)) if one.visit else one for one in right.server.records)
        assert len(i8(with_server(right, records=records)).violations) == 3

    def test_catches_a_visit_without_a_row(self, right):
        assert "no row" in only(i8(with_server(right, visits={})))


class TestI12:
    def test_catches_a_record_only_the_phone_has(self, right):
        missing = with_server(right, records=right.server.records[:-1])
        assert "of phone1 is missing" in only(i12(missing))

    def test_catches_an_unsent_record_too(self, right):
        unsent = Hand(1).record(3, "0" * 64, record_type="plan_event", body={})
        more = (
            *right.phones[1].records,
            replace(right.phones[1].records[0], id=unsent.id, hash=unsent.hash, state="waiting"),
        )
        assert "is missing" in only(i12(with_phone(right, 1, records=more)))

    @pytest.mark.parametrize("change", [{"finished": frozenset()}, {"blobs": {}}], ids=str)
    def test_catches_a_file_the_restore_lost(self, right, change):
        assert f"file {FILE_ID} of phone0 is missing (verified)" == only(i12(with_server(right, **change)))

    def test_catches_a_phone_that_counts_in_an_old_epoch(self, right):
        assert only(i12(with_phone(right, 0, epoch="epoch-0"))) == "phone0 counts in another epoch"
