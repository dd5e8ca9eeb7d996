"""Where a phone stands in each collection it pulls. Pure.

A checkpoint is opaque to the phone: it hands back what it was given. seq orders positions, epoch says whose
counting it is; a server restored from a backup counts in a new epoch and every phone starts again from zero.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sync.canonical import content_hash, sha256_hex

PULLED = ("stops", "cards", "papers", "forms", "rules", "messages", "acks", "proofs")
PUSHED = ("records", "settings")
MAX_LIMIT = 1000
DEFAULT_LIMIT = 100
_MAX_SEQ = 2**53 - 1


class NotACheckpoint(ValueError):
    """The values are not a checkpoint the server gave."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A position in a collection's feed; seq 0 is before everything."""

    seq: int
    epoch: str

    def document(self) -> dict[str, Any]:
        """Return the flat JSON form, always with the same members."""
        return {"seq": self.seq, "epoch": self.epoch}


@dataclass(frozen=True, slots=True)
class Page:
    """One answer to a pull: documents in feed order and the position after the last of them."""

    documents: tuple[Mapping[str, Any], ...]
    checkpoint: Checkpoint

    def is_last(self, *, limit: int) -> bool:
        """Tell whether nothing more waits: a page shorter than asked is the end."""
        return len(self.documents) < limit


def checkpoint_from(seq: object, epoch: object) -> Checkpoint:
    """Return the checkpoint for a decoded seq and epoch. Raises NotACheckpoint."""
    if not isinstance(seq, int) or isinstance(seq, bool) or not 0 <= seq <= _MAX_SEQ:
        raise NotACheckpoint("seq is not a whole number from 0")
    if not isinstance(epoch, str):
        raise NotACheckpoint("epoch is not a text")
    return Checkpoint(seq, epoch)


def page_from(answer: object) -> Page:
    """Return the page in a decoded pull answer. Raises NotACheckpoint when it is not one."""
    if not isinstance(answer, Mapping) or not isinstance(answer.get("checkpoint"), Mapping):
        raise NotACheckpoint("the answer has no checkpoint")
    documents = answer.get("documents")
    if not isinstance(documents, list) or not all(isinstance(d, Mapping) and "id" in d for d in documents):
        raise NotACheckpoint("the answer has no list of documents with ids")
    at = answer["checkpoint"]
    return Page(tuple(documents), checkpoint_from(at.get("seq"), at.get("epoch")))


def changes_from(answer: object) -> tuple[list[tuple[str, Mapping[str, Any]]], Checkpoint]:
    """Return the (collection, document) pairs of a decoded pull over every collection, and the position after them.

    A collection this version does not know is left out. Raises NotACheckpoint when it is no such answer.
    """
    changes = answer.get("changes") if isinstance(answer, Mapping) else None
    if not isinstance(answer, Mapping) or not isinstance(changes, list):
        raise NotACheckpoint("the answer has no list of changes")
    if not all(isinstance(one, Mapping) and isinstance(one.get("coll"), str) for one in changes):
        raise NotACheckpoint("a change names no collection")
    page = page_from({"documents": [one.get("document") for one in changes], "checkpoint": answer.get("checkpoint")})
    return [(one["coll"], one["document"]) for one in changes], page.checkpoint


def set_digest(documents: Iterable[Mapping[str, Any]]) -> str:
    """Return one hash of a set of documents, the same whatever their order: SHA-256 over the sorted lines `id hash`.

    hash is the SHA-256 of a document's canonical bytes. Phone and server that hold the same set tell the same.
    Raises NotCanonisable.
    """
    lines = sorted(f"{document['id']} {content_hash(document)}\n" for document in documents)
    return sha256_hex("".join(lines).encode())


def tombstone(doc_id: str) -> dict[str, Any]:
    """Return what a phone gets for a document that left its scope: the id and nothing of the content."""
    return {"id": doc_id, "_deleted": True}
