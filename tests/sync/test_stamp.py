"""Time stamps that `openssl ts` made: ours and its verifier agree, also on what is wrong."""

import asyncio
import hashlib
from datetime import timedelta

import pytest
from asn1crypto import cms, pem, tsp
from asn1crypto import keys as asn1keys
from asn1crypto import x509 as asn1
from cryptography import x509
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from server import clock
from sync import stamp
from sync.stamp import BadStamp
from tests.tsa import Authority

RSA = ("rsa", "-pkeyopt", "rsa_keygen_bits:2048")
NOTE = b"office.example/log\n3\nAAAA\n\n\xe2\x80\x94 office.example/log sig\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tsa") / "one")


@pytest.fixture(scope="module")
def reply(authority):
    return authority.stamp(NOTE)


def pem_body(path):
    return pem.unarmor(path.read_bytes())[2]


def as_asn1(path):
    return asn1.Certificate.load(pem_body(path))


def roots(authority):
    return x509.load_pem_x509_certificates(authority.root.read_bytes())


class TestRead:
    def test_tells_when_and_by_whom_as_openssl_agrees(self, authority, reply):
        found = stamp.read(reply, NOTE, roots=roots(authority))
        assert found.authority == "CN=Test TSA"
        assert abs(found.at - clock.now()) < timedelta(minutes=10)
        assert authority.agrees(NOTE, reply)

    def test_takes_an_authority_with_an_rsa_key(self, tmp_path):
        other = Authority(tmp_path / "rsa", key=RSA)
        assert stamp.read(other.stamp(NOTE), NOTE, roots=roots(other)).authority == "CN=Test TSA"

    def test_refuses_other_bytes(self, authority, reply):
        with pytest.raises(BadStamp, match="of other bytes"):
            stamp.read(reply, NOTE + b"x", roots=roots(authority))
        assert not authority.agrees(NOTE + b"x", reply)

    def test_refuses_an_authority_nobody_trusts(self, authority, reply, tmp_path):
        other = Authority(tmp_path / "other")
        with pytest.raises(BadStamp, match="no trusted root"):
            stamp.read(reply, NOTE, roots=roots(other))
        assert not other.agrees(NOTE, reply)

    def test_refuses_a_certificate_for_something_else(self, tmp_path):
        other = Authority(tmp_path / "o", usage="critical, timeStamping, serverAuth", key=RSA)
        load = (as_asn1(other.folder / "tsa.pem"), asn1keys.PrivateKeyInfo.load(pem_body(other.folder / "tsa.key")))
        stamper = DummyTimeStamper(*load, certs_to_embed=SimpleCertificateStore())
        _, question = stamper.request_cms(hashlib.sha256(NOTE).digest(), "sha256")
        made = asyncio.run(stamper.async_request_tsa_response(question)).dump()
        with pytest.raises(BadStamp, match="not for time stamps alone"):
            stamp.read(made, NOTE, roots=roots(other))

    def test_refuses_every_flipped_byte_of_what_is_signed(self, authority, reply):
        """A byte outside of what is signed, such as in the root sent along, may say anything: openssl agrees."""
        token = cms.ContentInfo.load(stamp.token(reply))
        start = reply.index(token["content"]["encap_content_info"]["content"].contents)
        for at in range(start, start + 100, 7):
            altered = bytearray(reply)
            altered[at] ^= 1
            with pytest.raises(BadStamp):
                stamp.read(bytes(altered), NOTE, roots=roots(authority))

    def test_refuses_an_answer_to_another_question(self, authority, reply):
        with pytest.raises(BadStamp, match="^it answers another question$"):
            stamp.read(reply, NOTE, roots=roots(authority), nonce=1)

    @pytest.mark.parametrize("damaged", [b"", b"x", b"\x30\x03\x02\x01\x00", b"\x30\x84\xff\xff\xff\xff" + bytes(50)])
    def test_refuses_what_is_no_reply(self, authority, damaged):
        with pytest.raises(BadStamp):
            stamp.read(damaged, NOTE, roots=roots(authority))

    def test_refuses_every_cut(self, authority, reply):
        for end in range(0, len(reply) - 1, 97):
            with pytest.raises(BadStamp):
                stamp.read(reply[:end], NOTE, roots=roots(authority))

    def test_refuses_a_refusal(self, authority):
        rejection = bytes.fromhex("30053003020102")
        with pytest.raises(BadStamp, match="^no granted time stamp$"):
            stamp.read(rejection, NOTE, roots=roots(authority))

    def test_refuses_a_signer_that_was_put_in_its_place(self, authority, reply, tmp_path):
        """The signature of one authority under the certificates of another."""
        other = Authority(tmp_path / "other")
        made, theirs = tsp.TimeStampResp.load(reply), tsp.TimeStampResp.load(other.stamp(NOTE))
        made["time_stamp_token"]["content"]["certificates"] = theirs["time_stamp_token"]["content"]["certificates"]
        with pytest.raises(BadStamp, match="does not carry"):
            stamp.read(made.dump(), NOTE, roots=roots(other))
