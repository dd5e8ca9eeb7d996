"""The rule language gives the values of the shared vectors and refuses everything outside it."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.compliance.expression import Context, OddExpression, check, evaluate

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "rules.json").read_text(encoding="utf-8"))
CONTEXT = Context(facts=VECTORS["facts"], params=VECTORS["params"], utc_offset_min=VECTORS["utc_offset_min"])
NAMES = {"fact_names": frozenset({"visit.on", "visit.count"}), "param_names": frozenset({"least"})}

LITERALS = st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "a", "2026-12-02"])
TREES = st.recursive(
    LITERALS | st.just({"fact": "visit.count"}) | st.just({"param": "least"}),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.builds(lambda name, values: {name: values}, st.sampled_from(["and", "or"]), st.lists(inner, max_size=3)),
        st.builds(
            lambda name, left, right: {name: [left, right]},
            st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge", "in", "disjoint", "subset"]),
            inner,
            inner,
        ),
        st.builds(
            lambda name, one: {name: [one]},
            st.sampled_from(["not", "distinct", "minute_of_day", "local_date", "year"]),
            inner,
        ),
    ),
    max_leaves=12,
)


class TestEvaluate:
    @pytest.mark.parametrize("vector", VECTORS["expressions"], ids=lambda vector: vector["name"])
    def test_gives_the_value_of_the_shared_vector(self, vector):
        value = evaluate(vector["expression"], context=CONTEXT)
        assert value == vector["value"]
        assert type(value) is type(vector["value"])

    @pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["name"])
    def test_refuses_what_is_not_in_the_language(self, vector):
        with pytest.raises(OddExpression):
            evaluate(vector["expression"], context=CONTEXT)

    def test_names_the_operation_it_does_not_know(self):
        with pytest.raises(OddExpression, match="there is no operation 'now'") as refusal:
            evaluate({"now": []}, context=CONTEXT)
        assert refusal.value.facts == {"operation": "now"}

    @pytest.mark.parametrize("odd", [1.5, {}, {"eq": [1, 1], "ne": [1, 1]}])
    def test_says_what_it_expected(self, odd):
        expected = re.escape(f"a text, number, list or one operation expected, got {odd!r}")
        with pytest.raises(OddExpression, match=f"^{expected}$"):
            evaluate(odd, context=CONTEXT)
        with pytest.raises(OddExpression, match=f"^{expected}$"):
            check([odd], **NAMES)

    def test_says_how_many_operands_it_takes(self):
        with pytest.raises(OddExpression, match="^year takes 1 operands, got 2$") as refusal:
            evaluate({"year": ["2026-01-01", "2027-01-01"]}, context=CONTEXT)
        assert refusal.value.facts == {"operation": "year"}

    def test_reads_the_offset_it_is_given(self):
        context = Context(facts={}, params={}, utc_offset_min=330)
        assert evaluate({"minute_of_day": ["2026-12-02T00:00:00Z"]}, context=context) == 330

    @given(TREES)
    def test_never_fails_on_a_well_formed_tree_whatever_the_facts(self, tree):
        check(tree, fact_names=frozenset({"visit.count"}), param_names=frozenset({"least"}))
        evaluate(tree, context=CONTEXT)

    @given(st.lists(st.sampled_from([True, False, None]), max_size=5))
    def test_keeps_de_morgan_in_three_values(self, values):
        negated = [{"not": [value]} for value in values]
        both = evaluate({"not": [{"and": values}]}, context=CONTEXT)
        either = evaluate({"or": negated}, context=CONTEXT)
        assert both is either


class TestCheck:
    def test_accepts_declared_names(self):
        check({"ge": [{"fact": "visit.count"}, {"param": "least"}]}, **NAMES)
        check({"has": "visit.on"}, **NAMES)

    def test_refuses_a_misspelt_fact(self):
        with pytest.raises(OddExpression, match="^fact 'visit.cuont' is not declared$") as refusal:
            check({"and": [{"ge": [{"fact": "visit.cuont"}, 1]}]}, **NAMES)
        assert refusal.value.facts == {"operation": "fact"}

    def test_refuses_a_misspelt_fact_in_has(self):
        with pytest.raises(OddExpression, match="^has 'visit.day' is not declared$") as refusal:
            check({"has": "visit.day"}, **NAMES)
        assert refusal.value.facts == {"operation": "has"}

    def test_refuses_an_undeclared_parameter(self):
        with pytest.raises(OddExpression, match="^param 'most' is not declared$") as refusal:
            check([{"param": "most"}], **NAMES)
        assert refusal.value.facts == {"operation": "param"}

    def test_refuses_the_wrong_number_of_operands(self):
        with pytest.raises(OddExpression, match="^year takes a list of 1 operands$") as refusal:
            check({"year": ["2026-01-01", "2027-01-01"]}, **NAMES)
        assert refusal.value.facts == {"operation": "year"}

    def test_refuses_operands_that_are_no_list(self):
        with pytest.raises(OddExpression, match="^and takes a list of some operands$") as refusal:
            check({"and": True}, **NAMES)
        assert refusal.value.facts == {"operation": "and"}

    @pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["name"])
    def test_refuses_what_evaluating_would_refuse(self, vector):
        with pytest.raises(OddExpression):
            check(vector["expression"], **NAMES)

    def test_names_the_operation_it_does_not_know(self):
        with pytest.raises(OddExpression, match="^there is no operation 'now'$") as refusal:
            check({"now": []}, **NAMES)
        assert refusal.value.facts == {"operation": "now"}
