"""Every code of the server that the console shows has a word on its screens; every component it names is there."""

import ast
import json
import re
from pathlib import Path

from field_forms.outcomes import NextStep
from server.cases.templates import KINDS, clause_names
from server.visits.assembly import ONCE
from server.visits.intake import ASSEMBLY_FAILED
from server.visits.projection import SUPPLEMENTED
from server.visits.promises import InstalmentState
from server.visits.rules import Custody, PromiseState
from sync.verdict import Flag

ROOT = Path(__file__).resolve().parents[2]
DESKS = ROOT / "web/src/console/desks"
WORDS = DESKS / "visits/words.ts"
NOTED = re.compile(r"audit\.note\(\s*f?\"([a-z_]+\.[a-z_]+)\"|\"([a-z_]+\.[a-z_]+)\" if |else \"([a-z_]+\.[a-z_]+)\"")
GLOBAL = {"RouterLink", "RouterView", "Teleport", "KeepAlive", "Transition", "TransitionGroup", "Suspense"}
SET = re.compile(r"flags(?:\.append\(|\b[^=\n]*=[^=\n]*\[)\"(\w+)\"|_flag\(visit, \"(\w+)\"|return \[\"(\w+)\"\]")


def written():
    """Return the flags that the code of the visits sets by name."""
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "server/visits").glob("*.py"))
    return {name for source in sources for found in SET.findall(source) for name in found if name}


def worded(path, table):
    """Return the codes of one table of words, with their Chinese."""
    found = re.search(rf"export const {table} = \{{(.*?)\}} satisfies", path.read_text(encoding="utf-8"), re.DOTALL)
    return dict(re.findall(r"\"?([\w.-]+)\"?: \[\"([^\"]+)\", \"[^\"]+\"\]", found[1]))


def test_every_action_of_the_audit_log_has_a_word():
    noted = {f"paper.{one}" for one in Custody} | {"visit.accepted", "visit.returned"}
    for path in (ROOT / "server").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        noted |= (
            {name for found in NOTED.findall(source) for name in found if name} if "audit.note(" in source else set()
        )
    assert {"person.added", "scheme.signed_off", "paper.issued"} <= noted
    assert sorted(noted - worded(DESKS / "audit/words.ts", "ACTIONS").keys()) == []


def test_every_next_step_and_state_of_a_signing_has_a_word():
    bodies = json.loads((ROOT / "server/visits/bodies.json").read_text(encoding="utf-8"))
    (states,) = _enums(bodies, "refused_witnessed")
    assert sorted({one.value for one in NextStep} - worded(WORDS, "NEXT_STEPS").keys()) == []
    assert sorted(set(states) - worded(WORDS, "PAPER_STATES").keys()) == []


def test_every_incident_and_state_of_a_promise_has_a_word():
    (kinds,) = _enums(json.loads((ROOT / "server/visits/bodies.json").read_text(encoding="utf-8")), "detained")
    assert sorted(worded(WORDS, "INCIDENTS")) == sorted(kinds)
    assert sorted(worded(WORDS, "SEVERITIES")) == ["1", "2", "3"]
    assert sorted(worded(DESKS / "cases/words.ts", "PROMISE_STATES")) == sorted(PromiseState)
    assert sorted(worded(DESKS / "cases/words.ts", "INSTALMENT_STATES")) == sorted(InstalmentState)


def test_every_clause_of_a_paper_has_a_word():
    named = {name for kind in KINDS for name in clause_names(kind)}
    assert sorted(named - worded(DESKS / "templates/words.ts", "CLAUSES").keys()) == []


def test_everything_the_verifier_in_the_browser_finds_has_chinese():
    known = {
        one.replace("{1}", "{0}")
        for one in re.findall(r"^  \[\"([^\"]+)\", \"", _source("verify/words.ts"), re.MULTILINE)
    }
    found = set()
    for name in ("dossier", "log", "zip"):
        for said in re.findall(r"(?:yield |Error\(|NotAZip\(|=> )(`[^`]+`|\"[^\"]+\")", _source(f"verify/{name}.ts")):
            found.add(re.sub(r"\$\{[^}]*\}", "{0}", said[1:-1]))
    assert {"{0} was changed", "not a ZIP"} <= found
    bare = {one.removeprefix("{0}: ") for one in known}
    assert sorted(one for one in found if " " in one and one not in known | bare and one != "{0}: {0}") == []


def _source(path):
    return (DESKS / path).read_text(encoding="utf-8")


def _enums(node, holding):
    """Return the lists of allowed values, anywhere in a schema, that hold one value."""
    if isinstance(node, dict):
        own = [node["enum"]] if holding in node.get("enum", []) else []
        return own + [one for part in node.values() for one in _enums(part, holding)]
    return [one for part in node for one in _enums(part, holding)] if isinstance(node, list) else []


def test_every_component_of_a_template_is_imported():
    absent = set()
    for path in (ROOT / "web/src").rglob("*.vue"):
        script, template = re.fullmatch(r"(.*</script>)(.*)", path.read_text(encoding="utf-8"), re.DOTALL).groups()
        used = set(re.findall(r"<([A-Z]\w+)", template)) - GLOBAL
        absent |= {f"{path.stem}: {name}" for name in used if not re.search(rf"\b{name}\b", script)}
    assert absent == set()


def test_every_flag_of_a_visit_has_a_word_in_both_languages():
    flags = worded(WORDS, "FLAGS")
    named = {one.value for one in Flag} | {f"several_{kind}" for kind in ONCE} | {ASSEMBLY_FAILED, SUPPLEMENTED}
    assert {"file_conflict", "looks_like_another", "used_before", "unknown_paper", "deprecated_form"} <= written()
    assert sorted((named | written()) - flags.keys()) == []
    assert all(re.search("[\u4e00-\u9fff]", word) for word in flags.values())


def test_what_the_audit_log_tells_has_words():
    """Every fact that is noted, and every kind of thing it is noted about."""
    facts, subjects = set(), set()
    for path in (ROOT / "server").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "audit.note":
                facts |= {one.arg for one in call.keywords if one.arg} - {"actor_id"}
                subjects |= set(re.findall(r"^f['\"]([\w-]+):", ast.unparse(call.args[1])))
    assert len(facts) > 50
    assert len(subjects) > 20
    assert facts <= set(worded(DESKS / "audit/facts.ts", "FACTS"))
    assert subjects <= set(worded(DESKS / "audit/facts.ts", "SUBJECTS"))


def test_every_code_in_the_rule_pack_has_a_word():
    pack = json.loads((ROOT / "server/compliance/rulepacks/cn-2026.1.json").read_text(encoding="utf-8"))
    names_of_fields = {("CASH", "forbidden"), ("KPI", "money")}  # shown as how many they are
    values = {
        one
        for rule in pack["rules"]
        for name, value in rule.get("params", {}).items()
        if (rule["id"], name) not in names_of_fields
        for one in _listed(value)
    }
    codes = {one for one in values if isinstance(one, str) and re.fullmatch(r"[a-z_]{3,}", one)}
    shown = re.search(
        r"const VALUES = \{(.*?)\n\} as const", (DESKS / "rules/RulePack.vue").read_text(encoding="utf-8"), re.DOTALL
    )
    assert len(codes) > 40
    assert codes <= set(re.findall(r"(\w+): \[", shown[1]))


def _listed(value):
    return value if isinstance(value, list) else [value]
