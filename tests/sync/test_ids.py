import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.ids import is_uuid, uuid7

ms = st.integers(0, 2**48 - 1)
ten = st.binary(min_size=10, max_size=10)


class TestUuid7:
    def test_gives_the_example_of_the_rfc(self):
        # RFC 9562 appendix A.6: 2022-02-22 14:22:22 -05:00, rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F.
        assert uuid7(0x017F22E279B0, bytes.fromhex("0cc318c4dc0c0c07398f")) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"

    @given(ms, ten)
    def test_is_version_7_of_the_rfc_variant(self, at, noise):
        made = uuid.UUID(uuid7(at, noise))
        assert (made.version, made.variant) == (7, uuid.RFC_4122)
        assert made.int >> 80 == at

    @given(ms, ms, ten, ten)
    def test_sorts_by_time(self, a, b, noise_a, noise_b):
        if a < b:
            assert uuid7(a, noise_a) < uuid7(b, noise_b)

    @pytest.mark.parametrize("at", [-1, 2**48])
    def test_refuses_a_time_that_does_not_fit(self, at):
        with pytest.raises(ValueError, match="ms"):
            uuid7(at, bytes(10))

    @pytest.mark.parametrize("n", [0, 9, 11])
    def test_refuses_another_number_of_random_bytes(self, n):
        with pytest.raises(ValueError, match="10 random bytes"):
            uuid7(0, bytes(n))


class TestIsUuid:
    def test_takes_what_we_write(self):
        assert is_uuid(uuid7(5, bytes(10)))

    @pytest.mark.parametrize(
        "text",
        [
            "", "x" * 36, "017F22E2-79B0-7CC3-98C4-DC0C0C07398F", "017f22e279b07cc398c4dc0c0c07398f",
            "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f\n", None, 5, ["a"],
            "../../../../../../../../../etc/passwd", "017f22e2-79b0-7cc3-98c4-dc0c0c07398\x00",
        ],
    )  # fmt: skip
    def test_refuses_every_other_spelling(self, text):
        assert not is_uuid(text)
