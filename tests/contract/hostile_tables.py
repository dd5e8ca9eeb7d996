"""Named hostile files that pose as a creditor's table: workbooks, archives and delimited text."""

import io
import struct
import warnings
import zipfile
import zlib

from openpyxl import Workbook

from tests.server.cases.conftest import feed, placement

SHEET, BOOK, TYPES = "xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><l>&j;</l>"
)
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l>&a;</l>'
XLSX, CSV = placement({}), feed(("A1", "2026-12-01", "500.00", "还款", "L1"))


def parts_of(content):
    """Return name → bytes of what lies in an archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


PARTS = parts_of(XLSX)


def zipped(parts):
    """Return an archive; parts may be pairs, so that a name comes twice."""
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # a name twice is meant
        for name, content in parts.items() if isinstance(parts, dict) else parts:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def changed(name, old, new):
    """Return the good workbook with something else in one of its parts."""
    assert old in PARTS[name], (name, old)
    return zipped(PARTS | {name: PARTS[name].replace(old, new, 1)})


def cells(*written):
    """Return the good workbook with these rows, as XML, behind its own."""
    return changed(SHEET, b"</sheetData>", "".join(written).encode() + b"</sheetData>")


def without(*names):
    """Return the good workbook without some of its parts."""
    return zipped({name: content for name, content in PARTS.items() if name not in names})


def claims(size):
    """Return the good archive whose directory says that a part unpacks to so many bytes."""
    at = XLSX.index(b"PK\x01\x02")
    return XLSX[: at + 24] + struct.pack("<I", size) + XLSX[at + 28 :]


def flagged(*, bits=0, method=8, part=""):
    """Return the good archive whose directory says that a part is encrypted, or packed in another way."""
    at = XLSX.rindex(part.encode()) - 46 if part else XLSX.index(b"PK\x01\x02")
    return XLSX[: at + 8] + struct.pack("<HH", bits, method) + XLSX[at + 12 :]


def sheets(count):
    """Return a workbook of so many sheets."""
    book, out = Workbook(), io.BytesIO()
    for number in range(count - 1):
        book.create_sheet(f"s{number}")
    book.save(out)
    return out.getvalue()


ARCHIVES = {
    "zip of nothing": zipped({}),
    "zip of a text": zipped({"a.txt": b"x"}),
    "zip in a zip": zipped({"a.zip": zipped({"b.zip": zipped({"c": b"x"})})}),
    "zip of 3000 parts": zipped({f"p{n}": b"" for n in range(3000)}),
    "zip of names outside": zipped(PARTS | {"../../../etc/passwd": b"x", "/etc/shadow": b"x", "C:\\x": b"x"}),
    "zip of a name twice": zipped([*PARTS.items(), (BOOK, b"<workbook/>")]),
    "zip claims 4 GiB": claims(2**32 - 2),
    "zip claims nothing": claims(0),
    "zip encrypted": flagged(bits=1),
    "zip packed by 99": flagged(method=99),
    "zip packed by LZMA": flagged(method=14),
    "sheet encrypted": flagged(bits=1, part=SHEET),
    "sheet packed by 99": flagged(method=99, part=SHEET),
    "sheet packed by LZMA": flagged(method=14, part=SHEET),
    "sheet packed by bzip2": flagged(method=12, part=SHEET),
    "zip behind a text": b"hello\n" + XLSX,
    "zip before a text": XLSX + b"hello\n" * 100,
    "zip with a comment of 64 KiB": XLSX[:-2] + b"\xff\xff" + b"c" * 65535,
    "zip without its directory": XLSX[: XLSX.index(b"PK\x01\x02")],
    "zip of two directories": XLSX + XLSX[XLSX.index(b"PK\x01\x02") :],
    "workbook of zeros, 40 MB": zipped(PARTS | {BOOK: b"0" * 40_000_000}),
    "sheet of spaces, 40 MB": zipped(PARTS | {SHEET: PARTS[SHEET][:60] + b" " * 40_000_000 + PARTS[SHEET][60:]}),
    "old spreadsheet": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000,
}
WORKBOOKS = {
    **{f"laughs in {name}": zipped(PARTS | {name: LAUGHS}) for name in (BOOK, SHEET, "xl/styles.xml", TYPES)},
    **{f"outside in {name}": zipped(PARTS | {name: OUTSIDE}) for name in (BOOK, SHEET, "docProps/core.xml")},
    **{f"without {name}": without(name) for name in sorted(PARTS)},
    **{f"{name} is empty": zipped(PARTS | {name: b""}) for name in sorted(PARTS)},
    **{f"{name} is junk": zipped(PARTS | {name: b"\0\xff<" * 50}) for name in sorted(PARTS)},
    "sheet 20000 deep": zipped(PARTS | {SHEET: b"<a>" * 20_000 + b"</a>" * 20_000}),
    "sheet in UTF-16": zipped(PARTS | {SHEET: PARTS[SHEET].decode().encode("utf-16")}),
    "sheet never closed": zipped(PARTS | {SHEET: PARTS[SHEET][:-40]}),
    "sheet elsewhere": changed("xl/_rels/workbook.xml.rels", b"/xl/worksheets/sheet1.xml", b"../../../../etc/passwd"),
    "sheet on the network": changed("xl/_rels/workbook.xml.rels", b"/xl/worksheets/sheet1.xml", b"http://127.0.0.1:1/x"),
    "300 sheets": sheets(300),
    "row 0": cells('<row r="0"><c r="A0"><v>1</v></c></row>'),
    "row 2^31": cells(f'<row r="{2**31}"><c r="A{2**31}"><v>1</v></c></row>'),
    "row -1": cells('<row r="-1"><c><v>1</v></c></row>'),
    "column ZZZZZZ": cells('<row r="9"><c r="ZZZZZZ9"><v>1</v></c></row>'),
    "column of digits": cells('<row r="9"><c r="9"><v>1</v></c></row>'),
    "column 16384": cells('<row r="9"><c r="XFD9"><v>1</v></c></row>'),
    "number of junk": cells('<row r="9"><c r="A9"><v>abc</v></c></row>'),
    "number NaN": cells('<row r="9"><c r="A9"><v>NaN</v></c><c r="B9"><v>1e999</v></c></row>'),
    "number of 5000 digits": cells(f'<row r="9"><c r="A9"><v>{"9" * 5000}</v></c></row>'),
    "date of the year 10^9": cells('<row r="9"><c r="A9" t="d"><v>1000000000-01-01</v></c></row>'),
    "date of junk": cells('<row r="9"><c r="A9" t="d"><v>x</v></c></row>'),
    "boolean of junk": cells('<row r="9"><c r="A9" t="b"><v>x</v></c></row>'),
    "style 10^9": cells('<row r="9"><c r="A9" s="1000000000"><v>1</v></c></row>'),
    "style -1": cells('<row r="9"><c r="A9" s="-1"><v>1</v></c></row>'),
    "text 10^9": cells('<row r="9"><c r="A9" t="s"><v>1000000000</v></c></row>'),
    "text -1": cells('<row r="9"><c r="A9" t="s"><v>-1</v></c></row>'),
    "cell of kind x": cells('<row r="9"><c r="A9" t="x"><v>1</v></c></row>'),
    "error in a cell": cells('<row r="9"><c r="A9" t="e"><v>#REF!</v></c></row>'),
    "text of 1 MB": cells(f'<row r="9"><c r="A9" t="inlineStr"><is><t>{"x" * 1_000_000}</t></is></c></row>'),
    "formula to the shell": cells('<row r="9"><c r="A9"><f>cmd|\'/c calc\'!A1</f></c></row>'),
    "formula of itself": cells('<row r="9"><c r="A9"><f>A9</f><v>1</v></c></row>'),
    "shared formula of nobody": cells('<row r="9"><c r="A9"><f t="shared" si="77"/></c></row>'),
    "formula table of junk": cells('<row r="9"><c r="A9"><f t="dataTable" ref="x"/></c></row>'),
    "wrong dimension": changed(SHEET, b"<dimension ref=", b'<dimension ref="A1:XFD1048576" x='),
    "20000 rows of nothing": cells(*[f'<row r="{n}"/>' for n in range(9, 20_009)]),
    "a surrogate": cells('<row r="9"><c r="A9" t="inlineStr"><is><t>&#xD800;</t></is></c></row>'),
    "a NUL": cells('<row r="9"><c r="A9" t="inlineStr"><is><t>a_x0000_b</t></is></c></row>'),
}  # fmt: skip
HEAD = CSV.partition(b"\n")[0]
TEXT = {
    "csv of one quote": b'"',
    "csv never closed": HEAD + b'\n"A1,2026',
    "csv of quotes": b'"' * 9_999,
    "csv with a NUL": HEAD + b"\nA\0,1\n",
    "csv of commas": b"," * 100_000,
    "csv of 300 columns": b",".join([b"a"] * 300) + b"\n",
    "csv of one line, 2 MB": b"x" * 2_000_000,
    "csv of line breaks": b"\n\r\r\n" * 50_000,
    "csv in old line ends": CSV.replace(b"\n", b"\r"),
    "csv headers twice": HEAD + b"," + HEAD + b"\n",
    "csv headers only": HEAD,
    "csv without headers": CSV.partition(b"\n")[2],
    "csv in UTF-16": CSV.decode().encode("utf-16"),
    "csv in half a UTF-16": CSV.decode().encode("utf-16")[:-1],
    "csv in UTF-32": CSV.decode().encode("utf-32"),
    "csv in UTF-7": CSV.decode().encode("utf-7"),
    "csv in GB 18030": CSV.decode().encode("gb18030"),
    "csv in half a GB 18030": CSV.decode().encode("gb18030")[:-3] + b"\xff\xff",
    "csv in EBCDIC": b"\xc1\xf1\x6b\xf5\xf0\xf0\x25",
    "csv of formulas": HEAD + b"\n=1+1,+1+1,-1+1,@SUM(1),\t=1\n",
    "csv of DDE": HEAD + b"\n=cmd|'/c calc'!A1,,,,\n",
    "csv of controls": HEAD + b"\n\x01\x02,\x1b[2J,\x7f,\x08,\x0b\n",
    "csv right to left": HEAD + "\n\u202eA1\u202c,2026-12-01,1,,\n".encode(),
    "csv of 10^30 yuan": HEAD + b"\nA1,2026-12-01," + b"9" * 30 + b",,L1\n",
    "csv of NaN yuan": HEAD + b"\nA1,2026-12-01,NaN,,L1\nA1,2026-12-01,1e400,,L2\nA1,2026-12-01,-Infinity,,L3\n",
    "csv of the year 0": HEAD + b"\nA1,0000-00-00,1.00,,L1\nA1,9999-12-31,1.00,,L2\n",
    "csv sep line": b"sep=;\n" + CSV,
    "tabs": CSV.replace(b",", b"\t"),
    "json": b'[{"a": 1}]',
    "xml": b"<?xml version='1.0'?><a/>",
    "rtf": b"{\\rtf1 " + b"x" * 100,
}  # fmt: skip
CUTS = {
    f"workbook cut at {at}": XLSX[:at] for at in (4, 30, 100, *(len(XLSX) * n // 9 for n in range(1, 9)), len(XLSX) - 1)
}
DAMAGED = {
    f"workbook byte {at} turned": XLSX[:at] + bytes([XLSX[at] ^ 0xFF]) + XLSX[at + 1 :]
    for at in (len(XLSX) * n // 23 for n in range(23))
}
PACKED_AGAIN = {"workbook in zlib": zlib.compress(XLSX), "workbook in a text": XLSX.hex().encode()}
TABLES = ARCHIVES | WORKBOOKS | TEXT | CUTS | DAMAGED | PACKED_AGAIN
