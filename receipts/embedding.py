"""How a font goes into a PDF: only the glyphs used, their widths, and the table that gives the text back. Pure.

reportlab deals the characters of a document out into subsets of at most 256; the objects of each subset are written
here. What is the same in every document is made once per process, and only tables a PDF reader uses are carried.
"""

import struct
import zlib
from collections.abc import Sequence
from functools import cache, cached_property
from itertools import accumulate
from typing import Any

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFStream, PDFTrueTypeFont
from reportlab.pdfbase.ttfonts import SUBSETN, TTFont, TTFontMaker

BOXES = "☐☑"
_SQUARE = ord("□")
_BOX_STRETCH = 1.18  # a little air between a tick box and its label
_BLOCK = 100  # a CMap block holds at most this many entries. Source: Adobe Technical Note 5014 §1.3
_SYMBOLIC, _NONSYMBOLIC = 1 << 2, 1 << 5  # whether codes are the font's own. Source: ISO 32000-1 §9.8.2, table 123
_HINTS = ("cvt ", "fpgm", "prep")  # where a font has them. Source: ISO 32000-1 §9.9, on TrueType programs
_LONG_PLACES = b"\x00\x01"  # head.indexToLocFormat. Source of this and the next: OpenType 1.9, tables head and glyf
_WORDS, _SCALE, _MORE, _TWO_SCALES, _MATRIX = 0x01, 0x08, 0x20, 0x40, 0x80  # flags of a part of a composite glyph


class _QuickDeflate:
    """Deflate at a level that takes half the time on outlines, which hardly shrink more at a higher one."""

    pdfname = "FlateDecode"

    def encode(self, content: bytes) -> bytes:
        """Return the content compressed."""
        return zlib.compress(content, 2)


class Typeface(TTFont):
    """A TrueType font whose text comes back out of the PDF as it went in, beyond the BMP too.

    reportlab 5.1 writes `<2CC56>` for 𬱖 in its ToUnicode table, where the format wants UTF-16BE, so a search for the
    debtor's name would fail. Source: ISO 32000-1 §9.10.3.
    ☐ and ☑ borrow the glyph of □, so that a tick box is one character for whoever reads the text.
    """

    def __init__(self, name: str, file: str) -> None:
        super().__init__(name, file)
        for box in BOXES:
            if _SQUARE in self.face.charToGlyph and ord(box) not in self.face.charToGlyph:
                self.face.charToGlyph[ord(box)] = self.face.charToGlyph[_SQUARE]
                self.face.charWidths[ord(box)] = self.face.charWidths[_SQUARE] * _BOX_STRETCH

    def addObjects(self, doc: Any) -> None:  # noqa: N802 - reportlab's name
        """Write the font's objects into the document, one font per subset, and forget the document."""
        state = self.state.pop(doc)
        for number, subset in enumerate(state.subsets):
            name, points = f"{state.internalName}+{number}", tuple(subset)
            base = f"{SUBSETN(number).decode()}+{self.face.name.decode()}"
            font: Any = PDFTrueTypeFont()
            font.BaseFont, font.Name = base, name
            font.FirstChar, font.LastChar = 0, len(points) - 1
            font.Widths = f"[ {' '.join(self._width(point) for point in points)} ]"
            font.ToUnicode = doc.Reference(_stream(to_unicode(base, points)), f"toUnicode:{base}")
            font.FontDescriptor = doc.Reference(self._descriptor(doc, base, points), f"fontDescriptor:{base}")
            doc.Reference(font, name)
            doc.idToObject["BasicFonts"].dict[name] = font

    def subset(self, points: Sequence[int]) -> bytes:
        """Return a TrueType font of those characters, the first of them under code 0, the next under 1, and so on.

        Only what a PDF reader uses is in it: names, kerning and the like stay behind.
        """
        glyphs = _Renumbered()
        codes = [glyphs.number(self.face.charToGlyph.get(point, 0)) for point in points]
        outlines = [self._outline(old, glyphs) for old in glyphs.old]  # which grows: parts of composites follow
        count, head, most = len(outlines), self._tables["head"], self._tables["maxp"]
        widths = [part for old in glyphs.old for part in self.face.hmetrics[old]]
        made = TTFontMaker()
        for tag in _HINTS:
            if tag in self._tables:
                made.add(tag, self._tables[tag])
        made.add("head", head[:50] + _LONG_PLACES + head[52:])
        made.add("hhea", self._tables["hhea"][:34] + struct.pack(">H", count))
        made.add("maxp", most[:4] + struct.pack(">H", count) + most[6:])
        made.add("hmtx", struct.pack(f">{2 * count}H", *map(int, widths)))
        made.add("loca", struct.pack(f">{count + 1}L", 0, *accumulate(map(len, outlines))))
        made.add("glyf", b"".join(outlines))
        made.add("cmap", _cmap(codes))
        return bytes(made.makeStream())

    @cached_property
    def _tables(self) -> dict[str, bytes]:
        """The tables that are carried over as they are, or nearly so."""
        return {tag: self.face.get_table(tag) for tag in ("head", "hhea", "maxp", *_HINTS) if tag in self.face.table}

    def _outline(self, old: int, glyphs: "_Renumbered") -> bytes:
        """Return the outline of a glyph, padded to whole words; the parts of a composite by their new numbers."""
        begin, end = self.face.glyphPos[old], self.face.glyphPos[old + 1]
        outline = self._file[self._outlines_at + begin : self._outlines_at + end]
        if outline and outline[0] & 0x80:  # a negative number of contours
            outline = _composite(outline, glyphs)
        return outline + bytes(-len(outline) % 4)

    @property
    def _file(self) -> bytes:
        face: Any = self.face
        return bytes(face._ttf_data)  # noqa: SLF001 - get_table would copy the whole table of outlines

    @cached_property
    def _outlines_at(self) -> int:
        return int(self.face.get_table_pos("glyf")[0])

    def _width(self, point: int) -> str:
        return f"{self.face.getCharWidth(point):g}"

    def _descriptor(self, doc: Any, base: str, points: Sequence[int]) -> PDFDictionary:
        program = self.subset(points)
        stream = _stream(program)
        stream.dictionary["Length1"] = len(program)
        face = self.face
        return PDFDictionary(
            {
                "Type": PDFName("FontDescriptor"),
                "FontName": PDFName(base),
                "Ascent": face.ascent,
                "CapHeight": face.capHeight,
                "Descent": face.descent,
                "Flags": face.flags & ~_NONSYMBOLIC | _SYMBOLIC,
                "FontBBox": PDFArray(face.bbox),
                "ItalicAngle": face.italicAngle,
                "StemV": face.stemV,
                "MissingWidth": face.defaultWidth,
                "FontFile2": doc.Reference(stream, f"fontFile:{base}"),
            }
        )


class _Renumbered:
    """The glyphs of a subset in the order they were asked for; glyph 0 is what a missing one looks like."""

    def __init__(self) -> None:
        self.old = [0]
        self._new = {0: 0}

    def number(self, old: int) -> int:
        """Return the new number of a glyph, which is taken in when it is asked for first."""
        if old not in self._new:
            self._new[old] = len(self.old)
            self.old.append(old)
        return self._new[old]


def _composite(outline: bytes, glyphs: _Renumbered) -> bytes:
    made, at, flags = bytearray(outline), 10, _MORE
    while flags & _MORE:
        flags, part = struct.unpack_from(">HH", made, at)
        struct.pack_into(">H", made, at + 2, glyphs.number(part))
        at += 8 if flags & _WORDS else 6
        at += 2 * bool(flags & _SCALE) + 4 * bool(flags & _TWO_SCALES) + 8 * bool(flags & _MATRIX)
    return bytes(made)


def _cmap(codes: Sequence[int]) -> bytes:
    """Return the table from code to glyph: one subtable for (1, 0), a list of glyphs from code 0 on (format 6)."""
    count = len(codes)
    return struct.pack(f">{11 + count}H", 0, 1, 1, 0, 0, 12, 6, 10 + 2 * count, 0, 0, count, *codes)


def _stream(content: bytes) -> PDFStream:
    return PDFStream(content=content, filters=[_QuickDeflate()])


def to_unicode(name: str, subset: Sequence[int]) -> bytes:
    """Write the ToUnicode CMap of one subset: the code in the page on the left, UTF-16BE on the right."""
    pairs = [f"<{code:02X}> <{_utf16(point)}>" for code, point in enumerate(subset) if point]
    blocks = [pairs[at : at + _BLOCK] for at in range(0, len(pairs), _BLOCK)]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin",
            "12 dict begin",
            "begincmap",
            f"/CIDSystemInfo << /Registry ({name}) /Ordering ({name}) /Supplement 0 >> def",
            f"/CMapName /{name} def",
            "/CMapType 2 def",
            "1 begincodespacerange",
            "<00> <FF>",
            "endcodespacerange",
            *(line for block in blocks for line in (f"{len(block)} beginbfchar", *block, "endbfchar")),
            "endcmap",
            "CMapName currentdict /CMap defineresource pop",
            "end",
            "end",
        ]
    ).encode("ascii")


@cache
def _utf16(point: int) -> str:
    return chr(point).encode("utf-16-be").hex().upper()
