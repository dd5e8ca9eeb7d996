"""Our evaluator against ODK's own engine: the same visit gives the same questions, values and complaints.

What both are compared in, question by question: is it asked, what is its value, which rule does it break. A count of
rows is not compared, for ODK knows no least number of rows.
"""

import json
import os
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from random import Random

from field_forms import definitions, sheets, xform, xlsform
from field_forms.answers import check, pointer
from field_forms.definitions import Kind
from tests.clients import typescript
from tests.field_forms import random_visits

VISIT = Path(definitions.__file__).parent / "forms" / "visit.md"
EVERY = Path(__file__).parent / "every.md"
VISITS, OTHERS = (1500, 500) if os.environ.get("DOORSTEP_SOAK") else (120, 80)
KINDS = {"required", "constraint"}
NUMBERS = {Kind.INTEGER, Kind.DECIMAL, Kind.CALCULATE}


@cache
def compiled(path):
    found = sheets.read(path.read_bytes())
    form = xlsform.compile_form(found)
    return form, xform.build(found, form)


def visits(random, form, count):
    """Return visits as a person can make them: no choice that is not offered, no answer where none is asked."""
    made = []
    for number in range(count):
        made_by = random_visits.sound if number % 3 == 0 else random_visits.answers
        given = made_by(random, form, **({} if number % 3 == 0 else {"junk": 0}))
        made.append(settled(form, given))
    return made


def settled(form, given):
    calculated = {item.name for item in definitions.walk(form.items) if item.kind is Kind.CALCULATE}

    def asked(one):
        if isinstance(one, list):
            return [asked(row) for row in one]
        return {k: asked(v) for k, v in one.items() if k not in calculated} if isinstance(one, dict) else one

    for _ in range(4):
        given = asked(dict(check(form, given, today=random_visits.TODAY, language="en").answers))
    return given


def ours(form, given):
    """Return what our evaluator makes of a visit in the words of the ODK engine: pointer → value, broken rule."""
    checked = check(form, given, today=random_visits.TODAY, language="en")
    broken = {flaw.pointer: flaw.kind.value for flaw in checked.flaws if flaw.kind in KINDS}
    return {where: (text(item, value), broken.get(where)) for where, item, value in walk(form.items, checked.answers)}


def walk(items, answers, at=""):
    for item in items:
        if item.kind is Kind.GROUP:
            yield from walk(item.items, answers, at)
        elif item.kind is Kind.REPEAT:
            for number, row in enumerate(answers.get(item.name) or []):
                yield from walk(item.items, row, f"{pointer(at, item.name)}/{number}")
        elif item.kind is not Kind.NOTE:
            yield pointer(at, item.name), item, answers.get(item.name)


def text(item, value):
    match item.kind, value:
        case _, None:
            return ""
        case Kind.SELECT_MANY, _:
            return sorted(value)
        case Kind.ACKNOWLEDGE, _:
            return "OK"
        case Kind.IMAGE, _:
            return f"{value}.jpg"
        case Kind.GEOPOINT, _:
            return "fix"
    return plain(str(value)) if item.kind in NUMBERS else str(value)


def theirs(form, told):
    """Return what the ODK engine said, without the questions it does not ask."""
    items = {item.name: item for item in definitions.walk(form.items)}
    return {
        where: (said(items[where.rsplit("/", 1)[1]].kind, value), condition)
        for where, (value, condition) in told.items()
        if items[where.rsplit("/", 1)[1]].kind not in {Kind.NOTE, Kind.REPEAT}
    }


def said(kind, value):
    if kind is Kind.SELECT_MANY:
        return sorted(value.split()) or ""
    if kind is Kind.GEOPOINT:
        return "fix" if value else ""
    return plain(value) if kind in NUMBERS and value else value


def plain(value):
    """Return a number's text to six decimals, for XPath counts in floats; any other text as it is."""
    try:
        return f"{round(Decimal(value), 6).normalize():f}"
    except InvalidOperation:
        return value


def differences(path, seed, count, *, change=None):
    form, xml = compiled(path)
    given = visits(Random(seed), form, count)
    xml = xml.replace(*change) if change else xml
    today = random_visits.TODAY.isoformat()
    asked = [{"do": "form", "xform": xml, "today": today}, *({"do": "visit", "given": one} for one in given)]
    told = typescript.ask(asked, script="odk.mjs")[1:]
    assert len(told) == count
    found = []
    for one, said in zip(given, told, strict=True):
        mine, other = ours(form, one), theirs(form, said)
        off = {
            where: (mine.get(where), other.get(where))
            for where in mine.keys() | other.keys()
            if (mine.get(where, ("", None)) != other.get(where, ("", None)))
        }
        if off:
            found.append((one, off))
    return found


class TestOdkEngine:
    def test_reads_the_visit_form_as_we_do(self):
        found = differences(VISIT, 20261202, VISITS)
        assert found[:2] == []

    def test_reads_every_feature_as_we_do(self):
        assert differences(EVERY, 7, OTHERS)[:2] == []

    def test_an_xform_with_a_planted_fault_shows(self):
        assert differences(VISIT, 3, 60, change=("/data/meeting/is_adult  = 'yes'", "/data/meeting/is_adult  = 'no'"))

    def test_is_given_visits_that_are_sound(self):
        form, _ = compiled(VISIT)
        given = visits(Random(20261202), form, 400)
        sound = [one for one in given if not check(form, one, today=random_visits.TODAY, language="en").flaws]
        assert len(sound) > 60
        assert {one["outcome"] for one in sound} == {str(code) for code in range(1, 15)}
        assert json.dumps(given)
