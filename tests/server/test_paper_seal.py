"""The seal holds against tools we did not write: pdfsig of poppler (NSS), qpdf and pyHanko's own validator."""

import datetime as dt
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from threading import Lock

import pytest
from asn1crypto import x509 as asn1
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
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from receipts import promise
from server import config, pades, paper_seal
from server.config import HalfConfigured, SealKind, SealSettings
from server.keys import make_keys
from server.paper_seal import PaperSeal, SealLevel
from sync import stamp
from tests.receipts import sample

AT = dt.datetime(2026, 12, 2, 1, 2, 3, tzinfo=dt.UTC)
USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip
USED = {"digital_signature", "content_commitment", "key_cert_sign", "crl_sign"}
PYHANKO = Path(sys.executable).with_name("pyhanko")
SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")


@pytest.fixture(scope="module")
def plain():
    return promise.render(sample.written_promise()).pdf


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("seal") / "keys"
    make_keys(folder)
    return folder


def settings(keys, **changes):
    files = SealSettings(SealKind.PEM, keys / "seal.key", keys / "seal.pem", keys / "seal-root.pem")
    return replace(files, **changes)


def seal_of(given):
    return PaperSeal(given, Lock())


@pytest.fixture
def sealed(keys, plain, tmp_path):
    file = tmp_path / "sealed.pdf"
    file.write_bytes(seal_of(settings(keys)).seal(plain, at=AT).pdf)
    return file


def run(*command):
    done = subprocess.run([str(one) for one in command], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def tool(name):
    return shutil.which(name) or pytest.skip(f"{name} is not installed")


def status_of(pdf, keys):
    """Return pyHanko's verdict with our root as the only anchor."""
    root = asn1.Certificate.load(
        x509.load_pem_x509_certificate((keys / "seal-root.pem").read_bytes()).public_bytes(Encoding.DER)
    )
    (signature,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    return validate_pdf_signature(signature, ValidationContext(trust_roots=[root], allow_fetching=False))


def with_annotation(pdf):
    """Return the PDF with a note appended, as any editor does."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    page = writer.root["/Pages"]["/Kids"][0]
    note = generic.DictionaryObject({
        generic.pdf_name("/Type"): generic.pdf_name("/Annot"), generic.pdf_name("/Subtype"): generic.pdf_name("/Text"),
        generic.pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (10, 10, 30, 30))),
        generic.pdf_name("/Contents"): generic.pdf_string("paid"),
    })  # fmt: skip
    page["/Annots"] = generic.ArrayObject([writer.add_object(note)])
    writer.update_container(page)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


class TestSeal:
    def test_is_valid_and_covers_the_whole_file_for_pdfsig(self, sealed):
        said = run(tool("pdfsig"), sealed)
        for words in ("Signature is Valid.", "Total document signed", "ETSI.CAdES.detached", "SHA-256", "单据签章"):
            assert words in said
        assert "Dec 02 2026" in said

    def test_is_trusted_by_who_holds_our_root(self, sealed, keys, tmp_path):
        pdfsig, certutil = tool("pdfsig"), tool("certutil")
        store = tmp_path / "nss"
        store.mkdir()
        run(certutil, "-N", "-d", store, "--empty-password")
        run(certutil, "-A", "-d", store, "-n", "root", "-t", "CT,C,C", "-i", keys / "seal-root.pem")
        assert "Certificate is Trusted." in run(pdfsig, "-nssdir", store, sealed)

    def test_leaves_a_file_that_qpdf_finds_clean(self, sealed):
        assert "No syntax or stream encoding errors found" in run(tool("qpdf"), "--check", sealed)

    def test_is_valid_for_pyhankos_command(self, sealed, keys):
        said = run(
            PYHANKO, "sign", "validate", "--pretty-print", "--trust-replace",
            "--trust", keys / "seal-root.pem", sealed,
        )  # fmt: skip
        assert "The signature is judged VALID." in said
        assert "covers the entire file" in said

    def test_certifies_that_nothing_may_change_and_says_when(self, sealed, keys):
        found = status_of(sealed.read_bytes(), keys)
        assert found.bottom_line
        assert found.signer_reported_dt == AT
        (signature,) = PdfFileReader(BytesIO(sealed.read_bytes())).embedded_signatures
        assert signature.docmdp_level.value == 1

    def test_keeps_every_byte_that_was_rendered(self, sealed, plain):
        assert sealed.read_bytes().startswith(plain)

    def test_has_no_mark_on_the_page(self, sealed):
        (signature,) = PdfFileReader(BytesIO(sealed.read_bytes())).embedded_signatures
        assert list(signature.sig_field["/Rect"]) == [0, 0, 0, 0]

    @pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
    def test_one_flipped_byte_is_found(self, sealed, plain, keys, place):
        altered = bytearray(sealed.read_bytes())
        at = plain.index(b"stream\n", int(len(plain) * place * 0.9)) + 20
        altered[at] ^= 1
        assert not status_of(bytes(altered), keys).intact
        sealed.write_bytes(altered)
        assert "Digest Mismatch" in run(tool("pdfsig"), sealed)

    def test_a_note_appended_later_is_found(self, sealed, keys):
        altered = with_annotation(sealed.read_bytes())
        found = status_of(altered, keys)
        assert (found.intact, found.docmdp_ok, found.bottom_line) == (True, False, False)
        sealed.write_bytes(altered)
        said = run(tool("pdfsig"), sealed)
        assert "Not total document signed" in said

    def test_a_seal_under_another_root_is_not_trusted(self, plain, keys, tmp_path):
        make_keys(tmp_path / "keys")
        forged = seal_of(settings(tmp_path / "keys")).seal(plain, at=AT).pdf
        found = status_of(forged, keys)
        assert (found.intact, found.trusted) == (True, False)

    def test_gives_the_file_back_as_it_was_when_off(self, plain, keys):
        given = seal_of(settings(keys, kind=SealKind.OFF))
        made = given.seal(plain, at=AT)
        assert (made.pdf, made.level, given.root_pem()) == (plain, SealLevel.NONE, None)


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


class TestTimeStamp:
    def test_is_put_into_the_seal_of_the_issued_file_and_changes_nothing_else(self, plain, keys, authority, tmp_path):
        issued = seal_of(settings(keys, tsa_url="http://tsa.example")).seal(plain, at=AT)
        assert issued.level is SealLevel.B_B
        reply = authority.stamp(pades.signature_of(issued.pdf))
        made = pades.with_stamp(issued.pdf, stamp.token(reply))
        found = status_of(made, keys)
        assert (found.intact, found.valid, found.timestamp_validity.intact) == (True, True, True)
        assert (len(made), made.startswith(plain)) == (len(issued.pdf), True)
        (tmp_path / "b-t.pdf").write_bytes(made)
        said = run(tool("pdfsig"), tmp_path / "b-t.pdf")
        assert "Signature is Valid." in said
        assert "Total document signed" in said
        trusted = ("--trust-replace", "--trust", keys / "seal-root.pem", "--trust", authority.root)
        said = run(PYHANKO, "sign", "validate", "--pretty-print", *trusted, tmp_path / "b-t.pdf")
        assert "The signature is judged VALID." in said
        assert "timestamp" in said.lower()

    def test_needs_room_that_is_kept_once_an_authority_is_named(self, plain, keys, authority):
        issued = seal_of(settings(keys)).seal(plain, at=AT)
        token = stamp.token(authority.stamp(pades.signature_of(issued.pdf)))
        token["content"]["certificates"] = list(token["content"]["certificates"]) * 9
        with pytest.raises(pades.NoRoom, match="digits are kept"):
            pades.with_stamp(issued.pdf, token)

    def test_is_for_sealed_files_only(self, plain):
        with pytest.raises(ValueError, match="expected one seal, got 0"):
            pades.signature_of(plain)

    def test_an_authority_without_its_root_is_half_configured(self, tmp_path, monkeypatch):
        make_keys(tmp_path / "keys")
        monkeypatch.setenv("DOORSTEP_TSA_URL", "http://tsa.example")
        with pytest.raises(HalfConfigured, match="needs the authority's root"):
            config.load(tmp_path)


class TestMakeKeys:
    def test_makes_a_seal_once_under_a_root_that_issues_nothing_more(self, keys):
        leaf, root = x509.load_pem_x509_certificates((keys / "seal.pem").read_bytes())
        assert leaf.issuer == root.subject
        leaf.verify_directly_issued_by(root)
        assert not re.search(b"PRIVATE", (keys / "seal-root.pem").read_bytes() + (keys / "seal.pem").read_bytes())
        before = (keys / "seal.key").read_bytes()
        assert make_keys(keys) == []
        assert (keys / "seal.key").read_bytes() == before
        assert (keys / "seal.key").stat().st_mode & 0o777 == 0o600


class TestCurrent:
    def test_is_one_for_the_application(self, in_app):
        assert paper_seal.current() is paper_seal.current()
        assert paper_seal.current().root_pem().startswith(b"-----BEGIN CERTIFICATE-----")


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
