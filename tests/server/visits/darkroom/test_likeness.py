import numpy as np
import pytest
from PIL import Image, ImageEnhance

from server.visits.darkroom import likeness


def scene(seed, size=(640, 480)):
    """An invented scene: large soft blotches and some edges, as photos have."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 256, (9, 12, 3), dtype=np.uint8))
    return small.resize(size, Image.Resampling.BICUBIC)


def bits(first, second):
    known = [likeness.signed(likeness.hashes(second)[0])]
    return int(likeness.nearest(likeness.hashes(first), known)[0])


class TestHashes:
    def test_knows_a_photo_made_smaller_or_brighter(self):
        photo = scene(1)
        assert bits(photo.resize((320, 240)), photo) <= 2
        assert bits(ImageEnhance.Brightness(photo).enhance(1.15), photo) <= likeness.MOST_BITS

    @pytest.mark.parametrize("turn", list(Image.Transpose), ids=lambda one: one.name)
    def test_knows_a_photo_turned_or_mirrored(self, turn):
        photo = scene(2, (480, 480))
        assert bits(photo.transpose(turn), photo) <= 2

    def test_does_not_take_another_photo_for_it(self):
        first = scene(3)
        assert min(bits(first, scene(other)) for other in range(4, 20)) > likeness.MOST_BITS

    def test_has_no_opinion_on_a_plain_surface(self):
        assert likeness.hashes(Image.new("RGB", (300, 200), "grey")) == []

    def test_is_the_cosine_transform_that_numpy_computes(self):
        """Zauner 2010: the 8 × 8 lowest terms of the transform of 32 × 32 grey levels, each against their median."""
        at, waves = np.arange(32), np.arange(8)
        cosines = 2 * np.cos(np.pi * np.outer(waves, 2 * at + 1) / 64)
        for seed in range(100):
            grey = np.asarray(scene(seed).convert("L").resize((32, 32), Image.Resampling.LANCZOS), dtype=np.float64)
            terms = cosines @ grey @ cosines.T
            expected = "".join("01"[int(bit)] for bit in (terms > np.median(terms)).ravel())
            assert f"{likeness.hashes(scene(seed))[0]:064b}" == expected


class TestSigned:
    @pytest.mark.parametrize("value", [0, 1, (1 << 63) - 1, 1 << 63, (1 << 64) - 1])
    def test_keeps_all_64_bits(self, value):
        assert likeness.signed(value) % (1 << 64) == value
        assert -(1 << 63) <= likeness.signed(value) < 1 << 63
