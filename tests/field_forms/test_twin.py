"""Python and TypeScript read forms alike: thousands of random answers and trees, and a planted fault that shows."""

import json
import math
from datetime import date
from functools import cache
from pathlib import Path
from random import Random

import pytest

from field_forms import expressions, sheets, xlsform
from field_forms.answers import check
from field_forms.definitions import newest
from tests.clients import typescript
from tests.field_forms import random_visits

FOLDER = Path(__file__).parent
VECTORS = json.loads((FOLDER.parent / "vectors" / "forms.json").read_text(encoding="utf-8"))
VISITS, EVERY, TREES = 1500, 1000, 4000


@cache
def every():
    return xlsform.compile_form(sheets.read((FOLDER / "every.md").read_bytes()))


@cache
def questions():
    random = Random(20261202)
    forms = {"visit": newest("visit"), "every": every()}
    asked = [{"do": "form", "name": name, "document": form.document} for name, form in forms.items()]
    expected = [None, None]
    for case in VECTORS["cases"]:
        ask_check(forms, "visit", case["answers"], case["today"], "en", asked, expected)
    for name, count in (("visit", VISITS), ("every", EVERY)):
        for number in range(count):
            make = random_visits.sound if number % 4 == 0 else random_visits.answers
            given = make(random, forms[name])
            ask_check(forms, name, given, "2026-12-02", random.choice(("zh", "en")), asked, expected)
    matches = [["regex", text, one] for text in random_visits.TEXTS for one in random_visits.PATTERNS]
    for tree in [random_visits.tree(random) for _ in range(TREES)] + matches:
        given = random_visits.scope(random)
        expressions.check(tree)
        scope = expressions.Scope(given["answers"], random_visits.TODAY, given["row"], given["own"])
        asked.append({"do": "evaluate", "tree": tree, "today": "2026-12-02"} | given)
        expected.append(expressions.evaluate(tree, scope))
    return asked, json.loads(json.dumps(expected))


def ask_check(forms, name, given, today, language, asked, expected):
    asked.append({"do": "check", "form": name, "given": given, "today": today, "language": language})
    checked = check(forms[name], given, today=date.fromisoformat(today), language=language)
    flaws = [[flaw.pointer, flaw.kind.value, flaw.message] for flaw in checked.flaws]
    expected.append([dict(checked.answers), flaws, checked.reveals_debt])


def differences(mutate=None):
    asked, expected = questions()
    if mutate:  # a fault shows in fewer
        asked, expected = asked[:2] + asked[1400::2], expected[:2] + expected[1400::2]
    found = typescript.ask(asked, mutate=mutate)
    assert len(found) == len(expected)
    return [
        (question, want, got) for question, want, got in zip(asked, expected, found, strict=True)
        if not is_same(want, got)
    ]  # fmt: skip


def is_same(want, got):
    """Tell whether two answers are the same JSON; Python alone would call 1 and true equal."""
    return json.dumps(want, sort_keys=True) == json.dumps(got, sort_keys=True)


class TestTwin:
    def test_agrees_on_every_random_visit_and_tree(self):
        assert differences()[:3] == []

    def test_is_asked_what_matters(self):
        asked, expected = questions()
        checked = [one for question, one in zip(asked, expected, strict=True) if question["do"] == "check"]
        kinds = [kind for _, flaws, _ in checked for _, kind, _ in flaws]
        assert {"required", "type", "choice", "constraint", "count", "pruned", "unknown"} == set(kinds)
        assert sum(not flaws for _, flaws, _ in checked) > 60
        trees = expected[-TREES:]
        assert all(sum(value is one for value in trees) > 200 for one in (True, False, None))
        assert sum(isinstance(value, str) for value in trees) > 50

    @pytest.mark.parametrize(
        "fault",
        [
            ("order <= 0", "order < 0"),
            ("? b : c", "? c : b"),
            ('padStart(digits, "0")', 'padStart(1, "0")'),
            ('"su"', '"u"'),
            ('item.type !== "calculate"', "true"),
            ("raw.slice(0, most)", "raw"),
            ("year >= 1 &&", ""),
            ("[...text].length", "text.length"),
        ],
        ids=lambda fault: fault[0],
    )
    def test_a_planted_fault_shows(self, fault):
        assert differences(mutate=fault)


def test_no_number_in_the_questions_differs_between_json_readers():
    def numbers(value):
        if isinstance(value, dict | list):
            for one in value.values() if isinstance(value, dict) else value:
                yield from numbers(one)
        elif isinstance(value, int | float):
            yield value

    asked, _ = questions()
    assert all(not float(n).is_integer() or isinstance(n, int) for n in numbers(asked) if not math.isnan(n))
