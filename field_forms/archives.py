"""What a workbook's archive may not hold, looked at before anything reads its XML. Pure."""

import lzma
import zipfile
import zlib
from xml.parsers import expat

LONGEST_TAG = 256 * 1024  # bytes; what a spreadsheet program writes into one tag are a few hundred
_PIECE = 64 * 1024
_UNREADABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, expat.ExpatError, RuntimeError, OSError, ValueError)


class HostileXml(ValueError):
    """A part declares a document type, or holds a tag or comment that takes a reader hours."""


def refuse_hostile_xml(archive: zipfile.ZipFile) -> None:
    """Look at every part that can be read as XML; what cannot is for the reader to say. Raises HostileXml.

    expat before 2.6 begins an unfinished tag anew with each 16 KiB it is fed: 40 MB of spaces in one tag, 40 kB when
    packed, took a minute. Source: CVE-2023-52425.
    """
    for part in archive.infolist():
        try:
            _look(archive, part)
        except HostileXml:
            raise
        except _UNREADABLE:
            continue


def _look(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    parser, fed = expat.ParserCreate(), 0
    parser.StartDoctypeDeclHandler = _refuse_doctype
    with archive.open(part) as content:
        while piece := content.read(_PIECE):
            parser.Parse(piece, False)  # noqa: FBT003  # expat's own signature: not the last piece
            fed += len(piece)
            if fed - parser.CurrentByteIndex > LONGEST_TAG:
                raise HostileXml(f"{part.filename}: a tag of more than {LONGEST_TAG} bytes")


def _refuse_doctype(*_declared: object) -> None:
    raise HostileXml("a document type is declared")
