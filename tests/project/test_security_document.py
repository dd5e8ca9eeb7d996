"""docs/security.md: each requirement once, each row with a test; what is open is not claimed as shown.

That the tests named exist is checked for every page in test_documents.
"""

import re
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs" / "security.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+(?:\.\d+\.\d+)?(?:, \d+(?:\.\d+\.\d+)?)*) \| ([^|]+) \|(?: ([^|]+) \|)?$", re.MULTILINE)
GOALS = (Path(__file__).parents[2] / "docs" / "performance.md").read_text(encoding="utf-8").split("## Goal figures")[1]
SHOWN, REST = PAGE.split("## What is decided")[0].split("### Open")
OPEN, NOT_APPLICABLE = REST.split("### Not applicable")
# Of ASVS 5.0, the level of each requirement of a section, in their order: "1.1" has 1.1.1 and 1.1.2, both of level 2.
LEVELS = {
    "1.1": "22", "1.2": "1111122223", "1.3": "112222222223", "1.4": "222", "1.5": "123", "2.1": "122", "2.2": "112",
    "2.3": "12223", "2.4": "23", "3.1": "3", "3.2": "113", "3.3": "12223", "3.4": "11222233", "3.5": "11122333",
    "3.6": "3", "3.7": "22333", "4.1": "12233", "4.2": "23333", "4.3": "22", "4.4": "1222", "5.1": "2",
    "5.2": "112333", "5.3": "113", "5.4": "222", "6.1": "122", "6.2": "111111112222", "6.3": "11223333",
    "6.4": "112233", "6.5": "22222333", "6.6": "2223", "6.7": "33", "6.8": "2222", "7.1": "222", "7.2": "1111",
    "7.3": "22", "7.4": "11222", "7.5": "223", "7.6": "22", "8.1": "1233", "8.2": "1123", "8.3": "133", "8.4": "23",
    "9.1": "111", "9.2": "1222", "10.1": "22", "10.2": "223", "10.3": "22223", "10.4": "1111122222233333",
    "10.5": "22222", "10.6": "22", "10.7": "222", "11.1": "2233", "11.2": "22233", "11.3": "11233", "11.4": "1222",
    "11.5": "23", "11.6": "23", "11.7": "33", "12.1": "12233", "12.2": "11", "12.3": "22223", "13.1": "2333",
    "13.2": "222223", "13.3": "2233", "13.4": "1222233", "14.1": "22", "14.2": "12223333", "14.3": "122",
    "15.1": "12233", "15.2": "12233", "15.3": "1222222", "15.4": "3333", "16.1": "2", "16.2": "22222", "16.3": "2222",
    "16.4": "222", "16.5": "2223", "17.1": "23", "17.2": "22223333", "17.3": "22",
}  # fmt: skip
LEVEL = {f"{section}.{at}": int(one) for section, levels in LEVELS.items() for at, one in enumerate(levels, start=1)}


def requirements(text):
    """Return the requirements that a table names; a chapter's number stands for all of it."""
    named = [one for row in ROW.findall(text) for one in row[0].split(", ")]
    return [each for one in named for each in (LEVEL if "." not in one else [one]) if f"{each}.".startswith(f"{one}.")]


def of(level, text):
    return {one for one in requirements(text) if LEVEL[one] == level}


def test_each_row_names_a_test():
    rows = ROW.findall(SHOWN)
    assert len(rows) > 40
    assert not [number for number, _, test in rows if not re.fullmatch(r"`tests/\S+\.py(::\w+)*`", test)]


def test_no_requirement_stands_twice_or_is_both_shown_and_open():
    named = requirements(SHOWN) + requirements(OPEN) + requirements(NOT_APPLICABLE)
    assert len(requirements(OPEN)) > 3
    assert sorted(named) == sorted(set(named))


def test_each_requirement_of_both_levels_stands_somewhere():
    named = {*requirements(SHOWN), *requirements(OPEN), *requirements(NOT_APPLICABLE)}
    assert sorted(one for one, level in LEVEL.items() if level < 3 and one not in named) == []


def test_the_counts_are_those_of_the_tables():
    for level, total in ((1, 70), (2, 183)):
        shown, left = len(of(level, SHOWN)), len(of(level, OPEN))
        assert shown + left + len(of(level, NOT_APPLICABLE)) == total == list(LEVEL.values()).count(level)
        told = f"L{level}: {shown} of {shown + left} that apply have a named test ({100 * shown // (shown + left)} %)"
        assert told in PAGE, told


def test_each_goal_has_a_figure_or_says_that_it_has_none():
    goals = [line.split("|") for line in GOALS.splitlines() if line.startswith("| ")][1:]
    assert len(goals) > 12
    assert not [goal[1] for goal in goals if not re.search(r"\d|not measured|\(tests\)", goal[3])]
