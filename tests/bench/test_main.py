"""The runner: real benches, the small ones, through the command line."""

import json
import re
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench import __main__ as runner
from bench import report as reports

ROOT = Path(__file__).parents[2]


def invoke(*arguments):
    return CliRunner().invoke(runner.main, list(arguments), catch_exceptions=False)


class TestMain:
    def test_ends_with_one_line_of_json(self):
        lines = invoke("law", "--quick").stdout.strip().splitlines()
        last = json.loads(lines[-1])
        assert set(last) == {"bench", "quick", "figures", "skipped"}
        assert (last["bench"], last["quick"]) == ("law", True)
        assert last["figures"]["cases_per_s"] > 0

    def test_shows_people_a_table_before_it(self):
        assert "law (quick)" in invoke("law", "--quick").stdout

    def test_prints_nothing_else_when_only_json_is_wanted(self):
        (line,) = invoke("law", "--quick", "--json").stdout.strip().splitlines()
        assert json.loads(line)["bench"] == "law"

    def test_gives_a_reason_for_every_null(self):
        last = json.loads(invoke("law", "--quick", "--json").stdout)
        assert {name for name, value in last["figures"].items() if value is None} == set(last["skipped"])

    def test_keeps_the_figures_when_asked(self, monkeypatch, tmp_path):
        monkeypatch.setattr(reports.keep, "__kwdefaults__", {"folder": tmp_path})
        invoke("law", "--quick", "--json", "--keep")
        (kept,) = tmp_path.iterdir()
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}-law\.json", kept.name)

    def test_measures_only_what_is_asked_for(self):
        last = json.loads(invoke("planning", "--quick", "--only", "whatif200", "--json").stdout)
        assert {name for name, value in last["figures"].items() if value is not None} == {"whatif200_s"}
        assert last["skipped"]["plan50k_min"] == "not asked for"

    def test_refuses_a_name_it_does_not_know(self):
        answer = invoke("poetry")
        assert answer.exit_code == 2
        assert "poetry" in answer.stderr


class TestNames:
    @pytest.mark.parametrize("name", runner.NAMES)
    def test_each_bench_announces_its_figures_and_can_be_run(self, name):
        module = import_module(f"bench.{name}")
        assert module.GOALS
        assert callable(module.run)

    def test_no_two_benches_share_a_figure(self):
        names = [figure for name in runner.NAMES for figure in import_module(f"bench.{name}").GOALS]
        assert len(names) == len(set(names))

    def test_each_is_described_in_the_protocol(self):
        text = (ROOT / "bench" / "README.md").read_text(encoding="utf-8")
        absent = [name for name in runner.NAMES if f"`{name}`" not in text]
        assert not absent

    def test_every_kept_result_holds_what_its_bench_announces(self):
        for path in (ROOT / "bench" / "results").glob("*.json"):
            kept = json.loads(path.read_text(encoding="utf-8"))
            assert set(kept) == {"bench", "quick", "figures", "skipped", "machine"}, path.name
            assert not {name for name, value in kept["figures"].items() if value is None} - set(kept["skipped"])
