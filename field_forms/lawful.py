"""What a visit form must keep to, whoever wrote it: nothing shown to those who owe nothing, no money taken. Pure.

Source: docs/compliance.md §3.6 (third parties), §3.5 (no cash); the outcome codes of `outcomes.py`.
"""

import re
from collections.abc import Iterator
from datetime import date

from field_forms import answers, outcomes
from field_forms.definitions import Form, Item, Kind, walk
from field_forms.expressions import Scope, evaluate
from field_forms.outcomes import OUTCOMES, OWING, NextStep, Who

NEEDED = ("met", "outcome", "next_step")
PAPERS = frozenset({"delivered", "signing", "signature", "confirmed_fen", "instalments", "photo_paper"})
"""Questions that show or hand over something of the debt; never asked of a third party."""
_MONEY_TAKEN = re.compile(r"received|paid|collected|handed_in|takings|(?:^|_)(?:cash|money|taken)(?:_|$)")
_MONEY_TAKEN_SAID = re.compile(r"收到|收取|收款|实收|代收|现金|(?i:\b(?:received|cash|collected|taken|handed in)\b)")
"""What a question's name, or the words of a question for a number, must not hold."""
_ANY_DAY = date(2026, 1, 1)


def faults(form: Form) -> tuple[str, ...]:
    """Return what keeps a form from being used at the door, in words for its author; nothing for a lawful one."""
    items = {item.name: item for item in walk(form.items)}
    if absent := [name for name in NEEDED if name not in items or not items[name].choices]:
        return tuple(f"the select_one {name} is missing" for name in absent)
    return (*_of_names(items), *_of_people(form, items["met"]), *_of_outcomes(items))


def _of_names(items: dict[str, Item]) -> Iterator[str]:
    for name, item in items.items():
        is_said = item.kind in {Kind.INTEGER, Kind.DECIMAL} and _MONEY_TAKEN_SAID.search(" ".join(item.label.values()))
        if item.kind is not Kind.ACKNOWLEDGE and (is_said or _MONEY_TAKEN.search(name)):
            yield f"{name}: no question may ask for money received"


def _of_people(form: Form, met: Item) -> Iterator[str]:
    for who in (choice.value for choice in met.choices):
        if who not in set(Who):
            yield f"met: {who} is no person the records know"
            continue
        found = answers.check(form, {"met": who}, today=_ANY_DAY, language="en")
        if found.reveals_debt and Who(who) not in OWING:
            yield f"reveals_debt: the debt would be on the screen before {who}"
    asked = answers.asked(form, {"met": Who.THIRD_PARTY.value}, today=_ANY_DAY)
    for name in sorted(asked & PAPERS):
        yield f"{name}: is asked of a third party"


def _of_outcomes(items: dict[str, Item]) -> Iterator[str]:
    for choice in items["outcome"].choices:
        known = outcomes.find(int(choice.value)) if choice.value.isdigit() else None
        if known is None:
            yield f"outcome: {choice.value} is no outcome code"
            continue
        for who in Who:
            if _holds(choice.when, {"met": who.value}) and who not in known.met:
                yield f"outcome: {choice.value} is offered after meeting {who}"
    for step in items["next_step"].choices:
        for code, known in OUTCOMES.items():
            is_lawful = step.value in set(NextStep) and NextStep(step.value) in known.next_steps
            if _holds(step.when, {"outcome": str(code)}) and not is_lawful:
                yield f"next_step: {step.value} is offered after outcome {code}"


def _holds(tree: object, given: dict[str, object]) -> bool:
    return tree is None or evaluate(tree, Scope(given, _ANY_DAY)) is True
