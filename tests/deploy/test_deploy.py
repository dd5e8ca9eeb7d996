"""What `deploy/` starts exists: settings, commands with their options, folders; systemd reads its units."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from click import Context

from server import config
from server.cli import cli

DEPLOY = Path(__file__).parents[2] / "deploy"
FILES = sorted(path for path in DEPLOY.iterdir() if path.suffix in {".service", ".timer", ".conf", ".yaml", ""})
UNITS = sorted(DEPLOY.glob("*.service"))
SETTINGS = set(
    re.findall(r"^\| `(DOORSTEP_\w+)`", (DEPLOY.parent / "docs" / "operations.md").read_text(), re.MULTILINE)
)
MOST_EXPOSED = 20  # tenths, of 100: `systemd-analyze security`
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
needs_systemd = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed: the units are not read by it here"
)


def parse(words):
    """Parse a command of ours without running it; click refuses an unknown command or option."""
    command, rest = cli.get_command(Context(cli), words[0]), words[1:]
    assert command.make_context(words[0], list(rest)).command is command


def started(unit):
    """Return the words of each `doorstep …` that a unit starts."""
    text = unit.read_text(encoding="utf-8").replace("$(date +%%F)", "today")
    return [
        shlex.split(rest.rstrip("'")) for rest in re.findall(r"/opt/doorstep/bin/doorstep (.+)$", text, re.MULTILINE)
    ]


class TestSettings:
    @pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
    def test_are_known_to_the_server(self, path):
        assert not set(re.findall(r"DOORSTEP_[A-Z0-9_]+", path.read_text(encoding="utf-8"))) - SETTINGS


class TestUnits:
    @pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
    def test_start_what_exists(self, unit):
        commands = started(unit)
        assert commands or "bin/gunicorn" in unit.read_text()
        for words in commands:
            parse(words)

    @pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
    def test_are_all_hardened_alike(self, unit):
        def hardening(path):
            text = path.read_text(encoding="utf-8")
            return text[text.index("# What it may do") :].partition("[Install]")[0].strip()

        assert hardening(unit) == hardening(DEPLOY / "doorstep.service")

    @needs_systemd
    def test_are_read_by_systemd(self, tmp_path):
        for path in [*UNITS, *DEPLOY.glob("*.timer")]:
            text = re.sub(r"/opt/doorstep/bin/\w+", "/bin/true", path.read_text(encoding="utf-8"))
            (tmp_path / path.name).write_text(text, encoding="utf-8")
        done = subprocess.run(
            ["systemd-analyze", "verify", *sorted(tmp_path.iterdir())], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout + done.stderr) == (0, "")

    @needs_systemd
    @pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
    def test_expose_little(self, unit):
        words = ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", "--no-pager", unit]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-200:]


class TestCommand:
    SCRIPT = DEPLOY / "doorstep.sh"

    def test_is_a_shell_script_that_runs_ours_as_its_user(self, tmp_path):
        """Played with the two tools it calls as root replaced: the settings arrive, the words arrive as they were."""
        tools = tmp_path / "bin"
        tools.mkdir()
        for name, body in {
            "id": "echo 0",
            "setpriv": 'printf "%s|" "$DOORSTEP_VAR" "$DOORSTEP_FIRM_NAME" "$@"',
        }.items():
            (tools / name).write_text(f"#!/bin/sh\n{body}\n")
            (tools / name).chmod(0o755)
        (tmp_path / "owner.env").write_text("DOORSTEP_FIRM_NAME='two words'\n")
        done = subprocess.run(
            ["sh", str(self.SCRIPT), "user", "add", "a b"], capture_output=True, text=True, check=True,
            env={"PATH": f"{tools}:/usr/bin:/bin", "SETTINGS": str(tmp_path / "owner.env")},
        )  # fmt: skip
        told = done.stdout.split("|")[:-1]
        assert told[:2] == ["/var/lib/doorstep", "two words"]
        assert told[-4:] == ["/opt/doorstep/bin/doorstep", "user", "add", "a b"]
        assert "--reuid=doorstep" in told


class TestContainers:
    def test_start_what_exists(self):
        entry, words = re.findall(r"^(?:ENTRYPOINT|CMD) (\[.+\])$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
        assert yaml.safe_load(entry) == ["doorstep"]
        parse(yaml.safe_load(words))
        for name in ("init", "web", "worker"):
            parse(COMPOSE["services"][name]["command"])

    def test_wait_for_services_and_keep_volumes_that_exist(self):
        services = COMPOSE["services"]
        waited = {other for one in services.values() for other in one.get("depends_on", {})}
        kept = {volume.split(":")[0] for one in services.values() for volume in one["volumes"]}
        assert waited <= set(services)
        assert kept == set(COMPOSE["volumes"])
        assert (DEPLOY / services["web"]["build"]["context"] / services["web"]["build"]["dockerfile"]).is_file()

    def test_copy_nothing_that_does_not_exist(self):
        for source in re.findall(r"^COPY (\S+) ", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE):
            assert source.startswith("--from") or (DEPLOY.parent / source).exists(), source


class TestNginx:
    def test_lets_every_body_through_that_the_server_takes(self):
        megabytes = re.search(r"client_max_body_size (\d+)m;", (DEPLOY / "nginx.conf").read_text())
        assert int(megabytes[1]) * 1024 * 1024 > config.Config.__dataclass_fields__["max_body_bytes"].default
