import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from sync import tlog
from sync.tlog import BadNote, Checkpoint, Frontier, Proof

KEY = Ed25519PrivateKey.from_private_bytes(b"L" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"M" * 32)
# The test tree that implementations of RFC 6962 share (certificate-transparency reference leaves).
LEAVES = [bytes.fromhex(h) for h in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def leaves(n):
    return [f"leaf {i}".encode() for i in range(n)]


class TestRootOf:
    @pytest.mark.parametrize("n", range(1, 9))
    def test_gives_the_known_roots(self, n):
        assert tlog.root_of([tlog.leaf_hash(leaf) for leaf in LEAVES[:n]]).hex() == ROOTS[n - 1]

    def test_of_nothing_is_the_hash_of_nothing(self):
        assert tlog.root_of([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


class TestFrontier:
    @given(st.integers(0, 70))
    def test_grows_to_the_same_root(self, n):
        grown = Frontier()
        for leaf in leaves(n):
            grown = grown.append(leaf)
        assert (grown.size, grown.root()) == (n, tlog.root_of([tlog.leaf_hash(leaf) for leaf in leaves(n)]))
        assert len(grown.roots) == n.bit_count()


class TestIncludes:
    @given(st.integers(1, 70), st.data())
    def test_holds_for_every_leaf_and_no_other(self, n, data):
        index = data.draw(st.integers(0, n - 1))
        hashes = [tlog.leaf_hash(leaf) for leaf in leaves(n)]
        proof, root = tlog.inclusion_proof(hashes, index), tlog.root_of(hashes)
        leaf = leaves(n)[index]
        assert tlog.includes(leaf, index=index, proof=proof, size=n, root=root)
        assert not tlog.includes(leaf + b"x", index=index, proof=proof, size=n, root=root)
        assert not tlog.includes(leaf, index=index, proof=proof, size=n, root=bytes(32))
        assert not tlog.includes(leaf, index=index, proof=[*proof, bytes(32)], size=n, root=root)
        if proof:
            assert not tlog.includes(leaf, index=index, proof=proof[:-1], size=n, root=root)
            assert not tlog.includes(leaf, index=index, proof=[bytes(32), *proof[1:]], size=n, root=root)
        for other in {0, n - 1, n // 2} - {index}:
            assert not tlog.includes(leaf, index=other, proof=proof, size=n, root=root)

    @pytest.mark.parametrize(("index", "size"), [(-1, 1), (1, 1), (0, 0), (5, 3)])
    def test_knows_no_leaf_outside_the_tree(self, index, size):
        assert not tlog.includes(b"", index=index, proof=[], size=size, root=tlog.EMPTY_ROOT)

    def test_gives_up_on_an_endless_proof(self):
        assert not tlog.includes(b"", index=0, proof=[bytes(32)] * 65, size=2**63, root=bytes(32))


class TestInclusionProof:
    def test_refuses_a_leaf_that_is_not_there(self):
        with pytest.raises(IndexError):
            tlog.inclusion_proof([bytes(32)], 1)


class TestVkey:
    def test_comes_back(self):
        origin, key = tlog.read_vkey(tlog.vkey("office.example/log", KEY.public_key()))
        assert (origin, key) == ("office.example/log", KEY.public_key())

    def test_is_the_example_of_the_note_format(self):
        # golang.org/x/mod/sumdb/note, package example.
        text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
        name, key = tlog.read_vkey(text)
        assert name == "PeterNeumann"
        assert tlog.vkey(name, key) == text

    @pytest.mark.parametrize("text", ["", "a", "a+b", "a+00000000+AAAA", "a+c74f20a3+!", "a+b+c+d"])
    def test_refuses_another_text(self, text):
        with pytest.raises(BadNote, match="^not a verifier key$"):
            tlog.read_vkey(text)

    @pytest.mark.parametrize(("at", "put"), [(0, "p"), (-44, "B")], ids=["name", "kind"])
    def test_refuses_a_hash_of_another_key(self, at, put):
        text = tlog.vkey("o", KEY.public_key())
        with pytest.raises(BadNote, match="^the verifier key's hash does not fit its key$"):
            tlog.read_vkey(text[:at] + put + text[at:][1:])


class TestReadCheckpoint:
    def note(self, key=KEY, origin="o", size=7):
        return tlog.sign_checkpoint(Checkpoint(origin, size, b"r" * 32), key)

    def read(self, note, origin="o"):
        return tlog.read_checkpoint(note, origin=origin, key=KEY.public_key())

    def test_gives_what_was_signed(self):
        assert self.read(self.note()) == Checkpoint("o", 7, b"r" * 32)

    def test_verifies_the_example_of_the_note_format(self):
        # golang.org/x/mod/sumdb/note, package example: signature over a note that is no checkpoint.
        name, key = tlog.read_vkey("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
        body = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
        sig = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
        line = f"— PeterNeumann {sig}"
        assert tlog._is_signed(line, body, origin=name, key=key)  # noqa: SLF001

    def test_ignores_lines_of_others(self):
        witness = (
            tlog.sign_checkpoint(Checkpoint("o", 7, b"r" * 32), OTHER).splitlines()[-1].replace("— o ", "— witness ")
        )
        assert self.read(self.note() + witness + "\n").size == 7

    def test_ignores_extension_lines(self):
        body = Checkpoint("o", 7, b"r" * 32).body() + "extension\n"
        raw = tlog._key_hash("o", KEY.public_key()) + KEY.sign(body.encode())  # noqa: SLF001
        assert self.read(f"{body}\n— o {base64.b64encode(raw).decode()}\n").size == 7

    @pytest.mark.parametrize("key", [OTHER])
    def test_refuses_another_key(self, key):
        with pytest.raises(BadNote, match="no signature"):
            self.read(self.note(key=key))

    def test_reads_the_log_that_is_empty(self):
        assert self.read(self.note(size=0)).size == 0

    def test_refuses_a_changed_size(self):
        with pytest.raises(BadNote, match="no signature"):
            self.read(self.note().replace("\n7\n", "\n8\n"))

    def test_refuses_another_log(self):
        with pytest.raises(BadNote, match="^no signature of the log's key$"):
            self.read(self.note(origin="p"), origin="o")

    @pytest.mark.parametrize(
        "body", ["o\n7\n", "o\nx\nAAAA\n", "o\n-1\n" + "A" * 44 + "\n", "o\n07\n" + "A" * 43 + "=\n", "o\n7\nAAAA\n"]
    )
    def test_refuses_a_signed_text_that_is_no_checkpoint(self, body):
        raw = tlog._key_hash("o", KEY.public_key()) + KEY.sign(body.encode())  # noqa: SLF001
        with pytest.raises(BadNote, match="^not a checkpoint( of this log)?$"):
            self.read(f"{body}\n— o {base64.b64encode(raw).decode()}\n")

    @pytest.mark.parametrize(
        "note", ["", "o\n7\n", "\n\n", "o\n7\nx\n\n— o", "o\n7\nx\n\n— o !!!\n", "o\n7\nx\n\n— o AAAA\n"]
    )
    def test_refuses_what_is_no_note(self, note):
        with pytest.raises(BadNote, match="^no signature of the log's key$"):
            self.read(note)


class TestReadProof:
    def test_undoes_write_proof(self):
        proof = Proof(3, (b"a" * 32, b"b" * 32), "note\n")
        assert tlog.read_proof(tlog.write_proof(proof)) == proof

    def test_takes_a_proof_without_hashes(self):
        proof = Proof(0, (), "note\n")
        assert tlog.read_proof(tlog.write_proof(proof)) == proof

    @pytest.mark.parametrize(
        "text",
        ["", "c2sp.org/tlog-proof@v1\n\nnote", "other\nindex 1\n\nnote", "c2sp.org/tlog-proof@v1\nindex x\n\nnote",
         "c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\nnote", "c2sp.org/tlog-proof@v1\nindex 1\n!\n\nnote",
         "c2sp.org/tlog-proof@v1\nindex 1\n" + "A" * 43 + "=\n" + ("A" * 43 + "=\n") * 64 + "\nnote"],
        ids=["empty", "no index", "version", "index", "short", "base64", "long"],
    )  # fmt: skip
    def test_refuses_another_text(self, text):
        with pytest.raises(BadNote, match="^(not a log proof|a proof hash has the wrong length)$"):
            tlog.read_proof(text)


class TestExtends:
    def test_accepts_the_same_tree_without_a_proof(self):
        assert tlog.extends([], old=(5, b"r" * 32), new=(5, b"r" * 32))
        assert not tlog.extends([bytes(32)], old=(5, b"r" * 32), new=(5, b"r" * 32))

    def test_refuses_another_root_at_the_same_size(self):
        assert not tlog.extends([], old=(5, b"r" * 32), new=(5, b"s" * 32))

    def test_takes_nothing_as_the_beginning_of_everything(self):
        assert tlog.extends([], old=(0, tlog.EMPTY_ROOT), new=(5, b"r" * 32))
        assert not tlog.extends([], old=(0, bytes(32)), new=(5, b"r" * 32))

    @pytest.mark.parametrize(("old", "new"), [(6, 5), (-1, 5), (3, 5)])
    def test_refuses_sizes_or_silence(self, old, new):
        assert not tlog.extends([], old=(old, b"r" * 32), new=(new, b"s" * 32))

    def test_refuses_endless_proofs(self):
        assert not tlog.extends([bytes(32)] * 200, old=(1, bytes(32)), new=(2**62, bytes(32)))


def test_a_proof_whose_hash_is_spelt_otherwise_is_not_taken():
    spelt = f"c2sp.org/tlog-proof@v1\nindex 0\n{'A' * 43}=\n\ncheckpoint\n"
    assert tlog.read_proof(spelt).hashes == (bytes(32),)
    with pytest.raises(tlog.BadNote):
        tlog.read_proof(spelt.replace("A=", "B="))
