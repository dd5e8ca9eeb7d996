"""Uploads as any tus 1.0 client makes them."""

import base64
import hashlib
import os
import uuid

import pytest
from sqlalchemy import select

from server import clock, media
from server.db import begin_write, db
from server.devices import files, parts
from server.devices.models import Upload
from server.visits.models import VisitFile
from sync import upload

TUS = {"Tus-Resumable": "1.0.0"}
CHUNK = TUS | {"Content-Type": "application/offset+octet-stream"}
BODY = os.urandom(300_000)
FILE_ID = "0193a0b1-0000-7000-8000-00000000f001"


def create(phone, body=BODY, file_id=FILE_ID, **headers):
    facts = {
        "attachment_id": file_id,
        "sha256": hashlib.sha256(body).hexdigest(),
        "mime": "image/jpeg",
        "filename": "门.jpg",
    }
    told = TUS | {"Upload-Length": str(len(body)), "Upload-Metadata": upload.write_metadata(facts)} | headers
    return phone.api("POST", "/v1/files", headers=told)


def patch(phone, location, chunk, at, **headers):
    return phone.api("PATCH", location, data=chunk, headers=CHUNK | {"Upload-Offset": str(at)} | headers)


def offset(phone, location):
    return phone.api("HEAD", location, headers=TUS).headers["Upload-Offset"]


@pytest.fixture
def location(phone):
    return create(phone).headers["Location"]


class TestOptions:
    def test_says_what_is_spoken(self, app):
        answer = app.test_client().options("/v1/files")
        assert answer.status_code == 204
        assert answer.headers["Tus-Version"] == "1.0.0"
        assert answer.headers["Tus-Extension"] == upload.EXTENSIONS
        assert answer.headers["Tus-Max-Size"] == str(20 * 1024 * 1024)
        assert answer.headers["Tus-Checksum-Algorithm"] == "sha256,sha1"


class TestCreate:
    def test_answers_where_to_send_the_bytes(self, phone):
        answer = create(phone)
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, "0")
        assert answer.headers["Location"].startswith("/v1/files/")
        assert answer.headers["Doorstep-Sync"] == "1"
        assert "Upload-Expires" in answer.headers

    def test_finds_the_same_upload_again(self, phone, location):
        patch(phone, location, BODY[:1000], 0)
        again = create(phone)
        assert (again.headers["Location"], again.headers["Upload-Offset"]) == (location, "1000")

    def test_takes_a_first_chunk_along(self, phone):
        facts = {"attachment_id": FILE_ID, "sha256": hashlib.sha256(BODY).hexdigest()}
        told = CHUNK | {"Upload-Length": str(len(BODY)), "Upload-Metadata": upload.write_metadata(facts)}
        answer = phone.api("POST", "/v1/files", headers=told, data=BODY[:5])
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, "5")

    def test_refuses_another_file_under_the_same_id(self, phone, location):
        answer = create(phone, body=b"other")
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/file-differs")

    def test_keeps_phones_apart(self, phone, new_phone, as_luo, location):
        other = new_phone(as_luo)
        assert create(other, body=b"other").headers["Location"] != location
        assert other.api("HEAD", location, headers=TUS).status_code == 404

    @pytest.mark.parametrize(
        ("headers", "status"),
        [({"Upload-Length": str(20 * 1024 * 1024 + 1)}, 413), ({"Upload-Length": "500000000"}, 413),
         ({"Upload-Length": "-1"}, 400), ({"Upload-Length": "x"}, 400), ({"Upload-Metadata": ""}, 400),
         ({"Upload-Metadata": "attachment_id Li4vLi4vZXRj"}, 400), ({"Upload-Metadata": "sha256 !!"}, 400),
         ({"Tus-Resumable": "0.9"}, 412)],
        ids=["20 MiB", "500 MB", "negative", "text", "no metadata", "path", "not base64", "version"],
    )  # fmt: skip
    def test_refuses_headers_that_cannot_be(self, phone, headers, status):
        assert create(phone, **headers).status_code == status

    def test_needs_a_phones_token(self, app):
        assert app.test_client().post("/v1/files", headers=TUS).status_code == 401


class TestAppend:
    def test_goes_on_where_it_stands_until_the_file_is_whole(self, phone, location, in_app):
        for at in range(0, len(BODY), 100_000):
            answer = patch(phone, location, BODY[at : at + 100_000], at)
            assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(at + 100_000))
        assert media.store().get(hashlib.sha256(BODY).hexdigest()) == BODY
        row = db.session.scalars(select(Upload)).one()
        assert row.completed_at is not None
        assert not parts.PartFile(row.id).path.exists()
        assert offset(phone, location) == str(len(BODY))

    def test_tells_the_phone_in_an_ack(self, phone, location):
        patch(phone, location, BODY, 0)
        [told] = phone.api("GET", "/v1/sync/acks/pull?sv=4").json["documents"]
        assert "file_verified" in told["ack"]
        assert FILE_ID in told["ack"]

    @pytest.mark.parametrize("at", [1, 999, 300_000])
    def test_refuses_another_offset_and_says_which(self, phone, location, at):
        patch(phone, location, BODY[:500], 0)
        answer = patch(phone, location, b"x", at)
        assert (answer.status_code, answer.json["offset"]) == (409, 500)
        assert offset(phone, location) == "500"

    def test_discards_a_chunk_its_checksum_does_not_fit(self, phone, location):
        wrong = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
        answer = patch(phone, location, BODY[:500], 0, **{"Upload-Checksum": f"sha256 {wrong}"})
        assert (answer.status_code, answer.json["type"]) == (460, "/problems/chunk-damaged")
        assert offset(phone, location) == "0"

    def test_takes_a_chunk_its_sha1_fits(self, phone, location):
        right = base64.b64encode(hashlib.new("sha1", BODY[:500], usedforsecurity=False).digest()).decode()
        assert patch(phone, location, BODY[:500], 0, **{"Upload-Checksum": f"sha1 {right}"}).status_code == 204

    @pytest.mark.parametrize(
        ("headers", "status"),
        [({"Content-Type": "image/jpeg"}, 415), ({"Upload-Offset": ""}, 400), ({"Upload-Checksum": "md5 AA=="}, 400),
         ({"Upload-Checksum": "sha256 !"}, 400), ({"Tus-Resumable": ""}, 412)],
        ids=["type", "offset", "md5", "base64", "version"],
    )  # fmt: skip
    def test_refuses_headers_that_cannot_be(self, phone, location, headers, status):
        assert patch(phone, location, b"x", 0, **headers).status_code == status
        assert offset(phone, location) == "0"

    def test_refuses_more_bytes_than_announced(self, phone, location):
        assert patch(phone, location, BODY + b"x", 0).status_code == 413

    def test_starts_again_when_the_whole_is_not_what_was_announced(self, phone, location, in_app):
        flipped = bytes([BODY[0] ^ 1]) + BODY[1:]
        answer = patch(phone, location, flipped, 0)
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/file-differs")
        assert offset(phone, location) == "0"
        assert not media.store().has(hashlib.sha256(flipped).hexdigest())
        assert patch(phone, location, BODY, 0).status_code == 204

    def test_refuses_a_file_whose_signed_hash_is_another(self, phone, location, in_app):
        begin_write()
        db.session.add(
            VisitFile(
                id=uuid.UUID(FILE_ID), device_id=uuid.UUID(phone.device), sha256="0" * 64, size=5, mime="image/jpeg"
            )
        )
        db.session.commit()
        assert patch(phone, location, BODY, 0).status_code == 409
        assert offset(phone, location) == "0"

    def test_lets_one_request_write_at_a_time(self, phone, location, in_app):
        row = db.session.scalars(select(Upload)).one()
        with parts.PartFile(row.id).locked():
            answer = patch(phone, location, BODY[:10], 0)
        assert (answer.status_code, answer.json["type"]) == (423, "/problems/upload-busy")
        assert patch(phone, location, BODY[:10], 0).status_code == 204

    def test_may_repeat_the_last_chunk_with_nothing_in_it(self, phone, location):
        patch(phone, location, BODY, 0)
        assert patch(phone, location, b"", len(BODY)).status_code == 204

    def test_takes_files_of_a_revoked_phone(self, phone, as_zhou, location):
        as_zhou.post(f"/v1/devices/{phone.device}/revoke", json={})
        assert patch(phone, location, BODY, 0).status_code == 204

    def test_finishes_an_empty_file(self, phone, in_app):
        location = create(phone, body=b"").headers["Location"]
        assert offset(phone, location) == "0"
        assert db.session.scalars(select(Upload)).one().completed_at is not None
        assert location


class TestAsk:
    def test_finishes_what_a_crash_left_whole_but_unfinished(self, phone, location, in_app):
        files.append(db.session.scalars(select(Upload)).one(), BODY, at_offset=0, checksum=None)
        assert offset(phone, location) == str(len(BODY))
        db.session.expire_all()
        assert db.session.scalars(select(Upload)).one().completed_at is not None
        assert media.store().has(hashlib.sha256(BODY).hexdigest())

    def test_leaves_no_part_file_of_a_finished_one(self, phone, location, in_app):
        patch(phone, location, BODY, 0)
        assert patch(phone, location, b"x", 0).status_code == 409
        assert not parts.PartFile(db.session.scalars(select(Upload)).one().id).path.exists()


class TestRemove:
    def test_forgets_an_unfinished_upload(self, phone, location, in_app):
        patch(phone, location, BODY[:10], 0)
        assert phone.api("DELETE", location, headers=TUS).status_code == 204
        assert phone.api("HEAD", location, headers=TUS).status_code == 404
        assert create(phone).headers["Upload-Offset"] == "0"

    def test_keeps_a_finished_one(self, phone, location):
        patch(phone, location, BODY, 0)
        assert phone.api("DELETE", location, headers=TUS).status_code == 409


class TestExpire:
    def test_deletes_only_what_nobody_went_on_with(self, phone, in_app):
        create(phone, file_id="0193a0b1-0000-7000-8000-00000000f002", body=b"old")
        done = create(phone, file_id="0193a0b1-0000-7000-8000-00000000f003", body=b"done").headers["Location"]
        patch(phone, done, b"done", 0)
        begin_write()
        assert files.expire(clock.now()) == 0
        assert files.expire(clock.now() + files.KEEP) == 1
        db.session.commit()
        assert media.store().has(hashlib.sha256(b"done").hexdigest())
