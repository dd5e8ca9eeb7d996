"""The shared vectors are the server's own answers and cover every rule; order and serialisation change nothing."""

import dataclasses
import json
import os
import random

import pytest

from server.compliance.evaluate import evaluate
from server.compliance.rulepack import Gate, load, parse
from tests.server.compliance import make_vectors
from tests.server.compliance.examples import EXAMPLES

VECTORS = json.loads(make_vectors.PATH.read_text(encoding="utf-8"))
PACK = make_vectors.everything_on()
EVALUATIONS = 100_000 if os.environ.get("DOORSTEP_SOAK") else 3_000


def found(pack, gate, facts):
    return {one.rule_id: (one.finding.value, one.action.value) for one in evaluate(pack, gate, facts)}


class TestByHand:
    @pytest.mark.parametrize("vector", VECTORS["evaluations"], ids=lambda vector: vector["name"])
    def test_finds_what_a_reader_of_the_rule_finds(self, vector):
        assert found(PACK, Gate(vector["gate"]), vector["facts"])[vector["rule_id"]][0] == vector["finding"]

    def test_has_a_lawful_and_an_unlawful_case_for_every_rule(self):
        assert set(EXAMPLES) == {rule.id for rule in load().rules}
        assert [rule_id for rule_id, (_, _, breaking, _) in EXAMPLES.items() if not breaking] == []


class TestMixed:
    @pytest.mark.parametrize("vector", VECTORS["mixed"], ids=lambda vector: vector["name"])
    def test_finds_the_same_in_the_same_order(self, vector):
        results = evaluate(PACK, Gate(vector["gate"]), vector["facts"])
        assert [[one.rule_id, one.finding.value, one.action.value] for one in results] == vector["results"]


class TestFile:
    def test_is_what_the_server_says_today(self):
        """Run `python -m tests.server.compliance.make_vectors` after a change of the pack or the language."""
        assert make_vectors.PATH.read_text(encoding="utf-8") == make_vectors.written(make_vectors.document())

    def test_holds_several_hundred_vectors(self):
        counts = [len(VECTORS[name]) for name in ("expressions", "evaluations", "mixed")]
        assert sum(counts) > 600


class TestOrderAndSerialisation:
    def test_change_no_finding(self):
        """Rules in any order, rules and facts through JSON: each finding stays (100,000 times in the soak)."""
        rng, left = random.Random(7), EVALUATIONS
        again = parse(json.loads(json.dumps(PACK.document)))
        while left > 0:
            shuffled = dataclasses.replace(PACK, rules=tuple(rng.sample(PACK.rules, len(PACK.rules))))
            for vector in rng.sample(VECTORS["mixed"], 20):
                gate, facts = Gate(vector["gate"]), vector["facts"]
                turned = json.loads(json.dumps(dict(reversed(facts.items()))))
                first = found(PACK, gate, facts)
                assert first == found(shuffled, gate, turned) == found(again, gate, turned)
                left -= len(first)
