"""`doorstep form compile`: what a form manager sees before anybody is asked anything."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from field_forms import definitions
from field_forms.definitions import newest
from server.cli import cli

VISIT = Path(definitions.__file__).parent / "forms" / "visit.md"


@pytest.fixture
def run():
    return lambda *words: CliRunner().invoke(cli, ["form", "compile", *map(str, words)])


class TestCompile:
    def test_says_what_it_made_and_writes_it(self, run, tmp_path):
        done = run(VISIT, "--json", tmp_path / "form.json", "--xform", tmp_path / "form.xml")
        assert done.exit_code == 0
        assert done.output.startswith(f"visit@{newest('visit').version}: ")
        assert newest("visit").digest in done.output
        assert json.loads((tmp_path / "form.json").read_text(encoding="utf-8")) == newest("visit").document
        assert "collect_stop" in (tmp_path / "form.xml").read_text(encoding="utf-8")

    def test_names_the_cell_and_fails(self, run, tmp_path):
        broken = tmp_path / "broken.md"
        broken.write_text(VISIT.read_text(encoding="utf-8").replace("| geopoint", "| rank"), encoding="utf-8")
        broken.write_text(broken.read_text(encoding="utf-8").replace("| date |", "| rank |"), encoding="utf-8")
        done = run(broken)
        assert done.exit_code == 1
        assert "(type, line " in done.output
        assert "the type rank is not supported" in done.output
