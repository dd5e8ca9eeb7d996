"""Built web clients: files of `server/static/`, served as they are under a strict policy.

They are made by `make web` and travel inside the wheel.
"""

import mimetypes
from pathlib import Path

from flask import Response, request
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join

from server.errors import Missing

STATIC = Path(__file__).resolve().parents[1] / "static"
SHOWN_TO_ALL = "the app itself holds nothing about anybody"
FOREVER = "public, max-age=31536000, immutable"
ANEW = "no-cache"


class AppNotBuilt(Missing):
    """The web client is not part of this installation."""


def give(name: str, *, client: Path, keep: str, policy: dict[str, str], below: str = "") -> Response:
    """Answer with a file of a client's folder, or of one below it, under the headers of policy.

    keep: how long browsers may keep it. Raises AppNotBuilt when there is no client, NotFound when there is no file.
    """
    if not (client / "index.html").is_file():
        raise AppNotBuilt("build it with `make web`, or install the wheel")
    path = safe_join(str(client / below), name)
    if path is None or not Path(path).is_file():
        raise NotFound
    answer = Response(Path(path).read_bytes(), mimetype=mimetypes.guess_type(name)[0] or "application/octet-stream")
    answer.add_etag()
    answer.headers.update(policy)
    answer.headers["Cache-Control"] = keep
    answer.make_conditional(request)
    return answer
