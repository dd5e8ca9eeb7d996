"""`doorstep log`: honest about a log that holds and one that does not."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from server import clock, jobs
from server.cli import cli
from server.db import db
from tests.owner import begin_as_owner


@pytest.fixture
def run(app, monkeypatch):
    """Run a command on the application under test."""
    from server.cli import log

    monkeypatch.setattr(log, "create_app", lambda _settings: app)
    monkeypatch.setattr(log.config, "load", lambda _var: app.extensions["doorstep"])
    return lambda *words, **kwargs: CliRunner().invoke(cli, ["log", *words], **kwargs)


@pytest.fixture
def grown(app, as_zhou, as_fang):
    as_zhou.post("/v1/devices/codes", json={"person_id": as_fang.person_id})
    with app.app_context():
        jobs.run_chores(clock.now())


class TestVerify:
    def test_says_that_a_good_log_holds(self, run, grown):
        told = run("verify")
        assert (told.exit_code, told.output.splitlines()[-1]) == (0, "the log holds")
        assert "1 leaves" in told.output

    def test_fails_for_a_log_that_was_rewritten(self, run, grown, app):
        with app.app_context():
            begin_as_owner()
            db.session.execute(text("UPDATE log_leaf SET hash = :hash"), {"hash": "0" * 64})
            db.session.commit()
        told = run("verify", "--json")
        assert told.exit_code == 1
        assert json.loads(told.output)["faults"][0].startswith("leaf 0: its bytes are not about audit:")


class TestVkey:
    def test_prints_the_key_that_is_served(self, run, app):
        assert run("vkey").output == app.test_client().get("/log/vkey").text


class TestCosign:
    def test_refuses_a_checkpoint_without_a_cosignature(self, run, grown, app):
        told = run("cosign", "-", input=app.test_client().get("/log/checkpoint").text)
        assert told.exit_code == 1
        assert told.exception.kebab() == "no-cosignature"
