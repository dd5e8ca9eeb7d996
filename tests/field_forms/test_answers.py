"""Answers are judged, pruned and never refused; the shared vectors hold this side and the phone to one reading."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from field_forms.answers import MAX_TEXT, FlawKind, check, fits, is_empty, pointer
from field_forms.definitions import Kind, load, newest, walk

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "forms.json").read_text(encoding="utf-8"))
TODAY = date(2026, 12, 2)
LABEL = {"zh": "问", "en": "ask"}
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=10,
)
NAMES = [item.name for item in walk(newest("visit").items)]


def form(*items, **more):
    return load({"format": "doorstep.form/1", "id": "t", "version": "1", "title": LABEL, "items": list(items), **more})


def question(name="q", kind="text", **more):
    return {"name": name, "type": kind, "label": LABEL, **more}


def judged(a_form, answers):
    checked = check(a_form, answers, today=TODAY, language="en")
    return dict(checked.answers), [(flaw.pointer, flaw.kind.value) for flaw in checked.flaws]


class TestVectors:
    def test_are_for_the_form_that_is_shipped(self):
        found = newest("visit")
        assert VECTORS["form"] == {"id": found.id, "version": found.version, "digest": found.digest}

    @pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
    def test_hold(self, case):
        checked = check(newest("visit"), case["answers"], today=date.fromisoformat(case["today"]), language="en")
        got = {
            "answers": dict(checked.answers),
            "flaws": [[flaw.pointer, flaw.kind.value] for flaw in checked.flaws],
            "reveals_debt": checked.reveals_debt,
        }
        assert got == case["expected"]

    @pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
    def test_pruned_answers_prune_to_themselves(self, case):
        once = check(newest("visit"), case["answers"], today=TODAY, language="en")
        given = {name: value for name, value in once.answers.items() if name != "promised_fen"}
        again = check(newest("visit"), given, today=TODAY, language="en")
        assert again.answers == once.answers
        assert not [flaw for flaw in again.flaws if flaw.kind in {FlawKind.PRUNED, FlawKind.UNKNOWN, FlawKind.CHOICE}]


class TestCheck:
    def test_speaks_the_language_asked_for(self):
        texts = {
            language: check(newest("visit"), {"met": "nobody"}, today=TODAY, language=language).flaws[0].message
            for language in ("zh", "en")
        }
        assert texts == {"zh": "必填", "en": "an answer is required"}

    def test_takes_the_words_of_the_form_for_a_broken_rule(self):
        a_form = form(
            question(
                kind="integer", constraint=[">", ["self"], 0], constraint_message={"zh": "须为正", "en": "be positive"}
            )
        )
        assert check(a_form, {"q": 0}, today=TODAY, language="zh").flaws[0].message == "须为正"

    def test_treats_emptiness_as_no_answer(self):
        assert judged(form(question(required=True)), {"q": ""}) == ({}, [("/q", "required")])

    def test_reports_a_wrong_type_once_and_not_also_as_missing(self):
        assert judged(form(question(kind="integer", required=True)), {"q": "x"}) == ({}, [("/q", "type")])

    def test_hides_a_whole_group(self):
        group = question("g", "group", items=[question("b")], relevant=["=", ["field", "a"], "yes"])
        a_form = form(question("a"), group)
        assert judged(a_form, {"a": "no", "b": "x"}) == ({"a": "no"}, [("/b", "pruned")])
        assert judged(a_form, {"a": "yes", "b": "x"}) == ({"a": "yes", "b": "x"}, [])

    def test_an_inner_question_cannot_be_shown_by_a_hidden_group(self):
        inner = question("c", relevant=["=", ["field", "a"], "no"], required=True)
        a_form = form(question("a"), question("g", "group", items=[inner], relevant=["=", ["field", "a"], "yes"]))
        assert judged(a_form, {"a": "no"}) == ({"a": "no"}, [])

    def test_a_pruned_answer_counts_for_nothing_later(self):
        later = question("c", required=["answered", ["field", "b"]])
        a_form = form(question("a"), question("b", relevant=["=", ["field", "a"], "yes"]), later)
        assert judged(a_form, {"a": "no", "b": "x"})[1] == [("/b", "pruned")]

    def test_rules_inside_a_row_see_that_row(self):
        row = [
            question("x", "integer"),
            question("y", "integer", constraint=[">", ["self"], ["field", "x"]], constraint_message=LABEL),
        ]
        a_form = form(question("rows", "repeat", items=row))
        answers = {"rows": [{"x": 1, "y": 2}, {"x": 5, "y": 2}]}
        assert judged(a_form, answers) == (answers, [("/rows/1/y", "constraint")])

    def test_computes_inside_rows_and_ignores_what_was_sent_for_it(self):
        a_form = form(
            question(
                "rows",
                "repeat",
                items=[question("x", "integer"), question("double", "calculate", calculation=["*", ["field", "x"], 2])],
            )
        )
        assert judged(a_form, {"rows": [{"x": 4, "double": 99}]}) == ({"rows": [{"x": 4, "double": 8}]}, [])

    def test_keeps_no_more_rows_than_the_form_allows(self):
        a_form = form(question("rows", "repeat", items=[question("x")], most=2))
        assert judged(a_form, {"rows": [{"x": "1"}] * 3}) == ({"rows": [{"x": "1"}] * 2}, [("/rows", "count")])

    def test_prunes_a_repeat_that_is_not_to_be_asked(self):
        a_form = form(question("rows", "repeat", items=[question("x", required=True)], relevant=False, least=1))
        assert judged(a_form, {"rows": [{}]}) == ({}, [("/rows", "pruned")])

    def test_offers_a_choice_only_while_it_holds(self):
        choices = {
            "c": [{"value": "v", "label": LABEL, "when": ["=", ["field", "a"], "yes"]}, {"value": "w", "label": LABEL}]
        }
        a_form = form(question("a"), question("q", "select_many", choices="c"), choices=choices)
        assert judged(a_form, {"a": "yes", "q": ["w", "v"]}) == ({"a": "yes", "q": ["v", "w"]}, [])
        assert judged(a_form, {"a": "no", "q": ["w", "v"]}) == ({"a": "no", "q": ["w"]}, [("/q", "choice")])

    def test_bounds_what_it_says_about_strangers(self):
        _, flaws = judged(form(question()), {f"x{n}": 1 for n in range(5000)})
        assert len(flaws) == 200

    def test_does_not_change_the_answers_given(self):
        given = {"rows": [{"x": 4}], "stranger": {}}
        judged(form(question("rows", "repeat", items=[question("x", "integer")])), given)
        assert given == {"rows": [{"x": 4}], "stranger": {}}

    @settings(max_examples=300, deadline=None)
    @given(
        JUNK
        | st.dictionaries(
            st.sampled_from(NAMES), JUNK | st.sampled_from(["debtor", "1", "yes", ["identity"], [{}]]), max_size=12
        )
    )
    def test_never_raises_whatever_arrives(self, answers):
        checked = check(newest("visit"), answers, today=TODAY, language="zh")
        json.dumps(dict(checked.answers), allow_nan=False)
        assert all(flaw.message for flaw in checked.flaws)


class TestFits:
    @pytest.mark.parametrize(
        ("kind", "raw"),
        [
            (Kind.TEXT, "x" * MAX_TEXT),
            (Kind.INTEGER, 9007199254740991),
            (Kind.DECIMAL, "-12.5000"),
            (Kind.DATE, "2028-02-29"),
            (Kind.SELECT_ONE, "a"),
            (Kind.SELECT_MANY, ["a", "b"]),
            (Kind.ACKNOWLEDGE, True),
            (Kind.GEOPOINT, {"lon_e6": 114057868, "lat_e6": 22543099, "datum": "WGS-84", "accuracy_m": 8}),
            (Kind.IMAGE, "0197e8a0-0000-7000-8000-000000000001"),
        ],
    )
    def test_takes_the_right_shape(self, kind, raw):
        assert fits(kind, raw)

    @pytest.mark.parametrize(
        ("kind", "raw"),
        [
            (Kind.TEXT, "x" * (MAX_TEXT + 1)),
            (Kind.TEXT, 3),
            (Kind.INTEGER, True),
            (Kind.INTEGER, 1.0),
            (Kind.INTEGER, "1"),
            (Kind.INTEGER, 9007199254740992),
            (Kind.DECIMAL, 12.5),
            (Kind.DECIMAL, "1e9"),
            (Kind.DATE, "2027-02-29"),
            (Kind.SELECT_ONE, ["a"]),
            (Kind.SELECT_MANY, "a"),
            (Kind.SELECT_MANY, ["a", 3]),
            (Kind.ACKNOWLEDGE, "yes"),
            (Kind.ACKNOWLEDGE, 1),
            (Kind.GEOPOINT, {"lon_e6": 114057868, "lat_e6": 22543099, "accuracy_m": 8}),
            (Kind.GEOPOINT, {"lon_e6": 114.05, "lat_e6": 22543099, "datum": "WGS-84", "accuracy_m": 8}),
            (Kind.GEOPOINT, {"lon_e6": 181_000_000, "lat_e6": 0, "datum": "WGS-84", "accuracy_m": 8}),
            (Kind.GEOPOINT, "114,22"),
            (Kind.IMAGE, "../../etc/passwd"),
            (Kind.NOTE, "x"),
        ],
    )
    def test_refuses_another_shape(self, kind, raw):
        assert not fits(kind, raw)


class TestIsEmpty:
    @pytest.mark.parametrize("value", [0, False, " ", [None], {"a": None}])
    def test_zero_and_no_are_answers(self, value):
        assert not is_empty(value)

    @pytest.mark.parametrize("value", [None, "", [], {}])
    def test_nothing_is_nothing(self, value):
        assert is_empty(value)


class TestPointer:
    def test_escapes_and_bounds_the_name(self):
        assert pointer("/a", "x/y~z") == "/a/x~1y~0z"
        assert len(pointer("", "x" * 500)) == 81
