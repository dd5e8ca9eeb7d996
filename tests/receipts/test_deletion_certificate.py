"""The deletion certificate: it says what the kept certificate says, and names nobody."""

from receipts.deletion_certificate import ErasedFacts, render
from tests.receipts import reading, sample


def text_of(**changes):
    return reading.squeezed(reading.text_of(render(sample.certificate(**changes)).pdf))


class TestRender:
    def test_prints_every_kind_that_was_erased_with_its_number(self):
        text = text_of(erased=(ErasedFacts("照片", 1_234), ErasedFacts("地址", 0)))
        assert "照片1,234" in text
        assert "地址0" in text

    def test_says_when_nothing_was_there_to_erase(self):
        assert "没有记录" in text_of(erased=())

    def test_tells_the_time_of_beijing(self):
        told = sample.certificate()
        assert told.carried_out_at.utcoffset().total_seconds() == 0
        assert f"{told.carried_out_at.hour + 8:02d}:{told.carried_out_at:%M:%S}" in text_of()

    def test_has_room_for_both_hashes(self):
        text = text_of()
        assert "9f" * 32 in text
        assert "a1" * 32 in text

    def test_has_another_fingerprint_when_a_number_differs(self):
        one, other = sample.certificate(), sample.certificate(erased=())
        assert render(one).fingerprint != render(other).fingerprint
        assert render(one).flags == ()
