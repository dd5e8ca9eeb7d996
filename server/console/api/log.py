"""The transparency log for everybody: its key, its newest checkpoint, its tiles and entries, as static files would be.

Source: C2SP tlog-tiles (paths, content types, caching), tlog-checkpoint.
"""

from datetime import timedelta

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests

from server import clock
from server.accounts.auth import public
from server.body import answers
from server.errors import Missing
from server.transparency import reading
from server.visits import limits
from sync import tiles
from sync.tiles import BadTile

bp = Blueprint("log", __name__, url_prefix="/log")
MOST, PER = 600, timedelta(minutes=1)
FOREVER = "public, max-age=31536000, immutable"


class NoSuchTile(Missing):
    """The log has no tile, bundle or proof there."""


def throttle() -> None:
    """Refuse an address that asks too often. Raises TooManyRequests."""
    wait_s = limits.counter("log", most=MOST, per=PER).wait_s(request.remote_addr or "", at=clock.now())
    if wait_s:
        raise TooManyRequests("too many questions from this address", retry_after=wait_s)


@bp.get("/checkpoint")
@public("the log is there to be watched")
@answers(None, content_type="text/plain")
def checkpoint() -> ResponseReturnValue:
    """Return the newest checkpoint: name, size and root, signed by the log, below it the witnesses' cosignatures."""
    throttle()
    return _text(reading.newest_note(), cache="no-cache")


@bp.get("/vkey")
@public("the log is there to be watched")
@answers(None, content_type="text/plain")
def vkey() -> ResponseReturnValue:
    """Return the log's verifier key; compare it with a copy that came another way."""
    throttle()
    return _text(reading.vkey() + "\n", cache="no-cache")


@bp.get("/tile/<path:where>")
@public("the log is there to be watched")
@answers(None, content_type="application/octet-stream")
def tile(where: str) -> ResponseReturnValue:
    """Return a tile of hashes (`<level>/<index>[.p/<width>]`) or of entries (`entries/<index>[.p/<width>]`)."""
    throttle()
    try:
        data = reading.read_place(tiles.read_path(where))
    except BadTile as fault:
        raise NoSuchTile(str(fault)) from fault
    if data is None:
        raise NoSuchTile("the log does not reach so far")
    answer = Response(data, mimetype="application/octet-stream")
    answer.headers["Cache-Control"] = FOREVER
    return answer


@bp.get("/proof/<int:index>")
@public("the log is there to be watched")
@answers(None, content_type="text/plain")
def proof(index: int) -> ResponseReturnValue:
    """Return the tlog-proof of the leaf at this index, from 0, under the newest checkpoint: for who reads no tiles."""
    throttle()
    size = reading.size()
    if index >= size:
        raise NoSuchTile("the log does not reach so far")
    return _text(reading.proof(index, size=size), cache="no-cache")


def _text(text: str, *, cache: str) -> Response:
    answer = Response(text, content_type="text/plain; charset=utf-8")
    answer.headers["Cache-Control"] = cache
    return answer
