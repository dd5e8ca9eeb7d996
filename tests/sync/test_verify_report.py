"""The report of a verification: whether it holds, and as text."""

import pytest

from sync import verify


class TestTextOf:
    def test_marks_what_failed(self):
        report = verify.Report((verify.Check("bag", is_ok=False, found=("x is missing",)),), ("much",))
        assert verify.text_of(report) == "FAIL bag\n       x is missing\n\nNot proven:\n  - much\n\nNOT VERIFIED\n"


class TestReport:
    @pytest.mark.parametrize(("oks", "is_ok"), [((), True), ((True,), True), ((True, False), False)])
    def test_holds_when_every_check_holds(self, oks, is_ok):
        assert verify.Report(tuple(verify.Check("x", is_ok=ok, found=()) for ok in oks), ()).is_ok is is_ok
