"""The proof of each record reaches the phone that made it, and the phone sees when the log lies."""

import base64

import pytest
from sqlalchemy import select, text

from server import audit, clock, config, jobs
from server.db import begin_write, db
from server.devices import proofs
from server.transparency import leaves, reading
from server.transparency.tables import log_leaf
from sync import leaf, tlog
from sync.tlog import Checkpoint
from tests.owner import begin_as_owner


def pulled(phone):
    """Let the phone write, push and pull; return its records."""
    made = [phone.outbox.write("plan_event", {"event": "started", "n": n}) for n in range(2)]
    phone.client.sync()
    return made


class TestAPhone:
    def test_keeps_a_proof_of_each_record_that_verifies(self, in_app, phone):
        made = pulled(phone) + pulled(phone)
        phone.client.sync()
        origin, key = tlog.read_vkey(phone.store.get("log_vkey"))
        for record in made:
            data, text_of_proof = phone.store.proof_of(record.id)
            proof = tlog.read_proof(text_of_proof)
            at = tlog.read_checkpoint(proof.checkpoint, origin=origin, key=key)
            assert leaf.read(data.encode()).hash == record.hash
            assert tlog.includes(data.encode(), index=proof.index, proof=proof.hashes, size=at.size, root=at.root)
        assert phone.store.log_findings() == []

    def test_sees_that_the_log_only_grows_while_others_write_too(self, in_app, phone, new_phone, as_luo):
        other = new_phone(as_luo)
        for _ in range(3):
            pulled(phone)
            pulled(other)
        phone.client.sync()
        assert len(phone.store.checkpoints_seen()) == 3
        assert phone.store.log_findings() == other.store.log_findings() == []

    def test_gets_no_proof_of_another_phones_records(self, in_app, phone, new_phone, as_luo):
        other = new_phone(as_luo)
        theirs = pulled(other)
        pulled(phone)
        phone.client.sync()
        assert phone.store.proof_of(theirs[0].id) is None
        assert theirs[0].id not in str(phone.api("GET", "/v1/sync/proofs/pull").json)

    def test_keeps_its_proofs_when_it_starts_again(self, in_app, phone):
        made = pulled(phone)
        phone.client.sync()
        phone.store.start_again("another")
        assert phone.store.proof_of(made[0].id) is not None

    def test_names_a_log_whose_history_was_rewritten(self, in_app, phone):
        """The operator replaces a leaf the phone has seen and signs a new history over it."""
        pulled(phone)
        phone.client.sync()
        begin_as_owner()
        for table in ("log_leaf", "log_tile", "log_checkpoint", "log_chain"):
            db.session.execute(text(f"DELETE FROM {table}"))  # noqa: S608
        leaves.add(
            [leaves.Waiting(f"paper:{n}", "0" * 32, "paper", "e" * 64, "2026-12-02T00:00:00.000Z") for n in range(4)]
        )
        db.session.commit()
        jobs.run_chores(clock.now())
        pulled(phone)
        phone.client.sync()
        assert [one.split(":")[0] for one in phone.store.log_findings()] == ["forked"]


class TestAppendWaiting:
    def test_binds_the_end_of_the_audit_chain(self, in_app, phone):
        pulled(phone)
        kinds = set(db.session.scalars(select(log_leaf.c.kind)))
        assert kinds == {"record", "audit", "device"}
        _, digest = audit.end(db.session())
        assert digest in set(db.session.scalars(select(log_leaf.c.hash)))

    def test_binds_the_audit_alone_after_an_hour(self, in_app, phone):
        pulled(phone)
        begin_write()
        audit.note("case.noted", "case:x", actor_id=None)
        db.session.commit()
        now, size = clock.now(), reading.size()
        assert proofs.append_waiting(now) == 0
        assert proofs.append_waiting(now + proofs.ANCHOR_EVERY) == 1
        db.session.commit()
        assert proofs.append_waiting(now + 2 * proofs.ANCHOR_EVERY) == 0
        assert reading.size() == size + 1

    def test_logs_the_keys_of_phones_and_their_end(self, in_app, phone, as_zhou):
        as_zhou.post(f"/v1/devices/{phone.device}/revoke", json={})
        jobs.run_chores(clock.now())
        stood = reading.stood([f"device:{phone.device}:active", f"device:{phone.device}:revoked"])
        assert len(stood) == 2


class TestLoad:
    def test_gives_one_document_for_each_batch_with_its_link_to_the_one_before(self, in_app, phone):
        pulled(phone)
        pulled(phone)
        told = phone.api("GET", "/v1/sync/proofs/pull").json["documents"]
        assert [one["since"] for one in told] == [0, int(told[0]["id"])]
        first, then = (
            tlog.read_checkpoint(one["checkpoint"], origin=reading.origin(), key=config.current().log_key.public_key())
            for one in told
        )
        path = [base64.b64decode(one) for one in told[1]["consistency"]]
        assert tlog.extends(path, old=(first.size, first.root), new=(then.size, then.root))
        assert [len(one["leaves"]) for one in told] == [2, 2]

    @pytest.mark.parametrize("ids", [[], ["12345"]])
    def test_gives_nothing_for_what_was_never_told(self, in_app, phone, ids):
        pulled(phone)
        from uuid import UUID

        assert proofs.load(UUID(phone.device), ids) == {}


class TestCheckpoint:
    def test_is_signed_by_the_key_the_phone_got_at_enrolment(self, in_app, phone):
        pulled(phone)
        origin, key = tlog.read_vkey(phone.store.get("log_vkey"))
        told = tlog.read_checkpoint(reading.newest_note(), origin=origin, key=key)
        assert told == Checkpoint(origin, reading.size(), told.root)
