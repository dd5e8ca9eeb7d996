"""Writes `docs/rules.md` from the shipped packs: `python -m tests.server.compliance.rules_table`."""

from collections.abc import Iterator
from pathlib import Path

from server.compliance.rulepack import Gate, Rule, RulePack, load, shipped
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
    "export": {"export", "filing", "limitation", "report", "storage", "request"},
    "door": {"visit", "case", "crew", "door", "record", "text", "contact", "recipient", "signature", "paper"},
}
"""Which parts of the facts are given at which gate: by the server, at `door` and `checkout` by the phone too."""
ALSO = {("PI-RETURN", "export"), ("FREQ-C", "plan"), ("FREQ-C", "dispatch")}
BUT = {("PI-IMPACT", "export"), ("RECORDS-FIELD", "export")}
"""Rules asked besides, and rules not asked, where the part is not given for all rules of it."""
WHY_NOT = {
    "ABUSE": "judged by people: a complaint or an incident names conduct in words, which compliance reads and decides;"
             " nothing sorts them into violence, threat or insult",
    "FREQ-V": "screening counts no visits: the plan does, on the day it is made; off, graded C",
    "FREQ-C": "screening names no day: plan and dispatch count the calls that agents recorded on the visit's day, the"
              " phone before each call; calls made in the firm's phone system are not fed in",
    "AGENCY": "judged by people: whether work was passed on or another agency has the debt is known to the creditor"
              " only; the end of the commission is asked under PI-RETURN",
    "RECORDS-FIELD": "off, graded C: a recording goes with its case, under RECORDS",
    "PI-NEED": "built in: a phone's cards hold what the allow-list gives a card, and a test asks for every field",
    "PI-TRACK": "built in: positions are taken with what is recorded of a visit only, in sealed records; there is no"
                " track between visits; the agent's consent is the firm's to keep",
    "PI-BORDER": "built in: no adapter sends abroad unless the operator names one in the settings, which warn",
    "PI-IMPACT": "judged by people: assessments are kept outside this system, which deletes none",
    "LIM-PROOF": "built in at sync: the grade is computed from the records themselves; asked when a dossier leaves",
    "RATE-CAP": "asked at screening; a paper prints the creditor's amounts, no rate",
    "ORIGINAL": "asked of each record at sync; at export `sync.verify` checks every record of the dossier instead",
    "THIRD-REFUSAL": "built in: a refusal raises a stop flag on all cases of the debtor, and FREEZE stops them;"
                     " the phone asks it at the door of whom it met",
    "VOLUNTARY": "no facts: there is no paper or form for it; whoever wants to pay goes to the creditor",
    "VOLUNTARY-WAIT": "no facts, as VOLUNTARY; off, graded C",
}  # fmt: skip
"""Why a rule is not asked at a gate where the pack has it."""
HEAD = """# The rules, one by one

Written from the rule packs (`server/compliance/rulepacks/`) by `python -m tests.server.compliance.rules_table`;
a test fails when this page and the packs differ. What it means: [compliance.md](compliance.md); how to change it:
[patterns.md](patterns.md).

**Grade** A: read in the primary text of the law; B: from a summary of an official document; C: not sourced, a parameter
of the firm, off until counsel confirms it (待律师确认). **Gate → action**: what a broken rule does there; the phone
asks at `door` and `checkout`; gates in *italics* are in the pack and in the vectors and not asked: **not asked
because** says why. **Test**: the hand-judged cases of
`tests/vectors/rules.json` (k kept, b broken, u unknown), run by `tests/server/compliance/test_vectors.py`.
"""


def gates_of(rule: Rule) -> str:
    """Return gate and action, those that the server asks at upright."""
    told = []
    for gate in sorted(rule.where, key=lambda one: list(type(one)).index(one)):
        text = f"{gate.value} {rule.action_for(gate).value}"
        told.append(text if is_asked(rule, gate) else f"*{text}*")
    return ", ".join(told)


def is_asked(rule: Rule, gate: Gate) -> bool:
    """Is a rule asked at a gate by the server or the phone?"""
    if (rule.id, gate.value) in BUT:
        return False
    return rule.about in ASKED.get(gate.value, ()) or (rule.id, gate.value) in ALSO


def why_not(rule: Rule, pack: RulePack) -> str:
    """Return why a rule is not asked at some of its gates."""
    if all(is_asked(rule, gate) for gate in rule.where):
        return "–"
    return WHY_NOT[rule.id] if pack.id == "cn" else "the phone's forms for India are not written"


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
        yield "| id | rule | gate → action | source | grade | override | test | not asked because |"
        yield "|---|---|---|---|---|---|---|---|"
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
                why_not(rule, pack),
            ]
            yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def page() -> str:
    """Return the whole page."""
    rules = [line for name in shipped() for line in lines_of(load(name))]
    return HEAD + "\n".join([*rules, *built_in.lines()]) + "\n"


if __name__ == "__main__":
    PATH.write_text(page(), encoding="utf-8")
