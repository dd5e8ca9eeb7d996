"""The papers bench: both sides print the same visit, and photos weigh what is said."""

import pytest
from pypdfium2 import PdfDocument

from bench import papers, platypus
from bench.pictures import photo
from receipts import visit_receipt


def words(pdf):
    document = PdfDocument(pdf)
    try:
        return "".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


@pytest.fixture(scope="module")
def facts():
    return papers.made_up(1, *(photo(seed, width_px=320, height_px=240, grain=4) for seed in (1, 2)))


class TestReceipt:
    def test_is_a_visit_without_contradictions(self, facts):
        assert visit_receipt.render(facts).flags == ()

    @pytest.mark.parametrize("render", [lambda facts: visit_receipt.render(facts).pdf, platypus.render])
    @pytest.mark.parametrize("said", ["WH2026-000001", "64,386.75", "方外访", "DZ-1", "不收取任何款项"])
    def test_is_told_by_both_sides(self, facts, render, said):
        assert said in words(render(facts)).replace("\r\n", "").replace("\n", "")

    @pytest.mark.parametrize("render", [lambda facts: visit_receipt.render(facts).pdf, platypus.render])
    def test_has_both_photos_on_both_sides(self, facts, render):
        document = PdfDocument(render(facts))
        try:
            images = [one for page in document for one in page.get_objects(filter=[3])]
            assert len(images) == 2
        finally:
            document.close()

    def test_differs_from_visit_to_visit(self):
        assert papers.made_up(1) != papers.made_up(2)


class TestPhoto:
    def test_is_the_same_for_the_same_seed(self):
        first, again, other = (photo(seed, width_px=64, height_px=48, grain=5) for seed in (1, 1, 2))
        assert first == again != other

    def test_weighs_about_what_the_bench_says(self):
        assert len(photo(0, width_px=1280, height_px=960, grain=16, quality=72)) == pytest.approx(143_000, rel=0.1)
