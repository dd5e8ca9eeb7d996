"""Every environment name that the code reads stands in docs/operations.md with default and unit, and none but those."""

import os
import re
from pathlib import Path

import pytest

from server import config

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
NAME = re.compile(r"DOORSTEP_[A-Z0-9]+(?:_[A-Z0-9]+)*(?![A-Z0-9_])")
ROW = re.compile(r"^\| `(DOORSTEP_\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
ROWS = {name: (default.strip(), unit.strip()) for name, default, unit, _ in ROW.findall(PAGE)}


class Recorder(dict):
    """An environment that remembers what it was asked for."""

    def __init__(self, values):
        super().__init__(values)
        self.asked = set()

    def get(self, name, default=None):
        self.asked.add(name)
        return super().get(name, default)

    def __getitem__(self, name):
        self.asked.add(name)
        return super().__getitem__(name)

    def __contains__(self, name):
        self.asked.add(name)
        return super().__contains__(name)


@pytest.fixture
def loaded(keys_dir, monkeypatch):
    """Settings read in an environment without any of our names, and the names that were asked for."""
    asked = Recorder({name: value for name, value in os.environ.items() if not name.startswith("DOORSTEP_")})
    monkeypatch.setattr(os, "environ", asked)
    settings = config.load(keys_dir)
    return settings, {name for name in asked.asked if name.startswith("DOORSTEP_")}


def written_in_code():
    files = [path for folder in ("server", "sync", "field_forms", "receipts", "bench", "migrations", "tests")
             for path in sorted((ROOT / folder).rglob("*.py")) if path != Path(__file__)]  # fmt: skip
    return {
        name for path in [*files, ROOT / "Makefile", ROOT / "wsgi.py"] for name in NAME.findall(path.read_text("utf-8"))
    }


class TestSettings:
    def test_every_name_read_at_start_is_documented(self, loaded):
        _, asked = loaded
        assert len(asked) > 10, "the settings are read elsewhere now: this test sees nothing"
        assert not asked - set(ROWS)

    def test_every_name_written_in_code_is_documented(self):
        assert not written_in_code() - set(ROWS)

    def test_no_name_is_documented_that_nobody_reads(self, loaded):
        _, asked = loaded
        assert not set(ROWS) - asked - written_in_code()

    @pytest.mark.parametrize(
        "name",
        ["max_body_bytes", "access_token_s", "refresh_token_s", "session_s", "argon2_memory_kib", "argon2_time_cost"],
    )
    def test_the_default_is_the_one_documented(self, loaded, name):
        settings, _ = loaded
        assert ROWS[f"DOORSTEP_{name.upper()}"][0] == str(getattr(settings, name))

    def test_every_row_has_a_unit(self):
        assert all(unit for _, unit in ROWS.values())
