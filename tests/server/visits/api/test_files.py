"""Pictures are shown re-encoded; originals leave only as downloads nothing runs."""

import hashlib
import io
import uuid

import pytest
from PIL import Image, ImageStat

from server import media
from server.db import begin_write, db
from server.visits.models import VisitFile
from tests.server.visits.make_visit import Phone, Story, add_stop, person_id


def path(story, tail="", file_id=None):
    return f"/v1/visits/{story.visit_id}/files/{file_id or next(iter(story.photos))}{tail}"


class TestGetPhoto:
    def test_shows_the_picture_that_was_re_encoded(self, kept_visit, as_zhou):
        answer = as_zhou.get(path(kept_visit))
        file = db.session.get(VisitFile, uuid.UUID(next(iter(kept_visit.photos))))
        assert (answer.status_code, answer.content_type) == (200, "image/jpeg")
        shown, kept = (Image.open(io.BytesIO(one)) for one in (answer.data, media.store().get(file.derivative_sha256)))
        assert shown.size == kept.size
        assert shown.getpixel((32, 2)) == pytest.approx(kept.getpixel((32, 2)), abs=6)
        # The dark band of the mark, at its left edge, where no letter stands.
        dark, plain = (ImageStat.Stat(one.convert("L").crop((0, 40, 3, 48))).mean[0] for one in (shown, kept))
        assert dark < plain * 0.7
        assert not shown.getexif()
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["Cache-Control"] == "private, no-store"

    def test_has_a_small_one_for_lists(self, kept_visit, as_zhou):
        answer = as_zhou.get(path(kept_visit, "/thumbnail"))
        assert (answer.status_code, answer.content_type) == (200, "image/jpeg")
        assert max(Image.open(io.BytesIO(answer.data)).size) <= 320

    def test_is_404_before_the_bytes_are_here(self, story, as_zhou):
        story.keep(story.promised())
        db.session.commit()
        answer = as_zhou.get(path(story))
        assert (answer.status_code, answer.json["type"]) == (404, "/problems/file-not-shown")

    def test_is_404_when_there_is_no_picture(self, kept_visit, as_zhou):
        begin_write()
        file = db.session.get(VisitFile, uuid.UUID(next(iter(kept_visit.photos))))
        file.derivative_sha256, file.flags = None, ["unreadable_broken"]
        db.session.commit()
        assert as_zhou.get(path(kept_visit)).json["flags"] == ["unreadable_broken"]
        assert as_zhou.get(path(kept_visit, "/original")).status_code == 200

    def test_is_404_under_another_visit(self, kept_visit, creditors, as_zhou):
        begin_write()
        other = Story(add_stop(creditors["bank"]), Phone(person_id("luo")), person_id("luo"), person_id("fang"))
        other.keep([other.check_in()])
        db.session.commit()
        assert as_zhou.get(path(other, file_id=next(iter(kept_visit.photos)))).status_code == 404

    def test_is_404_for_another_creditors_person(self, kept_visit, as_wei):
        assert as_wei.get(path(kept_visit)).status_code == 404
        assert as_wei.get(path(kept_visit, "/original")).status_code == 404

    def test_is_401_without_login(self, kept_visit, app):
        assert app.test_client().get(path(kept_visit)).status_code == 401


class TestGetOriginal:
    def test_hands_out_the_very_bytes_as_a_download(self, kept_visit, as_hu):
        file_id, content = next(iter(kept_visit.photos.items()))
        answer = as_hu.get(path(kept_visit, "/original"))
        assert answer.data == content
        assert answer.content_type == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="door-{file_id[-8:]}.jpg"'
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["ETag"] == f'"{hashlib.sha256(content).hexdigest()}"'

    @pytest.mark.parametrize("username", ["fang", "an"])
    def test_is_for_the_office_only(self, kept_visit, sign_in, username):
        assert sign_in(username).get(path(kept_visit, "/original")).status_code == 403
