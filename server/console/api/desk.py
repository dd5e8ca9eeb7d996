"""The desk console under /console/: one page whose addresses are read by the app itself, and its built files."""

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from server.accounts.auth import public
from server.body import answers
from server.console.built import ANEW, FOREVER, SHOWN_TO_ALL, STATIC, give

bp = Blueprint("desk", __name__)
BUILT = STATIC / "console"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; connect-src 'self'; form-action 'none'; frame-src 'self' blob:; frame-ancestors 'none'; "
    "base-uri 'none'"
)
POLICY = {
    "Content-Security-Policy": CSP,
    "Permissions-Policy": "geolocation=(), camera=(), microphone=(), payment=(), usb=()",
}


@bp.get("/console")
@public(SHOWN_TO_ALL)
@answers(None, status=308, content_type="text/html")
def without_slash() -> ResponseReturnValue:
    """Lead to the console's own address: its links live below /console/."""
    return redirect("/console/", 308)


@bp.get("/console/assets/<path:name>")
@public(SHOWN_TO_ALL)
@answers(None, content_type="application/octet-stream")
def asset(name: str) -> ResponseReturnValue:
    """Give a file whose name is its digest: it never changes, so it is never asked for twice. Raises AppNotBuilt."""
    return give(name, client=BUILT, below="assets", keep=FOREVER, policy=POLICY)


@bp.get("/console/")
@public(SHOWN_TO_ALL)
@answers(None, content_type="text/html")
def start() -> ResponseReturnValue:
    """Give the page that loads the console. Raises AppNotBuilt."""
    return give("index.html", client=BUILT, keep=ANEW, policy=POLICY)


@bp.get("/console/<path:place>")
@public(SHOWN_TO_ALL)
@answers(None, content_type="text/html")
def page(place: str) -> ResponseReturnValue:
    """Give the same page, whatever place in the console the address names. Raises AppNotBuilt."""
    name = place if place == "icon.svg" else "index.html"
    return give(name, client=BUILT, keep=ANEW, policy=POLICY)
