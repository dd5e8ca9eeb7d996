"""Where the key of the seal may come from: a PEM file, an authority's PKCS#12 file, a hardware module."""

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)

from receipts import promise
from server.config import HalfConfigured, SealKind
from server.keys import make_keys
from server.paper_seal import SealLevel
from tests.receipts import sample
from tests.server.make_seal import run, seal_of, settings, status_of

AT = dt.datetime(2026, 12, 2, 1, 2, 3, tzinfo=dt.UTC)
USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip
USED = {"digital_signature", "content_commitment", "key_cert_sign", "crl_sign"}
SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")


@pytest.fixture(scope="module")
def plain():
    return promise.render(sample.written_promise()).pdf


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("seal") / "keys"
    make_keys(folder)
    return folder


class TestKeys:
    def test_opens_a_key_with_its_passphrase_only(self, plain, tmp_path):
        make_keys(tmp_path, seal_passphrase="open sesame")
        assert b"ENCRYPTED" in (tmp_path / "seal.key").read_bytes()
        assert seal_of(settings(tmp_path, passphrase="open sesame")).seal(plain, at=AT).level is SealLevel.B_B
        wrong = seal_of(settings(tmp_path, passphrase="open"))
        with pytest.raises(HalfConfigured, match="cannot be used"):
            wrong.seal(plain, at=AT)
        assert "cannot be used" in wrong.check()

    def test_takes_the_pkcs12_file_of_an_authority(self, plain, keys, tmp_path):
        key = load_pem_private_key((keys / "seal.key").read_bytes(), None)
        leaf, root = x509.load_pem_x509_certificates((keys / "seal.pem").read_bytes())
        packed = pkcs12.serialize_key_and_certificates(b"x", key, leaf, [root], BestAvailableEncryption(b"pin"))
        (tmp_path / "seal.p12").write_bytes(packed)
        given = settings(keys, kind=SealKind.PKCS12, key_file=tmp_path / "seal.p12", passphrase="pin")
        assert status_of(seal_of(given).seal(plain, at=AT).pdf, keys).bottom_line

    def test_takes_an_rsa_key(self, plain, keys, tmp_path):
        issue(tmp_path, rsa.generate_private_key(65537, 2048))
        made = seal_of(settings(tmp_path)).seal(plain, at=AT)
        assert status_of(made.pdf, tmp_path).bottom_line

    def test_refuses_ed25519_that_pdfsig_does_not_know(self, plain, tmp_path):
        issue(tmp_path, Ed25519PrivateKey.generate())
        with pytest.raises(HalfConfigured, match="expected a P-256 or RSA key"):
            seal_of(settings(tmp_path)).seal(plain, at=AT)

    def test_refuses_a_certificate_of_another_key(self, plain, keys, tmp_path):
        make_keys(tmp_path)
        with pytest.raises(HalfConfigured, match="not that of the key"):
            seal_of(settings(tmp_path, chain_file=keys / "seal.pem")).seal(plain, at=AT)

    def test_seals_with_a_key_that_stays_in_a_hardware_module(self, plain, keys, tmp_path, monkeypatch):
        if not SOFTHSM.is_file() or not shutil.which("softhsm2-util"):
            pytest.skip("SoftHSM2 is not installed")
        (tmp_path / "tokens").mkdir()
        (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path}/tokens\n")
        monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
        run("softhsm2-util", "--init-token", "--free", "--label", "seals", "--so-pin", "1234", "--pin", "5678")
        run("softhsm2-util", "--import", keys / "seal.key", "--token", "seals", "--label", "seal", "--id", "01",
            "--pin", "5678")  # fmt: skip
        given = settings(
            keys, kind=SealKind.PKCS11, key_file=tmp_path / "absent", module=str(SOFTHSM), token="seals",
            key_label="seal", passphrase="5678",
        )  # fmt: skip
        assert status_of(seal_of(given).seal(plain, at=AT).pdf, keys).bottom_line
        assert "cannot be used" in seal_of(replace(given, passphrase="0000")).check()


def issue(folder, key):
    """Write a key and a certificate for it under a fresh root, as `make_keys` lays them; return both certificates."""
    root_key = ec.generate_private_key(ec.SECP256R1())
    names = [x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, one)]) for one in ("seal", "root")]
    made = []
    for subject, subject_key, is_root in ((names[0], key, False), (names[1], root_key, True)):
        uses = {name: is_root == name.endswith(("cert_sign", "crl_sign")) and name in USED for name in USAGES}
        builder = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(names[1]).public_key(subject_key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(AT - dt.timedelta(days=400))
            .not_valid_after(AT + dt.timedelta(days=4000))
            .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(**uses), critical=True)
        )  # fmt: skip
        made.append(builder.sign(root_key, SHA256()))
    (folder / "seal.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "seal.pem").write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in made))
    (folder / "seal-root.pem").write_bytes(made[1].public_bytes(Encoding.PEM))
    return made
