"""What no line of ours may do, read from the sources: OWASP ASVS 5.0's rules that a reader of code can check."""

import ast
import json
import re
import tomllib

import pytest

from tests.project.test_guards import ROOT, SOURCES

WEB = sorted(path for kind in ("ts", "vue", "html") for path in (ROOT / "web" / "src").rglob(f"*.{kind}"))
TEMPLATES = sorted((ROOT / "server").rglob("templates/*.html"))
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}
GOOD_HASHES = {"sha256", "sha384", "sha512", "sha3_256", "blake2b", "scrypt", "pbkdf2_hmac", "new", "file_digest"}
# Numbers to play with (a plan's search, a demo's story, a fleet's faults), never a secret.
PLAYFUL = {"demo", "simulation", "planning"}
LIBRARIES_OF_TESTS = {"pytest", "hypothesis", "schemathesis", "mutmut", "coverage", "pyinstrument", "bandit", "ruff"}


def calls():
    """Yield (path, dotted name, call) of every call in our Python."""
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield path, ast.unparse(node.func), node


def found(is_bad):
    return [f"{path.relative_to(ROOT)}:{node.lineno} {name}" for path, name, node in calls() if is_bad(name, node)]


def is_constant_text(node):
    return isinstance(node, ast.Constant) or (isinstance(node, ast.BinOp) and is_constant_text(node.left))


def test_no_text_is_run_as_code():
    bad = {
        "eval",
        "exec",
        "compile",
        "os.system",
        "os.popen",
        "pickle.loads",
        "pickle.load",
        "marshal.loads",
        "yaml.load",
    }
    assert found(lambda name, _: name in bad) == []


def test_no_command_goes_through_a_shell():
    def is_bad(name, node):
        return name.startswith("subprocess.") and any(
            word.arg == "shell" and ast.unparse(word.value) != "False" for word in node.keywords
        )

    assert found(is_bad) == []
    assert sum(name.startswith("subprocess.") for _, name, _ in calls()) > 3, "the rule looks at something"


def test_sql_is_written_by_us_and_values_are_bound():
    """Built statements hold names of our own tables only, in migrations' helpers that run as the owner."""
    builders = {"server/wall.py", "server/privileges.py"}
    runs = re.compile(r"(?:^|\.)(?:text|exec_driver_sql|run_text|executescript)$")

    def is_bad(name, node):
        built = [one for one in node.args if isinstance(one, ast.JoinedStr | ast.BinOp)]
        return bool(runs.search(name)) and any("SELECT" in ast.unparse(one).upper() or ":" in name for one in built)

    assert [one for one in found(is_bad) if one.partition(":")[0] not in builders] == []


def test_only_sound_hashes_are_used_where_they_prove_something():
    def is_bad(name, node):
        if not re.fullmatch(r"hashlib\.\w+", name) or name.removeprefix("hashlib.") in GOOD_HASHES:
            return False
        return not any(word.arg == "usedforsecurity" and ast.unparse(word.value) == "False" for word in node.keywords)

    assert found(is_bad) == []
    assert found(lambda name, _: name.startswith("hashes.") and re.search(r"MD5|SHA1\b", name)) == []


def test_no_weak_mode_or_padding_is_used():
    word = re.compile(r"\bmodes\.(?:ECB|CBC|CTR|OFB|CFB)\b|\bTripleDES\b|\bARC4\b|padding\.PKCS1v15\(\)")
    users = [path for path in SOURCES if word.search(path.read_text(encoding="utf-8"))]
    assert [str(path.relative_to(ROOT)) for path in users if "verify" not in path.read_text(encoding="utf-8")] == []


def test_secrets_come_from_the_systems_source():
    users = {path for path, tree in TREES.items() for node in ast.walk(tree) if imports_random(node)}
    assert [str(path.relative_to(ROOT)) for path in users if not PLAYFUL & set(path.relative_to(ROOT).parts)] == []


def imports_random(node):
    if isinstance(node, ast.Import):
        return any(one.name == "random" for one in node.names)
    return (
        isinstance(node, ast.ImportFrom) and node.module == "random" and [one.name for one in node.names] != ["Random"]
    )


def test_no_certificate_goes_unchecked():
    word = re.compile(r"verify\s*=\s*False|CERT_NONE|check_hostname\s*=\s*False|_create_unverified_context")
    assert [path for path in SOURCES if word.search(path.read_text(encoding="utf-8"))] == []


def test_what_a_caller_wrote_is_escaped_in_a_pattern():
    runs = re.compile(r"^re\.(?:compile|match|search|fullmatch|sub|split|findall|finditer)$")

    def is_bad(name, node):
        pattern = node.args[0] if runs.search(name) and node.args else None
        parts = pattern.values if isinstance(pattern, ast.JoinedStr) else []
        names = [ast.unparse(one.value) for one in parts if isinstance(one, ast.FormattedValue)]
        return any(not one.isupper() and "re.escape" not in one for one in names)

    assert found(is_bad) == []


def test_no_callers_words_are_a_format():
    def is_bad(name, node):
        return (
            name.endswith(".format")
            and isinstance(node.func, ast.Attribute)
            and (isinstance(node.func.value, ast.Subscript) and "request" in ast.unparse(node.func.value))
        )

    assert found(is_bad) == []
    assert found(lambda name, _: name.endswith("render_template_string")) == []


def test_no_template_leaves_text_unescaped():
    assert len(TEMPLATES) >= 4
    word = re.compile(r"\|\s*safe\b|autoescape\s+false|Markup\(")
    assert [path for path in (*TEMPLATES, *SOURCES) if word.search(path.read_text(encoding="utf-8"))] == []


def test_a_redirect_leads_to_an_address_of_ours():
    def is_bad(name, node):
        return name == "redirect" and not (
            isinstance(node.args[0], ast.Constant) and re.fullmatch(r"/(?:[^/].*)?", node.args[0].value)
        )

    assert sum(name == "redirect" for _, name, _ in calls()) >= 5
    assert found(is_bad) == []


def test_screens_make_no_markup_of_text():
    """`v-html` shows our own guides, made into pages at the build; nothing else writes markup or runs text."""
    word = re.compile(r"v-html|innerHTML|outerHTML|insertAdjacentHTML|document\.write|new Function|\beval\(|srcdoc")
    users = {path.relative_to(ROOT / "web" / "src").as_posix() for path in WEB if word.search(path.read_text("utf-8"))}
    assert users == {"phone/screens/Guide.vue", "console/desks/help/GuidePage.vue"}


def test_screens_link_to_no_address_a_caller_wrote():
    """A bound `href` holds an address that begins with ours, or a telephone's."""
    bound = re.compile(r":href=\"([^\"]+)\"")
    links = [one for path in WEB for one in bound.findall(path.read_text(encoding="utf-8"))]
    assert links
    assert [one for one in links if re.search(r"javascript|data:", one)] == []


def test_screens_copy_no_members_of_an_answer_onto_a_prototype():
    word = re.compile(r"__proto__|\.prototype\[|constructor\[|Object\.setPrototypeOf")
    assert [path for path in WEB if word.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("word", [".git", "var", "deploy/doorstep.env"])
def test_an_image_holds_no_history_and_no_data(word):
    ignored = (ROOT / "deploy" / "Dockerfile.dockerignore").read_text(encoding="utf-8").split()
    copied = re.findall(r"^COPY (?!--from)(\S+) ", (ROOT / "deploy" / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    assert word in ignored or (copied and not {".", "./", word} & {one.rstrip("/") for one in copied})


def test_what_ships_holds_no_tests_and_no_tools_of_theirs():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packed = json.dumps(project["tool"].get("hatch", project["tool"].get("setuptools", {})))
    assert not re.search(r'"(?:tests|bench)[/"*]', packed)
    locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE))
    assert len(locked) > 30
    assert not locked & LIBRARIES_OF_TESTS
