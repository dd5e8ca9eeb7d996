"""A seal of our own making for tests, and how tools that are not ours judge what it sealed."""

import shutil
import subprocess
from dataclasses import replace
from io import BytesIO
from threading import Lock

import pytest
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from server.config import SealKind, SealSettings
from server.paper_seal import PaperSeal


def settings(keys, **changes):
    files = SealSettings(SealKind.PEM, keys / "seal.key", keys / "seal.pem", keys / "seal-root.pem")
    return replace(files, **changes)


def seal_of(given):
    return PaperSeal(given, Lock())


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
