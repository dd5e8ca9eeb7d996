"""Giving phones what they pull: pages of exactly the size asked while more waits, in feed order."""

from typing import Any

from server import feed
from server.db import db
from server.devices import acks
from server.devices.models import Device
from server.devices.rules import PullQuery
from sync.feed import Checkpoint, tombstone


def subjects(device: Device) -> list[str]:
    """Return the recipients a phone follows: its person and itself."""
    return [feed.person(device.person_id), feed.device(device.id)]


def page(device: Device, coll: str, query: PullQuery, *, epoch: str) -> dict[str, Any]:
    """Return `{documents, checkpoint}`; what left the phone's scope, or is gone, comes as a tombstone."""
    found = feed.positions(db.session(), subjects(device), coll, after=query.seq, limit=query.limit)
    wanted = [one.doc_id for one in found if not one.gone]
    if coll == "acks":
        documents: Any = acks.load(device.id, wanted)
    else:
        documents = feed.documents(coll, device.person_id, wanted)
    seq = found[-1].seq if found else query.seq
    return {
        "documents": [documents.get(one.doc_id) or tombstone(one.doc_id) for one in found],
        "checkpoint": Checkpoint(seq, epoch).document(),
    }
