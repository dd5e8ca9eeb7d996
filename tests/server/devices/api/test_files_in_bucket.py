"""Uploads whose bytes wait and end in a bucket: any host takes the next chunk, and a store that is down loses none."""

import os
from dataclasses import replace
from hashlib import sha256

import pytest

from server import clock, jobs, media
from server.app import create_app
from server.db import db
from server.devices import files
from server.devices.files import KEEP
from server.media.line import REST_S
from sync import upload

TUS = {"Tus-Resumable": "1.0.0"}
CHUNK = TUS | {"Content-Type": "application/offset+octet-stream"}
BODY = os.urandom(300_000)
NAME = sha256(BODY).hexdigest()
FILE_ID = "0193a0b1-0000-7000-8000-00000000f001"
HALF = 150_000


@pytest.fixture(autouse=True)
def _bucket(in_bucket):
    """Files of these tests lie in a bucket."""


@pytest.fixture
def two_hosts(app, phone, tmp_path):
    """Call through the one host or the other, which share database and bucket and nothing else."""
    settings = app.extensions["doorstep"]
    (tmp_path / "other").mkdir()
    other = create_app(replace(settings, var_dir=tmp_path / "other"))
    hosts = [app.test_client(), other.test_client()]
    token = phone.auth

    def call(host, method, path, *, headers, data=None):
        return hosts[host].open(path, method=method, headers=TUS | token | headers, data=data)

    yield call
    with other.app_context():
        db.session.remove()
        db.engine.dispose()


def create(call, body=BODY, told=NAME):
    facts = {"attachment_id": FILE_ID, "sha256": told, "mime": "image/jpeg"}
    headers = {"Upload-Length": str(len(body)), "Upload-Metadata": upload.write_metadata(facts)}
    return call(0, "POST", "/v1/files", headers=headers).headers["Location"]


def patch(call, host, location, chunk, at):
    return call(host, "PATCH", location, headers=CHUNK | {"Upload-Offset": str(at)}, data=chunk)


class TestAnyHost:
    def test_goes_on_where_another_stopped(self, app, two_hosts, in_app):
        location = create(two_hosts)
        assert patch(two_hosts, 0, location, BODY[:HALF], 0).headers["Upload-Offset"] == str(HALF)
        assert two_hosts(1, "HEAD", location, headers={}).headers["Upload-Offset"] == str(HALF)
        answer = patch(two_hosts, 1, location, BODY[HALF:], HALF)
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(len(BODY)))
        assert media.store().get(NAME) == BODY
        assert media.shared().sizes("uploads") == {}
        assert not list(app.extensions["doorstep"].var_dir.rglob("*.part"))

    def test_refuses_a_chunk_at_the_wrong_place(self, two_hosts):
        location = create(two_hosts)
        patch(two_hosts, 0, location, BODY[:HALF], 0)
        answer = patch(two_hosts, 1, location, BODY[:HALF], 0)
        assert (answer.status_code, answer.json["offset"]) == (409, HALF)
        assert patch(two_hosts, 1, location, BODY[HALF:] + b"x", HALF).status_code == 413

    def test_takes_an_empty_chunk_and_goes_on(self, two_hosts):
        location = create(two_hosts)
        assert patch(two_hosts, 0, location, b"", 0).status_code == 204
        assert patch(two_hosts, 1, location, BODY, 0).headers["Upload-Offset"] == str(len(BODY))

    def test_lets_one_of_two_who_write_the_same_place(self, two_hosts, in_app, monkeypatch):
        location = create(two_hosts)
        shared, real = type(media.shared()), type(media.shared()).create

        def slower(self, name, content):
            monkeypatch.setattr(shared, "create", real)
            assert patch(two_hosts, 1, location, BODY[:HALF], 0).status_code == 204
            return real(self, name, content)

        monkeypatch.setattr(shared, "create", slower)
        answer = patch(two_hosts, 0, location, BODY[: HALF + 1], 0)
        assert (answer.status_code, answer.json["type"]) == (423, "/problems/upload-busy")
        assert two_hosts(0, "HEAD", location, headers={}).headers["Upload-Offset"] == str(HALF)

    def test_begins_again_when_the_whole_is_another_file(self, two_hosts, in_app):
        location = create(two_hosts, told="0" * 64)
        patch(two_hosts, 0, location, BODY[:HALF], 0)
        answer = patch(two_hosts, 1, location, BODY[HALF:], HALF)
        assert (answer.status_code, answer.json["offset"]) == (409, 0)
        assert two_hosts(0, "HEAD", location, headers={}).headers["Upload-Offset"] == "0"
        assert not media.store().has(NAME)

    def test_forgets_what_nobody_goes_on_with(self, two_hosts, in_app):
        patch(two_hosts, 0, create(two_hosts), BODY[:HALF], 0)
        assert len(media.shared().sizes("uploads")) == 1
        jobs.run_chores(clock.now() + 2 * KEEP)
        assert media.shared().sizes("uploads") == {}

    def test_sweeps_what_a_killed_host_left(self, two_hosts, in_app):
        location = create(two_hosts)
        patch(two_hosts, 0, location, BODY[:HALF], 0)
        left = clock.new_id()
        media.shared().create(f"uploads/{left}/{0:012}", BODY)
        assert files.sweep(clock.now() + files.SWEEP_EVERY) == 1
        assert list(media.shared().sizes("uploads")) == [f"uploads/{location.rpartition('/')[2]}/{0:012}"]


class TestStoreDown:
    def test_answers_503_and_goes_on_afterwards(self, two_hosts, in_bucket, in_app, monkeypatch):
        now = [0.0]
        monkeypatch.setattr(media.shared()._line, "_mono_s", lambda: now[0])  # noqa: SLF001
        location = create(two_hosts)
        patch(two_hosts, 0, location, BODY[:HALF], 0)
        in_bucket.kill()
        answer = patch(two_hosts, 0, location, BODY[HALF:], HALF)
        assert (answer.status_code, answer.json["type"]) == (503, "/problems/storage-fails")
        assert int(answer.headers["Retry-After"]) > 0
        in_bucket.start()
        now[0] += REST_S
        assert two_hosts(0, "HEAD", location, headers={}).headers["Upload-Offset"] == str(HALF)
        assert patch(two_hosts, 1, location, BODY[HALF:], HALF).status_code == 204
