"""docs/security.md, "What is decided": each figure, key, address, class and log named is the code's, and none lacks."""

import ast
import re

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from server import body, config, jobs, keys
from server.accounts import auth, lockout
from server.accounts.models import Person
from server.app import load_models
from server.db import Base, db
from server.devices import rules
from sync import strict_json
from tests.project.test_guards import ROOT, SOURCES

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8").split("## What is decided")[1]
DEFAULTS = {name: one.default for name, one in config.Config.__dataclass_fields__.items()}
IN_MINUTES, IN_HOURS = 60, 3600


def part(name):
    """Return the paragraphs of one heading."""
    return re.split(r"\n\n(?=\*\*)", PAGE.partition(f"**{name}")[2])[0]


def test_sign_in_and_sessions_are_as_written(app):
    lock, day = int(lockout.LOCK_FOR.total_seconds()), int(lockout.FORGET_AFTER.total_seconds())
    said = part("Signing in")
    assert f"{lockout.ACCOUNT_AFTER} wrong passwords" in said
    assert f"{lockout.ADDRESS_AFTER} from one address" in said
    assert f"for {lock // IN_MINUTES} minutes" in said
    assert f"after {day // IN_HOURS} hours" in said
    rate = re.search(r"rate=(\d+)r/m", (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8"))[1]
    assert f"{rate} times a minute" in said
    lives = part("Sessions")
    for name in ("session_s", "session_idle_s", "access_token_s", "refresh_token_s"):
        assert f"{DEFAULTS[name]} s" in lives, name
    assert f"{auth.CALENDAR_LIFE.days} days" in lives
    from server.accounts.api.people import words_of  # the words of a person, as the view asks them

    with app.app_context():
        person = db.session.query(Person).first()
        firm = config.current().firm.name
        assert words_of(person) == [person.username, person.name, person.staff_no, firm], "the page names these four"
        db.session.remove()


def test_every_way_in_is_written_down(app):
    """Whatever view hands out or takes a credential of a person or phone without a session stands in the table."""
    said = part("Ways in")
    signing_in = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "public", "")
        in {"signing in", "the refresh token is the credential"}
    }
    assert {one for one in signing_in if one != "pages.login_form" and f"`{one}`" not in said} == set()
    basic = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/openrosa")}
    assert basic, "the agents' other clients"
    for name in re.findall(r"`(\w+\.\w+)`", said):
        assert name in app.view_functions, name


def test_every_key_is_written_down(keys_dir):
    said = part("Keys")
    files = {path.stem for path in (keys_dir / "keys").glob("*.key")}
    assert files >= set(keys.KEY_NAMES)
    assert [name for name in files if f"| `{name}` |" not in said] == []


def test_keys_are_of_128_bits_of_strength_at_least(keys_dir):
    for path in sorted((keys_dir / "keys").glob("*.key")):
        raw = path.read_bytes()
        if b"PRIVATE KEY" not in raw:
            assert len(config.symmetric_key(raw, path.stem)) == 32, path.stem
            continue
        key = load_pem_private_key(raw, password=None)
        is_strong = (
            isinstance(key, Ed25519PrivateKey)
            or (isinstance(key, ec.EllipticCurvePrivateKey) and key.key_size >= 256)
            or (isinstance(key, rsa.RSAPrivateKey) and key.key_size >= 3072)
        )
        assert is_strong, path.stem


def test_passwords_cost_what_is_advised():
    """OWASP's advice of 2026 for argon2id: 46 MiB once, or 19 MiB twice; ours is above both."""
    assert DEFAULTS["argon2_memory_kib"] >= 47_104
    assert DEFAULTS["argon2_time_cost"] >= 2
    assert auth.hasher(64, 1).hash("a password").startswith("$argon2id$")


def test_every_address_spoken_to_is_written_down():
    said = part("Whom the server speaks to")
    source = (ROOT / "server" / "config.py").read_text(encoding="utf-8")
    read = set(re.findall(r"\"((?:\w+_)?URL)\"", source)) | {"S3_ENDPOINT"}
    assert {name for name in read - {"PUBLIC_URL"} if f"`DOORSTEP_{name}`" not in said} == set()
    assert len(read) > 5


def test_every_sealed_column_has_a_class():
    load_models()
    said = part("Classes of data")
    sealed = {
        f"{table.name}.{column.name.removesuffix('_sealed')}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if column.name.endswith("_sealed")
    }
    assert len(sealed) > 15
    assert {one for one in sealed if f"`{one}`" not in said} == set()
    assert {one for one in re.findall(r"`(\w+\.\w+)`", said) if one not in sealed} == set()


def test_logs_are_those_written_down():
    """No line of ours logs elsewhere than to standard error."""
    said = part("Logs")
    assert all(word in said for word in ("standard error", "gunicorn", "nginx", "audit_event", "transparency log"))
    handlers = {
        ast.unparse(node.func)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Handler")
    }
    assert handlers == {"logging.StreamHandler"}
    nginx = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    assert re.findall(r"^\s*access_log (\S+);", nginx, re.MULTILINE) == ["off"]


@pytest.mark.parametrize(
    ("words", "figure"),
    [
        ("{} at once", 2),
        ("body ({} bytes", DEFAULTS["max_body_bytes"]),
        ("depth of {}", strict_json.MAX_DEPTH),
        ("page ({} rows)", body.PAGE_MAX),
        ("push ({} rows)", rules.MAX_ROWS),
    ],
)
def test_dear_calls_are_bounded_as_written(words, figure):
    assert words.format(figure) in part("Dear calls")
    assert "three attempts" in part("Dear calls")
    assert jobs.MAX_ATTEMPTS == 3
    assert "Semaphore(2)" in (ROOT / "server" / "accounts" / "auth.py").read_text(encoding="utf-8")
    assert re.search(r"\d+ days .* else \d+", part("Times for fixes"))


def test_sizes_of_files_are_those_in_force():
    operations = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert f"| `DOORSTEP_MAX_BODY_BYTES` | {DEFAULTS['max_body_bytes']} |" in operations
    guard = (ROOT / "server" / "visits" / "darkroom" / "guard.py").parent
    formats = {
        name for path in guard.glob("*.py") for name in re.findall(r'"(JPEG|PNG|WEBP|GIF|TIFF)"', path.read_text())
    }
    said = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    assert formats
    assert [name for name in formats if name not in said] == []
