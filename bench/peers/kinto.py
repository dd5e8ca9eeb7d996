"""Kinto on PostgreSQL behind gunicorn, as its documentation runs it: each phone writes to a collection of its own.

Source: docs.kinto-storage.org; a batch answers each of its requests.
"""

import base64
import json
import subprocess
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench.installation import ROOT, THREADS, WORKERS, Phone
from bench.line import Line
from bench.peers.dialect import Call, NotInstalled, NotKept, Row
from bench.processes import Server, free_port, running

HOME = ROOT / "var" / "bench" / "kinto"
PACKAGES = ("kinto[postgresql]==26.5.0", "gunicorn==27.0.1", "logging-color-formatter")
BUCKET = "/v1/buckets/bench"
_WSGI = 'import os\nfrom pyramid.paster import get_app\napplication = get_app(os.environ["KINTO_INI"])\n'
_SETTINGS = """[app:main]
use = egg:kinto
kinto.includes =
kinto.storage_backend = kinto.core.storage.postgresql
kinto.storage_url = {url}
kinto.permission_backend = kinto.core.permission.postgresql
kinto.permission_url = {url}
kinto.cache_backend = kinto.core.cache.memory
kinto.userid_hmac_secret = bench
kinto.batch_max_requests = 100
multiauth.policies = basicauth
kinto.bucket_create_principals = system.Authenticated
[loggers]
keys = root
[handlers]
keys = console
[formatters]
keys = plain
[logger_root]
level = WARNING
handlers = console
[handler_console]
class = StreamHandler
args = (sys.stderr,)
formatter = plain
[formatter_plain]
format = %(message)s
"""


class Kinto:
    """Records are put one by one, a hundred of them in one batch."""

    def headers(self, phone: Phone) -> Mapping[str, str]:
        """Return the same user for all: the office reads what every phone writes."""
        del phone
        return {"Authorization": "Basic " + base64.b64encode(b"bench:bench").decode()}

    def batch(self, phone: Phone, rows: Sequence[Row]) -> Call:
        """Return a batch of puts."""
        requests = [{"path": _path(phone, row), "body": {"data": row}} for row in rows]
        return Call("POST", "/v1/batch", _json({"defaults": {"method": "PUT"}, "requests": requests}))

    def single(self, phone: Phone, row: Row) -> Call:
        """Return one put."""
        return Call("PUT", _path(phone, row), _json({"data": row}))

    def require_kept(self, answer: Any, *, count: int) -> None:
        """See that every record was made. Raises NotKept."""
        made = [one["status"] for one in answer.get("responses", [{"status": 201}])]
        if made != [201] * count:
            raise NotKept(f"{count} puts answered {set(made)}")

    def pages(self, line: Line, phone: Phone, *, limit: int) -> Iterator[Sequence[Any]]:
        """Yield the pages of the phone's collection, as its documentation pages: by the token of the last one."""
        path = f"{_collection(phone)}/records?_limit={limit}"
        while path:
            answer = line.call("GET", path)
            yield answer["data"]
            path = line.answered.get("next-page", "").partition("/v1/")[2]
            path = f"/v1/{path}" if path else ""


@contextmanager
def served(database: str, *, folder: Path, phones: Sequence[Phone], may_install: bool) -> Iterator[Server]:
    """Run Kinto on a database of its own, with a collection for each phone. Raises NotInstalled, NeverReady."""
    _install(may_install=may_install)
    folder.mkdir(parents=True, exist_ok=True)
    ini = folder / "kinto.ini"
    ini.write_text(_SETTINGS.format(url=database.replace("%", "%%")), encoding="utf-8")
    (folder / "kinto_wsgi.py").write_text(_WSGI, encoding="utf-8")
    _run(str(HOME / "bin" / "kinto"), "migrate", "--ini", str(ini))
    port = free_port()
    command = [
        str(HOME / "bin" / "gunicorn"), "--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS),
        "--worker-class", "gthread", "--threads", str(THREADS), "--keep-alive", "60", "--no-control-socket",
        "--log-level", "warning", "kinto_wsgi:application",
    ]  # fmt: skip
    with running(command, port=port, env={"KINTO_INI": str(ini)}, folder=folder) as server:
        with Line(server.url, Kinto().headers(phones[0])) as line:
            line.call("PUT", BUCKET, b"{}")
            for phone in phones:
                line.call("PUT", _collection(phone), b"{}")
        yield server


def _install(*, may_install: bool) -> None:
    mark = HOME / ".installed"
    if mark.is_file() and mark.read_text() == " ".join(PACKAGES):
        return
    if not may_install:
        raise NotInstalled("Kinto is not installed; a run without --quick installs it into var/bench/")
    venv.create(HOME, with_pip=True, clear=True)
    _run(str(HOME / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES)
    mark.write_text(" ".join(PACKAGES))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603


def _collection(phone: Phone) -> str:
    return f"{BUCKET}/collections/{quote(phone.device)}"


def _path(phone: Phone, row: Row) -> str:
    return f"{_collection(phone)}/records/{row['id']}"


def _json(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
