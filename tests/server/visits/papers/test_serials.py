"""Serials are drawn one after the other, each once."""

from datetime import date

from receipts import serials
from receipts.serials import PaperKind
from server.db import begin_write, db
from server.visits.papers.serials import draw

DAY = date(2026, 12, 2)


class TestDraw:
    def test_counts_within_a_kind_and_a_day(self, in_app):
        begin_write()
        drawn = [
            draw(PaperKind.VISIT_RECEIPT, on=DAY),
            draw(PaperKind.VISIT_RECEIPT, on=DAY),
            draw(PaperKind.PROMISE, on=DAY),
            draw(PaperKind.VISIT_RECEIPT, on=date(2026, 12, 3)),
        ]
        read = [serials.read(one) for one in drawn]
        assert [(one.kind.value, one.on.day, one.number) for one in read] == [
            ("HZ", 2, 1), ("HZ", 2, 2), ("CN", 2, 1), ("HZ", 3, 1),
        ]  # fmt: skip

    def test_goes_on_after_a_commit_and_back_after_a_rollback(self, in_app):
        begin_write()
        draw(PaperKind.VISIT_RECEIPT, on=DAY)
        db.session.commit()
        begin_write()
        assert serials.read(draw(PaperKind.VISIT_RECEIPT, on=DAY)).number == 2
        db.session.rollback()
        begin_write()
        assert serials.read(draw(PaperKind.VISIT_RECEIPT, on=DAY)).number == 2
