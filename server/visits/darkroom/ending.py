"""How many bytes follow the end of a picture: decoders do not mind them, and a ZIP or a page may hide there. Pure.

Source: ITU-T T.81 annex B (JPEG), PNG §5.6, RFC 9649 §2.4 (RIFF).
"""

_SOI, _EOI, _SOS = b"\xff\xd8", 0xD9, 0xDA
_IEND = b"IEND\xaeB`\x82"


def tail_bytes(content: bytes) -> int:
    """Return how many bytes come after the picture; 0 for a format whose end is not known here."""
    if content.startswith(_SOI):
        return len(content) - _jpeg_end(content)
    if content.startswith(b"\x89PNG"):
        end = content.rfind(_IEND)
        return len(content) - end - len(_IEND) if end >= 0 else 0
    if content.startswith(b"RIFF"):
        size = 8 + int.from_bytes(content[4:8], "little")
        return max(0, len(content) - size - size % 2)
    return 0


def _jpeg_end(content: bytes) -> int:
    """Walk the segments, so that a thumbnail's end inside one is not taken for the picture's."""
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:  # noqa: PLR2004 - a marker
        marker = content[at + 1]
        if marker == _EOI:
            return at + 2
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if marker == _SOS:
            at = _next_marker(content, at)
    return at + 2 if content[at : at + 2] == b"\xff\xd9" else len(content)


def _next_marker(content: bytes, at: int) -> int:
    """Return where the coded picture stops: at a marker other than a stuffed byte, a restart or a fill byte."""
    while (at := content.find(b"\xff", at)) >= 0 and at + 1 < len(content):
        if content[at + 1] not in {0x00, 0xFF} and not 0xD0 <= content[at + 1] <= 0xD7:  # noqa: PLR2004
            return at
        at += 1
    return len(content)
