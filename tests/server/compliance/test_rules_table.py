"""docs/rules.md is the packs' own table, and what it says of gates is what the server does."""

import re
from pathlib import Path

import pytest

from server.compliance.rulepack import load
from tests.server.compliance import built_in, rules_table

ROOT = Path(__file__).parents[3]


class TestPage:
    def test_says_what_the_packs_say(self):
        """Run `python -m tests.server.compliance.rules_table` after a change of a pack."""
        assert rules_table.PATH.read_text(encoding="utf-8") == rules_table.page()

    def test_has_a_row_for_every_rule_with_source_and_grade(self):
        page = rules_table.page()
        for rule in load().rules:
            start = f"| `{rule.id}` | {rule.text['en']} |"
            row = next(line for line in page.splitlines() if line.startswith(start))
            assert rule.source in row
            assert ("to be confirmed by counsel" in row) == rule.is_for_counsel


class TestDesign:
    @pytest.mark.parametrize("section", built_in.DESIGN)
    def test_has_a_rule_for_every_row_in_its_section(self, section):
        ids = {rule.id for rule in load().rules if rule.section == section}
        assert set(built_in.DESIGN[section].split()) <= ids

    @pytest.mark.parametrize("row", built_in.BUILT_IN, ids=lambda row: row[4].rpartition("::")[2])
    def test_names_tests_that_there_are(self, row):
        section, _, source, grade, test = row
        path, _, name = test.partition("::")
        assert re.search(rf"^ *def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)
        assert section in rules_table.SECTIONS
        assert source
        assert grade in {"A", "B"}
