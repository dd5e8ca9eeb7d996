"""The command line as a person types it: exit codes, words, and what lies on the disk afterwards."""

import hashlib
import json
import re
import sqlite3
from random import Random

import pytest
from click.testing import CliRunner

from server import clock
from server.cli import cli
from server.demo import portfolio

PASSWORD = "long-enough-1"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Type a command for an installation of its own; return the result."""
    monkeypatch.delenv("DOORSTEP_DATABASE_URL", raising=False)
    for name, value in {
        "DOORSTEP_ARGON2_MEMORY_KIB": "64",
        "DOORSTEP_ARGON2_TIME_COST": "1",
        "DOORSTEP_NEW_PASSWORD": PASSWORD,
    }.items():
        monkeypatch.setenv(name, value)

    def typed(*words):
        return CliRunner().invoke(cli, ["--var", str(tmp_path / "var"), *map(str, words)])

    return typed


@pytest.fixture
def ready(run):
    """An initialised installation with a specialist who is also a supervisor, and one creditor."""
    assert run("init", "--firm-name", "测试公司").exit_code == 0
    added = run("user", "add", "lin", "--name", "林", "--staff-no", "1", "--role", "specialist", "--role", "supervisor")
    assert added.exit_code == 0, added.output
    return run


@pytest.fixture
def creditor(ready, tmp_path):
    """The name of a creditor made through the same door as the commands use."""
    from server.cli.office import enter

    enter(tmp_path / "var", "lin").post("/v1/creditors", json={"name": "某银行"})
    return "某银行"


class TestInit:
    def test_may_be_run_again_and_keeps_keys_and_settings(self, ready, tmp_path):
        key = (tmp_path / "var" / "keys" / "master.key").read_bytes()
        again = ready("init", "--firm-phone", "0755-1")
        assert "none, all were there" in again.output
        assert (tmp_path / "var" / "keys" / "master.key").read_bytes() == key
        settings = (tmp_path / "var" / "doorstep.env").read_text(encoding="utf-8")
        assert "测试公司" in settings
        assert "0755-1" in settings

    def test_keeps_keys_from_other_users(self, ready, tmp_path):
        assert (tmp_path / "var" / "keys" / "master.key").stat().st_mode & 0o077 == 0


class TestUser:
    def test_refuses_a_taken_name(self, ready):
        again = ready("user", "add", "lin", "--name", "x", "--staff-no", "2", "--role", "agent")
        assert again.exit_code == 1
        assert "taken" in again.output

    def test_lists_people(self, ready):
        assert "lin" in ready("user", "list").output

    def test_makes_a_first_password_for_who_forgot_his(self, ready):
        made = ready("user", "first-password", "lin")
        assert re.fullmatch(r"(\w{4}-){3}\w{4}\n", made.output)
        nobody = ready("user", "first-password", "nobody")
        assert (nobody.exit_code, "nobody is called" in nobody.output) == (1, True)

    def test_refuses_an_unknown_role(self, ready):
        assert ready("user", "add", "x", "--name", "x", "--staff-no", "2", "--role", "king").exit_code == 2


class TestImport:
    @pytest.fixture
    def files(self, tmp_path):
        return portfolio.write(tmp_path / "files", rng=Random(1), as_of=clock.today(), bank_rows=5, supplier_rows=4)

    def test_changes_nothing_without_commit(self, ready, creditor, files):
        report = json.loads(ready("import", files.bank, "--creditor", creditor, "--as", "lin", "--json").output)
        assert (report["accepted"], report["flagged"], report["refused"]) == (5, 1, 2)
        first = ready("import", files.bank, "--creditor", creditor, "--as", "lin", "--commit")
        assert '"created": 6' in first.output
        again = ready("import", files.bank, "--creditor", creditor, "--as", "lin", "--commit")
        assert '"created": 0, "updated": 0, "unchanged": 6' in again.output

    def test_writes_the_faulty_rows_to_a_file(self, ready, creditor, files, tmp_path):
        ready("import", files.bank, "--creditor", creditor, "--as", "lin", "--faults", tmp_path / "faults.xlsx")
        assert (tmp_path / "faults.xlsx").read_bytes()[:2] == b"PK"

    def test_names_the_creditors_there_are(self, ready, creditor, files):
        wrong = ready("import", files.bank, "--creditor", "没有", "--as", "lin")
        assert wrong.exit_code == 1
        assert creditor in wrong.output

    def test_refuses_what_is_no_table(self, ready, creditor, tmp_path):
        (tmp_path / "x.csv").write_text("hello\n")
        assert ready("import", tmp_path / "x.csv", "--creditor", creditor, "--as", "lin").exit_code == 1

    def test_refuses_an_unknown_person(self, ready, creditor, files):
        assert ready("import", files.bank, "--creditor", creditor, "--as", "nobody").exit_code == 1


class TestVerify:
    def test_is_content_with_a_sound_installation(self, ready):
        done = ready("verify")
        assert done.exit_code == 0, done.output
        assert "ok    audit chain" in done.output

    def test_finds_one_changed_audit_row(self, ready, tmp_path):
        with sqlite3.connect(tmp_path / "var" / "doorstep.db") as database:
            database.execute("UPDATE audit_event SET action = 'nothing'")
        done = ready("verify", "--json")
        assert done.exit_code == 1
        assert json.loads(done.output)["audit chain"] == "broken at row 1"

    def test_refuses_a_dossier_that_is_none(self, ready, tmp_path):
        (tmp_path / "x.zip").write_bytes(b"nothing")
        assert ready("verify", tmp_path / "x.zip").exit_code == 1

    def test_writes_the_report_of_a_dossier_beside_it(self, ready, tmp_path):
        (tmp_path / "x.zip").write_bytes(b"no dossier")
        page = tmp_path / "report.html"
        assert ready("verify", tmp_path / "x.zip", "--html", page).exit_code == 1
        told = page.read_text(encoding="utf-8")
        assert "核验不通过 NOT VERIFIED" in told
        assert hashlib.sha256(b"no dossier").hexdigest() in told

    def test_writes_a_report_of_dossiers_only(self, ready, tmp_path):
        assert ready("verify", "--html", tmp_path / "report.html").exit_code == 2

    def test_compares_a_key_with_that_of_a_dossier_only(self, ready):
        assert ready("verify", "--vkey", "log+1+AAAA").exit_code == 2


class TestBackup:
    def test_copies_a_database_that_opens(self, ready, tmp_path):
        done = ready("backup", tmp_path / "copy")
        assert done.exit_code == 0, done.output
        with sqlite3.connect(tmp_path / "copy" / "doorstep.db") as database:
            assert database.execute("SELECT username FROM person").fetchall() == [("lin",)]
        assert not (tmp_path / "copy" / "keys").exists()

    def test_is_noted(self, ready, tmp_path):
        ready("backup", tmp_path / "copy")
        with sqlite3.connect(tmp_path / "var" / "doorstep.db") as database:
            noted = database.execute("SELECT action FROM audit_event ORDER BY seq DESC LIMIT 1").fetchone()
        assert noted == ("installation.backed_up",)

    def test_refuses_a_folder_in_use(self, ready, tmp_path):
        assert ready("backup", tmp_path / "var").exit_code == 1


class TestServe:
    def test_shifts_no_clock_outside_a_demo(self, ready):
        refused = ready("serve", "--clock-offset-s", "5")
        assert refused.exit_code == 1
        assert "demo installations only" in refused.output

    def test_refuses_without_keys(self, run):
        assert run("serve").exit_code != 0


class TestHelp:
    @pytest.mark.parametrize(
        "command",
        [
            "init",
            "demo",
            "serve",
            "import",
            "user",
            "device",
            "plan",
            "worker",
            "verify",
            "backup",
            "restore",
            "openapi",
        ],
    )
    def test_every_command_explains_itself(self, run, command):
        shown = run(command, "--help")
        assert shown.exit_code == 0
        assert "Usage:" in shown.output


class TestSimulate:
    def test_wants_whole_crews(self, run):
        assert run("simulate", "--agents", 5).exit_code == 2

    def test_writes_into_no_folder_that_holds_something(self, run, tmp_path):
        (tmp_path / "mine").write_text("precious")
        result = run("simulate", "--keep", tmp_path)
        assert (result.exit_code, "not empty" in result.output) == (1, True)
        assert (tmp_path / "mine").read_text() == "precious"

    def test_exits_1_when_an_invariant_is_not_proven(self, run, tmp_path):
        words = ("--agents", 4, "--days", 1, "--faults", "none", "--slow-s", 0, "--json", "--keep", tmp_path / "kept")
        result = run("simulate", *words)
        told = json.loads(result.stdout)
        assert result.exit_code == 1
        assert [one["code"] for one in told["invariants"] if not one["holds"]] == ["I11"]
        assert (tmp_path / "kept" / "var" / "doorstep.db").is_file()
