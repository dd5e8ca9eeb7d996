import pytest
from sqlalchemy import select

from server import clock, jobs
from server.audit import AuditEvent
from server.db import db
from server.devices import exporting
from server.devices.exporting import ExportOfUnknownPhone
from server.visits.models import Record, VisitFile
from sync.phone import export
from sync.phone.transport import MARK
from tests.server.devices.test_phone import count, go_to_door


def take(content, *, at):
    return exporting.take(content, at=at, actor_id=None, keep=db.session.commit)


def exported(phone):
    return export.write(phone.store, random=phone.senses.random)


class TestTake:
    def test_brings_in_what_only_the_phone_had(self, phone, in_app):
        visit = go_to_door(phone)
        told = take(exported(phone), at=clock.now())
        while jobs.run_chores(clock.now()):
            pass
        assert (told.kept, told.set_aside, told.files) == (9, 0, 3)
        assert str(told.device_id) == phone.device
        assert count(Record) == 9
        assert all(one.verified_at for one in db.session.query(VisitFile))
        assert visit.visit_id in {row.subject for row in db.session.query(Record)}

    def test_twice_changes_nothing_and_the_phone_learns_of_it(self, phone, in_app):
        go_to_door(phone)
        content = exported(phone)
        take(content, at=clock.now())
        take(content, at=clock.now())
        assert count(Record) == 9
        report = phone.client.sync()
        assert report.unsent == 0
        assert phone.store.count("accepted") == 9
        assert list(phone.store.unverified_media()) == []

    def test_a_phone_of_another_office_is_named(self, phone, in_app):
        go_to_door(phone)
        phone.store.put(device="0193a0b1-0000-7000-8000-00000000dddd")
        with pytest.raises(ExportOfUnknownPhone):
            take(exported(phone), at=clock.now())


class TestHandIn:
    """What a phone that lost its database does with the spare copies it finds."""

    def hand_in(self, phone, content):
        return phone.transport.client.post(
            "/v1/devices/exports", data=content, headers=phone.auth | {"Content-Type": "application/octet-stream"}
        )

    def test_another_phone_brings_what_the_emptied_one_wrote(self, phone, new_phone, as_luo, in_app):
        go_to_door(phone)
        other = new_phone(as_luo)
        answer = self.hand_in(other, exported(phone))
        assert answer.status_code == 201, answer.text
        assert answer.json == {"device_id": phone.device, "kept": 9, "set_aside": 0, "files": 3}
        assert answer.headers[MARK] == "1"
        assert {str(row.device_id) for row in db.session.query(Record)} == {phone.device}
        (noted,) = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "device.export_taken"))
        assert str(noted.actor_id) == other.person_id

    def test_twice_is_once(self, phone, in_app):
        go_to_door(phone)
        content = exported(phone)
        assert [self.hand_in(phone, content).status_code for _ in range(2)] == [201, 201]
        assert count(Record) == 9

    @pytest.mark.parametrize("content", [b"", b"PK\x03\x04 a zip", export.MAGIC + bytes(80)])
    def test_what_is_no_export_is_refused_in_words(self, phone, in_app, content):
        answer = self.hand_in(phone, content)
        assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
        assert "no export" in answer.json["detail"]
        assert count(Record) == 0

    def test_a_revoked_phone_may_and_a_stranger_may_not(self, phone, as_zhou, in_app):
        go_to_door(phone)
        assert as_zhou.post(f"/v1/devices/{phone.device}/revoke", json={}).status_code == 200
        assert self.hand_in(phone, exported(phone)).status_code == 201
        nobody = phone.transport.client.post("/v1/devices/exports", data=exported(phone))
        assert nobody.status_code == 401
