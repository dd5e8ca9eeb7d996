"""A log nobody can rewrite unseen: Merkle tree hashes, proofs, signed checkpoints. Pure.

Source: RFC 6962 §2.1 (tree, inclusion and consistency proofs); C2SP signed-note, tlog-checkpoint and tlog-proof.
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_PROOF_LINE = "c2sp.org/tlog-proof@v1"
_SIG_PREFIX = "— "
_ED25519 = b"\x01"
_MAX_PROOF = 64
_HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


class BadNote(ValueError):
    """The text is not a checkpoint or proof, or its signature is not that of the key it must have."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log: its name, number of leaves, root hash."""

    origin: str
    size: int
    root: bytes

    def body(self) -> str:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class Proof:
    """A leaf's place and the hashes that lead from it to the root of the checkpoint (its signed text)."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str


@dataclass(frozen=True, slots=True)
class Frontier:
    """What must be kept to append without the whole tree: size, and the roots of its full subtrees, largest first."""

    size: int = 0
    roots: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> "Frontier":
        """Return the frontier after one more leaf (the leaf's bytes, not its hash)."""
        roots, node, rest = list(self.roots), leaf_hash(leaf), self.size
        while rest & 1:
            node, rest = node_hash(roots.pop(), node), rest >> 1
        return Frontier(self.size + 1, (*roots, node))

    def root(self) -> bytes:
        """Return the root hash of the whole tree."""
        if not self.roots:
            return EMPTY_ROOT
        node = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            node = node_hash(left, node)
        return node


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes in order."""
    if not hashes:
        return EMPTY_ROOT
    if len(hashes) == 1:
        return hashes[0]
    k = split(len(hashes))
    return node_hash(root_of(hashes[:k]), root_of(hashes[k:]))


def inclusion_proof(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Return the hashes that prove leaf `index` among leaf hashes in order, lowest first. Raises IndexError."""
    if not 0 <= index < len(hashes):
        raise IndexError(f"leaf {index} of {len(hashes)}")
    if len(hashes) == 1:
        return []
    k = split(len(hashes))
    if index < k:
        return [*inclusion_proof(hashes[:k], index), root_of(hashes[k:])]
    return [*inclusion_proof(hashes[k:], index - k), root_of(hashes[:k])]


def includes(leaf: bytes, *, index: int, proof: Sequence[bytes], size: int, root: bytes) -> bool:
    """Tell whether the leaf (its bytes) stands at index in the tree of this size and root.

    Source: RFC 9162 §2.1.3.2.
    """
    if not 0 <= index < size or len(proof) > _MAX_PROOF:
        return False
    node, at, last = leaf_hash(leaf), index, size - 1
    for other in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            node = node_hash(other, node)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = node_hash(node, other)
        at, last = at >> 1, last >> 1
    return last == 0 and node == root


def extends(proof: Sequence[bytes], *, old: tuple[int, bytes], new: tuple[int, bytes]) -> bool:
    """Tell whether the tree `new` (size, root) is the tree `old` with leaves appended, and nothing else changed.

    Source: RFC 9162 §2.1.4.2, the same proofs as RFC 6962 §2.1.2.
    """
    (size, root), (new_size, new_root) = old, new
    if size in (0, new_size):
        return not proof and (root == new_root if size else root == EMPTY_ROOT) and 0 <= size <= new_size
    if not 0 < size < new_size or not proof or len(proof) > 2 * _MAX_PROOF:
        return False
    path = [root, *proof] if size & (size - 1) == 0 else list(proof)
    at, last = size - 1, new_size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = path[0]
    for other in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(other, before), node_hash(other, after)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, other)
        at, last = at >> 1, last >> 1
    return last == 0 and before == root and after == new_root


def vkey(origin: str, key: Ed25519PublicKey) -> str:
    """Return the verifier key of a log in the note format: name+hash+base64."""
    raw = _ED25519 + key.public_bytes_raw()
    return f"{origin}+{_key_hash(origin, key).hex()}+{base64.b64encode(raw).decode()}"


def read_vkey(text: str) -> tuple[str, Ed25519PublicKey]:
    """Return the log's name and key from a verifier key. Raises BadNote."""
    try:
        origin, told, encoded = text.strip().split("+", 2)
        raw = exactly(encoded)
        key = Ed25519PublicKey.from_public_bytes(raw[1:])
    except (ValueError, binascii.Error) as fault:
        raise BadNote("not a verifier key") from fault
    if raw[:1] != _ED25519 or _key_hash(origin, key).hex() != told:
        raise BadNote("the verifier key's hash does not fit its key")
    return origin, key


def sign_checkpoint(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    """Return the checkpoint as a signed note."""
    body = checkpoint.body()
    raw = _key_hash(checkpoint.origin, key.public_key()) + key.sign(body.encode())
    return f"{body}\n{_SIG_PREFIX}{checkpoint.origin} {base64.b64encode(raw).decode()}\n"


def read_checkpoint(note: str, *, origin: str, key: Ed25519PublicKey) -> Checkpoint:
    """Return the checkpoint of a signed note once this log's signature fits; others' are ignored. Raises BadNote."""
    body, gap, lines = note.partition("\n\n")
    body += "\n"
    if not gap or not any(_is_signed(line, body, origin=origin, key=key) for line in lines.splitlines()):
        raise BadNote("no signature of the log's key")
    parts = body.split("\n")
    try:
        told, size, root = parts[0], int(parts[1]), exactly(parts[2])
    except (IndexError, ValueError, binascii.Error) as fault:
        raise BadNote("not a checkpoint") from fault
    if told != origin or size < 0 or str(size) != parts[1] or len(root) != _HASH_BYTES:
        raise BadNote("not a checkpoint of this log")
    return Checkpoint(told, size, root)


def write_proof(proof: Proof) -> str:
    """Return a proof in the tlog-proof format, the checkpoint inside."""
    hashes = "".join(base64.b64encode(h).decode() + "\n" for h in proof.hashes)
    return f"{_PROOF_LINE}\nindex {proof.index}\n{hashes}\n{proof.checkpoint}"


def read_proof(text: str) -> Proof:
    """Return the proof in a tlog-proof text; its checkpoint is not yet verified. Raises BadNote."""
    head, gap, checkpoint = text.partition("\n\n")
    lines = [line for line in head.split("\n") if not line.startswith("extra ")]
    if not gap or len(lines) < 2 or lines[0] != _PROOF_LINE or not lines[1].startswith("index "):  # noqa: PLR2004
        raise BadNote("not a log proof")
    try:
        hashes = tuple(exactly(line) for line in lines[2:])
        index = int(lines[1].removeprefix("index "))
    except (ValueError, binascii.Error) as fault:
        raise BadNote("not a log proof") from fault
    if len(hashes) > _MAX_PROOF or any(len(h) != _HASH_BYTES for h in hashes):
        raise BadNote("a proof hash has the wrong length")
    return Proof(index, hashes, checkpoint)


def split(n: int) -> int:
    """Return how many of n > 1 leaves stand under the left child: the largest power of two below n."""
    return 1 << ((n - 1).bit_length() - 1)


def exactly(text: str) -> bytes:
    """Return the bytes of base64 in its one spelling. Raises ValueError for any other, stray last bits too.

    Source: RFC 4648 3.5.
    """
    raw = base64.b64decode(text, validate=True)
    if base64.b64encode(raw).decode() != text:
        raise ValueError("not base64")
    return raw


def _key_hash(origin: str, key: Ed25519PublicKey) -> bytes:
    return hashlib.sha256(origin.encode() + b"\n" + _ED25519 + key.public_bytes_raw()).digest()[:4]


def _is_signed(line: str, body: str, *, origin: str, key: Ed25519PublicKey) -> bool:
    name, _, encoded = line.removeprefix(_SIG_PREFIX).partition(" ")
    if not line.startswith(_SIG_PREFIX) or name != origin:
        return False
    try:
        raw = exactly(encoded)
        key.verify(raw[4:], body.encode())
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return raw[:4] == _key_hash(origin, key)
