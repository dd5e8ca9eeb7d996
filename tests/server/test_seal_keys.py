"""Where the key of the seal may come from: a PEM file, an authority's PKCS#12 file, a hardware module."""

import base64
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


class TestMakeKeys:
    def test_makes_each_once_for_its_owners_eyes_only(self, tmp_path):
        folder = tmp_path / "var" / "keys"
        assert make_keys(folder) == ["master", "index", "session", "ack", "log", "seal"]
        made = {one.name: one.read_bytes() for one in folder.iterdir()}
        assert set(made) == {f"{one}.key" for one in ("master", "index", "session", "ack", "log", "seal")} | {
            "seal.pem", "seal-root.pem",
        }  # fmt: skip
        assert {one.stat().st_mode & 0o777 for one in folder.iterdir()} == {0o600}
        assert folder.stat().st_mode & 0o777 == 0o700
        assert make_keys(folder) == []
        assert {one.name: one.read_bytes() for one in folder.iterdir()} == made

    def test_makes_what_is_missing_and_leaves_the_rest(self, tmp_path):
        make_keys(tmp_path)
        before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
        for gone in ("index.key", "seal.key"):
            (tmp_path / gone).unlink()
        assert make_keys(tmp_path) == ["index", "seal"]
        after = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
        changed = {name for name in after if after[name] != before[name]}
        assert changed == {"index.key", "seal.key", "seal.pem", "seal-root.pem"}

    def test_are_secrets_of_32_bytes_and_ed25519_keys(self, keys):
        for name in ("master", "index", "session"):
            text = (keys / f"{name}.key").read_bytes()
            assert len(base64.b64decode(text.removesuffix(b"\n"), validate=True)) == 32
        for name in ("ack", "log"):
            assert isinstance(load_pem_private_key((keys / f"{name}.key").read_bytes(), None), Ed25519PrivateKey)

    def test_certify_the_seal_for_signing_and_its_root_for_that_alone(self, keys):
        key = load_pem_private_key((keys / "seal.key").read_bytes(), None)
        leaf, root = x509.load_pem_x509_certificates((keys / "seal.pem").read_bytes())
        assert [root] == x509.load_pem_x509_certificates((keys / "seal-root.pem").read_bytes())
        leaf.verify_directly_issued_by(root)
        root.verify_directly_issued_by(root)
        assert (leaf.public_key(), key.curve.name) == (key.public_key(), "secp256r1")
        assert isinstance(leaf.signature_hash_algorithm, SHA256)
        assert self.uses(leaf) == {"digital_signature", "content_commitment"}
        assert self.uses(root) == {"key_cert_sign", "crl_sign"}
        limits = [self.extension(one, x509.BasicConstraints) for one in (leaf, root)]
        assert [(one.value.ca, one.value.path_length, one.critical) for one in limits] == [
            (False, None, True), (True, 0, True),
        ]  # fmt: skip

    def test_name_both_by_the_key_and_let_them_hold_for_ever(self, keys):
        leaf, root = x509.load_pem_x509_certificates((keys / "seal.pem").read_bytes())
        marks = [x509.SubjectKeyIdentifier.from_public_key(one.public_key()) for one in (leaf, root)]
        mark = marks[0].digest.hex()[:12]
        names = [one.subject.rfc4514_string() for one in (leaf, root)]
        assert names == [f"CN=Doorstep 外访通 单据签章 {mark}", f"CN=Doorstep 外访通 单据签章根 {mark}"]
        for one, own in zip((leaf, root), marks, strict=True):
            assert one.issuer == root.subject
            assert (one.not_valid_before_utc, one.not_valid_after_utc) == (
                dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC),
            )  # fmt: skip
            assert self.extension(one, x509.KeyUsage).critical
            told = self.extension(one, x509.SubjectKeyIdentifier)
            assert (told.value, told.critical) == (own, False)
            issuer = self.extension(one, x509.AuthorityKeyIdentifier)
            assert (issuer.value.key_identifier, issuer.critical) == (marks[1].digest, False)
        assert leaf.serial_number != root.serial_number

    def extension(self, certificate, kind):
        return certificate.extensions.get_extension_for_class(kind)

    def uses(self, certificate):
        usage = self.extension(certificate, x509.KeyUsage).value
        of_agreement = {"encipher_only", "decipher_only"}  # asked of a key that agrees only
        return {name for name in USAGES if name not in of_agreement and getattr(usage, name)}


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
        with pytest.raises(
            HalfConfigured, match=r": expected a P-256 or RSA key with its certificate, got Ed25519PrivateKey$"
        ):
            seal_of(settings(tmp_path)).seal(plain, at=AT)

    def test_refuses_a_certificate_of_another_key(self, plain, keys, tmp_path):
        make_keys(tmp_path)
        with pytest.raises(HalfConfigured, match="cannot be used: the first certificate is not that of the key$"):
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
