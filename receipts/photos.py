"""Photos and recordings on paper: the pictures with number, time and hash, and the list of recordings. Pure."""

from collections.abc import Sequence

from reportlab.lib.units import mm

from receipts import blocks, images, marks, wording
from receipts.blocks import Align, Column
from receipts.facts import PhotoFacts, RecordingFacts
from receipts.lettering import FINE, SMALL
from receipts.page import LEFT, SHADE, WIDTH, Sheet

_GAP = 3 * mm
_ASPECT = 0.75
_CAPTION_LINES = 3
_FAULTS = {
    images.PhotoFault.EMPTY: "照片文件为空",
    images.PhotoFault.NOT_A_PHOTO: "不是可识别的照片格式",
    images.PhotoFault.TOO_LARGE: "照片像素过大",
    images.PhotoFault.BROKEN: "照片文件不完整",
}


def row_height(count: int) -> float:
    """Return the height in points of one row of that many photos, captions included."""
    return _photo_width(count) * _ASPECT + _CAPTION_LINES * FINE.leading + 4 * mm


def _per_row(count: int) -> int:
    return 2 if count <= 2 or count == 4 else 3  # noqa: PLR2004 - two by two, else threes


def _photo_width(count: int) -> float:
    per_row = _per_row(count)
    return (WIDTH - (per_row - 1) * _GAP) / per_row


def photo_rows(sheet: Sheet, photos: Sequence[PhotoFacts]) -> None:
    """Lay out photos, two or three to a row; one that cannot be printed leaves its verdict and a flag."""
    per_row, width = _per_row(len(photos)), _photo_width(len(photos))
    for start in range(0, len(photos), per_row):
        sheet.need(row_height(len(photos)))
        for number, photo in enumerate(photos[start : start + per_row]):
            _photo(sheet, photo, marks.Box(LEFT + number * (width + _GAP), sheet.y, width, width * _ASPECT))
        sheet.y += row_height(len(photos))


def _photo(sheet: Sheet, photo: PhotoFacts, box: marks.Box) -> None:
    sheet.fill(box, SHADE)
    made = photo.content if isinstance(photo.content, images.PrintPhoto) else images.for_print(photo.content)
    if isinstance(made, images.PrintPhoto):
        picture = made
        sheet.step(lambda canvas: marks.draw_photo(canvas, picture, box))
    else:
        sheet.flag(f"photo-{made.fault} {photo.photo_no}")
        lines = sheet.set(f"{_FAULTS[made.fault]}, 原件按指纹留存", SMALL, box.width - 4 * mm)
        sheet.lines(lines, SMALL, box.x + 2 * mm, box.y + box.height / 2 - SMALL.leading)
    sheet.frame(box)
    captions = (
        f"{photo.photo_no}　{photo.subject}",
        wording.moment(photo.taken_at),
        f"指纹 {photo.sha256.removeprefix('sha256:')[:24]}",
    )
    for row, caption in enumerate(captions):
        y = box.y + box.height + 1 * mm + row * FINE.leading
        sheet.lines(sheet.fit(caption, FINE, box.width), FINE, box.x, y)


def recording_table(sheet: Sheet, recordings: Sequence[RecordingFacts]) -> None:
    """List recordings by number, start, length and hash."""
    blocks.table(
        sheet,
        (
            Column("类型", 10),
            Column("编号", 22),
            Column("开始时间", 26),
            Column("时长", 12, Align.RIGHT),
            Column("指纹 (SHA-256 前24位)", 34),
        ),
        [
            (
                one.medium,
                one.recording_no,
                wording.moment(one.started_at),
                "未知" if one.duration_s is None else f"{one.duration_s // 60}分{one.duration_s % 60:02d}秒",
                one.sha256.removeprefix("sha256:")[:24],
            )
            for one in recordings
        ],
    )
