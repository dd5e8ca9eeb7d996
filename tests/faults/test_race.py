"""Eight phones push different records under the same ids: one of each is accepted, none is lost.

The plain way, without a lock on ids that are not there yet, accepts several in the same test.
"""

from sqlalchemy import func, select

from bench.faults import race
from bench.faults.phones import enrol_phones
from server import audit
from server.db import db
from server.devices.models import Quarantine
from server.visits.models import Record

IDS, PHONES = 100, 8


class TestPushSameIds:
    def test_accepts_one_of_each_and_keeps_the_others_where_the_plain_way_overwrites(self, app):
        ids = race.make_ids(IDS, seed=7)
        plain = race.upsert_same_ids(app, ids, writers=PHONES)
        assert any(plain.accepted[one] > 1 for one in ids), "the plain way lost nothing: the test does not bite"

        ours = race.push_same_ids(app, enrol_phones(app, count=PHONES, seed=7), ids, seed=7)
        assert ours.failures == []
        assert ours.not_once(ids) == []
        assert len(ours.sent) == IDS * PHONES
        assert ours.kept == ours.sent
        with app.app_context():
            assert db.session.scalar(select(func.count()).select_from(Record)) == IDS
            assert db.session.scalar(select(func.count()).select_from(Quarantine)) == IDS * (PHONES - 1)
            assert audit.verify(db.session()) is None
