"""pouchdb-server on LevelDB: not durable at each write, unlike ours; a batch goes to `_bulk_docs`.

Source: docs.couchdb.org, /{db}/_bulk_docs and /{db}/_changes.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.installation import ROOT, Phone
from bench.line import Line
from bench.peers.dialect import Call, NotInstalled, NotKept, Row
from bench.processes import Server, free_port, running

HOME = ROOT / "var" / "bench" / "pouchdb"
PACKAGE = "pouchdb-server@4.2.0"
SERVER = HOME / "node_modules" / "pouchdb-server" / "bin" / "pouchdb-server"
DATABASE = "/bench"


class Pouchdb:
    """Documents are posted in bulk."""

    def headers(self, phone: Phone) -> Mapping[str, str]:
        """Return nothing: it lets everybody in."""
        del phone
        return {}

    def batch(self, phone: Phone, rows: Sequence[Row]) -> Call:
        """Return a bulk post."""
        del phone
        documents = [row | {"_id": row["id"]} for row in rows]
        return Call("POST", f"{DATABASE}/_bulk_docs", json.dumps({"docs": documents}, ensure_ascii=False).encode())

    def single(self, phone: Phone, row: Row) -> Call:
        """Return a bulk post of one."""
        return self.batch(phone, [row])

    def require_kept(self, answer: Any, *, count: int) -> None:
        """See that every document was taken. Raises NotKept."""
        if len([one for one in answer if one.get("ok")]) != count:
            raise NotKept(str(answer)[:200])

    def pages(self, line: Line, phone: Phone, *, limit: int) -> Iterator[Sequence[Any]]:
        """Yield the pages of the changes with their documents."""
        del phone
        since: Any = 0
        while True:
            answer = line.call("GET", f"{DATABASE}/_changes?include_docs=true&limit={limit}&since={since}")
            yield answer["results"]
            if len(answer["results"]) < limit:
                return
            since = answer["last_seq"]


@contextmanager
def served(*, folder: Path, may_install: bool) -> Iterator[Server]:
    """Run pouchdb-server in a folder of its own. Raises NotInstalled, NeverReady."""
    _install(may_install=may_install)
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    command = [
        "node",
        str(SERVER),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--dir",
        str(folder),
        "--no-stdout-logs",
    ]
    with running(command, port=port, folder=folder) as server:
        with Line(server.url) as line:
            line.call("PUT", DATABASE, b"")
        yield server


def _install(*, may_install: bool) -> None:
    if SERVER.is_file():
        return
    npm = shutil.which("npm")
    if npm is None:
        raise NotInstalled("pouchdb-server needs npm")
    if not may_install:
        raise NotInstalled("pouchdb-server is not installed; a run without --quick installs it into var/bench/")
    HOME.mkdir(parents=True, exist_ok=True)
    subprocess.run(  # noqa: S603  # our own command
        [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(HOME), PACKAGE],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
