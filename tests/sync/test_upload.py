import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import upload
from sync.ids import is_uuid
from sync.upload import BadUpload, ChecksumDiffers

FILE_ID = "0193a0b1-0000-7000-8000-0000000000f1"
GOOD = {"attachment_id": FILE_ID, "sha256": "ab" * 32, "mime": "image/jpeg", "filename": "门.jpg"}


class TestUploadId:
    def test_is_the_same_each_time_and_for_nobody_else(self):
        made = {upload.upload_id(d, f) for d in "ab" for f in "xy" for _ in range(2)}
        assert len(made) == 4
        assert all(is_uuid(one) for one in made)


class TestReadMetadata:
    @given(st.dictionaries(st.text("abcxyz_", min_size=1), st.text(st.characters(blacklist_categories=["Cs"]))))
    def test_undoes_write_metadata(self, pairs):
        assert upload.read_metadata(upload.write_metadata(pairs)) == pairs

    def test_takes_a_key_without_value(self):
        assert upload.read_metadata("is_confidential, a Yg==") == {"is_confidential": "", "a": "b"}

    @pytest.mark.parametrize("header", ["a !", "a /w==", "a Yg", "a Yg==x"])
    def test_refuses_what_is_not_base64_of_text(self, header):
        with pytest.raises(BadUpload, match="^Upload-Metadata holds a value that is not base64 of UTF-8$"):
            upload.read_metadata(header)

    def test_refuses_a_key_named_twice(self):
        with pytest.raises(BadUpload, match="^Upload-Metadata names a key twice$"):
            upload.read_metadata("a Yg==,a Yg==")


class TestReadFacts:
    def test_takes_what_a_phone_tells(self):
        facts = upload.read_facts(upload.write_metadata(GOOD), "5")
        assert facts == upload.FileFacts(FILE_ID, "ab" * 32, "image/jpeg", "门.jpg", 5)

    def test_needs_neither_name_nor_type(self):
        told = {name: GOOD[name] for name in ("attachment_id", "sha256")}
        facts = upload.read_facts(upload.write_metadata(told), "0")
        assert facts == upload.FileFacts(FILE_ID, "ab" * 32, "application/octet-stream", "", 0)

    @pytest.mark.parametrize("name", ["attachment_id", "sha256"])
    @pytest.mark.parametrize("value", ["", "x", "../" * 12, "AB" * 32])
    def test_needs_id_and_hash(self, name, value):
        what = {"attachment_id": "a UUID in lower case", "sha256": "64 lower-case hexadecimal digits"}[name]
        with pytest.raises(BadUpload, match=f"^Upload-Metadata lacks {name}, {what}$"):
            upload.read_facts(upload.write_metadata(GOOD | {name: value}), "5")

    @pytest.mark.parametrize("length", [None, "", "-1", "1.5", "0x5", " 5", "5 ", "٥", "1" * 17])
    def test_needs_a_whole_length(self, length):
        with pytest.raises(BadUpload, match="Upload-Length"):
            upload.read_facts(upload.write_metadata(GOOD), length)

    def test_needs_metadata(self):
        with pytest.raises(BadUpload):
            upload.read_facts(None, "5")


class TestDisplayName:
    @pytest.mark.parametrize(
        ("name", "shown"),
        [("门.jpg", "门.jpg"), ("../../etc/passwd", "etcpasswd"), ("a\x00b\nc", "abc"), ("x\u202egpj.exe", "xgpj.exe"),
         ("...", ""), ("C:\\x", "C:x"), ("y" * 300, "y" * 200)],
        ids=["plain", "path", "controls", "direction", "dots", "windows", "long"],
    )  # fmt: skip
    def test_shows_no_path_and_no_trick(self, name, shown):
        assert upload.display_name(name) == shown


class TestCheckChunk:
    @pytest.mark.parametrize("algorithm", upload.CHECKSUM_ALGORITHMS)
    def test_takes_the_right_checksum(self, algorithm):
        right = base64.b64encode(hashlib.new(algorithm, b"x", usedforsecurity=False).digest()).decode()
        upload.check_chunk(b"x", f"{algorithm} {right}")
        with pytest.raises(ChecksumDiffers):
            upload.check_chunk(b"y", f"{algorithm} {right}")

    def test_asks_for_none(self):
        upload.check_chunk(b"x", None)

    @pytest.mark.parametrize("header", ["", "md5 AA==", "sha256 !", "SHA256 AA==", "sha256 A", "sha256 AA== AA=="])
    def test_refuses_other_headers(self, header):
        with pytest.raises(BadUpload):
            upload.check_chunk(b"x", header)

    def test_takes_no_letters_that_base64_does_not_have(self):
        right = base64.b64encode(hashlib.sha256(b"x").digest()).decode()
        with pytest.raises(BadUpload):
            upload.check_chunk(b"x", f"sha256 {right[:10]}\n-{right[10:]}")

    def test_calls_an_empty_checksum_a_difference(self):
        with pytest.raises(ChecksumDiffers):
            upload.check_chunk(b"x", "sha256")


class TestNextChunkBytes:
    def test_halves_after_failures_and_doubles_after_successes(self):
        sizes = [upload.MAX_CHUNK_BYTES]
        for was_sent in (False, False, False, True, True, True):
            sizes.append(upload.next_chunk_bytes(sizes[-1], was_sent=was_sent))
        assert [size // 1024 for size in sizes] == [256, 128, 64, 64, 128, 256, 256]
        assert {type(size) for size in sizes} == {int}
