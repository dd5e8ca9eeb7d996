"""What the documents point at exists: links, files named in code, tests named as proof; the version has its heading."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")), ROOT / "bench" / "README.md"]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s#]+)(?:#[^)]*)?\)")
IN_CODE = re.compile(r"\bdocs/[a-z0-9_/-]+\.(?:md|svg)\b")
PROOF = re.compile(r"`(tests/[\w/.-]+\.py)((?:::\w+)*)`")
SOURCES = [
    path
    for folder in ("server", "sync", "field_forms", "receipts", "bench", "tests", "migrations")
    for path in sorted((ROOT / folder).rglob("*.py"))
]


def name(path):
    return str(path.relative_to(ROOT))


class TestLinks:
    @pytest.mark.parametrize("page", PAGES, ids=name)
    def test_lead_somewhere(self, page):
        targets = [target for target in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]
        assert not [target for target in targets if not (page.parent / target).exists()]

    def test_every_page_is_reached_from_the_readme(self):
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        linked = {(ROOT / target).resolve() for target in LINK.findall(text) if "://" not in target}
        lost = [page for page in (ROOT / "docs").glob("*.md") if page.resolve() not in linked]
        assert not [name(page) for page in lost]

    def test_pages_named_in_code_exist(self):
        named = {(found, name(path)) for path in SOURCES for found in IN_CODE.findall(path.read_text(encoding="utf-8"))}
        assert not sorted((page, where) for page, where in named if not (ROOT / page).is_file())


class TestProofs:
    @pytest.mark.parametrize("page", PAGES, ids=name)
    def test_exist_under_the_name_given(self, page):
        absent = []
        for file, parts in PROOF.findall(page.read_text(encoding="utf-8")):
            text = (ROOT / file).read_text(encoding="utf-8") if (ROOT / file).is_file() else ""
            names = [part for part in parts.split("::") if part]
            if not text or any(f"class {part}" not in text and f"def {part}(" not in text for part in names):
                absent.append(file + parts)
        assert not absent


class TestDecisions:
    FILES = sorted((ROOT / "docs" / "adr").glob("*.md"))

    def test_are_numbered_without_a_gap(self):
        assert [path.name[:4] for path in self.FILES] == [f"{n:04d}" for n in range(1, len(self.FILES) + 1)]

    @pytest.mark.parametrize("path", FILES, ids=name)
    def test_have_their_four_parts_on_one_page(self, path):
        lines = path.read_text(encoding="utf-8").splitlines()
        headings = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
        assert sorted(headings) == ["Consequences", "Context", "Decision", "Status"]
        assert len(lines) <= 60

    @pytest.mark.parametrize("path", FILES, ids=name)
    def test_open_with_their_number(self, path):
        assert path.read_text(encoding="utf-8").startswith(f"# {int(path.name[:4])}. ")


class TestChangelog:
    def test_has_a_heading_for_the_present_version(self):
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
        headings = re.findall(r"^## \[?([^\]\s]+)", text, re.MULTILINE)
        assert project["version"] in headings or "Unreleased" in headings

    def test_uses_the_four_kinds_of_change_only(self):
        kinds = set(re.findall(r"^### (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE))
        assert kinds <= {"Added", "Changed", "Fixed", "Security"}


class TestReadme:
    def test_says_the_same_commands_and_links_in_both_languages(self):
        english, chinese = ((ROOT / page).read_text(encoding="utf-8") for page in ("README.md", "README.zh-CN.md"))
        other_page = {"README.md", "README.zh-CN.md"}
        assert set(LINK.findall(english)) - other_page == set(LINK.findall(chinese)) - other_page
        assert english.count("```sh") == chinese.count("```sh")
        assert english.count("\n## ") == chinese.count("\n## ")

    def test_opens_with_what_it_does_in_two_sentences_and_a_picture(self):
        opening = (ROOT / "README.md").read_text(encoding="utf-8").partition("![")[0].partition("\n\n")[2]
        sentences = re.findall(r"[^.]+\.(?=\s)", opening)
        assert len(sentences) == 2
