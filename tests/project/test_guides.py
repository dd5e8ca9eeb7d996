"""Every role has its guide; a guide quotes only words that the console shows, and pictures that the journeys make."""

import re
from pathlib import Path

import pytest

from server.accounts.roles import Role

ROOT = Path(__file__).parents[2]
GUIDES = sorted((ROOT / "docs" / "guide").glob("*.md"))
OF_THE_OFFICE = [path for path in GUIDES if path.stem != "agent"]  # the agent's quotes the phone
PICTURE = re.compile(r"!\[[^\]]+\]\((img/[\w-]+\.webp)\)")
QUOTED = re.compile(r"“([^”]+)”")
LARGEST = 120_000


def words_of_the_console():
    """Return every Chinese word of the console's tables, and of the problems."""
    sources = [*(ROOT / "web/src/console").rglob("*.ts"), *(ROOT / "web/src/console").rglob("*.vue")]
    pairs = {word for path in sources for word in re.findall(r'\["([^"]*)", "', path.read_text(encoding="utf-8"))}
    problems = re.findall(r"中文：(.*)$", (ROOT / "docs/problems.md").read_text(encoding="utf-8"), re.MULTILINE)
    return pairs | set(problems)


def expression(words):
    """Return what matches a word as shown, with its facts filled in, or the first clause of it."""
    clauses = (
        words
        | {word.removesuffix("…") for word in words}
        | {re.split("[。，：；（(]", word)[0].strip() for word in words}
    )
    clauses |= {match[0] for word in words if (match := re.match("[^。]+。", word))}
    told = [one for one in sorted(clauses) if re.search("[\\u4e00-\\u9fff]", re.sub(r"\{\w+\}", "", one))]
    return re.compile("|".join(re.sub(r"\\\{\w+\\\}", r"[^，。]+", re.escape(one)) for one in told))


SHOWN = expression(words_of_the_console())


def test_every_role_has_one():
    assert [path.stem for path in GUIDES] == sorted(role.value for role in Role)


@pytest.mark.parametrize("path", OF_THE_OFFICE, ids=lambda path: path.stem)
class TestGuide:
    def test_quotes_only_what_the_console_shows(self, path):
        quoted = QUOTED.findall(path.read_text(encoding="utf-8"))
        assert len(quoted) > 10
        assert not [one for one in quoted if not SHOWN.fullmatch(one)]

    def test_says_what_the_refusals_mean(self, path):
        assert "\n## 看到这些话怎么办\n" in path.read_text(encoding="utf-8")

    def test_has_two_to_six_pictures(self, path):
        assert 2 <= len(PICTURE.findall(path.read_text(encoding="utf-8"))) <= 6


class TestPictures:
    def test_are_made_by_the_journeys_and_used(self):
        used = {one for path in OF_THE_OFFICE for one in PICTURE.findall(path.read_text(encoding="utf-8"))}
        text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests/flows").glob("*.py"))
        roles = "|".join(path.stem for path in OF_THE_OFFICE)
        made = set(re.findall(rf'"((?:{roles})-[a-z]+)"', text))
        assert used == {f"img/{name}.webp" for name in made}

    def test_are_there_and_small(self):
        pictures = sorted((ROOT / "docs/guide/img").glob("*"))
        assert not [path.name for path in pictures if path.stat().st_size > LARGEST]
