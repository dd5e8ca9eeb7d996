"""The rule language in Python and in TypeScript: every shared vector, and ten thousand random evaluations."""

import json
from functools import cache
from itertools import permutations
from pathlib import Path
from random import Random

import pytest

from server.compliance import evaluate, expression, rulepack
from server.compliance.expression import Context, OddExpression
from server.compliance.rulepack import Gate
from tests.clients import typescript

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "rules.json").read_text(encoding="utf-8"))
EXPRESSIONS, GATES = 10_000, 1_500
ARITY = {name: arity for name, (arity, _) in expression._OPERATIONS.items()} | {"not": 1}  # noqa: SLF001
TEXTS = (
    "", "a", "b", "三方", "\U0002070e", "\uff5e", "2026-12-02", "2028-02-29", "2026-02-29", "0000-01-01",
    "2026-12-02T01:30:00Z", "2026-12-02T23:59:59.999999+08:00", "0001-01-01T00:00:00+14:00", "2026-12-02T24:00Z",
    "9999-12-31T23:00:00-01:00", "2026-12-02T09:30:00", "2026-12-02T09:30:00+24:00", "让家人代还也行", "让家人代还",
)  # fmt: skip
VALUES = (None, True, False, 0, 1, 2, -3, 480, 1.5, [], {}, ["a", "b"], ["a", None, ""], ["a", 1], [True, 1], {"x": 1})
NAMES = [f"p.{name}" for name in "abcdef"] + ["p", "q.r.s", "p.a.x", "p.missing", "toString", "p.__proto__"]


def made(random, depth=0):
    """Return a random expression of the language."""
    if depth > 3 or random.random() < 0.25:
        kind = random.randrange(4)
        if kind < 2:
            return {random.choice(("fact", "has")): random.choice(NAMES)}
        return {"param": random.choice("wxyz")} if kind == 2 else random.choice((*TEXTS, None, True, False, 0, 1, 480))
    if random.random() < 0.15:
        return [made(random, depth + 1) for _ in range(random.randrange(4))]
    name = random.choice(("and", "or", *ARITY))
    count = ARITY.get(name) or random.randrange(5)
    return {name: [made(random, depth + 1) for _ in range(count)]}


def facts(random):
    return {
        "p": {name: random.choice((*TEXTS, *VALUES)) for name in "abcdef"},
        "q": {"r": {"s": random.choice(VALUES)}},
    }


@cache
def questions():
    random = Random(20261202)
    asked, expected = [], []
    given = {"facts": VECTORS["facts"], "params": VECTORS["params"], "utcOffsetMin": VECTORS["utc_offset_min"]}
    for vector in VECTORS["expressions"]:
        asked.append({"do": "rule", "expression": vector["expression"]} | given)
        expected.append(vector["value"])
    ordered = [{name: list(pair)} for name in ("lt", "gt") for pair in permutations(TEXTS[3:6], 2)]  # rare by chance
    for one in (*ordered, *(made(random) for _ in range(EXPRESSIONS))):
        offset = random.choice((480, 330, -720, 0))
        given = {"facts": facts(random), "params": {name: random.choice((*TEXTS, *VALUES)) for name in "wxy"}}
        asked.append({"do": "rule", "expression": one, "utcOffsetMin": offset} | given)
        expected.append(python(one, Context(given["facts"], given["params"], offset)))
    gates(random, asked, expected)
    return asked, expected


def python(one, context):
    try:
        return expression.evaluate(one, context=context)
    except OddExpression:
        return {"error": "OddExpression"}


def gates(random, asked, expected):
    """Ask the shipped packs about facts under the names that their rules look at."""
    packs = {name: rulepack.load(name) for name in rulepack.shipped()}
    for name, pack in packs.items():
        asked.append({"do": "pack", "name": name, "document": dict(pack.document)})
        expected.append(None)
    for _ in range(GATES):
        name = random.choice(sorted(packs))
        found, known = {}, sorted(packs[name].document["facts"])
        for path in random.sample(known, random.randrange(len(known))):
            about, _, rest = path.partition(".")
            place = found.setdefault(about, {})
            for step in rest.split(".")[:-1]:
                place = place.setdefault(step, {}) if isinstance(place, dict) else {}
            if rest and isinstance(place, dict):
                place[rest.rpartition(".")[2]] = random.choice((*TEXTS, *VALUES))
        gate = random.choice(list(Gate))
        asked.append({"do": "gate", "pack": name, "gate": gate.value, "facts": found})
        results = evaluate.evaluate(packs[name], gate, found)
        expected.append([[one.rule_id, one.finding.value, one.action.value] for one in results])


def differences(mutate=None):
    asked, expected = questions()
    found = typescript.ask(asked, mutate=mutate)
    return [
        (question, want, got) for question, want, got in zip(asked, expected, found, strict=True)
        if json.dumps(want, sort_keys=True) != json.dumps(got, sort_keys=True)
    ]  # fmt: skip


class TestTwin:
    def test_agrees_on_every_random_evaluation(self):
        assert differences()[:3] == []

    def test_is_asked_what_matters(self):
        asked, expected = questions()
        values = [want for question, want in zip(asked, expected, strict=True) if question["do"] == "rule"]
        assert all(sum(want is one for want in values) > 400 for one in (True, False, None))
        gates = [want for question, want in zip(asked, expected, strict=True) if question["do"] == "gate"]
        assert {finding for want in gates for _, finding, _ in want} == {"kept", "broken", "unknown"}

    @pytest.mark.parametrize(
        "fault",
        [
            ("a.includes(false) ? false", "a.includes(null) ? null"),
            ("codePointAt(0)! > theirs[at]!.codePointAt(0)!", "charCodeAt(0)! > theirs[at]!.charCodeAt(0)!"),
            ("utc + context.utcOffsetMin;", "utc;"),
            (".filter(Boolean)", ""),
            ("rule.action_at?.[gate] ??", ""),
        ],
        ids=lambda fault: fault[0],
    )
    def test_a_planted_fault_shows(self, fault):
        assert differences(mutate=fault)
