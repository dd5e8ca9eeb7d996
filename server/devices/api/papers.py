"""The bytes of a paper a phone takes along; its document in the feed names it by its hash and does not carry them."""

from uuid import UUID

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from server import feed
from server.body import answers
from server.devices.enrol import current_reader, phone
from server.errors import Missing
from server.media import store
from sync.phone.transport import MARK

bp = Blueprint("phone_papers", __name__, url_prefix="/v1/sync/papers")


@bp.get("/<uuid:paper_id>/pdf")
@phone(may_be_revoked=False)
@answers(None)
def give_paper(paper_id: UUID) -> ResponseReturnValue:
    """Answer the PDF of a paper that is on this phone, tagged with its hash; 404 for any other."""
    named = feed.documents("papers", current_reader().person_id, [str(paper_id)]).get(str(paper_id))
    if named is None:
        raise Missing(f"no paper {paper_id} on this phone")
    answer = Response(store().get(str(named["sha256"])), mimetype="application/pdf")
    answer.headers[MARK] = "1"
    answer.set_etag(str(named["sha256"]))
    return answer.make_conditional(request)
