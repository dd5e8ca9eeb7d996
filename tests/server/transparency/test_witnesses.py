"""Cosignatures are kept when they verify, and served with the checkpoint."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from server import config
from server.db import begin_write, db
from server.transparency import reading, witnesses
from server.transparency.witnesses import NoCosignature, NoSuchCheckpoint, NotThisLog
from sync import cosignature, tlog
from sync.cosignature import Witness
from sync.tlog import Checkpoint

KEYS = {name: Ed25519PrivateKey.from_private_bytes(name[-1].encode() * 32) for name in ("court/w1", "bank/w2", "x/w3")}


@pytest.fixture
def log(in_app, grow):
    """A log of three leaves that two witnesses watch."""
    known = tuple(Witness(name, KEYS[name].public_key()).vkey() for name in ("court/w1", "bank/w2"))
    before = in_app.extensions["doorstep"]
    in_app.extensions["doorstep"] = replace(before, log_witnesses=known)
    grow(3)
    yield reading.newest_note()
    in_app.extensions["doorstep"] = before


def cosigned(note, name, at=7):
    body = note.partition("\n\n")[0] + "\n"
    return note + cosignature.cosign(body, name=name, key=KEYS[name], at=at) + "\n"


def take(note):
    begin_write()
    names = witnesses.take(note)
    db.session.commit()
    return names


class TestTake:
    def test_serves_what_witnesses_signed(self, log):
        assert take(cosigned(log, "court/w1")) == ["court/w1"]
        assert take(cosigned(log, "bank/w2")) == ["bank/w2"]
        note = reading.newest_note()
        assert note == cosigned(cosigned(log, "court/w1"), "bank/w2")
        assert tlog.read_proof(reading.proof(0, size=3)).checkpoint == note

    def test_replaces_an_older_line_of_the_same_witness(self, log):
        take(cosigned(log, "court/w1"))
        take(cosigned(log, "court/w1", at=9))
        assert reading.newest_note() == cosigned(log, "court/w1", at=9)

    def test_refuses_a_witness_nobody_configured(self, log):
        with pytest.raises(NoCosignature):
            take(cosigned(log, "x/w3"))
        assert reading.newest_note() == log

    def test_takes_only_the_lines_that_verify(self, log):
        assert take(cosigned(cosigned(log, "x/w3"), "court/w1")) == ["court/w1"]
        assert "x/w3" not in reading.newest_note()

    def test_refuses_a_signature_over_another_checkpoint(self, log, grow):
        line = cosigned(log, "court/w1").splitlines()[-1]
        grow(1)
        with pytest.raises(NoCosignature):
            take(reading.newest_note() + line + "\n")

    def test_refuses_another_logs_checkpoint(self, log):
        other = tlog.sign_checkpoint(Checkpoint(reading.origin(), 3, bytes(32)), KEYS["x/w3"])
        with pytest.raises(NotThisLog):
            take(cosigned(other, "court/w1"))

    @pytest.mark.parametrize("size", [3, 4])
    def test_refuses_a_checkpoint_the_log_does_not_stand_by(self, log, size):
        forked = tlog.sign_checkpoint(Checkpoint(reading.origin(), size, bytes(32)), config.current().log_key)
        with pytest.raises(NoSuchCheckpoint):
            take(cosigned(forked, "court/w1"))
