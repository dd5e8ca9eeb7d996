"""A crew keeps its colour wherever the same crews are shown."""

from server.planning.palette import colour_of


class TestColourOf:
    def test_depends_on_the_crews_and_not_on_their_order(self):
        assert colour_of("b", crews=["a", "b"]) == colour_of("b", crews=["b", "a", "b"])

    def test_tells_ten_crews_apart(self):
        crews = [f"c{n}" for n in range(10)]
        assert len({colour_of(crew, crews=crews) for crew in crews}) == 10

    def test_goes_round_after_ten(self):
        crews = [f"c{n:02d}" for n in range(12)]
        assert colour_of("c10", crews=crews) == colour_of("c00", crews=crews)

    def test_is_dark_enough_for_white_figures(self):
        """Contrast of at least 4.5 : 1 (WCAG 2.2, 1.4.3)."""
        crews = [f"c{n}" for n in range(10)]
        for crew in crews:
            parts = [int(colour_of(crew, crews=crews)[at : at + 2], 16) / 255 for at in (1, 3, 5)]
            red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
            assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 4.5
