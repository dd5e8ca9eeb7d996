import subprocess

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from sync import signature
from sync.signature import Alg, BadKey, b64url, der_of, public_key, signing_key, unb64url

# RFC 8032 §7.1 test 2 and RFC 8037 appendix A.
RFC_SECRET = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
RFC_SIG = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)
# Made of points with a part of small order, where implementations are known to differ: signature of b"m", key, verdict.
_KEY, _TWISTED = "AmZtYOmS-3Qs-a_F3YXE1yk6bgWFQQPct4OS3Vaj5Bc", "GW_2Ug6kVZfQ7jdyQkW7XfQaG05UtSb5yylxrQAXkWU"
ODD_SIGNATURES = [
    pytest.param(
        "cuZSn4wnPx_GZojPFatjGVcCwXMDS2NGwhATG3mXkSchxD8EN8HGOLQd8iAEq-FDzfxei8k0mgf33uVuOIgXBQ",
        _KEY,
        True,
        id="plain",
    ),
    pytest.param(
        "cuZSn4wnPx_GZojPFatjGVcCwXMDS2NGwhATG3mXkScOmDVhUSTZkIq66cPipMBYzfxei8k0mgf33uVuOIgXFQ",
        _KEY,
        False,
        id="S beyond L",
    ),
    pytest.param(
        "hGGQRCrq5_2YKoe3lZv_3Yxol2zGOaVgEZXSX00TzjsFGOQp2jqJupD6W_j_LSaEmeTLFaEOyZ8wcaH7p1hTDw",
        _KEY,
        False,
        id="R twisted",
    ),
    pytest.param(
        "MjgYJ2G1R53JYxW0EGAUHW-V2GnkC6sUVXkqVnR37KQWOl8By9bnDriUBBdGKm4iyugaDb1h2x3DDsu-_M6TBA",
        _TWISTED,
        False,
        id="key twisted",
    ),
    pytest.param(
        "jGpUijus8PT4uapdNi4FHAfcCFq-SuG3WPOXwyOwZQcv0rLXqjSFKG_hVuipSuaWAd_RFpVh5TSsx5dsjO1MDg",
        _TWISTED,
        True,
        id="key twisted, h 0",
    ),
    pytest.param(
        "O1-kuGCKqsZ3IKgKV5qBUR70i42KDF-B7EcMcW7YBT62YwFNHUF-JGmuzk5U9dQxS9LStgB4HUjFAuEBg-haCA",
        "JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU",
        True,
        id="key small",
    ),
    pytest.param(
        "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADkdsR5Jkm1Lns5IeCbAs72jLYxIwX2Ja7tCjP4y4OnCQ",
        _KEY,
        True,
        id="R small",
    ),
    pytest.param(
        "7v_______________________________________3_1iMreq9Zkdvm5IbOiBvarqwCvTElLgewKvKJJLigNDQ",
        _KEY,
        False,
        id="R twice written",
    ),
]


@pytest.fixture(params=list(Alg))
def signer(request):
    return signing_key(request.param, b"\x07" * 32)


class TestSign:
    def test_gives_the_signature_of_the_rfc(self):
        assert unb64url(signing_key(Alg.ED25519, RFC_SECRET).sign(b"\x72")) == RFC_SIG

    def test_gives_the_same_signature_twice(self, signer):
        assert signer.sign(b"a") == signer.sign(b"a")

    def test_is_64_bytes_for_either_algorithm(self, signer):
        assert len(unb64url(signer.sign(b"a"))) == 64


class TestVerifies:
    @given(st.binary(max_size=100))
    def test_holds_for_what_was_signed(self, message):
        for alg in Alg:
            made = signing_key(alg, b"\x07" * 32)
            assert made.public().verifies(made.sign(message), message)

    @given(st.integers(0, 511), st.sampled_from(list(Alg)))
    def test_fails_for_every_flipped_bit(self, bit, alg):
        made = signing_key(alg, b"\x07" * 32)
        raw = bytearray(unb64url(made.sign(b"m")))
        raw[bit // 8] ^= 1 << bit % 8
        assert not made.public().verifies(b64url(bytes(raw)), b"m")

    @pytest.mark.parametrize(
        "sig", ["", "A", "====", "é", "A" * 86 + "==", "A" * 10_000, b64url(bytes(64)), b64url(b"\xff" * 64)]
    )
    def test_fails_without_raising_for_rubbish(self, signer, sig):
        assert not signer.public().verifies(sig, b"m")

    @pytest.mark.parametrize(("sig", "key", "is_good"), ODD_SIGNATURES)
    def test_says_of_odd_points_what_openssl_says(self, sig, key, is_good):
        jwk = {"kty": "OKP", "crv": "Ed25519", "x": key}
        made = public_key(jwk, alg="Ed25519")
        assert made.verifies(sig, b"m") is is_good
        try:
            made.key.verify(unb64url(sig), b"m")
        except InvalidSignature:
            assert not is_good
        else:
            assert is_good

    def test_verifies_without_libsodium_too(self, signer, monkeypatch):
        monkeypatch.setattr(signature, "crypto_sign_open", None)
        sig = signer.sign(b"m")
        assert signer.public().verifies(sig, b"m")
        assert not signer.public().verifies(sig, b"n")

    def test_fails_under_another_key(self, signer):
        other = signing_key(signer.alg, b"\x08" * 32)
        assert not other.public().verifies(signer.sign(b"m"), b"m")


class TestPublicKey:
    def test_comes_back_from_its_jwk(self, signer):
        again = public_key(signer.public().jwk(), alg=signer.alg)
        assert again.verifies(signer.sign(b"m"), b"m")
        assert again.jwk() == signer.public().jwk()

    def test_keeps_the_leading_zeros_of_a_coordinate(self):
        # Among 300 keys some coordinate begins with a zero byte; it must stay 32 bytes long.
        for n in range(1, 300):
            jwk = signing_key(Alg.ES256, n.to_bytes(32, "big")).public().jwk()
            assert {len(unb64url(jwk[c])) for c in "xy"} == {32}

    @pytest.mark.parametrize(
        "jwk",
        [
            {}, {"kty": "OKP"}, {"kty": "OKP", "crv": "Ed25519"}, {"kty": "OKP", "crv": "Ed25519", "x": 5},
            {"kty": "OKP", "crv": "Ed25519", "x": "AA"}, {"kty": "OKP", "crv": "X25519", "x": b64url(bytes(32))},
            {"kty": "OKP", "crv": "Ed25519", "x": b64url(bytes(32)) + "="}, {"kty": ["OKP"], "crv": {}, "x": None},
        ],
    )  # fmt: skip
    def test_refuses_a_jwk_that_is_no_ed25519_key(self, jwk):
        with pytest.raises(BadKey):
            public_key(jwk, alg="Ed25519")

    def test_refuses_a_point_off_the_curve(self):
        with pytest.raises(BadKey):
            public_key({"kty": "EC", "crv": "P-256", "x": b64url(b"\x01" * 32), "y": b64url(b"\x02" * 32)}, alg="ES256")

    def test_refuses_a_private_key(self, signer):
        with pytest.raises(BadKey, match="private"):
            public_key(signer.public().jwk() | {"d": "AA"}, alg=signer.alg)

    @pytest.mark.parametrize("alg", ["none", "HS256", "RS256", "", "ed25519"])
    def test_refuses_other_algorithms(self, signer, alg):
        with pytest.raises(BadKey):
            public_key(signer.public().jwk(), alg=alg)

    def test_refuses_a_key_under_the_other_algorithm(self, signer):
        other = next(alg for alg in Alg if alg != signer.alg)
        with pytest.raises(BadKey):
            public_key(signer.public().jwk(), alg=other)


class TestSigningKey:
    def test_comes_back_from_its_secret(self, signer):
        assert signing_key(signer.alg, signer.secret()).sign(b"m") == signer.sign(b"m")

    @pytest.mark.parametrize(
        ("alg", "secret"), [(Alg.ED25519, b"short"), (Alg.ES256, bytes(32)), (Alg.ES256, b"\xff" * 32)]
    )
    def test_refuses_bytes_that_give_no_key(self, alg, secret):
        with pytest.raises(BadKey):
            signing_key(alg, secret)


class TestDerOf:
    def test_is_what_openssl_reads(self, tmp_path):
        made = signing_key(Alg.ES256, b"\x07" * 32)
        (tmp_path / "key.pem").write_bytes(made.public().pem())
        (tmp_path / "sig").write_bytes(der_of(unb64url(made.sign(b"m"))))
        (tmp_path / "m").write_bytes(b"m")
        command = ["openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "sig", "m"]
        assert subprocess.run(command, cwd=tmp_path, check=True, capture_output=True).stdout == b"Verified OK\n"


class TestPem:
    def test_is_a_public_key_file(self, signer):
        assert serialization.load_pem_public_key(signer.public().pem()) == signer.public().key


class TestUnb64url:
    @given(st.binary(max_size=40))
    def test_undoes_b64url(self, data):
        assert unb64url(b64url(data)) == data

    @pytest.mark.parametrize("text", ["A", "AA=", "AB", "A/", "A+", " AA", "AA\n"])
    def test_refuses_every_other_spelling(self, text):
        with pytest.raises(ValueError, match="base64url"):
            unb64url(text)
