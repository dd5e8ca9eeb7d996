from datetime import date

import pytest

from server.cases.faults import Code, Verdict
from server.cases.mapping import FileKind, guess
from server.cases.payments import FedPayment, PaymentKind, kind_of, read_payments
from server.cases.workbook import Cell, Row, Sheet, Workbook, read_workbook

HEADERS = ["案件序列号", "入账日期", "入账金额", "摘要", "流水号"]
GOOD = ("A1", "2026-12-15", "762.56", "还款", "LS1")


def read(*rows, headers=HEADERS, known=None, case_nos=frozenset({"A1"})):
    lines = [Row(n, tuple(Cell(text) for text in texts)) for n, texts in enumerate([headers, *rows], 1)]
    book = Workbook((Sheet("", tuple(lines)),), "0" * 64, "utf-8")
    template = guess(book, kind=FileKind.PAYMENTS)
    return read_payments(book, template=template, known_case_nos=case_nos, known=known or {})


def codes(feed):
    return [fault.code for fault in feed.faults]


class TestReadPayments:
    def test_reads_an_entry(self):
        assert read(GOOD).payments == (FedPayment("A1", date(2026, 12, 15), 76_256, PaymentKind.PAYMENT, "LS1"),)

    def test_reports_a_case_nobody_placed(self):
        feed = read(("B9", *GOOD[1:]))
        assert (codes(feed), feed.payments, feed.count(Verdict.REFUSED)) == ([Code.UNKNOWN_CASE], (), 1)

    def test_takes_a_reversal_as_negative(self):
        (payment,) = read(("A1", "2026-12-05", "-20.00", "冲正", "LS2")).payments
        assert (payment.kind, payment.amount_fen) == (PaymentKind.REVERSAL, -2_000)

    @pytest.mark.parametrize(
        ("row", "code"),
        [
            (("", *GOOD[1:]), Code.MISSING_CASE_NO),
            (("A1", "", *GOOD[2:]), Code.MISSING_DATE),
            (("A1", "2026-02-30", *GOOD[2:]), Code.BAD_DATE),
            (("A1", "2026-12-15", "", "还款", "LS1"), Code.MISSING_AMOUNT),
            (("A1", "2026-12-15", "很多", "还款", "LS1"), Code.BAD_AMOUNT),
            (("A1", "2026-12-15", "0", "还款", "LS1"), Code.BAD_AMOUNT),
            (("A1", "2026-12-15", "20", "冲正", "LS1"), Code.BAD_AMOUNT),
        ],
        ids=["no case", "no day", "no such day", "no amount", "no figure", "zero", "positive reversal"],
    )
    def test_refuses_what_is_no_fact(self, row, code):
        feed = read(row)
        assert code in codes(feed)
        assert feed.payments == ()

    def test_refuses_the_second_of_two_equal_serials(self):
        feed = read(GOOD, ("A1", "2026-12-16", "1", "还款", "LS1"))
        assert (len(feed.payments), codes(feed)) == (1, [Code.DUPLICATE_SERIAL])

    def test_takes_the_same_entry_again_and_refuses_another_under_its_number(self):
        known = {"LS1": read(GOOD).payments[0]}
        assert codes(read(GOOD, known=known)) == []
        assert codes(read(("A1", "2026-12-15", "762.57", "还款", "LS1"), known=known)) == [Code.CHANGED_ENTRY]

    def test_tells_equal_entries_without_serials_apart_by_their_order(self):
        rows = [GOOD[:4], GOOD[:4]]
        feed = read(*rows, headers=HEADERS[:4])
        first, second = (payment.reference for payment in feed.payments)
        assert first != second
        assert [payment.reference for payment in read(*rows, headers=HEADERS[:4]).payments] == [first, second]

    def test_reads_the_shared_feed_with_its_reversal_and_its_unknown_case(self, shared_data):
        book = read_workbook((shared_data / "portfolios" / "payments_2026-12.csv").read_bytes())
        nos = frozenset(row.text(0) for row in book.sheets[0].rows) - {"KC20261199999"}
        feed = read_payments(book, template=guess(book, kind=FileKind.PAYMENTS), known_case_nos=nos, known={})
        assert (len(feed.results), feed.count(Verdict.ACCEPTED), codes(feed)) == (50, 49, [Code.UNKNOWN_CASE])
        kinds = [payment.kind for payment in feed.payments]
        assert (kinds.count(PaymentKind.SETTLEMENT), kinds.count(PaymentKind.REVERSAL)) == (8, 1)


class TestKindOf:
    @pytest.mark.parametrize(
        ("summary", "fen", "kind"),
        [
            ("还款", 1, PaymentKind.PAYMENT),
            ("结清", 1, PaymentKind.SETTLEMENT),
            ("冲正", -1, PaymentKind.REVERSAL),
            ("还款", -1, PaymentKind.REVERSAL),
            ("结清冲正", -1, PaymentKind.REVERSAL),
        ],
    )
    def test_goes_by_words_and_sign(self, summary, fen, kind):
        assert kind_of(summary, amount_fen=fen) is kind
