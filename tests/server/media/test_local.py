"""Files by content."""

import errno
import hashlib
import os
from pathlib import Path

import pytest

from server.media import BlobAbsent
from server.media.local import LocalStore


@pytest.fixture
def store(tmp_path):
    return LocalStore(tmp_path)


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

    def test_leaves_no_half_on_a_full_disk(self, store, monkeypatch):
        def full(handle, data):
            raise OSError(errno.ENOSPC, "no space")

        monkeypatch.setattr(os, "write", full)
        with pytest.raises(OSError, match="no space"):
            store.put(b"photo")
        assert not [path for path in store.root.rglob("*") if path.is_file()]

    def test_makes_a_name_durable_that_another_left_undurable(self, store, monkeypatch):
        real, synced = os.fsync, []

        def broken(handle):
            synced.append(Path(f"/proc/self/fd/{handle}").readlink())
            if synced[-1] == store.path(hashlib.sha256(b"photo").hexdigest()).parent and len(synced) <= 4:
                raise OSError(errno.EIO, "broken")
            real(handle)

        monkeypatch.setattr(os, "fsync", broken)
        with pytest.raises(OSError, match="broken"):
            store.put(b"photo")
        before = len(synced)
        name = store.put(b"photo")
        assert synced[before:] == [store.path(name).parent]


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
