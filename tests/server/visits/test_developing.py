"""Files verified go through the darkroom once; what looks wrong is flagged, told to the agent, and stays evidence."""

import io
from datetime import timedelta

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import select

from server import clock, media
from server.db import begin_write, db
from server.visits import developing, intake, messages, shown
from server.visits.models import Message, Visit, VisitFile
from tests.server.visits.make_visit import ARRIVED, Phone, Story, add_stop, person_id


def scene(seed, exif=None, size=(640, 480)):
    rng = np.random.default_rng(seed)
    picture = Image.fromarray(rng.integers(0, 256, (9, 12, 3), dtype=np.uint8)).resize(size, Image.Resampling.BICUBIC)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90, **({} if exif is None else {"exif": exif}))
    return out.getvalue()


def arrive(story, content, *, mime="image/jpeg", role="photo"):
    """Let one file of a visit arrive, verified but not looked at."""
    begin_write()
    file = VisitFile(
        id=clock.new_id(), visit_id=story.visit_id, device_id=story.phone.id, role=role, size=len(content), mime=mime,
        sha256=media.store().put(content), shows="door", taken_at=ARRIVED, flags=[], facts={}, verified_at=ARRIVED,
    )  # fmt: skip
    db.session.add(file)
    db.session.commit()
    return file


@pytest.fixture
def other_story(kept_visit, creditors):
    begin_write()
    story = Story(add_stop(creditors["bank"]), Phone(person_id("luo")), person_id("luo"), person_id("fang"))
    story.keep([story.check_in()])
    intake.put_together(db.session())
    db.session.commit()
    return story


def develop():
    done = developing.develop(ARRIVED + timedelta(hours=3))
    db.session.commit()
    return done


class TestDevelop:
    def test_looks_at_each_file_once_and_keeps_the_original_as_it_came(self, kept_visit):
        content = scene(1)
        file = arrive(kept_visit, content)
        assert (develop(), develop()) == (1, 0)
        assert media.store().get(file.sha256) == content
        sizes = [
            Image.open(io.BytesIO(media.store().get(one))).size
            for one in (file.derivative_sha256, file.thumbnail_sha256)
        ]
        assert sizes == [(640, 480), (320, 240)]
        assert (file.flags, file.facts["tail_bytes"], file.looked_at) == ([], 0, ARRIVED + timedelta(hours=3))

    def test_keeps_what_does_not_open_and_asks_the_agent_for_another(self, kept_visit):
        content = scene(1)[:900]
        file = arrive(kept_visit, content)
        develop()
        assert file.flags[0].startswith("unreadable_")
        assert media.store().get(file.sha256) == content
        (told,) = db.session.scalars(select(Message).where(Message.kind == messages.RETAKE)).all()
        document = messages.document(told)
        assert told.person_id == db.session.get(Visit, kept_visit.visit_id).agent_id
        assert (document["from"], "请重拍" in document["text"], "门口" in document["text"]) == ("外访通", True, True)

    def test_flags_what_hangs_behind_a_photo(self, kept_visit):
        file = arrive(kept_visit, scene(1) + b"<script>")
        develop()
        assert (file.flags, file.facts["tail_bytes"]) == (["bytes_after_image"], 8)

    def test_keeps_how_long_a_recording_is_and_flags_noise(self, kept_visit):
        from tests.server.visits.darkroom.test_sound import m4a

        whole = arrive(kept_visit, m4a(), mime="audio/mp4", role="recording")
        noise = arrive(kept_visit, b"noise", mime="audio/mp4", role="recording")
        develop()
        assert (whole.facts, whole.flags) == ({"duration_ms": 61_500}, [])
        assert noise.flags == ["unreadable_not-a-recording"]

    def test_never_opens_a_file_that_is_neither_photo_nor_recording(self, kept_visit):
        arrive(kept_visit, b"%PDF-1.7", mime="application/pdf", role="file")
        assert develop() == 0


class TestCamera:
    def test_compares_time_and_place_with_the_signed_record_and_keeps_no_position(self, kept_visit):
        exif = Image.Exif()
        exif.get_ifd(0x8769)[0x9003] = "2026:12:02 10:04:31"
        exif.get_ifd(0x8825).update({1: "N", 2: (23.0, 0.0, 0.0), 3: "E", 4: (114.0, 3.0, 0.0)})
        file = arrive(kept_visit, scene(2, exif))
        file.taken_at = ARRIVED + timedelta(days=1)
        db.session.commit()
        develop()
        assert {"camera_time_differs", "camera_place_differs"} <= set(file.flags)
        assert 40_000 < file.facts["camera"]["distance_m"] < 60_000
        assert "position" not in str(file.facts)

    def test_takes_a_photo_without_any_of_it_for_what_it_is(self, kept_visit):
        file = arrive(kept_visit, scene(2))
        develop()
        assert file.flags == []


class TestAlike:
    def test_flags_a_photo_that_looks_like_one_of_another_visit_even_turned(self, kept_visit, other_story):
        first = arrive(kept_visit, scene(3))
        develop()
        turned = io.BytesIO()
        Image.open(io.BytesIO(scene(3))).transpose(Image.Transpose.ROTATE_90).save(turned, "JPEG", quality=60)
        again, another = arrive(other_story, turned.getvalue()), arrive(other_story, scene(4))
        develop()
        assert again.flags == ["looks_like_another"]
        assert another.flags == []
        (told,) = shown.file(again)["alike"]
        assert (told["file_id"], told["visit_id"]) == (str(first.id), str(kept_visit.visit_id))

    def test_shows_nothing_of_another_creditors_visit_but_that_it_is_alike(self, kept_visit, other_story, creditors):
        arrive(kept_visit, scene(3))
        develop()
        again = arrive(other_story, scene(3, size=(320, 240)))
        db.session.get(Visit, other_story.visit_id).creditor_id = creditors["supplier"]
        db.session.commit()
        develop()
        assert [set(one) for one in shown.file(again)["alike"]] == [{"bits"}]

    def test_says_nothing_of_two_photos_of_one_visit(self, kept_visit):
        arrive(kept_visit, scene(3))
        again = arrive(kept_visit, scene(3, size=(320, 240)))
        develop()
        assert again.flags == []


class TestLostBytes:
    def test_are_flagged_and_hold_up_no_other_file(self, kept_visit):
        lost, other = arrive(kept_visit, scene(1)), arrive(kept_visit, scene(2))
        media.store().path(lost.sha256).unlink()
        assert develop() == 2
        assert "unreadable_absent" in db.session.get(VisitFile, lost.id).flags
        assert db.session.get(VisitFile, other.id).derivative_sha256 is not None
        assert db.session.scalars(select(Message).where(Message.kind == messages.RETAKE)).all() == []
