"""Trees give what the form author means, and never raise."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field_forms import expressions
from field_forms.expressions import NotAnExpression, Scope, check, check_pattern, evaluate, names

TODAY = date(2026, 12, 2)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def scope(own=None, row=None, **answers):
    return Scope(answers, TODAY, row, own)


class TestEvaluate:
    @pytest.mark.parametrize(
        ("tree", "expected"),
        [
            (7, 7),
            ("text", "text"),
            (None, None),
            (["today"], "2026-12-02"),
            (["and", True, True], True),
            (["and", True, None], False),
            (["and", True, 1], False),
            (["or", False, None, True], True),
            (["not", None], True),
            (["not", True], False),
            (["=", 3, "3.0"], True),
            (["=", None, None], True),
            (["=", True, 1], False),
            (["=", "a", "b"], False),
            (["!=", "a", "b"], True),
            (["<", 2, 3], True),
            (["<", 3, 3], False),
            (["<=", 3, 3], True),
            ([">", "12.50", 12], True),
            ([">=", "2026-12-02", ["today"]], True),
            ([">=", "2026-12-01", ["today"]], False),
            (["<", "a", "b"], False),
            (["<", None, 3], False),
            (["<", True, 3], False),
            (["+", 1, 2, 3], 6),
            (["+", 1, None], None),
            (["+", None, 1], None),
            (["+", "0.10", "0.20"], "0.3"),
            (["-", 5, 7], -2),
            (["*", 3, "1.5"], "4.5"),
            (["*", 9007199254740991, 2], None),
            (["if", True, "a", "b"], "a"),
            (["if", None, "a", "b"], "b"),
            (["in", "b", "a", "b"], True),
            (["in", None, "a", "b"], False),
            (["coalesce", None, 4, 5], 4),
            (["coalesce", None, None], None),
            (["selected", "text", "t"], False),
            (["answered", 0], True),
            (["answered", None], False),
            (["count", None], 0),
            (["sum", None], 0),
            (["length", "䶮𬱖"], 2),
            (["length", 7], 0),
            (["regex", "071X", "[0-9]{3}[0-9X]"], True),
            (["regex", "0717 ", "[0-9]{4}"], False),
            (["regex", "٠٧١٧", "\\d{4}"], False),
            (["regex", 717, "[0-9]{3}"], False),
            (["add_days", "2026-02-28", 1], "2026-03-01"),
            (["add_days", ["today"], -1], "2026-12-01"),
            (["add_days", "2026-02-30", 1], None),
            (["add_days", "9999-12-31", 1], None),
            (["add_days", ["today"], 99999999], None),
        ],
    )
    def test_gives_what_the_tree_says(self, tree, expected):
        check(tree)
        got = evaluate(tree, scope())
        assert (got, type(got)) == (expected, type(expected))

    def test_finds_the_present_row_before_the_form(self):
        assert evaluate(["field", "a"], scope(row={"a": 1}, a=2)) == 1
        assert evaluate(["field", "b"], scope(row={"a": 1}, b=2)) == 2
        assert evaluate(["field", "c"], scope()) is None

    def test_knows_the_answer_itself(self):
        assert evaluate([">", ["self"], 3], scope(own=4)) is True

    def test_adds_up_a_column_of_a_repeat_without_the_rows_left_empty(self):
        rows = [{"fen": 100}, {}, {"fen": 250}]
        assert evaluate(["sum", ["each", "rows", "fen"]], scope(rows=rows)) == 350
        assert evaluate(["count", ["each", "rows", "fen"]], scope(rows=rows)) == 2
        assert evaluate(["each", "rows", "fen"], scope(rows="junk")) == []

    def test_selects_from_many(self):
        assert evaluate(["selected", ["field", "told"], "identity"], scope(told=["no_cash", "identity"])) is True
        assert evaluate(["selected", ["field", "told"], "ident"], scope(told=["identity"])) is False

    def test_does_not_match_overlong_text(self):
        assert evaluate(["regex", "a" * 201, "a*"], scope()) is False

    @given(JUNK, JUNK)
    @pytest.mark.parametrize("head", sorted(expressions.OPERATIONS))
    def test_never_raises_whatever_the_answers(self, head, one, other):
        least, _, _ = expressions.OPERATIONS[head]
        arguments = [["field", "one"], ["field", "other"], ["self"]][: max(least, 1)]
        tree = [head, ["field", "one"], "[a-z]*"] if head == "regex" else [head, *arguments]
        check(tree)
        evaluate(tree, scope(own=one, one=one, other=other))

    @given(JUNK)
    def test_never_raises_on_a_column_of_junk(self, junk):
        evaluate(["sum", ["each", "rows", "x"]], scope(rows=junk))


class TestCheck:
    @pytest.mark.parametrize(
        ("tree", "message"),
        [
            (1.5, "not float"),
            ({"a": 1}, "not dict"),
            ([], "unknown operation"),
            (["system", "ls"], "unknown operation"),
            ([["today"]], "unknown operation"),
            (["field"], "unknown operation"),
            (["field", 3], "unknown operation"),
            (["not"], "not takes 1 to 1 arguments, got 0"),
            (["if", True, 1], "if takes 3 to 3"),
            (["and", ["nope"]], "unknown operation"),
        ],
    )
    def test_refuses_what_is_no_expression(self, tree, message):
        with pytest.raises(NotAnExpression, match=message):
            check(tree)

    def test_refuses_a_tree_without_bottom(self):
        tree = True
        for _ in range(expressions.MAX_DEPTH):
            tree = ["not", tree]
        check(tree)
        with pytest.raises(NotAnExpression, match="deeper"):
            check(["not", tree])

    def test_looks_into_patterns(self):
        with pytest.raises(NotAnExpression, match="pattern"):
            check(["regex", ["self"], "(a+)+"])


class TestCheckPattern:
    @pytest.mark.parametrize("pattern", ["[0-9]{3}[0-9X]", "1[3-9]\\d{9}", "(a|b)-c", "[一-龥]{1,20}"])
    def test_takes_what_both_sides_read_alike(self, pattern):
        check_pattern(pattern)

    @pytest.mark.parametrize(
        "pattern",
        [
            "(?<=a)b",
            "(?P<n>a)",
            "(?:a)",
            "(a+)+",
            "(a|a)*",
            "((a))",
            "\\1",
            "\\bword",
            "\\p{Han}",
            "a*b*c*d*",
            "[",
            7,
            "a" * 121,
        ],
    )
    def test_refuses_what_could_differ_or_run_away(self, pattern):
        with pytest.raises(NotAnExpression):
            check_pattern(pattern)


class TestNames:
    def test_lists_every_question_looked_at(self):
        tree = ["and", ["=", ["field", "a"], 1], ["not", ["sum", ["each", "rows", "x"]]], ["self"], "field"]
        assert list(names(tree)) == ["a", "rows", "x"]

    def test_is_empty_for_a_literal(self):
        assert list(names(None)) == []


class TestNumber:
    @pytest.mark.parametrize("value", [True, None, "1e3", "1.23456", "NaN", "", " 1", "1.", [], 1.5])
    def test_takes_nothing_but_whole_numbers_and_decimal_texts(self, value):
        assert expressions.number(value) is None

    def test_is_exact(self):
        assert expressions.number("0.10") == Decimal("0.1")


class TestPlain:
    @pytest.mark.parametrize(("value", "shown"), [("2.50", "2.5"), ("3.00", 3), ("100", 100), ("-0.5", "-0.5")])
    def test_writes_a_number_as_an_answer_holds_it(self, value, shown):
        assert expressions.plain(Decimal(value)) == shown


class TestDay:
    @pytest.mark.parametrize("value", ["2026-2-3", "20260203", "2026-13-01", "", None, 20260204, "2026-01-01T00:00"])
    def test_takes_only_full_iso_dates(self, value):
        assert expressions.day(value) is None
