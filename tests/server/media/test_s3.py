"""Files by content in a bucket of a real S3 server."""

import hashlib
import threading
from dataclasses import replace
from datetime import timedelta

import obstore
import pytest
import requests

from server.errors import StorageFails
from server.media import BlobAbsent
from server.media.line import REST_S
from server.media.s3 import MEDIA, S3Store

PHOTO = b"photo"
NAME = hashlib.sha256(PHOTO).hexdigest()


@pytest.fixture
def bucket(s3_server):
    return s3_server.bucket(timeout_s=5)


@pytest.fixture
def store(bucket):
    return S3Store(bucket)


class TestPut:
    def test_names_the_file_by_its_hash(self, store):
        assert store.put(PHOTO) == NAME
        assert store.get(NAME) == PHOTO
        assert store.has(NAME)
        assert store.is_intact(NAME)

    def test_twice_keeps_one(self, store):
        assert store.put(PHOTO) == store.put(PHOTO)
        assert store.hashes() == [NAME]

    def test_never_changes_what_is_there(self, store):
        store.put(PHOTO)
        assert not store.create(f"{MEDIA}/{NAME[:2]}/{NAME[2:4]}/{NAME}", b"other")
        assert store.get(NAME) == PHOTO

    @pytest.mark.parametrize("size", [0, 1, 20 * 1024 * 1024])
    def test_keeps_any_size(self, store, size):
        content = b"\x00" * size
        assert store.get(store.put(content)) == content

    def test_of_many_at_once_keeps_each(self, store):
        contents = [bytes([n]) * 1000 for n in range(20)]
        threads = [threading.Thread(target=lambda: [store.put(one) for one in contents]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert store.hashes() == sorted(hashlib.sha256(one).hexdigest() for one in contents)

    def test_outlives_a_kill_of_the_store(self, store, s3_server):
        for n in range(10):
            store.put(bytes([n]))
        s3_server.kill()
        s3_server.start()
        assert len(store.hashes()) == 10
        assert all(store.is_intact(one) for one in store.hashes())


class TestGet:
    def test_refuses_what_is_not_there(self, store):
        assert not store.has(NAME)
        with pytest.raises(BlobAbsent):
            store.get(NAME)

    @pytest.mark.parametrize("name", ["../../etc/passwd", "A" * 64, "0" * 63, ""])
    def test_never_takes_a_name_for_a_path(self, store, name):
        with pytest.raises(ValueError, match="not a SHA-256"):
            store.get(name)

    def test_calls_a_bucket_that_is_gone_a_failure_and_no_absence(self, bucket):
        other = S3Store(replace(bucket, name="never-made"))
        for ask in (other.get, other.has):
            with pytest.raises(StorageFails):
                ask(NAME)


class TestFile:
    def test_is_a_copy_on_this_machine(self, store, tmp_path):
        store.put(PHOTO)
        assert store.file(NAME, within=tmp_path).read_bytes() == PHOTO


class TestRemove:
    def test_says_whether_it_was_there(self, store):
        store.put(PHOTO)
        assert store.remove(NAME)
        assert not store.remove(NAME)
        assert store.hashes() == []


class TestIsIntact:
    def test_notices_one_changed_byte(self, store):
        store.put(PHOTO)
        obstore.put(store._client(), f"{MEDIA}/{NAME[:2]}/{NAME[2:4]}/{NAME}", b"phOto")  # noqa: SLF001
        assert not store.is_intact(NAME)


class TestCheck:
    def test_is_ok(self, store):
        assert store.check() == "ok"
        assert store.hashes() == []

    def test_says_that_the_key_is_refused(self, bucket):
        assert "PermissionDenied" in S3Store(replace(bucket, secret="wrong")).check()

    def test_says_that_nobody_answers(self, bucket):
        assert S3Store(replace(bucket, endpoint="http://127.0.0.1:1")).check() != "ok"


class TestAsks:
    def test_nobody_but_the_endpoint_whatever_another_program_is_told(self, bucket, monkeypatch):
        for name in ("ENDPOINT_URL", "ENDPOINT", "ENDPOINT_URL_S3", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "REGION"):
            monkeypatch.setenv(f"AWS_{name}", "http://127.0.0.1:1")
        monkeypatch.setenv("AWS_SKIP_SIGNATURE", "true")
        store = S3Store(bucket)
        assert store.get(store.put(PHOTO)) == PHOTO


class TestSigned:
    def test_lets_who_holds_the_address_write_and_nobody_else(self, store):
        url = obstore.sign(store._client(), "PUT", "uploads/one", timedelta(minutes=5))  # noqa: SLF001
        assert requests.put(url, data=PHOTO, timeout=10).status_code == 200
        assert store.read("uploads/one") == PHOTO
        assert requests.put(url.replace("uploads/one", "uploads/two"), data=PHOTO, timeout=10).status_code == 403
        assert requests.put(url.partition("?")[0], data=PHOTO, timeout=10).status_code == 400


class TestLine:
    def test_asks_again_after_a_rest(self, store, s3_server):
        now = [0.0]
        store._line._mono_s = lambda: now[0]  # noqa: SLF001
        s3_server.kill()
        with pytest.raises(StorageFails, match="failed"):
            store.put(PHOTO)
        s3_server.start()
        with pytest.raises(StorageFails, match="does not answer"):
            store.put(PHOTO)
        now[0] += REST_S
        assert store.put(PHOTO) == NAME
