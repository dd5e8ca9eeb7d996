"""Our own push and pull."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bench.installation import Phone
from bench.line import Line
from bench.peers.dialect import Call, NotKept, Row

PUSH = "/v1/sync/records/push"
PULLED = "cards"
SCHEMA_VERSION = 4


class Ours:
    """The protocol of a phone."""

    def headers(self, phone: Phone) -> Mapping[str, str]:
        """Return the phone's token."""
        return {"Authorization": f"Bearer {phone.token}"}

    def batch(self, phone: Phone, rows: Sequence[Row]) -> Call:
        """Return a push."""
        del phone
        return Call("POST", PUSH, body_of(rows))

    def single(self, phone: Phone, row: Row) -> Call:
        """Return a push of one."""
        return self.batch(phone, [row])

    def require_kept(self, answer: Any, *, count: int) -> None:
        """See that there is no conflict. Raises NotKept."""
        if answer:
            raise NotKept(f"conflicts in a push of {count}: {str(answer)[:200]}")

    def pages(self, line: Line, phone: Phone, *, limit: int) -> Iterator[Sequence[Any]]:
        """Yield the pages of the cards of the phone's crew."""
        del phone
        seq, epoch = 0, ""
        while True:
            query = f"seq={seq}&epoch={epoch}&limit={limit}&sv={SCHEMA_VERSION}"
            answer = line.call("GET", f"/v1/sync/{PULLED}/pull?{query}")
            yield answer["documents"]
            if len(answer["documents"]) < limit:
                return
            seq, epoch = answer["checkpoint"]["seq"], answer["checkpoint"]["epoch"]


def body_of(rows: Sequence[Row]) -> bytes:
    """Return the body of a push, as a browser's JSON.stringify writes it."""
    return json.dumps([{"newDocumentState": row} for row in rows], ensure_ascii=False, separators=(",", ":")).encode()
