"""Personal data at rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.vault import SealBroken, Vault, place

VAULT = Vault(b"m" * 32, b"i" * 32)


class TestSeal:
    @given(st.text(max_size=200).filter(lambda text: text.isprintable() or not text))
    def test_opens_at_its_own_place(self, plain):
        assert VAULT.unseal(VAULT.seal(plain, at="a|b|1"), at="a|b|1") == plain

    def test_does_not_open_in_another_row(self):
        sealed = VAULT.seal("990000199001011234", at=place("party", "id_sealed", 1))
        with pytest.raises(SealBroken):
            VAULT.unseal(sealed, at=place("party", "id_sealed", 2))

    def test_does_not_open_with_another_key(self):
        with pytest.raises(SealBroken):
            Vault(b"x" * 32, b"i" * 32).unseal(VAULT.seal("a", at="p"), at="p")

    @pytest.mark.parametrize("sealed", ["", "v1|k1|", "v1|k1|****", "plain", "v2|k1|AAAA"])
    def test_says_broken_for_anything_else(self, sealed):
        with pytest.raises(SealBroken):
            VAULT.unseal(sealed, at="p")

    def test_the_plain_text_does_not_show(self):
        assert "990000" not in VAULT.seal("990000199001011234", at="p")

    def test_keys_are_not_in_its_repr(self):
        assert "mmm" not in repr(VAULT)


class TestBlindIndex:
    def test_is_equal_for_spellings_of_one_number(self):
        assert VAULT.blind_index("id", "99000019900101123x") == VAULT.blind_index("id", "990000 1990-0101 123X")

    def test_differs_between_kinds_and_keys(self):
        one = VAULT.blind_index("id", "19900000000")
        assert one != VAULT.blind_index("phone", "19900000000")
        assert one != Vault(b"m" * 32, b"j" * 32).blind_index("id", "19900000000")
