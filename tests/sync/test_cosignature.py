"""Cosignatures in the format of C2SP: made here, and one laid out byte by byte from the page that describes it."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync import cosignature, tlog
from sync.cosignature import Witness
from sync.tlog import BadNote, Checkpoint

KEY = Ed25519PrivateKey.from_private_bytes(b"W" * 32)
WITNESS = Witness("witness.example/w1", KEY.public_key())
BODY = Checkpoint("office.example/log", 7, b"r" * 32).body()
LINE = cosignature.cosign(BODY, name=WITNESS.name, key=KEY, at=1_679_315_147)


class TestCosignedAt:
    def test_tells_when(self):
        assert cosignature.cosigned_at(LINE, BODY, witness=WITNESS) == 1_679_315_147

    def test_takes_a_line_put_together_from_the_format(self):
        mark = hashlib.sha256(b"witness.example/w1\n\x04" + KEY.public_key().public_bytes_raw()).digest()[:4]
        signed = KEY.sign(b"cosignature/v1\ntime 1679315147\n" + BODY.encode())
        raw = mark + (1_679_315_147).to_bytes(8, "big") + signed
        assert f"— witness.example/w1 {base64.b64encode(raw).decode()}" == LINE

    def test_refuses_another_checkpoint(self):
        with pytest.raises(BadNote, match="^not a signature of this witness over this checkpoint$"):
            cosignature.cosigned_at(LINE, BODY.replace("7", "8"), witness=WITNESS)

    def test_refuses_another_witness(self):
        for other in (Witness("w2", KEY.public_key()), Witness(WITNESS.name, _other().public_key())):
            with pytest.raises(BadNote, match="^not a signature of this witness over this checkpoint$") as refusal:
                cosignature.cosigned_at(LINE, BODY, witness=other)
            assert str(refusal.value.__cause__) == "not a line of this witness"

    def test_refuses_another_time(self):
        raw = bytearray(base64.b64decode(LINE.split(" ")[-1]))
        raw[11] ^= 1
        line = f"— {WITNESS.name} {base64.b64encode(raw).decode()}"
        with pytest.raises(BadNote):
            cosignature.cosigned_at(line, BODY, witness=WITNESS)

    @pytest.mark.parametrize("line", ["", "— ", "— witness.example/w1 !", LINE[2:], LINE[:-8], LINE + "AAAA"])
    def test_refuses_what_is_no_line(self, line):
        with pytest.raises(BadNote):
            cosignature.cosigned_at(line, BODY, witness=WITNESS)

    def test_is_ignored_by_readers_of_the_checkpoint(self):
        log_key = Ed25519PrivateKey.generate()
        note = tlog.sign_checkpoint(Checkpoint("office.example/log", 7, b"r" * 32), log_key) + LINE + "\n"
        assert tlog.read_checkpoint(note, origin="office.example/log", key=log_key.public_key()).size == 7


class TestReadWitness:
    def test_reads_its_own_key(self):
        assert cosignature.read_witness(WITNESS.vkey()).vkey() == WITNESS.vkey()

    def test_refuses_the_key_of_a_log(self):
        with pytest.raises(BadNote, match="^not a witness's verifier key$"):
            cosignature.read_witness(tlog.vkey("w", KEY.public_key()))

    @pytest.mark.parametrize("text", ["", "a+b", "a+00000000+AAAA", "+" + WITNESS.vkey().split("+", 1)[1]])
    def test_refuses_what_is_no_key(self, text):
        with pytest.raises(BadNote, match="^not a witness's verifier key$"):
            cosignature.read_witness(text)


def _other():
    return Ed25519PrivateKey.from_private_bytes(b"V" * 32)
