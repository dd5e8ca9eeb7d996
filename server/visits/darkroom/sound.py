"""How long a recording is, from its container alone; nothing is decoded, and what cannot be told stays unknown. Pure.

Source: ISO/IEC 14496-12 §8.2.2 (mvhd); RFC 3533 and 7845 (Ogg, Opus); RFC 8794 and 9559 (EBML, Matroska/WebM).
"""

import struct
from collections.abc import Iterator

_OPUS_HZ = 48_000
_EBML, _SEGMENT, _INFO, _SCALE, _LENGTH = 0x1A45DFA3, 0x18538067, 0x1549A966, 0x2AD7B1, 0x4489
_CLUSTER, _TIME, _BLOCK, _GROUP, _GROUP_BLOCK = 0x1F43B675, 0xE7, 0xA3, 0xA0, 0xA1
_OPENED = frozenset({_SEGMENT, _INFO, _CLUSTER, _GROUP})
MOST_ELEMENTS = 500_000


def duration_ms(content: bytes) -> int | None:
    """Return the length of an MP4, Ogg or WebM recording in milliseconds, None when it cannot be told."""
    try:
        if content[4:8] == b"ftyp":
            found = _mp4(content)
        elif content.startswith(b"OggS"):
            found = _ogg(content)
        elif content.startswith(_EBML.to_bytes(4, "big")):
            found = _webm(content)
        else:
            return None
    except (ValueError, IndexError, ZeroDivisionError, OverflowError, struct.error):
        return None
    return found if found and 0 < found < 86_400_000 else None  # noqa: PLR2004 - longer than a day is no recording


def is_recording(content: bytes) -> bool:
    """Tell whether the bytes begin as one of the containers phones record into."""
    return content[4:8] == b"ftyp" or content.startswith((b"OggS", _EBML.to_bytes(4, "big")))


def _boxes(content: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    while start + 8 <= end:
        size, header = int.from_bytes(content[start : start + 4], "big"), 8
        if size == 1:
            size, header = int.from_bytes(content[start + 8 : start + 16], "big"), 16
        stop = end if size == 0 else start + size
        if stop < start + header or stop > end:
            return
        yield content[start + 4 : start + 8], start + header, stop
        start = stop


def _mp4(content: bytes) -> int | None:
    for name, start, stop in _boxes(content, 0, len(content)):
        if name != b"moov":
            continue
        for inner, at, _ in _boxes(content, start, stop):
            if inner == b"mvhd":
                wide = content[at] == 1
                place = at + (20 if wide else 12)
                scale = int.from_bytes(content[place : place + 4], "big")
                length = int.from_bytes(content[place + 4 : place + (12 if wide else 8)], "big")
                return length * 1000 // scale
    return None


def _ogg(content: bytes) -> int | None:
    if content[28:36] == b"OpusHead":
        rate, skipped = _OPUS_HZ, int.from_bytes(content[38:40], "little")
    elif content[28:35] == b"\x01vorbis":
        rate, skipped = int.from_bytes(content[40:44], "little"), 0
    else:
        return None
    last = content.rfind(b"OggS")
    samples = int.from_bytes(content[last + 6 : last + 14], "little", signed=True)
    return (samples - skipped) * 1000 // rate


def _number(content: bytes, at: int, *, keeps_mark: bool) -> tuple[int, int]:
    """Return a variable-length number and the place after it; -1 stands for an unknown size."""
    width = 9 - content[at].bit_length()
    if width > 8 or at + width > len(content):  # noqa: PLR2004 - RFC 8794 §4.4
        raise ValueError("not a number of EBML")
    value = int.from_bytes(content[at : at + width], "big")
    if keeps_mark:
        return value, at + width
    value &= (1 << 7 * width) - 1
    return (-1 if value == (1 << 7 * width) - 1 else value), at + width


def _elements(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield id, start and end of each element, going into those that hold times; a cut file ends where it was cut."""
    at = 0
    for _ in range(MOST_ELEMENTS):
        if at + 2 > len(content):
            return
        name, at = _number(content, at, keeps_mark=True)
        size, at = _number(content, at, keeps_mark=False)
        yield name, at, at + max(size, 0)
        if name not in _OPENED:
            if size < 0:
                return
            at += size


def _webm(content: bytes) -> int | None:
    """Return the length as told; browsers record without telling one, so else the time of the last block."""
    scale_ns, cluster, latest = 1_000_000, 0, 0
    for name, start, stop in _elements(content):
        if name == _SCALE:
            scale_ns = int.from_bytes(content[start:stop], "big")
        elif name == _LENGTH and (told := _real(content[start:stop])) > 0:
            return int(told * scale_ns / 1_000_000)
        elif name == _TIME:
            cluster = int.from_bytes(content[start:stop], "big")
        elif name in {_BLOCK, _GROUP_BLOCK}:
            _, at = _number(content, start, keeps_mark=False)
            latest = max(latest, cluster + int.from_bytes(content[at : at + 2], "big", signed=True))
    return latest * scale_ns // 1_000_000


def _real(content: bytes) -> float:
    return float(struct.unpack(">d" if len(content) == 8 else ">f", content)[0])  # noqa: PLR2004 - octets of a double
