"""Every Chinese term in parentheses in a docstring stands in docs/glossary.md, each with its English word."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("server", "sync", "field_forms", "receipts")
PARENTHESISED = re.compile(r"[(（]([^()（）]*[\u4e00-\u9fff][^()（）]*)[)）]")
SEPARATORS = re.compile(r"\s*[,，、;；/+]\s*")
NOT_A_TERM = re.compile(r"[§〔=]|\d")  # a law's article, a document number, a sum
ROW = re.compile(r"^\| ([^|]*[\u4e00-\u9fff][^|]*) \| ([^|]+) \| [^|]*\|$", re.MULTILINE)


def rows_of_page():
    rows = ROW.findall((ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"))
    return [row for row in rows if row[0] != "中文"]


def glossary():
    rows = rows_of_page()
    return {term: english.strip() for left, english in rows for term in SEPARATORS.split(left.strip())}


def terms_of(source):
    """Return the Chinese terms in parentheses in the docstrings of a module's source."""
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    texts = [ast.get_docstring(node) or "" for node in ast.walk(ast.parse(source)) if isinstance(node, kinds)]
    found = [part for text in texts for inner in PARENTHESISED.findall(text) for part in SEPARATORS.split(inner)]
    return {term.strip() for term in found if re.search(r"[\u4e00-\u9fff]", term) and not NOT_A_TERM.search(term)}


class TestTermsOf:
    @pytest.mark.parametrize(
        ("said", "terms"),
        [
            ("A visit scheme (外访方案).", {"外访方案"}),
            ("Letters (催款函, 合同催告函) 与（名单）", {"催款函", "合同催告函", "名单"}),
            ("A guarantor (民法典 §692), capitals (银发〔1997〕393号), (合同金额-已付=尚欠).", set()),
            ("Nothing here (at all), 也没有括号.", set()),
        ],
    )
    def test_reads_terms_and_leaves_citations(self, said, terms):
        assert terms_of(f'def f():\n    """{said}"""\n') == terms


class TestGlossary:
    @pytest.mark.parametrize("package", PACKAGES)
    def test_has_every_term_of_the_docstrings(self, package):
        known = glossary()
        absent = {
            term: str(path.relative_to(ROOT))
            for path in sorted((ROOT / package).rglob("*.py"))
            for term in terms_of(path.read_text(encoding="utf-8"))
            if term not in known
        }
        assert not absent, "docs/glossary.md lacks " + ", ".join(f"{term} ({path})" for term, path in absent.items())

    def test_gives_each_term_once(self):
        terms = [term for left, _ in rows_of_page() for term in SEPARATORS.split(left.strip())]
        assert sorted(terms) == sorted(set(terms))

    def test_has_an_english_word_for_each(self):
        assert all(re.search(r"[a-zA-Z]", english) for english in glossary().values())
