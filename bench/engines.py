"""The other engines of the papers bench, set up by the bench itself: the same words, QR, signature and photos.

Typst, WeasyPrint and fpdf2 are installed from the package index into `var/bench/engines`, never into the project.
"""

import html
import importlib
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import segno

from bench.pictures import jpeg_of
from bench.platypus import lines_of
from receipts.facts import StrokeFacts
from receipts.fonts import FOLDER, Face
from receipts.visit_receipt import VisitReceiptFacts

TARGET = Path("var/bench/engines")
PACKAGES = ("typst==0.15.2", "weasyprint==70.0", "fpdf2==2.8.9")
Render = Callable[[VisitReceiptFacts], bytes]
_FONT = FOLDER / f"{Face.REGULAR}.ttf"


class EngineMissing(RuntimeError):
    """An engine could not be installed or started here."""


def install() -> None:
    """Install the engines beside the project and make them importable. Raises EngineMissing."""
    if not (TARGET / "typst").is_dir():
        TARGET.mkdir(parents=True, exist_ok=True)
        uv = Path(sys.executable).with_name("uv")
        command = [str(uv), "pip", "install", "--quiet", "--python", sys.executable, "--target", str(TARGET), *PACKAGES]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # fixed packages
        if done.returncode:
            raise EngineMissing(done.stderr.strip().splitlines()[-1][:120] if done.stderr else "not installed")
    path = str(TARGET.resolve())
    if path not in sys.path:
        sys.path.append(path)  # behind the project's own packages


def load(name: str) -> Render:
    """Return how an engine renders a receipt. Raises EngineMissing, with the library it misses."""
    try:
        install()
        return {"typst": _typst, "weasyprint": _weasyprint, "fpdf2": _fpdf2}[name]()
    except (ImportError, OSError) as fault:
        raise EngineMissing(f"{name} does not start: {str(fault).splitlines()[0][:100]}") from fault


def _qr_png(facts: VisitReceiptFacts) -> bytes:
    out = BytesIO()
    segno.make(facts.seal.verify_url, error="m").save(out, kind="png", scale=4)
    return out.getvalue()


def signature_svg(strokes: StrokeFacts | None) -> str:
    """Return a signature as SVG, an empty picture where there is none."""
    paths = "".join(
        f'<polyline points="{" ".join(f"{x},{y}" for x, y in stroke)}" fill="none" stroke="black" stroke-width="40"/>'
        for stroke in (strokes.strokes if strokes else ())
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9000 3600" width="180" height="72">{paths}</svg>'


def _written(facts: VisitReceiptFacts, folder: Path) -> None:
    """Write the receipt's pictures into a folder, as these engines read them."""
    (folder / "qr.png").write_bytes(_qr_png(facts))
    (folder / "sign.svg").write_text(signature_svg(facts.signature.strokes), encoding="utf-8")
    for number, photo in enumerate(facts.photos):
        (folder / f"{number}.jpg").write_bytes(jpeg_of(photo))


def _typst() -> Render:
    typst: Any = importlib.import_module("typst")

    def quoted(text: str) -> str:
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'

    def render(facts: VisitReceiptFacts) -> bytes:
        cells = ", ".join(f"[#{quoted(part)}]" for line in lines_of(facts) for part in line)
        photos = " ".join(f'#image("{number}.jpg", width: 45%)' for number in range(len(facts.photos)))
        source = (
            '#set page(paper: "a4", margin: 12mm)\n#set text(font: "Noto Sans SC", size: 9pt, fallback: false)\n'
            f"= #{quoted('到访回执单 Visit Receipt')}\n#{quoted(facts.seal.serial)} #{quoted(facts.seal.firm_name)}\n\n"
            f'#image("qr.png", width: 28mm)\n#table(columns: (25mm, 1fr), {cells})\n#image("sign.svg")\n{photos}\n'
        )
        with TemporaryDirectory() as name:
            folder = Path(name)
            _written(facts, folder)
            (folder / "main.typ").write_text(source, encoding="utf-8")
            made: bytes = typst.compile(str(folder / "main.typ"), root=name, font_paths=[str(FOLDER)])
        return made

    return render


def _weasyprint() -> Render:
    weasyprint: Any = importlib.import_module("weasyprint")

    def render(facts: VisitReceiptFacts) -> bytes:
        rows = "".join(f"<tr><th>{html.escape(a)}<td>{html.escape(b)}" for a, b in lines_of(facts))
        photos = "".join(f'<img src="{number}.jpg" width="320">' for number in range(len(facts.photos)))
        page = (
            f"<style>@font-face{{font-family:SC;src:url({_FONT.resolve().as_uri()})}}body{{font:9pt SC}}"
            "@page{size:A4;margin:12mm}td,th{border:1px solid gray}</style>"
            f"<h1>到访回执单 Visit Receipt</h1><p>{facts.seal.serial} {html.escape(facts.seal.firm_name)}</p>"
            f'<img src="qr.png" width="106"><table>{rows}</table><div><img src="sign.svg"></div><div>{photos}</div>'
        )
        with TemporaryDirectory() as name:
            _written(facts, Path(name))
            made: bytes = weasyprint.HTML(string=page, base_url=f"{name}/").write_pdf()
        return made

    return render


def _fpdf2() -> Render:
    fpdf: Any = importlib.import_module("fpdf")

    def render(facts: VisitReceiptFacts) -> bytes:
        pdf = fpdf.FPDF(format="A4")
        pdf.add_font("SC", fname=str(_FONT))
        pdf.add_page()
        pdf.set_font("SC", size=15)
        pdf.multi_cell(0, 8, "到访回执单 Visit Receipt", new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("SC", size=9)
        pdf.multi_cell(0, 5, f"{facts.seal.serial} {facts.seal.firm_name}", new_x="LMARGIN", new_y="NEXT")
        pdf.image(BytesIO(_qr_png(facts)), w=28)
        with pdf.table(col_widths=(25, 150), first_row_as_headings=False, line_height=5) as table:
            for label, value in lines_of(facts):
                table.row((label, value))
        scale = 60 / facts.signature.strokes.width if facts.signature.strokes else 0.0
        left, top = pdf.get_x(), pdf.get_y()
        for stroke in facts.signature.strokes.strokes if facts.signature.strokes else ():
            pdf.polyline([(left + x * scale, top + y * scale) for x, y in stroke])
        pdf.set_y(top + 26)
        for photo in facts.photos:
            pdf.image(BytesIO(jpeg_of(photo)), w=80)
        return bytes(pdf.output())

    return render
