"""The phone's web app under /m/: built files, served as they are.

The built client lies in `server/static/m/`; `server/console/built.py` says how such files are given.
"""

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from server.accounts.auth import public
from server.body import answers
from server.console.built import ANEW, FOREVER, SHOWN_TO_ALL, STATIC, give

bp = Blueprint("phone_app", __name__)
BUILT = STATIC / "m"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'none'; "
    "frame-src blob:; frame-ancestors 'none'; base-uri 'none'"
)
POLICY = {
    "Content-Security-Policy": CSP,
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=(self), payment=(), usb=(), bluetooth=()",
}


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
    return give("index.html", client=BUILT, keep=ANEW, policy=POLICY)


@bp.get("/m/assets/<path:name>")
@public(SHOWN_TO_ALL)
@answers(None, content_type="application/octet-stream")
def asset(name: str) -> ResponseReturnValue:
    """Give a file whose name is its digest: it never changes, so it is never asked for twice. Raises AppNotBuilt."""
    return give(name, client=BUILT, below="assets", keep=FOREVER, policy=POLICY)


@bp.get("/m/<name>")
@public(SHOWN_TO_ALL)
@answers(None, content_type="application/octet-stream")
def piece(name: str) -> ResponseReturnValue:
    """Give the service worker, the manifest or an icon, asked for anew each time. Raises AppNotBuilt."""
    answer = give(name, client=BUILT, keep=ANEW, policy=POLICY)
    if name.endswith(".webmanifest"):
        answer.content_type = "application/manifest+json"
    return answer
