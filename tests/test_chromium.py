"""The finder of the browser: named, the system's, installed now, or a failure that says how; never a skip."""

import pytest

from tests.chromium import COMMANDS, NAMED, chromium


@pytest.fixture
def bare(tmp_path):
    """An environment without any program but what a test puts there."""
    home = tmp_path / "bin"
    home.mkdir()
    return home, {"PATH": str(home), "HOME": str(tmp_path)}


def program(path, script="exit 0"):
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


class TestChromium:
    def test_takes_the_one_named_before_the_systems(self, bare, tmp_path):
        home, environ = bare
        program(home / "chromium")
        mine = program(tmp_path / "mine")
        assert chromium(environ | {NAMED: mine}) == mine

    def test_takes_no_other_for_one_that_is_named_and_not_there(self, bare):
        home, environ = bare
        program(home / "chromium")
        with pytest.raises(pytest.fail.Exception, match=f"{NAMED} names /nowhere"):
            chromium(environ | {NAMED: "/nowhere"})

    @pytest.mark.parametrize("name", COMMANDS)
    def test_finds_the_systems_by_any_of_its_names(self, bare, name):
        home, environ = bare
        mine = program(home / name)
        assert chromium(environ) == mine

    def test_has_one_installed_where_there_is_none(self, bare):
        home, environ = bare
        takes = f'echo "$@" > {home}/asked; /bin/cp "$0" {home}/chromium'
        program(home / "apt-get", takes)
        program(home / "node", f'if [ "$2" = install ]; then {takes}; fi')  # for who is not root
        assert chromium(environ) == str(home / "chromium")
        asked = (home / "asked").read_text().split()
        assert "install" in asked
        assert asked[-1] in ("chromium-headless-shell", "chromium")

    def test_has_the_whole_browser_installed_where_the_shell_is_no_package(self, bare):
        home, environ = bare
        program(home / "apt-get", f'case "$@" in *shell) exit 100;; esac; /bin/cp "$0" {home}/chromium')
        program(home / "node", f'if [ "$2" = install ]; then /bin/cp "$0" {home}/chromium; fi')  # for who is not root
        assert chromium(environ) == str(home / "chromium")

    def test_fails_saying_how_where_none_can_be_had(self, bare):
        home, environ = bare
        program(home / "apt-get", "echo no network >&2; exit 100")
        with pytest.raises(pytest.fail.Exception, match=f"apt-get install chromium`, or name .* in {NAMED}"):
            chromium(environ)
