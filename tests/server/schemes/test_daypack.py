"""A complaint takes a visit off the phones at once; what the field has begun stays."""

from uuid import UUID

import pytest

from server import feed
from server.db import db
from server.schemes import daypack
from server.schemes.models import DayPack, SchemeStop
from sync import canonical
from tests.server.schemes import make_scheme as make


@pytest.fixture
def dispatched(as_zhou, as_sun, as_guo, creditors):
    cases = [make.case(creditors["bank"], number) for number in range(2)]
    scheme = make.compiled(as_zhou, make.accepted_list(cases), materials=["recorder"])
    make.planned(as_zhou, scheme["id"], iterations=10)
    make.submitted(as_zhou, scheme["id"])
    signed = make.signed(as_guo, make.reviewed(as_sun, scheme["id"]))
    assert as_zhou.post(f"/v1/schemes/{signed['id']}/dispatch").status_code == 200
    db.session.rollback()
    return signed


class TestHoldBack:
    def test_leaves_a_tombstone_on_the_crews_phones(self, dispatched):
        stop = dispatched["stops"][0]
        assert daypack.hold_back(UUID(stop["case_id"])) == 1
        db.session.commit()
        for username in ("fang", "luo"):
            for coll in ("stops", "cards"):
                subject = feed.person(make.person_id(username))
                gone = {one.doc_id: one.gone for one in feed.positions(db.session, [subject], coll, after=0, limit=9)}
                assert gone[stop["id"]] is True
                assert gone[dispatched["stops"][1]["id"]] is False

    def test_leaves_a_visit_alone_that_was_made(self, dispatched):
        stop = db.session.get(SchemeStop, UUID(dispatched["stops"][0]["id"]))
        stop.state = "visited"
        assert daypack.hold_back(stop.case_id) == 0
        assert stop.state == "visited"

    def test_is_silent_about_a_case_that_is_on_no_phone(self, creditors):
        assert daypack.hold_back(make.case(creditors["bank"], 50).id) == 0


class TestDispatch:
    def test_names_the_pack_by_the_hash_of_its_content(self, dispatched):
        for pack in db.session.query(DayPack):
            assert pack.sha256 == canonical.content_hash(pack.content)
            assert pack.content["signed_digest"] == dispatched["digest"]
            assert "测试" not in str(pack.content)

    def test_lets_a_pack_expire_at_noon_of_the_next_day(self, dispatched):
        (pack, *_) = db.session.query(DayPack)
        assert (pack.expires_at - pack.issued_at).total_seconds() > 0
        assert pack.expires_at.isoformat()[11:16] == "04:00"  # noon in Shanghai
