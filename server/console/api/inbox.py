"""What waits for whoever is signed in: the badges of the console's menu."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields

from server import clock
from server.accounts.auth import allow
from server.accounts.roles import OFFICE
from server.body import answers
from server.console import inbox

bp = Blueprint("inbox", __name__, url_prefix="/v1")


class WaitingOut(Schema):
    """How many things of one kind wait for the caller, and since when the oldest does."""

    kind = fields.String(attribute="kind.value")
    count = fields.Integer()
    since = fields.AwareDateTime()


class InboxOut(Schema):
    """What waits for the caller; kinds of which nothing waits are left out."""

    items = fields.List(fields.Nested(WaitingOut))


@bp.get("/inbox")
@allow(*OFFICE)
@answers(InboxOut)
def show_inbox() -> ResponseReturnValue:
    """Say what waits for the caller: lists, schemes and exports to decide of, answers due, phones without a notice."""
    return jsonify(InboxOut().dump({"items": inbox.waiting(now=clock.now())}))
