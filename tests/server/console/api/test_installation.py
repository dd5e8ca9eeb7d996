"""What the administrator sees of the installation: checks, keys, queue, the last backup."""

import json

PATH = "/v1/installation"


class TestShowInstallation:
    def test_tells_checks_disk_and_public_keys(self, as_an):
        told = as_an.get(PATH).json
        assert told["status"] == "ok"
        assert set(told["checks"]) >= {"database", "migrations", "media", "queue", "seal"}
        assert 0 < told["disk"]["free_bytes"] <= told["disk"]["total_bytes"]
        assert {key["name"] for key in told["keys"]} >= {"ack", "log"}
        assert all(len(key["fingerprint"]) == 64 for key in told["keys"])
        assert told["last_backup"] is None

    def test_knows_of_a_backup_once_there_was_one(self, as_an, command_line, tmp_path):
        done = command_line("backup", tmp_path / "copy")
        assert done.exit_code == 0, done.output
        told = as_an.get(PATH).json["last_backup"]
        manifest = json.loads((tmp_path / "copy" / "manifest.json").read_text(encoding="utf-8"))
        assert told["files"] == len(manifest["files"])
        assert told["made_at"][:16] == manifest["made_at"][:16]

    def test_is_not_for_the_desks(self, as_lin, as_guo):
        assert as_lin.get(PATH).status_code == as_guo.get(PATH).status_code == 403
