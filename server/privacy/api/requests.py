"""Requests of people about their own data (个人信息请求): access, copy, correction, deletion, restriction."""

from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from server import audit, clock
from server.accounts.auth import allow, current_person
from server.accounts.roles import Role
from server.accounts.scope import fetch_visible, scoped
from server.body import Body, answers, asks, page, takes
from server.cases import keyring
from server.cases.models import Case, StopFlag
from server.cases.rules import StopKind
from server.db import db
from server.privacy import keeping, rules
from server.privacy.models import DataRequest
from server.privacy.rules import REQUEST_ARTICLE, Answer, RequestKind
from server.privacy.schemas import AnswerIn, HeldOut, RequestIn, RequestOut, RequestQuery, RequestRowOut
from server.vault import place

bp = Blueprint("data_requests", __name__, url_prefix="/v1")
TAKERS = (Role.SPECIALIST, Role.SUPERVISOR, Role.MANAGER, Role.LEGAL, Role.COMPLIANCE)
READERS = (Role.MANAGER, Role.LEGAL, Role.COMPLIANCE, Role.AUDITOR)


class _Row(RequestRowOut):
    """A request as its row has it, with the article and whether it is late."""

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        """Return a row, or several, as page data."""
        if many or isinstance(obj, list):
            return [self.dump(one, many=False) for one in obj]
        late = not obj.answer and obj.due_on < clock.today()
        told = super().dump(obj, many=False)
        return told | {"article": REQUEST_ARTICLE[RequestKind(obj.kind)], "is_overdue": late}


def shown(request: DataRequest) -> dict[str, Any]:
    """Return a request with what was said, empty once that was deleted."""
    words = keyring.open_or_empty(request.words_sealed, at=place("data_request", "words", request.id))
    answer = keyring.open_or_empty(request.answer_sealed, at=place("data_request", "answer", request.id))
    told: dict[str, Any] = _Row().dump(request) | {"words": words, "answer_words": answer}
    return told


@bp.post("/cases/<uuid:case_id>/data-requests")
@allow(*TAKERS)
@takes(RequestIn)
@answers(RequestOut, status=201)
def take(case_id: UUID, body: Body) -> ResponseReturnValue:
    """Take a person's request; it has to be answered in the days the rules set. Restriction stops visits at once."""
    case, person, at = fetch_visible(Case, case_id, lock=True), current_person(), clock.now()
    days = keeping.parameter(case, keeping.REQUEST_RULE, "most_days", on=clock.today())
    due_on = rules.answer_by(body["received_on"], today=clock.today(), most_days=days)
    request_id = clock.new_id()
    sealed = keyring.seal(body["words"].strip(), at=place("data_request", "words", request_id), case_id=case.id)
    request = DataRequest(
        id=request_id, case_id=case.id, creditor_id=case.creditor_id, kind=body["kind"], words_sealed=sealed,
        received_on=body["received_on"], due_on=due_on, taken_by_id=person.id, answer="",
    )  # fmt: skip
    db.session.add(request)
    if request.kind == RequestKind.RESTRICTION:
        db.session.add(
            StopFlag(id=request_id, case_id=case.id, kind=StopKind.OTHER.value, reason="个人请求限制处理",
                     raised_by_id=person.id, raised_at=at)
        )  # fmt: skip
    audit.note("data_request.taken", f"data_request:{request.id}", actor_id=person.id, creditor_id=case.creditor_id,
               case=str(case.id), kind=request.kind, due_on=due_on.isoformat())  # fmt: skip
    db.session.flush()
    answer = jsonify(shown(request))
    answer.headers["Location"] = f"/v1/data-requests/{request.id}"
    db.session.commit()
    return answer, 201


@bp.get("/data-requests")
@allow(*READERS)
@asks(RequestQuery)
@answers(RequestRowOut, many=True)
def list_requests(query: Body) -> ResponseReturnValue:
    """List requests, newest first, without their words; `open=true` those that wait."""
    found = scoped(select(DataRequest), DataRequest.creditor_id).options(selectinload(DataRequest.case))
    if query["open"]:
        found = found.where(DataRequest.answer == "")
    if query["case_id"] is not None:
        found = found.where(DataRequest.case_id == query["case_id"])
    return page(found, DataRequest, _Row(), limit=query["limit"], cursor=query["cursor"])


@bp.get("/data-requests/<uuid:request_id>")
@allow(*READERS)
@answers(RequestOut)
def show(request_id: UUID) -> ResponseReturnValue:
    """Show one request with what was said."""
    return jsonify(shown(fetch_visible(DataRequest, request_id)))


@bp.post("/data-requests/<uuid:request_id>/held")
@allow(Role.COMPLIANCE, keeps_answer=False)
@answers(HeldOut)
def give_held(request_id: UUID) -> ResponseReturnValue:
    """Give out what is held of the person who asked for access or a copy; the log keeps that it was given."""
    request, person = fetch_visible(DataRequest, request_id), current_person()
    if request.kind not in {RequestKind.ACCESS, RequestKind.COPY}:
        raise rules.NotAnAccessRequest(f"it asks for {request.kind}", kind=request.kind)
    told = keeping.held_of(request.case)
    audit.note("data_request.held_given", f"data_request:{request.id}", actor_id=person.id,
               creditor_id=request.creditor_id, case=str(request.case_id))  # fmt: skip
    db.session.commit()
    return jsonify(HeldOut().dump(told))


@bp.post("/data-requests/<uuid:request_id>/answer")
@allow(Role.COMPLIANCE)
@takes(AnswerIn)
@answers(RequestOut)
def give_answer(request_id: UUID, body: Body) -> ResponseReturnValue:
    """Answer a request once; a refused restriction takes its stop flag down."""
    request, person, at = fetch_visible(DataRequest, request_id, lock=True), current_person(), clock.now()
    rules.answer(request.answer)
    where = place("data_request", "answer", request.id)
    request.answer_sealed = keyring.seal(body["words"].strip(), at=where, case_id=request.case_id)
    request.answer, request.answered_by_id, request.answered_at = body["answer"], person.id, at
    flag = db.session.get(StopFlag, request.id)
    if flag is not None and flag.lifted_at is None and request.answer == Answer.REFUSED:
        flag.lifted_at, flag.lifted_by_id = at, person.id
    audit.note("data_request.answered", f"data_request:{request.id}", actor_id=person.id,
               creditor_id=request.creditor_id, case=str(request.case_id), answer=request.answer)  # fmt: skip
    answer = jsonify(shown(request))
    db.session.commit()
    return answer
