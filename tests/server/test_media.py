"""Files by content."""

import hashlib

import pytest

from server.media import BlobAbsent, BlobStore


@pytest.fixture
def store(tmp_path):
    return BlobStore(tmp_path)


class TestPut:
    def test_names_the_file_by_its_hash(self, store):
        assert store.put(b"photo") == hashlib.sha256(b"photo").hexdigest()
        assert store.get(hashlib.sha256(b"photo").hexdigest()) == b"photo"

    def test_twice_keeps_one(self, store):
        store.put(b"photo")
        store.put(b"photo")
        assert len(store.hashes()) == 1

    def test_leaves_no_half_written_file(self, store):
        store.put(b"photo")
        assert not [path for path in store.root.rglob(".*") if path.is_file()]


class TestGet:
    def test_refuses_what_is_not_there(self, store):
        with pytest.raises(BlobAbsent):
            store.get("0" * 64)

    @pytest.mark.parametrize("name", ["../../etc/passwd", "A" * 64, "0" * 63, ""])
    def test_never_takes_a_name_for_a_path(self, store, name):
        with pytest.raises(ValueError, match="not a SHA-256"):
            store.get(name)


class TestIsIntact:
    def test_notices_one_changed_byte(self, store):
        name = store.put(b"photo")
        store.path(name).write_bytes(b"phOto")
        assert not store.is_intact(name)
