"""Pulling: one collection to its end, or every collection in one sweep when several have news.

A sweep costs one call a page instead of at least one a collection; a week's first sync is two of them. Each page stands
when it was taken, so a line that breaks costs the page it broke in.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sync import feed
from sync.feed import Checkpoint, Page
from sync.phone.media import Call
from sync.phone.store import Store
from sync.phone.transport import NotOurServer

Heed = Callable[[str, Sequence[Mapping[str, Any]]], None]
SCHEMA_VERSION = 4
SWEEP_FROM = 3
"""From so many collections with news on, one sweep takes fewer calls than pulling each by itself."""


def pull(store: Store, call: Call, coll: str, *, limit: int, heed: Heed) -> int:
    """Pull a collection to its end; return how many documents came. heed is shown each page that was taken.

    Raises NoNetwork, NotOurServer for an answer that is none, Refused.
    """
    came = 0
    while True:
        at = store.checkpoint(coll)
        answer = call("GET", f"/v1/sync/{coll}/pull?{_query(store, at, limit)}", headers={}).json()
        try:
            page = feed.page_from(answer)
        except feed.NotACheckpoint as fault:
            raise NotOurServer(str(fault)) from fault
        with store.together():
            store.take_page(coll, page)
            store.saw(coll, page.checkpoint.seq)
        heed(coll, page.documents)
        came += len(page.documents)
        if page.is_last(limit=limit):
            return came


def sweep(store: Store, call: Call, colls: Sequence[str], *, limit: int, heed: Heed) -> int:
    """Pull every collection from where that of colls stands which is furthest back; return how many documents came.

    colls are all that have news; what the others had is here already. Raises as pull().
    """
    came, at = 0, min((store.checkpoint(coll) for coll in colls), key=lambda one: one.seq)
    while True:
        answer = call("GET", f"/v1/sync/pull?{_query(store, at, limit)}", headers={}).json()
        try:
            changes, at = feed.changes_from(answer)
        except feed.NotACheckpoint as fault:
            raise NotOurServer(str(fault)) from fault
        pages = {coll: tuple(document for name, document in changes if name == coll) for coll in feed.PULLED}
        with store.together():
            for coll, documents in pages.items():
                stands = max(store.checkpoint(coll), at, key=lambda one: one.seq)
                store.take_page(coll, Page(documents, stands))
        for coll, documents in pages.items():
            heed(coll, documents)
        came += len(changes)
        if len(changes) < limit:
            return came


def _query(store: Store, at: Checkpoint, limit: int) -> str:
    return f"seq={at.seq}&epoch={at.epoch or store.get('epoch') or ''}&limit={limit}&sv={SCHEMA_VERSION}"
