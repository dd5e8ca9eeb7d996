"""A verifier not written here (proofbundle: RFC 6962, C2SP checkpoints, tlog-proofs) agrees on the log as it is served.

It reads the very bytes that anybody gets under `/log/`, and refuses the same altered ones.
"""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from proofbundle import checkpoint, merkle, tlogproof
from proofbundle.errors import ProofBundleError

from server.transparency import reading
from sync import cosignature, tiles, tlog
from sync.cosignature import Witness
from sync.tiles import Place

SIZES = (1, 2, 3, 5, 8, 255, 256, 257, 300)
WITNESS = Ed25519PrivateKey.from_private_bytes(b"w" * 32)


@pytest.fixture
def log(grow):
    """A log of 300 leaves with a checkpoint at each of SIZES."""
    before = 0
    for size in SIZES:
        grow(size - before)
        before = size


@pytest.fixture
def served(log, app):
    """What anybody reads under an address of the log."""
    client = app.test_client()

    def get(path):
        answer = client.get(f"/log/{path}")
        assert answer.status_code == 200, path
        return answer.data

    return get


def leaves_of(served):
    return [
        leaf
        for number, width in ((0, 256), (1, 44))
        for leaf in tiles.read_bundle(served(f"tile/{Place(None, number, width).path()}"))
    ]


def root_in(note):
    return base64.b64decode(note.split("\n")[2])


def test_the_checkpoint_and_its_root_over_all_leaves(served):
    found = checkpoint.verify_checkpoint(served("checkpoint").decode(), served("vkey").decode().strip())
    assert found["ok"] is True, found
    assert merkle.merkle_tree_hash(leaves_of(served)) == root_in(served("checkpoint").decode())


def test_every_kind_of_inclusion_proof(served):
    vkey, leaves = served("vkey").decode().strip(), leaves_of(served)
    for index in (0, 1, 2, 127, 128, 254, 255, 256, 257, 298, 299):
        text = served(f"proof/{index}").decode()
        assert tlogproof.verify_tlog_proof(text, leaves[index], vkey)["ok"] is True, index
        assert tlogproof.verify_tlog_proof(text, leaves[index] + b" ", vkey)["ok"] is False, index
        assert tlogproof.verify_tlog_proof(text, leaves[(index + 1) % 300], vkey)["ok"] is False, index


def test_every_consistency_proof_between_checkpoints(log):
    tree = reading.tree()
    roots = {size: root_in(reading.note_of(size)) for size in SIZES}
    for old in SIZES:
        for new in (size for size in SIZES if size >= old):
            proof = tree.consistency(old, new)
            assert merkle.verify_consistency(old, new, proof, roots[old], roots[new]), (old, new)
            assert tlog.extends(proof, old=(old, roots[old]), new=(new, roots[new]))
            other = bytes([roots[old][0] ^ 1]) + roots[old][1:]
            assert not merkle.verify_consistency(old, new, proof, other, roots[new]), (old, new)
            assert not tlog.extends(proof, old=(old, other), new=(new, roots[new]))


def test_both_refuse_the_same_altered_proofs(log):
    tree, size = reading.tree(), 300
    root, leaf = root_in(reading.note_of(size)), reading.entries(7, 8)[0].data
    proof = tree.inclusion(7, size=size)
    altered = [
        proof[:-1], [*proof, proof[0]], proof[::-1], [],
        *([*proof[:at], bytes([proof[at][0] ^ 1]) + proof[at][1:], *proof[at + 1 :]] for at in range(len(proof))),
    ]  # fmt: skip
    for one in [proof, *altered]:
        ours = tlog.includes(leaf, index=7, proof=one, size=size, root=root)
        assert ours is merkle.verify_inclusion(leaf, 7, size, list(one), root)
        assert ours is (one is proof)


def test_a_witness_of_ours_is_a_witness_for_it(served):
    note = served("checkpoint").decode()
    body = note.partition("\n\n")[0] + "\n"
    cosigned = note + cosignature.cosign(body, name="court/w1", key=WITNESS, at=1_800_000_000) + "\n"
    vkey = Witness("court/w1", WITNESS.public_key()).vkey()
    assert checkpoint.verify_cosignature(cosigned, vkey)["ok"] is True
    with pytest.raises(ProofBundleError):
        checkpoint.verify_cosignature(note.replace("/log\n", "/gol\n"), "no key")
