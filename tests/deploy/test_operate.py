"""The drills of docs/operate.md, played from the page as they are written there, in an empty folder."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from click import Context

from server import clock
from server.app import create_app
from server.cases import sealing
from server.cases.models import ImportRun, Party
from server.cli import cli
from server.cli.office import enter
from server.config import load
from server.db import db
from server.demo import portfolio

PAGE = (Path(__file__).parents[2] / "docs" / "operate.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ROLES = ("specialist", "supervisor")


def chapter(number):
    """Return the shell blocks of a chapter, in order."""
    text = re.split(r"^## ", PAGE, flags=re.MULTILINE)[number]
    assert text.startswith(f"{number}. ")
    return BLOCK.findall(text)


@pytest.fixture(scope="module")
def environ():
    """The environment of an operator who has set nothing, with `doorstep` on the path; this process has it too."""
    given = {"ARGON2_MEMORY_KIB": "64", "ARGON2_TIME_COST": "1", "NEW_PASSWORD": "long-enough-1"}
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("DOORSTEP_")]:
            patch.delenv(name)
        for name, value in given.items():
            patch.setenv(f"DOORSTEP_{name}", value)
        patch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
        yield dict(os.environ)


def played(block, folder, environ):
    """Play a block in a folder as bash does; the first command that fails ends it."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block], capture_output=True, text=True, check=False, cwd=folder, env=environ
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def made(environ, tmp_path_factory):
    """An installation in `var` with people and a creditor's file taken in: its folder, and what its values say."""
    home = tmp_path_factory.mktemp("made")
    words = " ".join(f"--role {role}" for role in ROLES)
    played(f"doorstep init --firm-name 测试公司\ndoorstep user add lin --name 林 --staff-no 1 {words}", home, environ)
    office = enter(home / "var", "lin")
    office.post("/v1/creditors", json={"name": "某银行"})
    with office.app.app_context():
        db.session.remove()
        db.engine.dispose()
    file = portfolio.write(home / "files", rng=Random(1), as_of=clock.today(), bank_rows=3, supplier_rows=2).bank
    played(f"doorstep import {file} --creditor 某银行 --as lin --commit", home, environ)
    return home, told_by(home / "var")


@pytest.fixture
def installation(made, tmp_path):
    """A copy of that installation; return what its sealed values say."""
    home, told = made
    shutil.copytree(home / "var", tmp_path / "var")
    return told


@pytest.fixture
def play(tmp_path, environ):
    """Play a block in the folder of the test."""
    return lambda block: played(block, tmp_path, environ)


def told_by(var_dir):
    """Return what an installation's sealed values say: everybody's numbers, and the files taken in."""
    app = create_app(load(var_dir))
    with app.app_context():
        parties = sorted((sealing.id_number(one), sealing.phone(one)) for one in db.session.query(Party))
        files = [
            sealing.kept_file(one.sealed_sha256, file_sha256=one.file_sha256) for one in db.session.query(ImportRun)
        ]
        db.session.remove()
        db.engine.dispose()
    return parties, files


def test_the_restore_drill_gives_everything_back(play, installation, tmp_path):
    drill, away = chapter(5)
    said = play(drill)
    assert "FAIL" not in said
    assert said.count("ok  ") > 5
    assert "林" in said
    assert told_by(tmp_path / "drill") == installation
    play(away)
    assert not (tmp_path / "drill").exists()
    assert told_by(tmp_path / "var") == installation


def test_the_rotation_drill_exchanges_the_key_and_old_backups_open(play, installation, tmp_path):
    rotation, old = chapter(7)
    key = (tmp_path / "var" / "keys" / "master.key").read_bytes()
    said = play(rotation)
    assert "FAIL" not in said
    assert "master.before-" in said
    assert (tmp_path / "var" / "keys" / "master.key").read_bytes() != key
    assert told_by(tmp_path / "var") == installation
    opened = play(old.removesuffix("rm -r old\n"))
    assert "FAIL" not in opened
    assert told_by(tmp_path / "old") == installation
    assert (tmp_path / "old" / "keys" / "master.key").read_bytes() == key


def test_commands_named_anywhere_on_the_page_exist():
    named = set(re.findall(r"`doorstep ([a-z]+)(?: ([a-z-]+))?", PAGE))
    assert len(named) > 8
    for name, sub in named:
        command = cli.get_command(Context(cli), name)
        assert command is not None, name
        inner = getattr(command, "commands", None)
        assert inner is None or not sub or sub in inner, f"{name} {sub}"
