"""The phone's web app under /m/: built files, served as they are.

The built client lies in `server/static/m/`; it is made by `make web` and travels inside the wheel.
"""

import mimetypes
from pathlib import Path

from flask import Blueprint, Response, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join

from server.accounts.auth import public
from server.body import answers
from server.errors import Missing

bp = Blueprint("phone_app", __name__)
BUILT = Path(__file__).resolve().parents[2] / "static" / "m"
SHOWN_TO_ALL = "the app itself holds nothing about anybody"
FOREVER = "public, max-age=31536000, immutable"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'none'; "
    "frame-src blob:; frame-ancestors 'none'; base-uri 'none'"
)
PERMISSIONS = "geolocation=(self), camera=(self), microphone=(self), payment=(), usb=(), bluetooth=()"


class AppNotBuilt(Missing):
    """The phone's app is not part of this installation."""


def _file(name: str, *, folder: Path, keep: str) -> Response:
    if not (BUILT / "index.html").is_file():
        raise AppNotBuilt("build it with `make web`, or install the wheel")
    path = safe_join(str(folder), name)
    if path is None or not Path(path).is_file():
        raise NotFound
    answer = Response(Path(path).read_bytes(), content_type=mimetypes.guess_type(name)[0] or "application/octet-stream")
    answer.add_etag()
    answer.headers["Content-Security-Policy"] = CSP
    answer.headers["Permissions-Policy"] = PERMISSIONS
    answer.headers["Cache-Control"] = keep
    if name.endswith(".webmanifest"):
        answer.content_type = "application/manifest+json"
    answer.make_conditional(request)
    return answer


@bp.get("/m")
@public(SHOWN_TO_ALL)
@answers(None, status=308, content_type="text/html")
def without_slash() -> ResponseReturnValue:
    """Lead to the app's own address: its service worker and its links live below /m/."""
    return redirect("/m/", 308)


@bp.get("/m/")
@public(SHOWN_TO_ALL)
@answers(None, content_type="text/html")
def start() -> ResponseReturnValue:
    """Give the page that loads the app. Raises AppNotBuilt."""
    return _file("index.html", folder=BUILT, keep="no-cache")


@bp.get("/m/assets/<path:name>")
@public(SHOWN_TO_ALL)
@answers(None, content_type="application/octet-stream")
def asset(name: str) -> ResponseReturnValue:
    """Give a file whose name is its digest: it never changes, so it is never asked for twice. Raises AppNotBuilt."""
    return _file(name, folder=BUILT / "assets", keep=FOREVER)


@bp.get("/m/<name>")
@public(SHOWN_TO_ALL)
@answers(None, content_type="application/octet-stream")
def piece(name: str) -> ResponseReturnValue:
    """Give the service worker, the manifest or an icon, asked for anew each time. Raises AppNotBuilt."""
    return _file(name, folder=BUILT, keep="no-cache")
