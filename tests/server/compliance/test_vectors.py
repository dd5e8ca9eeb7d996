"""The shared vectors are the server's own answers and cover every rule; order and serialisation change nothing."""

import dataclasses
import json
import os
import random
import sys
from collections import Counter

import pytest

from server.compliance.evaluate import evaluate
from server.compliance.rulepack import Gate, load, parse
from tests.server.compliance import make_vectors, random_facts
from tests.server.compliance.examples import EXAMPLES

VECTORS = json.loads(make_vectors.PATH.read_text(encoding="utf-8"))
PACK = make_vectors.everything_on()
EVALUATIONS = 100_000 if os.environ.get("DOORSTEP_SOAK") else 20_000
FINDINGS = ("kept", "broken", "unknown")


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
    def test_change_no_finding(self, capsys):
        """Rules in any order, rules and facts through JSON: every finding on random facts stays what it is."""
        rng, known, left = random.Random(7), random_facts.pools(PACK), EVALUATIONS
        again, seen = parse(json.loads(json.dumps(PACK.document))), Counter()
        while left > 0:
            gate, facts = rng.choice(list(Gate)), random_facts.drawn(rng, known)
            shuffled = dataclasses.replace(PACK, rules=tuple(rng.sample(PACK.rules, len(PACK.rules))))
            first, turned = found(PACK, gate, facts), random_facts.turned(rng, facts)
            assert first == found(shuffled, gate, turned) == found(again, gate, turned)
            seen.update((rule_id, finding) for rule_id, (finding, _) in first.items())
            left -= len(first)
        with capsys.disabled():
            sys.stdout.write(f"\n{sum(seen.values())} random rule evaluations, each again turned and through JSON\n")
        assert {rule_id for rule_id, _ in seen} == {rule.id for rule in PACK.rules}
        assert all(sum(n for (_, one), n in seen.items() if one == finding) > EVALUATIONS / 10 for finding in FINDINGS)

    def test_would_show_an_order_that_matters(self):
        """The comparison bites: a rule whose action depends on its neighbour gives another answer when turned."""
        rng, known = random.Random(3), random_facts.pools(PACK)
        odd = dataclasses.replace(PACK, rules=tuple(
            dataclasses.replace(rule, check=PACK.rules[(place + 1) % len(PACK.rules)].check)
            for place, rule in enumerate(PACK.rules)
        ))  # fmt: skip
        drawn = [(rng.choice(list(Gate)), random_facts.drawn(rng, known)) for _ in range(50)]
        assert any(found(PACK, gate, facts) != found(odd, gate, facts) for gate, facts in drawn)
