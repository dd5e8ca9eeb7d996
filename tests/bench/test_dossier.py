"""The dossier bench: its dossier is whole, its attacks alter something each, and an unseen one is counted."""

import pytest

from bench import dossier as bench
from sync.signature import Alg, signing_key
from sync.verify import verify

KEY = signing_key(Alg.ED25519, bytes(range(32)))


@pytest.fixture
def files(monkeypatch):
    monkeypatch.setattr(bench, "PHOTO_BYTES", 500)
    return bench.files_of(bench.made_up(KEY, photos=3))


class TestDossier:
    def test_is_whole(self, files, tmp_path):
        bench.pack(files, tmp_path / "whole.zip")
        assert verify(tmp_path / "whole.zip", keys={bench.DEVICE: KEY.public()}).is_ok

    def test_of_another_key_is_not(self, files, tmp_path):
        bench.pack(files, tmp_path / "whole.zip")
        other = signing_key(Alg.ED25519, bytes(32))
        assert not verify(tmp_path / "whole.zip", keys={bench.DEVICE: other.public()}).is_ok


class TestAttacks:
    def test_each_alters_something(self, files):
        tried = list(bench.attacks(files, times=2))
        assert all(altered != files for altered in tried)

    def test_touch_every_record_signature_and_file(self, files):
        touched = {
            path
            for altered in bench.attacks(files, times=1)
            for path in set(files) | set(altered)
            if altered.get(path) != files.get(path)
        }
        assert {path for path in files if path.startswith(("records/", "signatures/", "files/"))} <= touched

    def test_on_records_and_files_are_all_seen(self, files, tmp_path):
        for number, altered in enumerate(bench.attacks(files, times=1)):
            changed = {path for path in files if altered.get(path) != files[path]}
            if not any(path.startswith(("records/", "files/")) for path in changed):
                continue
            bench.pack(altered, tmp_path / f"{number}.zip")
            assert not verify(tmp_path / f"{number}.zip", keys={bench.DEVICE: KEY.public()}).is_ok, changed
