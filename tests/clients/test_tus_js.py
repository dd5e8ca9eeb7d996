"""Unmodified tus-js-client uploads photos through a line that breaks: every byte right, no byte twice."""

import socket
from contextlib import closing
from uuid import UUID

import pytest
import requests

from server import clock
from server.db import begin_write, db
from server.devices import files
from server.simulation.cutter import CLEAR, Weather
from server.visits.models import VisitFile
from tests.clients import photos
from tests.clients.conftest import catch_up
from tests.clients.make_records import manifest
from tests.clients.node import NodeClient

BAD = Weather(cut=0.45, first_byte=500, last_byte=150_000, lose_every=9)
UPLOADS = 65


@pytest.fixture
def phone(new_phone, as_fang):
    return new_phone(as_fang, "memory")


@pytest.fixture
def uploader(phone, cutter, tmp_path):
    """Upload photos with tus-js-client through the cutter; returns what it saw, file by file."""
    with NodeClient("uploads.mjs", tmp_path / "uploads.log") as node:

        def upload(taken, **given):
            options = {"url": cutter.url, "token": phone.token, "chunk": photos.CHUNK} | given
            return node.upload(files=[one.for_node() for one in taken], **options)

        upload.node = node
        yield upload


def call(phone, method, url, **headers):
    marked = {"Authorization": f"Bearer {phone.token}", "Tus-Resumable": "1.0.0"} | headers
    return requests.request(method, url, headers=marked, timeout=20)


def patches(seen):
    return [(one["from"], one["status"]) for one in seen["answers"] if one["method"] == "PATCH"]


class TestBadLine:
    @pytest.mark.parametrize(
        "how", [{}, {"during": True, "checksum": "sha256"}], ids=["plain", "creation-with-upload-and-checksum"]
    )
    def test_loses_no_byte(self, uploader, cutter, tmp_path, how):
        taken = photos.take(tmp_path, UPLOADS, seed=len(how))
        cutter.weather = BAD
        told = uploader(taken, **how)
        cutter.weather = CLEAR
        assert [one for one in told if not one["whole"]] == []
        photos.assert_held(taken)
        answers = [answer for one in told for answer in one["answers"]]
        assert cutter.counts["cut"] >= UPLOADS / 3
        assert {one["status"] for one in answers} <= {200, 201, 204, 409, 423}
        assert all(one["mark"] == "1" for one in answers if one["status"] < 300)
        # It went on where it stood: what was acknowledged was never sent again.
        for one in told:
            begun = [start for start, status in patches(one) if status == 204]
            assert begun == sorted(set(begun))

    def test_leaves_no_lock_when_workers_die(self, uploader, phone, live_server, tmp_path):
        taken = photos.take(tmp_path, 30, seed=5, least=150_000, most=300_000)
        uploader.node.begin(
            "upload", files=[one.for_node() for one in taken], url=live_server.url, chunk=16 * 1024, token=phone.token
        )
        for _ in range(3):
            live_server.renew_workers()
        assert all(one["whole"] for one in uploader.node.end())
        files.sweep(clock.now())  # what a worker killed right after its commit left
        photos.assert_held(taken)


class TestSilentConnection:
    def test_holds_no_lock_that_keeps_the_next_one_out(self, uploader, phone, live_server, tmp_path):
        (photo,) = photos.take(tmp_path, 1, seed=1, least=200_000)
        (stopped,) = uploader([photo], stopAt=photos.CHUNK)
        path = stopped["url"][stopped["url"].index("/v1/") :]
        head = (
            f"PATCH {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {phone.token}\r\nTus-Resumable: 1.0.0\r\n"
            f"Content-Type: application/offset+octet-stream\r\nUpload-Offset: {photos.CHUNK}\r\n"
            f"Content-Length: {photos.CHUNK}\r\n\r\n"
        )
        chunk = photo.content[photos.CHUNK : 2 * photos.CHUNK]
        with closing(socket.create_connection(("127.0.0.1", live_server.port), timeout=20)) as silent:
            silent.sendall(head.encode() + chunk[:1000])
            (seen,) = uploader([photo], resume=stopped["url"])
            assert seen["whole"]
            assert {status for _, status in patches(seen)} == {204}
            assert patches(seen)[0][0] == photos.CHUNK
            photos.assert_held([photo])
            silent.sendall(chunk[1000:])  # it wakes up, too late
            assert silent.recv(100).startswith(b"HTTP/1.1 409")
        photos.assert_held([photo])


class TestWrongBytes:
    def test_begin_again_from_zero_when_the_whole_has_another_hash(self, uploader, tmp_path):
        (photo,) = photos.take(tmp_path, 1, seed=2, least=150_000)
        (seen,) = uploader([photo], flaws=["bytes"])
        assert seen["whole"]
        photos.assert_held([photo])
        statuses = [status for _, status in patches(seen)]
        assert statuses.count(409) == 1
        after = patches(seen)[statuses.index(409) + 1 :]
        assert after[0] == (0, 204)

    def test_in_a_chunk_are_discarded(self, uploader, tmp_path):
        (photo,) = photos.take(tmp_path, 1, seed=3, least=150_000)
        (seen,) = uploader([photo], checksum="sha1", flaws=["checksum"])
        assert patches(seen)[:2] == [(0, 460), (0, 204)]
        photos.assert_held([photo])

    def test_of_another_file_never_take_the_name_of_one_announced(self, uploader, tmp_path):
        (photo,) = photos.take(tmp_path, 1, seed=4)
        (other,) = photos.take(tmp_path, 1, seed=5)
        uploader([photo])
        impostor = photos.PhotoFile(photo.id, other.path, other.sha256)
        assert uploader([impostor])[0]["answers"][0]["status"] == 409
        photos.assert_held([photo])


class TestLife:
    def test_of_an_upload_ends_when_it_is_terminated(self, uploader, phone, tmp_path):
        (photo,) = photos.take(tmp_path, 1, seed=6, least=200_000)
        (stopped,) = uploader([photo], stopAt=photos.CHUNK)
        part = photos.part(photos.row(photo).id)
        assert part.stat().st_size >= photos.CHUNK
        uploader.node.terminate(upload=stopped["url"], token=phone.token)
        assert call(phone, "HEAD", stopped["url"]).status_code == 404
        assert photos.row(photo) is None
        assert not part.exists()
        (again,) = uploader([photo])
        assert again["whole"]
        assert patches(again)[0] == (0, 204)

    def test_of_a_finished_file_does_not_end(self, uploader, phone, tmp_path):
        (photo,) = photos.take(tmp_path, 1, seed=7)
        (seen,) = uploader([photo])
        assert call(phone, "DELETE", seen["url"]).status_code == 409
        photos.assert_held([photo])

    def test_is_told_in_every_answer_and_ends_after_30_days(self, uploader, phone, tmp_path):
        (photo,) = photos.take(tmp_path, 1, seed=8, least=200_000)
        (stopped,) = uploader([photo], stopAt=photos.CHUNK)
        for answer in stopped["answers"]:
            photos.assert_kept_for_30_days(answer["expires"])
        begin_write()
        assert files.expire(at=clock.now() + files.KEEP) >= 1
        db.session.commit()
        assert call(phone, "HEAD", stopped["url"]).status_code == 404
        assert uploader([photo])[0]["whole"]
        photos.assert_held([photo])


class TestCreation:
    def test_may_bring_the_first_chunk(self, uploader, tmp_path):
        (photo,) = photos.take(tmp_path, 1, seed=9, least=100_000)
        (seen,) = uploader([photo], during=True)
        assert (seen["answers"][0]["method"], seen["answers"][0]["status"]) == ("POST", 201)
        assert seen["answers"][0]["offset"] == photos.CHUNK
        photos.assert_held([photo])

    def test_may_bring_the_whole_file(self, uploader, tmp_path):
        (photo,) = photos.take(tmp_path, 1, seed=10, most=photos.CHUNK)
        (seen,) = uploader([photo], during=True)
        assert [one["method"] for one in seen["answers"]] == ["POST"]
        photos.assert_held([photo])

    def test_finds_the_same_upload_again(self, uploader, tmp_path):
        (photo,) = photos.take(tmp_path, 1, seed=11, least=200_000)
        (first,) = uploader([photo], stopAt=photos.CHUNK)
        (second,) = uploader([photo])
        assert second["url"] == first["url"]
        assert second["whole"]

    def test_of_an_empty_file_is_all_there_is(self, uploader, tmp_path):
        (photo,) = photos.take(tmp_path, 1, seed=12, least=0, most=0)
        (seen,) = uploader([photo])
        assert seen["whole"]
        photos.assert_held([photo])


class TestManifest:
    @pytest.mark.parametrize("first", ["records", "files", "at once"])
    def test_is_complete_exactly_when_every_file_is_here(self, uploader, phone, tmp_path, first):
        taken = photos.take(tmp_path, 3, seed=13)
        phone.write(records=[manifest([one.ref() for one in taken])])
        steps = [lambda: phone.push(coll="records"), lambda: uploader(taken)]
        for step in steps if first == "records" else reversed(steps):
            step()
        catch_up()
        rows = [db.session.get(VisitFile, UUID(one.id)) for one in taken]
        assert [row.sha256 for row in rows] == [one.sha256 for one in taken]
        assert all(row.verified_at for row in rows)
