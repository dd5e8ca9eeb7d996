"""The form of a bench's output: a null has its reason, nothing is forgotten, the last line is one object."""

import json
from datetime import date
from io import StringIO

import pytest
from rich.console import Console

from bench.report import NOT_ASKED, Goal, Report, UnknownFigure, as_line, describe_machine, keep, merge, show

GOALS = {"speed": Goal("records/s", "≥ 2", "one connection"), "peer": Goal("×", "> 1")}


def report(bench="sync", *, goals=None, quick=True):
    return Report(bench, quick, goals or GOALS)


@pytest.fixture
def told():
    made = report()
    made.tell("speed", 1234.5678)
    made.skip("peer", "not installed")
    return made


class TestTell:
    def test_keeps_four_significant_digits(self):
        made = report()
        made.tell("speed", 1234.5678)
        made.tell("peer", 0.000123456)
        assert made.figures == {"speed": 1235.0, "peer": 0.0001235}

    def test_refuses_a_figure_nobody_announced(self):
        with pytest.raises(UnknownFigure, match="sync announced no luck"):
            report().tell("luck", 1)


class TestSkip:
    def test_leaves_null_and_the_reason(self, told):
        assert told.figures["peer"] is None
        assert told.skipped == {"peer": "not installed"}

    def test_refuses_a_figure_nobody_announced(self):
        with pytest.raises(UnknownFigure, match="no luck"):
            report().skip("luck", "bad day")


class TestDocument:
    def test_has_the_four_members_and_every_figure_in_order(self, told):
        assert told.document() == {
            "bench": "sync",
            "quick": True,
            "figures": {"speed": 1235.0, "peer": None},
            "skipped": {"peer": "not installed"},
        }
        assert list(told.document()["figures"]) == list(GOALS)

    def test_refuses_to_leave_a_figure_out(self):
        made = report()
        made.tell("speed", 1)
        with pytest.raises(UnknownFigure, match="sync forgot peer"):
            made.document()


class TestMerge:
    def test_of_one_is_its_own_document(self, told):
        assert merge([told]) == told.document()

    def test_of_several_holds_every_figure_and_reason(self, told):
        other = report("law", goals={"cases": Goal("cases/s")})
        other.tell("cases", 7)
        merged = merge([told, other])
        assert merged["bench"] == "all"
        assert merged["figures"] == {"speed": 1235.0, "peer": None, "cases": 7.0}
        assert merged["skipped"] == {"peer": "not installed"}

    def test_is_quick_only_when_all_were(self, told):
        slow = report("law", goals={"cases": Goal("cases/s")}, quick=False)
        slow.tell("cases", 7)
        assert merge([told, slow])["quick"] is False


class TestAsLine:
    def test_is_one_line_of_json(self, told):
        line = as_line(told.document())
        assert "\n" not in line
        assert json.loads(line) == told.document()


class TestShow:
    @pytest.fixture
    def page(self, told):
        out = StringIO()
        show(told, to=Console(file=out, width=100))
        return out.getvalue()

    def test_says_that_it_was_the_quick_form(self, page):
        assert page.startswith("sync (quick)")

    def test_gives_value_unit_and_goal(self, page):
        (row,) = [line for line in page.splitlines() if "speed" in line]
        assert [word in row for word in ("1,235", "records/s", "≥ 2", "one connection")] == [True] * 4

    def test_gives_a_dash_and_the_reason_where_nothing_was_measured(self, page):
        (row,) = [line for line in page.splitlines() if "peer" in line]
        assert "–" in row
        assert "not installed" in row


class TestKeep:
    def test_names_the_file_by_day_and_bench(self, told, tmp_path):
        assert keep(told, on=date(2026, 12, 2), folder=tmp_path / "results").name == "2026-12-02-sync.json"

    def test_writes_the_figures_with_the_machine(self, told, tmp_path):
        kept = json.loads(keep(told, on=date(2026, 12, 2), folder=tmp_path).read_text(encoding="utf-8"))
        machine = kept.pop("machine")
        assert kept == told.document()
        assert machine["cores"] >= 1


class TestDescribeMachine:
    def test_tells_what_a_figure_depends_on(self):
        told = describe_machine()
        assert set(told) == {"processor", "cores", "memory_gib", "system", "python", "sqlite", "load_1m"}
        assert told["processor"]
        assert told["memory_gib"] > 0

    def test_names_neither_the_machine_nor_a_path(self):
        import platform

        text = json.dumps(describe_machine())
        assert platform.node() not in text
        assert '"/' not in text


class TestAsks:
    def test_asks_for_all_without_a_choice(self):
        assert report().asks("speed")

    def test_asks_for_names_that_begin_so(self):
        made = Report("sync", quick=True, goals=GOALS, only=("spe",))
        assert made.asks("peer", "speed")
        assert not made.asks("peer")


class TestKeepOnly:
    def test_leaves_what_was_not_asked_for_as_it_was(self, told, tmp_path):
        on = date(2026, 12, 2)
        keep(told, on=on, folder=tmp_path)
        again = Report("sync", quick=True, goals=GOALS, only=("peer",))
        again.tell("peer", 3)
        again.skip("speed", NOT_ASKED)
        kept = json.loads(keep(again, on=on, folder=tmp_path).read_text(encoding="utf-8"))
        assert kept["figures"] == {"speed": 1235.0, "peer": 3.0}
        assert kept["skipped"] == {}
