"""What ships may be used by a firm without opening its own sources."""

import importlib.util
from pathlib import Path

import pytest

spec = importlib.util.spec_from_file_location("licences", Path(__file__).with_name("licences.py"))
licences = importlib.util.module_from_spec(spec)
spec.loader.exec_module(licences)


def test_nothing_locked_is_under_the_gpl(capsys):
    assert len(licences.locked()) > 50
    assert licences.main() == 0, capsys.readouterr().out


@pytest.mark.parametrize(
    "told",
    [
        ["GPL-3.0-or-later"],
        ["AGPL-3.0-only"],
        ["GNU General Public License v3 (GPLv3)"],
        ["GNU Affero General Public License v3"],
        [],
    ],
)
def test_finds_what_may_not_ship(told):
    assert licences.fault_of("some", told)


@pytest.mark.parametrize(
    "told",
    [["LGPL-3.0-only"], ["GNU Lesser General Public License v3 (LGPLv3)"], ["MIT OR GPL-2.0-only"], ["Apache-2.0"]],
)
def test_lets_what_may(told):
    assert licences.fault_of("some", told) is None
