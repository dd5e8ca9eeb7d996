"""The operator restores last night's backup with the command; the phone brings back what came since."""

from uuid import UUID

import pytest
import sqlalchemy as sa

from server.db import db
from server.devices.models import Quarantine
from server.visits.models import Record
from sync.phone.transport import Refused


@pytest.fixture
def run(app, command_line):
    """Type a command for the installation under test, its server stopped; it must succeed."""

    def typed(*words):
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        done = command_line(*words)
        assert done.exit_code == 0, (done.output, done.exception)

    return typed


def kept(app):
    with app.app_context():
        seqs = list(db.session.scalars(sa.select(Record.seq).order_by(Record.seq)))
        db.session.remove()
    return seqs


def test_a_phone_sends_again_what_a_restored_server_lost(app, run, phone, tmp_path):
    phone.rows(2)
    phone.client.sync()
    run("backup", tmp_path / "night")
    phone.rows(3)
    phone.client.sync()
    assert kept(app) == [1, 2, 3, 4, 5]
    epoch = phone.store.get("epoch")
    run("restore", tmp_path / "night", "--force")
    assert kept(app) == [1, 2]
    phone.client.sync()
    assert kept(app) == [1, 2, 3, 4, 5]
    assert (phone.store.get("epoch") != epoch, phone.store.unsent()) == (True, 0)


def test_a_phone_the_backup_never_knew_enrols_again_and_gives_all_it_holds(
    app, run, phone, new_phone, as_luo, as_zhou, tmp_path
):
    phone.rows(1)
    phone.client.sync()
    run("backup", tmp_path / "night")
    late = new_phone(as_luo)
    late.rows(3)
    late.client.sync()
    late.rows(1)
    device = late.device
    run("restore", tmp_path / "night", "--force")
    with pytest.raises(Refused, match="401"):
        late.client.sync()
    code = as_zhou.post("/v1/devices/codes", json={"person_id": as_luo.person_id}).json["code"]
    late.client.enrol(code, label="the same", app_version="0.1.0")
    late.client.sync()
    assert (late.device, late.store.unsent()) == (device, 0)
    with app.app_context():
        mine = db.session.scalars(sa.select(Record.seq).where(Record.device_id == UUID(device)).order_by(Record.seq))
        assert list(mine) == [1, 2, 3, 4]
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Quarantine)) == 0
        db.session.remove()
