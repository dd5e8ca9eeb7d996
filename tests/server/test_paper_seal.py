"""The seal holds against tools we did not write: pdfsig of poppler (NSS), qpdf and pyHanko's own validator."""

import datetime as dt
import re
import sys
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto.core import OctetString
from cryptography import x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from receipts import promise
from server import config, pades, paper_seal
from server.config import HalfConfigured, SealKind
from server.keys import make_keys
from server.paper_seal import SealLevel
from sync import stamp
from tests.receipts import sample
from tests.server.make_seal import run, seal_of, settings, status_of, tool

AT = dt.datetime(2026, 12, 2, 1, 2, 3, tzinfo=dt.UTC)
PYHANKO = Path(sys.executable).with_name("pyhanko")


@pytest.fixture(scope="module")
def plain():
    return promise.render(sample.written_promise()).pdf


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("seal") / "keys"
    make_keys(folder)
    return folder


@pytest.fixture
def sealed(keys, plain, tmp_path):
    file = tmp_path / "sealed.pdf"
    file.write_bytes(seal_of(settings(keys)).seal(plain, at=AT).pdf)
    return file


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
        with pytest.raises(pades.NoRoom, match="digits are kept"):
            pades.with_stamp(issued.pdf, token * 9)

    def test_keeps_the_token_as_it_came_whatever_its_length_and_only_once(self, plain, keys):
        issued = seal_of(settings(keys, tsa_url="http://tsa.example")).seal(plain, at=AT).pdf
        for length in (0x7C, 0x80, 0x100 - 4, 0x280, 0x580):
            token = OctetString(b"t" * length).dump()
            made = pades.with_stamp(issued, token)
            (signature,) = PdfFileReader(BytesIO(made)).embedded_signatures
            (attribute,) = signature.signer_info["unsigned_attrs"]
            assert attribute["values"].contents == token
            assert pades.signature_of(made) == pades.signature_of(issued)
            with pytest.raises(ValueError, match="stamped already"):
                pades.with_stamp(made, token)

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
