"""How the tests read a finished paper back: its text by two independent readers, its pictures, its QR, its fonts."""

import re
import shutil
import subprocess
from functools import cache

import pypdfium2
import zxingcpp
from PIL import Image

HAS_PDFTOTEXT = shutil.which("pdftotext") is not None


@cache
def text_of(pdf: bytes) -> str:
    """Return the text of all pages as PDFium reads it, without spaces or line ends."""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    return squeezed("".join(pages))


def pages_of(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [squeezed(page.get_textpage().get_text_bounded()) for page in document]


def pdftotext(pdf: bytes) -> str:
    """Return the text as poppler reads it, without spaces or line ends."""
    done = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True, timeout=60)
    return squeezed(done.stdout.decode())


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u3000\ufffe]+", "", text)


def picture(pdf: bytes, page: int = 0, dpi: int = 100) -> Image.Image:
    with pypdfium2.PdfDocument(pdf) as document:
        return document[page].render(scale=dpi / 72).to_pil().convert("RGB")


def qr_texts(pdf: bytes, page: int = 0, dpi: int = 150) -> list[str]:
    return [
        code.text for code in zxingcpp.read_barcodes(picture(pdf, page, dpi), formats=zxingcpp.BarcodeFormat.QRCode)
    ]


def font_names(pdf: bytes) -> set[str]:
    """Return the names of every font the file speaks of, subset tag included."""
    return {name.decode() for name in re.findall(rb"/BaseFont /([^\s/>]+)", pdf)}


def ink_share(image: Image.Image, box: tuple[float, float, float, float]) -> float:
    """Return which part of a box (points from the top left) is darker than mid grey."""
    scale = image.height / 841.89
    cut = image.crop(tuple(round(edge * scale) for edge in box)).convert("L")
    return sum(cut.histogram()[:128]) / (cut.width * cut.height)
