import struct

import pytest

from server.visits.darkroom import sound

OPUS = b"OpusHead\x01\x01\x38\x01" + struct.pack("<I", 48_000)
UNKNOWN = b"\x01" + b"\xff" * 7


def box(name, *parts):
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + name + body


def m4a(scale=1000, length=61_500, version=0):
    times = struct.pack(">IIII", 0, 0, scale, length) if version == 0 else struct.pack(">QQIQ", 0, 0, scale, length)
    head = box(b"mvhd", bytes([version, 0, 0, 0]), times, b"\0" * 80)
    return box(b"ftyp", b"M4A \0\0\0\0") + box(b"mdat", b"\0" * 40) + box(b"moov", head)


def ogg(granule, head=OPUS):
    def page(position, body):
        return b"OggS\0\0" + struct.pack("<qIII", position, 1, 0, 0) + bytes([1, len(body)]) + body

    return page(0, head) + page(granule, b"\0" * 20)


def element(name, body, size=None):
    return name + (struct.pack(">Q", (1 << 56) | len(body)) if size is None else size) + body


def webm(*, told=None, blocks=((0, 0), (1000, 20), (60_000, 500))):
    info = element(b"\x2a\xd7\xb1", struct.pack(">I", 1_000_000))
    info += element(b"\x44\x89", struct.pack(">d", told)) if told is not None else b""
    inside = element(b"\x15\x49\xa9\x66", info)
    for at, later in blocks:
        block = element(b"\xa3", b"\x81" + struct.pack(">h", later) + b"\0opus")
        inside += element(b"\x1f\x43\xb6\x75", element(b"\xe7", struct.pack(">I", at)) + block, size=UNKNOWN)
    return element(b"\x1a\x45\xdf\xa3", b"") + element(b"\x18\x53\x80\x67", inside, size=UNKNOWN)


class TestDurationMs:
    @pytest.mark.parametrize(
        ("content", "length_ms"),
        [
            (m4a(), 61_500),
            (m4a(scale=44_100, length=44_100 * 7, version=1), 7_000),
            (ogg(48_000 * 12 + 312), 12_000),
            (ogg(44_100 * 3, b"\x01vorbis\0\0\0\0\x01" + struct.pack("<I", 44_100)), 3_000),
            (webm(told=83_000.0), 83_000),
            (webm(), 60_500),
        ],
        ids=["m4a", "m4a-64-bit", "opus", "vorbis", "webm", "webm-of-a-browser"],
    )
    def test_reads_the_container(self, content, length_ms):
        assert sound.is_recording(content)
        assert sound.duration_ms(content) == length_ms

    @pytest.mark.parametrize(
        "content",
        [b"", b"noise", m4a(length=0), m4a(scale=0), ogg(-1), webm(blocks=()), webm(told=float("nan"), blocks=())],
    )
    def test_says_nothing_rather_than_a_guess(self, content):
        assert sound.duration_ms(content) is None

    @pytest.mark.parametrize("whole", [m4a(), ogg(48_000), webm(told=1.0), webm()], ids=["m4a", "ogg", "webm", "cut"])
    def test_survives_every_cut_and_every_flipped_byte(self, whole):
        for at in range(len(whole)):
            sound.duration_ms(whole[:at])
            sound.duration_ms(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
