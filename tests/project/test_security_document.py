"""docs/security.md: each requirement once, each row with a test; what is open is not claimed as shown.

That the tests named exist is checked for every page in test_documents.
"""

import re
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs" / "security.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+(?:, \d+\.\d+\.\d+)*) \| ([^|]+) \|(?: ([^|]+) \|)?$", re.MULTILINE)
SHOWN, OPEN = PAGE.split("## Goal figures")[0].split("### Open")


def requirements(text):
    return [one for row in ROW.findall(text) for one in row[0].split(", ")]


def test_each_row_names_a_test():
    rows = ROW.findall(SHOWN)
    assert len(rows) > 40
    assert not [number for number, _, test in rows if not re.fullmatch(r"`tests/\S+\.py(::\w+)*`", test)]


def test_no_requirement_stands_twice_or_is_both_shown_and_open():
    named = requirements(SHOWN) + requirements(OPEN)
    assert len(requirements(OPEN)) > 5
    assert sorted(named) == sorted(set(named))


def test_each_goal_has_a_figure_or_says_that_it_has_none():
    goals = [line.split("|") for line in PAGE.split("## Goal figures")[1].splitlines() if line.startswith("| ")][1:]
    assert len(goals) > 12
    assert not [goal[1] for goal in goals if not re.search(r"\d|not measured|\(tests\)|the table above", goal[3])]
