"""The other engines are set up by the bench, and one that cannot be says why."""

import sys

import pytest

from bench import engines
from bench.engines import EngineMissing, signature_svg
from tests.receipts import sample


class TestLoad:
    def test_says_which_library_an_engine_misses(self, monkeypatch):
        monkeypatch.setattr(engines, "install", lambda: None)
        monkeypatch.setitem(sys.modules, "weasyprint", None)
        with pytest.raises(EngineMissing, match="^weasyprint does not start: "):
            engines.load("weasyprint")

    def test_says_that_nothing_could_be_installed(self, monkeypatch, tmp_path):
        monkeypatch.setattr(engines, "TARGET", tmp_path / "engines")
        monkeypatch.setattr(engines, "PACKAGES", ("--no-such-option",))
        with pytest.raises(EngineMissing):
            engines.load("typst")


class TestSignatureSvg:
    def test_draws_every_stroke(self):
        assert signature_svg(sample.STROKES).count("<polyline") == len(sample.STROKES.strokes)

    def test_is_an_empty_picture_where_nobody_signed(self):
        assert "<polyline" not in signature_svg(None)
