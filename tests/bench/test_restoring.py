"""The bench of backup and restore, small; tests/server/cli has the commands on both engines."""

from bench import restoring


def test_brings_every_visit_back():
    told = restoring.run("sqlite", visits=30)
    assert told["visits"] == 30
    assert told["backup_mb"] > 0
    assert all(told[f"{word}_s"] > 0 for word in ("backup", "restore", "verify"))
