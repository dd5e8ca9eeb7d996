"""The reference phone and the real server through a day, a bad line, a killed phone, a restored server."""

import io
from datetime import UTC, datetime

import pytest
from PIL import Image
from sqlalchemy import func, select

from server import audit, feed, media
from server.db import begin_write, db
from server.devices.models import Device, Quarantine
from server.visits.models import Record, VisitFile
from sync import chain
from sync.canonical import sha256_hex
from sync.phone.client import Client
from sync.phone.outbox import Outbox
from sync.phone.store import Store
from sync.phone.transport import NoNetwork, Refused
from sync.phone.visit import Fix, Photo, arrive, on_plan, resume
from tests.owner import begin_as_owner

STOP = "0193a0b1-0000-7000-8000-00000000a001"
CASE = "0193a0b1-0000-7000-8000-00000000c001"
AT = datetime(2026, 12, 2, 1, 30, tzinfo=UTC)
FIX = Fix(lon_e6=114057868, lat_e6=22543099, accuracy_m=8, fixed_at=AT)
PAPER = {"id": STOP, "kind": "account_statement", "serial": "DZ-1", "sha256": "ab" * 32, "rendered_as": "pdf",
         "template": "account_statement/1", "shown_ms": 48210, "scrolled_to_end": True}  # fmt: skip


def picture(shade):
    out = io.BytesIO()
    Image.effect_noise((640, 480), shade).convert("RGB").save(out, "JPEG", quality=90)
    return out.getvalue()


def go_to_door(phone):
    """Play one whole visit and return it."""
    on_plan(phone.outbox, "started", plan_version=1)
    visit = arrive(phone.outbox, stop_id=STOP, case_id=CASE, agents=[phone.person_id, CASE], fix=FIX, plan_version=1)
    visit.disclose({"identity": True, "recording": True}, credentials_shown=True, recording_started_at=AT)
    visit.met({"who": "debtor", "name": "冯兰𬱖", "id_checked": "id_card_seen", "id_last4": "0717", "place": "at_door"})
    visit.outcome(1, note="承诺分两期", form=None)
    visit.promise({"confirmed_fen": 6438675}, instalments=[("2026-12-15", 2000000), ("2027-01-15", 4438675)])
    visit.sign_paper({"paper": PAPER, "state": "signed_by_debtor"}, strokes=[{"t0_ms": 0, "p": [[1, 2, 0, 512]]}])
    visit.photograph([Photo(picture(10 + n), "door", AT, FIX) for n in range(3)])
    visit.leave(FIX)
    return visit


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


class TestSync:
    def test_brings_a_whole_visit_and_its_photos_home(self, phone, in_app):
        visit = go_to_door(phone)
        report = phone.client.sync()
        assert (report.pushed, report.conflicts, report.uploaded, report.unsent) == (9, 0, 3, 0)
        assert (count(Record), count(Quarantine)) == (9, 0)
        assert {row.subject for row in db.session.scalars(select(Record))} == {visit.visit_id, ""}
        assert set(phone.store.media_states().values()) == {"verified"}
        assert all(row.verified_at for row in db.session.scalars(select(VisitFile)))
        assert count(VisitFile) == 3
        assert audit.verify(db.session()) is None

    def test_changes_nothing_when_all_is_sent_again(self, phone, in_app):
        go_to_door(phone)
        phone.client.sync()
        phone.store.send_again_from(1)
        report = phone.client.sync()
        assert (report.pushed, report.conflicts, report.unsent) == (9, 0, 0)
        assert count(Record) == 9

    @pytest.mark.parametrize("seed", range(4))
    def test_gets_everything_home_over_a_line_that_breaks(self, phone, in_app, seed):
        go_to_door(phone)
        phone.transport.lose_request[:] = [(n * 7 + seed) % 3 == 0 for n in range(60)]
        phone.transport.lose_answer[:] = [(n * 5 + seed) % 3 == 0 for n in range(60)]
        for _ in range(20):
            try:
                report = phone.client.sync()
                break
            except NoNetwork:
                continue
        assert report.unsent == 0
        assert (count(Record), count(Quarantine), count(VisitFile)) == (9, 0, 3)
        assert all(media.store().has(f.sha256) for f in db.session.scalars(select(VisitFile)))

    def test_goes_on_after_the_phone_was_killed(self, new_phone, as_fang, tmp_path, in_app):
        phone = new_phone(as_fang, path=tmp_path / "phone.db")
        visit = arrive(phone.outbox, stop_id=STOP, case_id=CASE, agents=[phone.person_id], fix=None, plan_version=1)
        phone.store.close()
        store = Store(tmp_path / "phone.db")
        outbox = Outbox(store, phone.senses)
        resume(outbox, visit.visit_id).leave(FIX)
        report = Client(store, phone.client.line, phone.senses).sync()
        assert (report.pushed, report.unsent) == (2, 0)
        rows = db.session.scalars(select(Record).order_by(Record.seq)).all()
        links = [chain.Link(row.seq, row.prev, row.hash) for row in rows]
        assert chain.inspect(links, owner=store.get("device")).is_whole
        store.close()

    def test_never_deletes_what_only_an_unsigned_answer_vouches_for(self, phone):
        go_to_door(phone)
        phone.store.put(ack_key='{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}')
        report = phone.client.sync()
        assert report.unsent > 0
        assert phone.store.count("accepted") == 0

    def test_keeps_a_record_the_server_set_aside(self, phone, in_app):
        on_plan(phone.outbox, "started", plan_version=1)
        phone.store.put(secret="07" * 32)  # a key the server does not know
        on_plan(phone.outbox, "finished", plan_version=1)
        phone.client.sync()
        assert (phone.store.count("accepted"), phone.store.count("quarantined")) == (1, 1)

    def test_starts_again_in_a_new_epoch(self, phone, in_app):
        go_to_door(phone)
        phone.client.sync()
        begin_write()
        epoch = feed.rotate_epoch(db.session())
        db.session.commit()
        report = phone.client.sync()
        assert (report.pushed, report.conflicts, report.unsent) == (9, 0, 0)
        assert phone.store.get("epoch") == epoch
        assert phone.store.checkpoint("acks").epoch == epoch

    def test_hands_in_what_it_holds_after_it_was_revoked(self, phone, as_zhou, in_app):
        go_to_door(phone)
        as_zhou.post(f"/v1/devices/{phone.device}/revoke", json={"is_lost": True})
        with pytest.raises(Refused, match="device-revoked"):
            phone.client.sync()
        assert count(Record) == 9
        assert all("late" in row.flags for row in db.session.scalars(select(Record)))
        assert phone.store.documents("stops") == {}

    def test_hands_in_all_again_when_it_was_revoked_and_the_server_restored(self, phone, as_zhou, in_app):
        phone.rows(3)
        phone.client.sync()
        as_zhou.post(f"/v1/devices/{phone.device}/revoke", json={"is_lost": True})
        begin_as_owner()  # as from a backup taken before the first record, with the revocation made again
        device = db.session.scalars(select(Device)).one()
        device.head_seq, device.head_hash = 0, chain.genesis(phone.device)
        for row in db.session.scalars(select(Record)):
            db.session.delete(row)
        feed.rotate_epoch(db.session())
        db.session.commit()
        with pytest.raises(Refused, match="device-revoked"):
            phone.client.sync()
        assert count(Record) == 3

    def test_hands_in_what_an_app_too_old_to_pull_holds(self, phone, in_app, monkeypatch):
        go_to_door(phone)
        phone.client.sync()
        phone.push(phone.rows(1))  # an answer the phone never heard: it would pull acks before it pushes
        go_to_door(phone)
        monkeypatch.setattr("sync.phone.pulls.SCHEMA_VERSION", 2)
        with pytest.raises(Refused, match="upgrade-needed"):
            phone.client.sync()
        assert phone.store.count("waiting") == 0
        assert set(phone.store.media_states().values()) <= {"sent", "verified"}

    def test_sends_again_what_the_server_asks_for(self, phone, in_app):
        go_to_door(phone)
        phone.client.sync()
        assert phone.store.count("accepted") == 9
        phone.store.send_again_from(8)
        assert phone.client.push() == (2, 0)

    def test_gives_back_what_a_restored_server_forgot(self, phone, in_app):
        phone.rows(4)
        phone.client.sync()
        begin_as_owner()  # as from a backup taken after the second record
        device = db.session.scalars(select(Device)).one()
        rows = db.session.scalars(select(Record).order_by(Record.seq)).all()
        device.head_seq, device.head_hash = 2, rows[1].hash
        for row in rows[2:]:
            db.session.delete(row)
        db.session.commit()
        assert phone.client.sync().pushed == 2
        assert count(Record) == 4
        assert phone.client.sync().pushed == 0

    def test_does_not_send_again_for_ever_behind_a_gap(self, phone, in_app):
        phone.rows(3)
        phone.client.sync()
        begin_write()
        device = db.session.scalars(select(Device)).one()
        device.head_seq = 1
        db.session.commit()
        assert phone.client.sync().pushed == 0

    def test_seals_personal_data_at_rest(self, phone, in_app, tmp_path):
        go_to_door(phone)
        phone.client.sync()
        [row] = db.session.scalars(select(Record).where(Record.type == "met"))
        assert "冯兰" not in row.env_sealed
        assert row.env_sealed.startswith("v1|")


class TestUpload:
    def test_sends_small_chunks_from_where_the_server_stands(self, phone, in_app):
        content = picture(80) * 12
        ref, _ = phone.outbox.file(content, mime="image/jpeg")
        phone.store.add_media(ref, content)
        assert ref.bytes > 600_000
        phone.transport.lose_answer[:] = [False, False, True]
        assert phone.client.upload() == 1
        assert media.store().get(sha256_hex(content)) == content

    def test_does_not_let_one_refused_file_hold_up_the_others(self, phone, in_app):
        good, _ = phone.outbox.file(b"good", mime="image/jpeg")
        phone.store.add_media(good, b"good")
        bad, _ = phone.outbox.file(b"x", mime="image/jpeg")
        phone.store.add_media(type(bad)(bad.id, bad.sha256, 30 * 1024 * 1024, "image/jpeg"), b"x")
        assert phone.client.upload() == 1
        assert phone.store.media_states() == {good.id: "sent", bad.id: "waiting"}
