"""The bytes of the papers a phone takes along (单据): fetched last, best on Wi-Fi, each checked by its hash.

A pulled document of `papers` names a paper by its hash; one whose bytes are not here yet cannot be shown and signed.
"""

from sync.canonical import sha256_hex
from sync.phone.media import Call
from sync.phone.store import Store
from sync.phone.transport import NotOurServer, Refused


def fetch_all(store: Store, call: Call) -> int:
    """Fetch every paper that is named and not here; return how many came. One that is refused is asked for next time.

    Raises NoNetwork when the line is down, NotOurServer for bytes of another hash; what came before stands.
    """
    came = 0
    for paper_id, sha256 in store.papers_missing():
        try:
            content = call("GET", f"/v1/sync/papers/{paper_id}/pdf", headers={}).body
        except Refused:
            continue
        if sha256_hex(content) != sha256:
            raise NotOurServer(f"paper {paper_id} has another hash than its document says")
        with store.together():
            store.add_paper(paper_id, content)
        came += 1
    return came
