"""The creditors' files of the shared test data, imported twice: the faults that were found in them, every fen once."""

import csv
import io
from decimal import Decimal

import sqlalchemy as sa

from server.cases.models import Address, Case, Party, PaymentFact
from server.db import db


def count(model):
    db.session.rollback()  # what a refused request left behind is gone with its context
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


class TestSharedFiles:
    def test_import_with_exactly_the_faults_found_and_twice_without_a_change(self, desk, other_desk, shared_data):
        folder = shared_data / "portfolios"
        cards = (folder / "bank_cards_KC-202611-03.xlsx").read_bytes()
        trade = (folder / "trade_receivables_gb18030.csv").read_bytes()
        first = desk.commit(desk.read(cards)).json
        assert [first[name] for name in ("rows", "accepted", "flagged", "refused")] == [247, 240, 3, 4]
        assert {total["difference_fen"] for total in first["totals"].values()} == {0}
        assert first["totals"]["total"]["file_fen"] == 2_206_441_900
        second = other_desk.commit(other_desk.read(trade)).json
        assert [second[name] for name in ("rows", "accepted", "flagged", "refused")] == [60, 60, 0, 0]
        before = (count(Case), count(Party), count(Address))
        assert before[0] == 303
        assert desk.commit(desk.read(cards)).json["changes"] == {"created": 0, "updated": 0, "unchanged": 243}
        assert other_desk.commit(other_desk.read(trade)).json["changes"]["unchanged"] == 60
        assert (count(Case), count(Party), count(Address)) == before

    def test_account_for_every_fen_of_the_feed_and_change_nothing_when_it_comes_twice(self, desk, shared_data):
        """The sum is taken here from the file's own lines, and from what is stored: not from what the server told."""
        folder = shared_data / "portfolios"
        desk.commit(desk.read((folder / "bank_cards_KC-202611-03.xlsx").read_bytes()))
        content = (folder / "payments_2026-12.csv").read_bytes()
        lines = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
        total = sum(round(Decimal(line["入账金额"]) * 100) for line in lines)
        read = desk.read(content, path="/v1/payments/imports", name="feed.csv")
        told, first = read.json["reckoning"], desk.commit(read).json
        assert total == told["total_fen"] == told["allocated_fen"] + told["unmatched_fen"] + told["reversed_fen"] != 0
        assert told["unreadable"] == 0
        assert first["changes"]["created"] > 40
        stored = (booked(of_a_case=True), booked(of_a_case=False), owed(), count(PaymentFact))
        assert stored[:2] == (told["allocated_fen"] + told["reversed_fen"], told["unmatched_fen"])
        again = desk.read(content, path="/v1/payments/imports", name="feed.csv")
        assert again.json["reckoning"] == told
        assert desk.commit(again).json["changes"]["created"] == 0
        assert (booked(of_a_case=True), booked(of_a_case=False), owed(), count(PaymentFact)) == stored


def booked(*, of_a_case):
    """The sum of the payment facts of cases that are known, or of none, in fen; reversals are negative."""
    db.session.rollback()
    known = PaymentFact.case_id.is_not(None)
    query = sa.select(sa.func.coalesce(sa.func.sum(PaymentFact.amount_fen), 0))
    return db.session.scalar(query.where(known if of_a_case else ~known))


def owed():
    """What all cases owe together, in fen."""
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.sum(Case.outstanding_fen)))
