from uuid import UUID

import pytest
from sqlalchemy import select

from server import clock
from server.accounts import auth
from server.accounts.models import Person
from server.db import begin_write, db
from server.devices import enrol, rules
from server.devices.models import Device, EnrolCode
from server.devices.rules import DeviceState
from sync import chain, tlog
from sync.signature import Alg, signing_key

OLD = UUID("01a20000-0000-7000-8000-00000000abcd")


@pytest.fixture
def zhou(in_app):
    return db.session.scalars(select(Person).where(Person.username == "zhou")).one()


@pytest.fixture
def fang(in_app):
    return db.session.scalars(select(Person).where(Person.username == "fang")).one()


def body(code, secret=b"\x01" * 32):
    key = signing_key(Alg.ED25519, secret).public().jwk()
    return {"code": code, "alg": "Ed25519", "public_key": key, "label": "x", "app_version": "1"}


class TestIssueCode:
    def test_gives_other_letters_each_time(self, zhou, fang):
        begin_write()
        codes = {enrol.issue_code(for_id=fang.id, issuer=zhou, at=clock.now())[0] for _ in range(20)}
        db.session.commit()
        assert len(codes) == 20
        assert all(len(code) == 9 and code[4] == "-" for code in codes)

    def test_refuses_somebody_who_left(self, zhou, fang):
        begin_write()
        fang.is_active = False
        db.session.flush()
        with pytest.raises(rules.NotAnAgent):
            enrol.issue_code(for_id=fang.id, issuer=zhou, at=clock.now())


class TestEnrol:
    def test_uses_the_code_up_to_its_last_second(self, zhou, fang):
        begin_write()
        at = clock.now()
        letters, code = enrol.issue_code(for_id=fang.id, issuer=zhou, at=at)
        with pytest.raises(rules.CodeNotGood):
            enrol.enrol(body(letters), at=at + rules.CODE_LIFE)
        device, token = enrol.enrol(body(letters), at=at + rules.CODE_LIFE - clock.now().resolution)
        assert (device.person_id, code.device_id) == (fang.id, device.id)
        assert token not in device.token_hash

    def test_finds_no_device_for_an_unused_code(self, zhou, fang):
        begin_write()
        enrol.issue_code(for_id=fang.id, issuer=zhou, at=clock.now())
        db.session.commit()
        assert db.session.scalars(select(Device)).all() == []
        assert db.session.scalars(select(EnrolCode)).one().used_at is None

    def test_keeps_the_id_a_phone_had_on_a_server_that_forgot_it(self, zhou, fang):
        begin_write()
        letters, _ = enrol.issue_code(for_id=fang.id, issuer=zhou, at=clock.now())
        device, _ = enrol.enrol(body(letters) | {"device_id": OLD}, at=clock.now())
        assert (device.id, device.head_hash) == (OLD, chain.start(str(OLD)).hash)

    def test_gives_a_known_phone_a_new_token_and_leaves_the_rest(self, phone, zhou, fang):
        begin_write()
        known = db.session.get(Device, UUID(phone.device))
        before = (known.id, known.head_seq, known.token_hash)
        letters, _ = enrol.issue_code(for_id=fang.id, issuer=zhou, at=clock.now())
        again = {"device_id": known.id, "public_key": known.public_key}
        device, token = enrol.enrol(body(letters) | again, at=clock.now())
        assert (device.id, device.head_seq) == before[:2]
        assert device.token_hash == auth.secret_hash(token) != before[2]

    @pytest.mark.parametrize("what", ["key", "person", "state"])
    def test_gives_nobody_the_id_of_another_phone_or_of_a_closed_one(self, phone, zhou, fang, what):
        begin_write()
        known = db.session.get(Device, UUID(phone.device))
        if what == "state":
            known.state = DeviceState.LOST.value
        luo = db.session.scalars(select(Person).where(Person.username == "luo")).one()
        owner = luo if what == "person" else fang
        letters, _ = enrol.issue_code(for_id=owner.id, issuer=zhou, at=clock.now())
        again = {"device_id": known.id} | ({} if what == "key" else {"public_key": known.public_key})
        with pytest.raises(rules.KeyNotUsable):
            enrol.enrol(body(letters) | again, at=clock.now())


class TestClose:
    def test_stays_as_it_was_first(self, phone, zhou):
        begin_write()
        device = db.session.get(Device, UUID(phone.device))
        enrol.close(device, DeviceState.LOST, by=zhou, at=clock.now())
        first = device.revoked_at
        enrol.close(device, DeviceState.REVOKED, by=zhou, at=clock.now())
        assert (device.state, device.revoked_at) == ("lost", first)


class TestLogVkey:
    def test_names_this_installation(self, in_app):
        assert tlog.read_vkey(enrol.log_vkey())[0].endswith("/log")


class TestPhone:
    def test_marks_its_views_for_the_guard(self, app):
        views = [v for name, v in app.view_functions.items() if name.startswith(("sync.", "files."))]
        assert len(views) == 10
        assert all(getattr(v, "allowed", None) == {"device"} or getattr(v, "public", None) for v in views)
