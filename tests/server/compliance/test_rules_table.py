"""docs/rules.md is the packs' own table, and what it says of gates is what the server does."""

from server.compliance.rulepack import load
from tests.server.compliance import rules_table


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
