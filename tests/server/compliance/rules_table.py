"""Writes `docs/rules.md` from the shipped packs: `python -m tests.server.compliance.rules_table`."""

from collections.abc import Iterator
from pathlib import Path

from server.compliance.rulepack import Rule, RulePack, load, shipped
from tests.server.compliance import built_in
from tests.server.compliance.examples import EXAMPLES

PATH = Path(__file__).parents[3] / "docs" / "rules.md"
SECTIONS = {
    "3.1": "Conduct of visits 外访行为",
    "3.2": "People and papers 人员与单据",
    "3.3": "Personal information 个人信息",
    "3.4": "Limitation, guarantee, capacity 时效、保证、行为能力",
    "3.5": "Evidence, signatures, filings 证据、签名、移送",
    "3.6": "Third parties 第三人",
    "3.7": "Other places 其他地区",
}
ASKED = {
    "screening": {"case", "limitation"},
    "plan": {"visit", "case", "crew", "agent", "paper", "limitation"},
    "dispatch": {"visit", "case", "crew", "agent", "paper", "limitation"},
    "checkout": {"visit", "crew", "door", "record", "text", "contact", "recipient", "signature", "paper"},
    "sync": {"visit", "crew", "door", "record", "text", "contact", "recipient", "signature", "paper"},
    "print": {"paper", "text", "record", "export", "report"},
    "export": {"export", "filing", "limitation", "report"},
}
"""Which parts of the facts this version of the server gives at which gate; the phone asks at `door` and `checkout`."""
HEAD = """# The rules, one by one

Written from the rule packs (`server/compliance/rulepacks/`) by `python -m tests.server.compliance.rules_table`;
a test fails when this page and the packs differ. What it means: [compliance.md](compliance.md); how to change it:
[patterns.md](patterns.md).

**Grade** A: read in the primary text of the law; B: from a summary of an official document; C: not sourced, a parameter
of the firm, off until counsel confirms it (待律师确认). **Gate → action**: what a broken rule does there; gates in
*italics* are in the pack and in the vectors, but this version of the server does not yet hold the facts to ask there;
the phone asks at `door` and `checkout`. **Test**: the hand-judged cases of
`tests/vectors/rules.json` (k kept, b broken, u unknown), run by `tests/server/compliance/test_vectors.py`.
"""


def gates_of(rule: Rule) -> str:
    """Return gate and action, those that the server asks at upright."""
    told = []
    for gate in sorted(rule.where, key=lambda one: list(type(one)).index(one)):
        text = f"{gate.value} {rule.action_for(gate).value}"
        told.append(text if rule.about in ASKED.get(gate.value, ()) else f"*{text}*")
    return ", ".join(told)


def grade_of(rule: Rule) -> str:
    """Return the grade with what a reader must know beside it."""
    marks = ["off" if not rule.is_enabled else "", "to be confirmed by counsel" if rule.is_for_counsel else ""]
    return "; ".join([rule.grade.value, *(mark for mark in marks if mark)])


def test_of(rule: Rule, pack: RulePack) -> str:
    """Return how many hand-judged cases a rule has."""
    if pack.id != "cn":
        return "`test_second_pack.py`"
    _, _, breaking, needed = EXAMPLES[rule.id]
    return f"1 k, {len(breaking)} b" + (f", {len(needed)} u" if needed else "")


def lines_of(pack: RulePack) -> Iterator[str]:
    """Yield the page's part about one pack."""
    yield f"\n## {pack.name}: {pack.document['title']['en']} {pack.document['title']['zh']}"
    for section in sorted({rule.section for rule in pack.rules}):
        yield f"\n### {section} {SECTIONS[section]}"
        yield "| id | rule | gate → action | source | grade | override | test |"
        yield "|---|---|---|---|---|---|---|"
        for rule in (one for one in pack.rules if one.section == section):
            role = rule.override_role or "–"
            cells = [
                f"`{rule.id}`",
                rule.text["en"],
                gates_of(rule),
                rule.source,
                grade_of(rule),
                role,
                test_of(rule, pack),
            ]
            yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def page() -> str:
    """Return the whole page."""
    rules = [line for name in shipped() for line in lines_of(load(name))]
    return HEAD + "\n".join([*rules, *built_in.lines()]) + "\n"


if __name__ == "__main__":
    PATH.write_text(page(), encoding="utf-8")
