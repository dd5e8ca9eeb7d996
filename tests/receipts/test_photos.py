from dataclasses import replace

import pytest

from receipts import photos
from receipts.facts import RecordingFacts
from receipts.images import for_print
from receipts.page import LEFT, TOP, WIDTH, Sheet, Title
from tests.receipts import reading, sample


@pytest.fixture
def sheet():
    return Sheet(Title("样张", "Specimen"), sample.PARTY, sample.SEAL)


class TestPhotoRows:
    def test_captions_each_with_number_subject_time_and_hash(self, sheet):
        photos.photo_rows(sheet, [sample.photo(1), sample.photo(2)])
        text = reading.text_of(sheet.finish().pdf)
        for expected in ("P-01门牌", "P-02门牌", "2026-12-0210:04:31", "指纹" + "01" * 12, "指纹" + "02" * 12):
            assert expected in text

    def test_shows_the_picture(self, sheet):
        red = sample.photo(1, sample.photo_bytes(colour=(200, 0, 0)))
        photos.photo_rows(sheet, [red])
        image = reading.picture(sheet.finish().pdf, dpi=72)
        red_part, green_part, _ = image.getpixel((round(LEFT + 60), round(TOP + 20)))
        assert red_part > 180
        assert green_part < 40

    def test_prints_a_picture_made_for_print_as_the_photo_it_was_made_of(self, sheet):
        original = sample.photo(1, sample.photo_bytes((2000, 1500)))
        made = replace(original, content=for_print(original.content))
        photos.photo_rows(sheet, [made])
        other = Sheet(Title("样张", "Specimen"), sample.PARTY, sample.SEAL)
        photos.photo_rows(other, [original])
        assert sheet.finish().pdf == other.finish().pdf

    def test_prints_a_verdict_for_a_broken_photo_and_flags_it(self, sheet):
        whole = sample.photo_bytes((2000, 1500))
        photos.photo_rows(
            sheet, [sample.photo(1), sample.photo(2, whole[: len(whole) // 2]), sample.photo(3, b"<svg/>")]
        )
        paper = sheet.finish()
        assert paper.flags == ("photo-broken P-02", "photo-not-a-photo P-03")
        text = reading.text_of(paper.pdf)
        assert "照片文件不完整,原件按指纹留存" in text
        assert "不是可识别的照片格式" in text

    @pytest.mark.parametrize(("count", "rows"), [(1, 1), (2, 1), (3, 1), (4, 2), (5, 2), (6, 2)])
    def test_fills_rows_of_two_or_three(self, sheet, count, rows):
        photos.photo_rows(sheet, [sample.photo(number) for number in range(count)])
        assert sheet.y - TOP == pytest.approx(rows * photos.row_height(count))

    def test_goes_on_on_the_next_page(self, sheet):
        photos.photo_rows(sheet, [sample.photo(number) for number in range(20)])
        paper = sheet.finish()
        assert paper.pages == 2
        text = reading.text_of(paper.pdf)
        assert all(f"P-{number:02d}" in text for number in range(20))

    def test_cuts_a_long_caption_at_its_photo(self, sheet):
        long = sample.photo(1)
        long = type(long)("P" * 300, long.taken_at, long.sha256, long.content, "门" * 300)
        photos.photo_rows(sheet, [long, long])
        image = reading.picture(sheet.finish().pdf, dpi=144)
        middle = LEFT + WIDTH / 2
        caption = TOP + photos.row_height(2) - 40
        assert reading.ink_share(image, (middle - 3, caption, middle + 3, caption + 10)) == 0


class TestRecordingTable:
    def test_lists_number_start_length_and_hash(self, sheet):
        photos.recording_table(sheet, [RecordingFacts("R-07", sample.ARRIVED_AT, 2712, "sha256:" + "d1" * 32, "录像")])
        assert "录像R-072026-12-0210:04:3145分12秒" + "d1" * 12 in reading.text_of(sheet.finish().pdf)
