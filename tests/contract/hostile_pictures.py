"""Named hostile files that pose as photos and recordings, made from good ones."""

import io
import struct
import zlib

from PIL import Image

JUNK = bytes(range(256)) * 8


def picture(kind, size=(48, 36), **options):
    """Return a small picture that is whole."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(out, kind, **options)
    return out.getvalue()


JPEG, PNG, WEBP = picture("JPEG"), picture("PNG"), picture("WEBP")


def chunk(kind, body):
    """Return a chunk of a PNG whose sum fits."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*chunks, head=(8, 8, 8, 2, 0, 0, 0)):
    """Return a PNG of these chunks between its first and its last."""
    first = chunk(b"IHDR", struct.pack(">IIBBBBB", *head))
    return b"\x89PNG\r\n\x1a\n" + first + b"".join(chunks) + chunk(b"IEND", b"")


def after_start(segment):
    """Return the good JPEG with a segment behind its first two bytes."""
    return JPEG[:2] + segment + JPEG[2:]


def segment(marker, body, length=None):
    """Return a segment of a JPEG, which may lie about its length."""
    told = len(body) + 2 if length is None else length
    return b"\xff" + bytes([marker]) + struct.pack(">H", told) + body


def exif(body):
    """Return the good JPEG with these bytes where a camera writes."""
    return after_start(segment(0xE1, b"Exif\0\0" + body))


def sized(width, height, *, parts=3):
    """Return the good JPEG whose frame claims another size or number of colours."""
    at = JPEG.index(b"\xff\xc0")
    return JPEG[: at + 5] + struct.pack(">HHB", height, width, parts) + JPEG[at + 10 :]


def turned(content, at):
    """Return the content with one byte turned round."""
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


def box(kind, body, size=None):
    """Return a box of an MP4 or HEIC, which may lie about its size."""
    return struct.pack(">I", len(body) + 8 if size is None else size) + kind + body


GOOD_DATA = chunk(b"IDAT", zlib.compress((b"\0" + b"\x7f" * 24) * 8))
LOOP = b"II*\0" + struct.pack("<IHHHIII", 8, 1, 0x8769, 4, 1, 8, 8)
PICTURES = {
    "jpeg SOI only": b"\xff\xd8",
    "jpeg SOI EOI": b"\xff\xd8\xff\xd9",
    "jpeg 0 wide": sized(0, 36),
    "jpeg 0 high": sized(48, 0),
    "jpeg 65535 a side": sized(65535, 65535),
    "jpeg no colours": sized(48, 36, parts=0),
    "jpeg 255 colours": sized(48, 36, parts=255),
    "jpeg twice SOI": b"\xff\xd8" + JPEG,
    "jpeg segment of no length": after_start(segment(0xE0, b"", length=0)),
    "jpeg segment past the end": after_start(segment(0xFE, b"x", length=65535)),
    "jpeg tables of junk": JPEG.replace(b"\xff\xc4", b"\xff\xc4\xff\xff", 1),
    "jpeg without tables": JPEG.replace(b"\xff\xdb", b"\xff\xe9"),
    "jpeg without a frame": JPEG.replace(b"\xff\xc0", b"\xff\xe9"),
    "jpeg lossless": JPEG.replace(b"\xff\xc0", b"\xff\xc3"),
    "jpeg arithmetic": JPEG.replace(b"\xff\xc0", b"\xff\xc9"),
    "jpeg 12 bits": JPEG.replace(b"\xff\xc0\x00\x11\x08", b"\xff\xc0\x00\x11\x0c"),
    "jpeg 5000 restarts": JPEG[:-2] + b"\xff\xd0" * 5000 + b"\xff\xd9",
    "jpeg 300 comments": after_start(segment(0xFE, b"x" * 2000) * 300),
    "jpeg colour profile of junk": after_start(segment(0xE2, b"ICC_PROFILE\0\1\1" + JUNK)),
    "jpeg colour profile 1 of 255": after_start(segment(0xE2, b"ICC_PROFILE\0\1\xff" + JUNK)),
    "jpeg photoshop of junk": after_start(segment(0xED, b"Photoshop 3.0\0" + JUNK)),
    "jpeg many pictures of junk": after_start(segment(0xE2, b"MPF\0" + JUNK)),
    "jpeg XMP with entities": after_start(segment(
        0xE1, b'http://ns.adobe.com/xap/1.0/\0<!DOCTYPE x [<!ENTITY a "&#x61;">]><x>&a;</x>')),
    "exif empty": exif(b""),
    "exif of junk": exif(JUNK),
    "exif that leads to itself": exif(LOOP),
    "exif 65535 entries": exif(b"II*\0" + struct.pack("<IH", 8, 65535)),
    "exif past the end": exif(b"II*\0" + struct.pack("<I", 2**32 - 1)),
    "exif count of 4 GiB": exif(b"MM\0*" + struct.pack(">IHHHII", 8, 1, 0x010F, 2, 2**32 - 1, 8)),
    "exif place over zero": exif(
        b"II*\0" + struct.pack("<IHHHII", 8, 1, 0x8825, 4, 1, 26) + struct.pack("<HHHII", 1, 2, 5, 3, 44) + b"\0" * 40),
    "exif turned 9 ways": exif(b"II*\0" + struct.pack("<IHHHIHH", 8, 1, 0x0112, 3, 1, 9, 0)),
    "exif time of junk": exif(b"II*\0" + struct.pack("<IHHHII", 8, 1, 0x0132, 2, 20, 26) + b"0000:99:99 99:99:99\0"),
    "png 0 by 0": png(GOOD_DATA, head=(0, 0, 8, 2, 0, 0, 0)),
    "png 2^31 a side": png(GOOD_DATA, head=(2**31 - 1, 2**31 - 1, 8, 2, 0, 0, 0)),
    "png 20000 a side": png(GOOD_DATA, head=(20_000, 20_000, 8, 2, 0, 0, 0)),
    "png 255 bits": png(GOOD_DATA, head=(8, 8, 255, 2, 0, 0, 0)),
    "png colours of kind 7": png(GOOD_DATA, head=(8, 8, 8, 7, 0, 0, 0)),
    "png packed in another way": png(GOOD_DATA, head=(8, 8, 8, 2, 1, 0, 0)),
    "png interlaced 9": png(GOOD_DATA, head=(8, 8, 8, 2, 0, 0, 9)),
    "png palette is missing": png(GOOD_DATA, head=(8, 8, 8, 3, 0, 0, 0)),
    "png palette of 257": png(chunk(b"PLTE", b"x" * 771), GOOD_DATA, head=(8, 8, 8, 3, 0, 0, 0)),
    "png no data": png(),
    "png data of junk": png(chunk(b"IDAT", JUNK)),
    "png too little data": png(chunk(b"IDAT", zlib.compress(b"\0" * 30))),
    "png data unpacks to 30 MB": png(chunk(b"IDAT", zlib.compress(b"\0" * 30_000_000))),
    "png text unpacks to 30 MB": png(chunk(b"zTXt", b"a\0\0" + zlib.compress(b"\0" * 30_000_000)), GOOD_DATA),
    "png profile unpacks to 30 MB": png(chunk(b"iCCP", b"a\0\0" + zlib.compress(b"\0" * 30_000_000)), GOOD_DATA),
    "png 2^31 moving pictures": png(chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0)), GOOD_DATA),
    "png chunk of 4 GiB": PNG[:33] + struct.pack(">I", 2**32 - 1) + b"IDAT" + PNG[41:],
    "png 5000 empty chunks": png(*[chunk(b"tEXt", b"a\0")] * 5000, GOOD_DATA),
    "png sum does not fit": turned(PNG, PNG.index(b"IDAT") + 6),
    "png head twice": PNG[:33] + PNG[8:],
    "webp of no size": WEBP[:4] + b"\0\0\0\0" + WEBP[8:],
    "webp of 4 GiB": WEBP[:4] + b"\xff\xff\xff\xff" + WEBP[8:],
    "webp of junk": b"RIFF" + struct.pack("<I", len(JUNK) + 4) + b"WEBPVP8 " + JUNK,
    "webp lossless of junk": b"RIFF" + struct.pack("<I", len(JUNK) + 4) + b"WEBPVP8L" + JUNK,
    "webp 16383 a side": b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xfe\x3f\0\xfe\x3f\0",
    "heic without boxes": box(b"ftyp", b"heic\0\0\0\0mif1heic"),
    "heic box of no size": box(b"ftyp", b"heic\0\0\0\0mif1heic") + box(b"meta", b"\0" * 40, size=1),
    "heic of junk": box(b"ftyp", b"heic\0\0\0\0mif1heic") + box(b"meta", JUNK),
    "avif of junk": box(b"ftyp", b"avif\0\0\0\0mif1avif") + box(b"meta", JUNK),
    "mp4 in itself": box(b"ftyp", b"isom\0\0\0\0isom") + box(b"moov", box(b"moov", box(b"moov", b""))),
    "mp4 of no scale": box(b"ftyp", b"M4A \0\0\0\0M4A ") + box(b"moov", box(b"mvhd", b"\0" * 100)),
    "mp4 past the end": box(b"ftyp", b"M4A \0\0\0\0M4A ") + box(b"moov", b"x", size=2**31),
    "ogg of junk": b"OggS" + JUNK,
    "ogg 1000 empty pages": (b"OggS\0\0" + b"\xff" * 8 + b"\0" * 12 + b"\1\0") * 1000,
    "webm of junk": b"\x1a\x45\xdf\xa3" + JUNK,
    "webm of unknown length": b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x01" + b"\xff" * 7 + b"\x15\x49\xa9\x66\x80" * 500,
    "wav of 4 GiB": b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0" + b"\0" * 16 + b"data\xff\xff\xff\xff",
    "amr": b"#!AMR\n" + JUNK,
    "mp3 with a tag of 256 MiB": b"ID3\4\0\0\x7f\x7f\x7f\x7f" + JUNK,
}  # fmt: skip
OTHERS = {
    "pdf": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n%%EOF",
    "pdf that is a jpeg too": b"%PDF-1.7\n" + JPEG,
    "jpeg that is a zip too": JPEG + b"PK\x05\x06" + b"\0" * 18,
    "jpeg that is a page too": JPEG + b"<script>alert(1)</script>",
    "jpeg that is a jar too": JPEG + b"PK\x03\x04" + JUNK,
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "svg that asks outside": b'<svg><image href="http://127.0.0.1:1/x"/></svg>',
    "page": b"<!doctype html><script>alert(1)</script>",
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) run",
    "gif": picture("GIF"),
    "gif 65535 a side": b"GIF89a\xff\xff\xff\xff\x80\0\0" + b"\0" * 6 + b",\0\0\0\0\xff\xff\xff\xff\0\2",
    "bmp": picture("BMP"),
    "bmp of minus 1": b"BM" + struct.pack("<IIIIiiHHIIiiII", 99, 0, 54, 40, -1, -1, 1, 24, 0, 0, 0, 0, 0, 0),
    "tiff": picture("TIFF"),
    "tiff that leads to itself": LOOP,
    "ico": picture("ICO"),
    "tga": picture("TGA"),
    "ppm 10^9 a side": b"P6 1000000000 1000000000 255\n",
    "psd": b"8BPS\0\1" + JUNK,
    "jpeg 2000": b"\0\0\0\x0cjP  \r\n\x87\n" + JUNK,
    "xz": b"\xfd7zXZ\0" + JUNK,
    "gzip": b"\x1f\x8b\x08\0" + JUNK,
    "rar": b"Rar!\x1a\7\1\0" + JUNK,
    "7z": b"7z\xbc\xaf\x27\x1c" + JUNK,
    "elf": b"\x7fELF\2\1\1" + JUNK,
    "exe": b"MZ" + JUNK,
    "class": b"\xca\xfe\xba\xbe" + JUNK,
    "wasm": b"\0asm\1\0\0\0" + JUNK,
    "sqlite": b"SQLite format 3\0" + JUNK,
    "pickle": b"\x80\4\x8c\5posix\x8c\6system\x93\x8c\2id\x85R.",
    "shell": b"#!/bin/sh\nid\n",
    "php": b"<?php system('id'); ?>",
    "eicar": b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
    "one zero": b"\0",
    "100000 zeros": b"\0" * 100_000,
    "junk": JUNK,
    "line break": b"\n",
    "BOM only": b"\xef\xbb\xbf",
}
CUTS = {
    f"{name} cut at {at}": content[:at]
    for name, content in (("jpeg", JPEG), ("png", PNG), ("webp", WEBP))
    for at in (1, 4, 12, 30, 80, len(content) // 2, len(content) - 20, len(content) - 1)
}
TURNED = {
    f"{name} byte {at} turned": turned(content, at)
    for name, content in (("jpeg", JPEG), ("png", PNG), ("webp", WEBP))
    for at in (0, 3, 6, 15, 21, len(content) // 3, len(content) * 2 // 3)
}
PHOTOS = PICTURES | OTHERS | CUTS | TURNED
