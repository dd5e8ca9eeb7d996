import pytest

from server import clock, jobs
from server.devices.api.phone_exports import ExportOfUnknownPhone, take
from server.db import db
from server.visits.models import Record, VisitFile
from sync.phone import export
from tests.server.devices.test_phone import count, go_to_door


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
