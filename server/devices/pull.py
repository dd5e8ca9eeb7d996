"""Giving phones what they pull: pages of exactly the size asked while more waits, in feed order."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from server import feed, jobs
from server.db import begin_write, db
from server.devices import acks, proofs, rules
from server.devices.enrol import Reader
from server.devices.models import Device
from server.devices.rules import PullQuery
from server.feed import Position
from sync import feed as sync_feed
from sync.feed import Checkpoint, tombstone
from sync.schema import down_cast

KEEP_TOMBSTONES = timedelta(days=180)
AT_ONCE = 500
_OWN = {"acks": acks.load, proofs.COLLECTION: proofs.load}
"""Collections of one phone, not of the person who carries it."""
Puller = Device | Reader


def subjects(device: Puller) -> list[str]:
    """Return the recipients a phone follows: its person and itself."""
    return [feed.person(device.person_id), feed.device(device.id)]


def page(device: Puller, coll: str, query: PullQuery, *, epoch: str) -> dict[str, Any]:
    """Return `{documents, checkpoint}`; what left the phone's scope, or is gone, comes as a tombstone."""
    found, pruned = _found(device, [coll], query, epoch=epoch)
    documents = [document for _, document in _read(device, found, sv=query.sv)]
    return {"documents": documents, "checkpoint": _stand(query, found, pruned=pruned, epoch=epoch)}


def page_of_all(device: Puller, query: PullQuery, *, epoch: str) -> dict[str, Any]:
    """Return `{changes: [{coll, document}], checkpoint}` over every collection, in one order, for one call a page."""
    found, pruned = _found(device, sync_feed.PULLED, query, epoch=epoch)
    changes = [{"coll": one.coll, "document": document} for one, document in _read(device, found, sv=query.sv)]
    return {"changes": changes, "checkpoint": _stand(query, found, pruned=pruned, epoch=epoch)}


def digest(device: Puller, coll: str, *, sv: int, epoch: str) -> dict[str, Any]:
    """Return `{count, digest, seq, epoch}` of what a phone that pulled everything holds of a collection."""
    held: dict[str, Mapping[str, Any]] = {}
    seq = 0
    while found := feed.positions(db.session(), subjects(device), coll, after=seq, limit=AT_ONCE):
        seq = found[-1].seq
        held |= {one.doc_id: document for one, document in _read(device, found, sv=sv) if "_deleted" not in document}
    return {"count": len(held), "digest": sync_feed.set_digest(held.values()), "seq": seq, "epoch": epoch}


@jobs.chore
def prune(at: datetime) -> int:
    """Give up tombstones older than 180 days; return how many. Needs a commit by the caller."""
    if not feed.has_tombstones(db.session(), before=at - KEEP_TOMBSTONES):
        return 0
    begin_write()
    return feed.prune(db.session(), before=at - KEEP_TOMBSTONES, limit=AT_ONCE)


def _read(device: Puller, found: Sequence[Position], *, sv: int) -> Iterator[tuple[Position, Mapping[str, Any]]]:
    """Yield each position with its document, or the tombstone of what is gone."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for one in found:
        if not one.gone:
            wanted[one.coll].append(one.doc_id)
    known = {
        coll: _OWN[coll](device.id, ids) if coll in _OWN else feed.documents(coll, device.person_id, ids)
        for coll, ids in wanted.items()
    }
    for one in found:
        document = known.get(one.coll, {}).get(one.doc_id)
        yield one, tombstone(one.doc_id) if document is None else down_cast(one.coll, document, sv=sv)


def _found(device: Puller, colls: Sequence[str], query: PullQuery, *, epoch: str) -> tuple[list[Position], int]:
    """Return the positions of a page and the newest tombstone no longer kept. Raises EpochChanged."""
    found, pruned = feed.page(db.session(), subjects(device), colls, after=query.seq, limit=query.limit)
    if rules.missed_a_tombstone(query, pruned=pruned):
        raise rules.EpochChanged("start again from zero: away for too long", epoch=epoch)
    return found, pruned


def _stand(query: PullQuery, found: Sequence[Position], *, pruned: int, epoch: str) -> dict[str, Any]:
    """Return where the phone stands after a page; after the last, also behind every tombstone no longer kept."""
    seq = found[-1].seq if found else query.seq
    if len(found) < query.limit:
        seq = max(seq, pruned)
    return Checkpoint(seq, epoch).document()
