"""Personal data at rest."""

import base64
import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
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

    @pytest.mark.parametrize("sealed", ["", "v1|k1|", "v1|k1|****", "plain"])
    def test_says_broken_for_anything_else(self, sealed):
        with pytest.raises(SealBroken, match="^p$"):
            VAULT.unseal(sealed, at="p")

    def test_says_which_version_it_cannot_open(self):
        with pytest.raises(SealBroken, match="^expected v1, got v2$"):
            VAULT.unseal("v2" + VAULT.seal("a", at="p")[2:], at="p")

    def test_is_opened_by_who_knows_key_and_place(self):
        version, key_id, body = VAULT.seal("备注", at="t|c|1").split("|")
        raw = base64.b64decode(body)
        assert AESGCM(b"m" * 32).decrypt(raw[:12], raw[12:], b"t|c|1").decode() == "备注"
        mark = "m" + hashlib.sha256(b"doorstep key id\x00" + b"m" * 32).hexdigest()[:12]
        assert (version, key_id, VAULT.key_id) == ("v1", mark, mark)

    def test_never_looks_alike_twice(self):
        assert VAULT.seal("a", at="p") != VAULT.seal("a", at="p")

    def test_takes_no_letter_that_base64_does_not_have(self):
        sealed = VAULT.seal("a", at="p")
        with pytest.raises(SealBroken):
            VAULT.unseal(sealed[:-4] + "\n" + sealed[-4:], at="p")

    def test_opens_what_an_older_key_sealed_with_and_without_its_id(self):
        old, new = Vault(b"o" * 32, b"i" * 32), Vault(b"n" * 32, b"i" * 32, older=(b"x" * 32, b"o" * 32))
        sealed = old.seal("a", at="p")
        assert new.unseal(sealed, at="p") == "a"
        assert new.unseal(f"v1|k1|{sealed.rsplit('|', 1)[1]}", at="p") == "a"
        with pytest.raises(SealBroken):
            new.unseal(sealed, at="q")

    def test_a_value_under_the_id_of_one_key_is_tried_with_no_other(self):
        new = Vault(b"n" * 32, b"i" * 32, older=(b"o" * 32,))
        body = Vault(b"o" * 32, b"").seal("a", at="p").rsplit("|", 1)[1]
        with pytest.raises(SealBroken):
            new.unseal(f"v1|{new.key_id}|{body}", at="p")

    def test_the_plain_text_does_not_show(self):
        assert "990000" not in VAULT.seal("990000199001011234", at="p")

    def test_keys_are_not_in_its_repr(self):
        told = repr(Vault(b"m" * 32, b"i" * 32, older=(b"o" * 32,)))
        assert not [one for one in ("mmm", "iii", "ooo") if one in told]


class TestBlindIndex:
    def test_is_equal_for_spellings_of_one_number(self):
        assert VAULT.blind_index("id", "99000019900101123x") == VAULT.blind_index("id", "990000 1990-0101 123X")

    @pytest.mark.parametrize("said", ["ab12", "AB 12", "a-b-1-2", "ａｂ１２"])
    def test_is_the_hmac_of_kind_and_value_cut_to_128_bits(self, said):
        assert VAULT.blind_index("id", said) == hmac.digest(b"i" * 32, b"id|AB12", "sha256")[:16].hex()

    def test_differs_between_kinds_and_keys(self):
        one = VAULT.blind_index("id", "19900000000")
        assert one != VAULT.blind_index("phone", "19900000000")
        assert one != Vault(b"m" * 32, b"j" * 32).blind_index("id", "19900000000")


class TestDerive:
    def test_is_the_hmac_of_its_purpose(self):
        assert VAULT.derive("feed") == hmac.digest(b"i" * 32, b"doorstep.derive/1|feed", "sha256")
        assert VAULT.derive("feed") != VAULT.derive("log")
