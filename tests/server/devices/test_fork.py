"""Two records of one phone at one place of its chain, each well signed and with an id of its own: a fork.

Nothing of it is altered or forged, so both are kept; that there are two is flagged, told to the phone and shown.
"""

import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from server.db import db
from server.devices.models import Quarantine
from server.visits.models import Record
from sync import ack, envelope
from sync.signature import public_key, signing_key


def twin_of(phone, row):
    """Return another record at the place of this one: same seq, prev and key, other id and content."""
    told = envelope.read(row["newDocumentState"]["env"])
    env = envelope.build(
        dict(told.body) | {"event": "finished"}, record_type=told.type, record_id=phone.senses.new_id(),
        link_to=(told.seq, told.prev), device=told.device, stamp=replace(told.stamp, mono_ms=told.stamp.mono_ms + 250),
    )  # fmt: skip
    key = signing_key(phone.store.get("alg"), bytes.fromhex(phone.store.get("secret")))
    return {"newDocumentState": envelope.seal(env, key=key).document()}


def entries(phone, answer):
    """Return id → flags of every record that the answer's acknowledgements say is accepted."""
    key = public_key(json.loads(phone.store.get("ack_key")), alg="Ed25519")
    told = [ack.verify(one, key=key, device=phone.device) for one in answer.json["acks"]]
    return {one.ref: list(one.flags) for each in told for one in each.entries if one.status == "accepted"}


def kept():
    return {str(row.id): list(row.flags) for row in db.session.scalars(select(Record))}


def ids(*rows):
    return [row["newDocumentState"]["id"] for row in rows]


@pytest.mark.usefixtures("in_app")
class TestFork:
    @pytest.mark.parametrize("at", [0, 1], ids=["first place", "later place"])
    @pytest.mark.parametrize("order", ["after", "before", "together"])
    def test_is_kept_flagged_and_told(self, phone, order, at):
        rows = phone.rows(3)
        twin = twin_of(phone, rows[at])
        batches = {"after": [rows, [twin]], "before": [[*rows[:at], twin], rows], "together": [[*rows, twin]]}[order]
        answers = [phone.push(batch, Prefer="return=acks") for batch in batches]
        assert [answer.json["conflicts"] for answer in answers] == [[]] * len(answers)
        assert set(kept()) == {*ids(*rows), *ids(twin)}
        assert db.session.scalars(select(Quarantine)).all() == []
        late = ids(rows[at] if order == "before" else twin)[0]
        assert "fork" in kept()[late]
        flagged = {name for answer in answers for name, flags in entries(phone, answer).items() if "fork" in flags}
        assert flagged == {name for name, flags in kept().items() if "fork" in flags}

    def test_is_shown_to_the_office_as_an_alarm(self, phone, as_zhou):
        rows = phone.rows(2)
        phone.push([*rows, twin_of(phone, rows[1])])
        (shown,) = [one for one in as_zhou.get("/v1/devices").json["items"] if one["id"] == phone.device]
        assert (shown["chain"]["state"], shown["chain"]["is_alert"]) == ("fork", True)

    def test_stays_one_however_the_phone_goes_on(self, phone, as_zhou):
        rows = phone.rows(2)
        twin = twin_of(phone, rows[1])
        phone.push([*rows, twin])
        phone.push([*phone.rows(3), *rows, twin])  # and everything once more
        assert len(kept()) == 6
        (shown,) = [one for one in as_zhou.get("/v1/devices").json["items"] if one["id"] == phone.device]
        assert shown["chain"]["state"] == "fork"
