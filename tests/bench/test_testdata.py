"""Where the shared data is looked for, and its best-known distances."""

import pytest

from bench import testdata

TABLE = "instance,dimacs_bks_2022,dimacs_bks_2026\nR101,1637.7,\nX1,900,880.5\nY1,,\n"


@pytest.fixture
def data(tmp_path):
    (tmp_path / "vrp").mkdir()
    (tmp_path / "vrp" / "bks.csv").write_text(TABLE, encoding="utf-8")
    return tmp_path


class TestFolder:
    def test_is_the_one_named_by_the_environment(self, data, monkeypatch):
        monkeypatch.setenv("DOORSTEP_TEST_DATA", str(data))
        assert testdata.folder() == data

    def test_is_none_where_there_are_no_instances(self, tmp_path, monkeypatch):
        monkeypatch.setenv("DOORSTEP_TEST_DATA", str(tmp_path))
        assert testdata.folder() is None

    def test_falls_back_to_the_folder_beside_the_sources(self, monkeypatch, data):
        monkeypatch.delenv("DOORSTEP_TEST_DATA", raising=False)
        monkeypatch.setattr(testdata, "DEFAULT", data)
        assert testdata.folder() == data


class TestBestKnown:
    def test_prefers_the_newer_value_and_leaves_out_what_is_unknown(self, data):
        assert testdata.best_known(data) == {"R101": 1637.7, "X1": 880.5}

    def test_knows_every_instance_the_bench_uses(self, shared_data):
        from bench import planning

        known = testdata.best_known(shared_data)
        assert {*planning.INSTANCES, *planning.QUICK_INSTANCES} <= set(known)
