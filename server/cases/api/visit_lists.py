"""Screening and the visit list (定期上门催收客户名单): a specialist drafts it, the supervisor decides every line."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select

from server import audit, clock, wall
from server.accounts.auth import allow, current_person
from server.accounts.roles import OFFICE, Role
from server.accounts.scope import fetch_visible, require_visible, scoped
from server.body import Body, PageQuery, answers, asks, etag, page, require_match, takes
from server.cases import listing, rules
from server.cases.candidates import candidate_json, screened_cases
from server.cases.listing import Wanted
from server.cases.models import Address, Case, VisitList, VisitListLine, VisitListVersion
from server.cases.rules import LineDecision, ListState
from server.cases.schemas import CompareQuery, ReasonIn, ReviewIn, ScreenIn, VisitListIn, VisitListPatch
from server.cases.screening import FORMULA_VERSION, ScreeningPolicy
from server.cases.shown_lists import ComparedOut, ScreenOut, VersionOut, VisitListOut, VisitListRowOut
from server.db import db, fetch
from server.errors import Missing

bp = Blueprint("visit_lists", __name__, url_prefix="/v1")
READERS = (*OFFICE,)


@bp.post("/visit-lists/screen")
@allow(Role.SPECIALIST, Role.SUPERVISOR, Role.MANAGER)
@takes(ScreenIn)
@answers(ScreenOut)
def screen(body: Body) -> ResponseReturnValue:
    """Score the cases of the caller's creditors; those that may not be visited come with their reasons."""
    query = scoped(select(Case), Case.creditor_id)
    if body["creditor_id"] is not None:
        require_visible(body["creditor_id"], f"no Creditor {body['creditor_id']}")
        query = query.where(Case.creditor_id == body["creditor_id"])
    if body["district"] is not None:
        query = query.where(Case.addresses.any(Address.district == body["district"]))
    policy = ScreeningPolicy(min_days_between_visits=body["min_days_between_visits"])
    found = screened_cases(
        query, today=clock.today(), policy=policy, min_days=body["min_days"], min_fen=body["min_fen"]
    )
    good = [one for one in found if one.screened.is_candidate]
    excluded = [one for one in found if not one.screened.is_candidate]
    return jsonify(
        formula=FORMULA_VERSION,
        screened=len(found),
        eligible=len(good),
        candidates=[candidate_json(one, today=clock.today()) for one in good[: body["limit"]]],
        excluded=[candidate_json(one, today=clock.today()) for one in excluded[: body["limit"]]],
        excluded_total=len(excluded),
    )


def wanted_lines(lines: list[Body], case_ids: list[UUID]) -> list[Wanted]:
    """Return the cases that are to go on a list, locked. Raises Missing for another creditor's case."""
    named = [*lines, *({"case_id": case_id, "address_id": None, "note": ""} for case_id in case_ids)]
    return [Wanted(fetch_visible(Case, one["case_id"], lock=True), one["address_id"], one["note"]) for one in named]


@bp.post("/visit-lists")
@allow(Role.SPECIALIST, Role.SUPERVISOR)
@takes(VisitListIn)
@answers(VisitListOut, status=201)
def draft_list(body: Body) -> ResponseReturnValue:
    """Draft a visit list of cases that may be visited, each at its best address unless one is named."""
    author = current_person()
    visit_list = VisitList(
        id=clock.new_id(), title=body["title"], state=ListState.DRAFT.value, author_id=author.id, version=1
    )
    db.session.add(visit_list)
    wanted = wanted_lines(body["lines"], body["case_ids"])
    count = listing.add_lines(visit_list, wanted, today=clock.today(), policy=ScreeningPolicy())
    audit.note("visit_list.drafted", f"visit_list:{visit_list.id}", actor_id=author.id, lines=count)
    db.session.commit()
    answer = shown(visit_list)
    answer.headers["Location"] = url_for("visit_lists.show_list", list_id=visit_list.id)
    return answer, 201


def shown(visit_list: VisitList) -> Response:
    """Answer a list with its entity tag."""
    answer = jsonify(VisitListOut().dump(visit_list))
    answer.headers["ETag"] = etag(visit_list.version)
    return answer


def visible_lists() -> Select[Any]:
    """Return the lists on which every line belongs to a creditor the caller works for."""
    visible = current_person().creditor_ids
    query = select(VisitList)
    if visible is None:
        return query
    mine = [UUID(one) for one in visible]
    return query.where(~VisitList.lines.any(VisitListLine.creditor_id.not_in(mine)))


def visible_list(list_id: UUID, *, lock: bool = False) -> VisitList:
    """Return one list, wholly visible to the caller. Raises Missing."""
    visit_list = fetch(VisitList, list_id, lock=lock)
    with wall.everything():
        for line in visit_list.lines:
            require_visible(line.creditor_id, f"no VisitList {list_id}")
    return visit_list


@bp.get("/visit-lists")
@allow(*READERS)
@asks(PageQuery)
@answers(VisitListRowOut, many=True)
def list_lists(query: Body) -> ResponseReturnValue:
    """List the visit lists, newest first."""
    with wall.everything():  # a line behind the wall hides its list
        return page(visible_lists(), VisitList, VisitListRowOut(), **query)


@bp.get("/visit-lists/<uuid:list_id>")
@allow(*READERS)
@answers(VisitListOut)
def show_list(list_id: UUID) -> ResponseReturnValue:
    """Show a visit list with its lines, scores and decisions."""
    return shown(visible_list(list_id))


@bp.patch("/visit-lists/<uuid:list_id>")
@allow(Role.SPECIALIST, Role.SUPERVISOR)
@takes(VisitListPatch)
@answers(VisitListOut)
def change_list(list_id: UUID, body: Body) -> ResponseReturnValue:
    """Add cases to a draft or returned list of one's own, take cases off, or rename it."""
    visit_list, author = visible_list(list_id, lock=True), current_person()
    require_match(visit_list.version)
    state = rules.edit(ListState(visit_list.state), author_id=visit_list.author_id, actor_id=author.id)
    if visit_list.state == ListState.RETURNED:
        listing.reopen_lines(visit_list)
    visit_list.title = body.get("title", visit_list.title)
    dropped = listing.drop_lines(visit_list, body["remove"])
    wanted = wanted_lines(body["add"], [])
    added = listing.add_lines(visit_list, wanted, today=clock.today(), policy=ScreeningPolicy())
    visit_list.state, visit_list.version = state.value, visit_list.version + 1
    audit.note("visit_list.changed", f"visit_list:{visit_list.id}", actor_id=author.id, added=added, dropped=dropped)
    db.session.commit()
    return shown(visit_list)


@bp.post("/visit-lists/<uuid:list_id>/submit")
@allow(Role.SPECIALIST, Role.SUPERVISOR)
@answers(VisitListOut)
def submit_list(list_id: UUID) -> ResponseReturnValue:
    """Send a list of one's own to the supervisor; every line is looked at again first."""
    visit_list, author = visible_list(list_id, lock=True), current_person()
    state = rules.submit(
        ListState(visit_list.state),
        author_id=visit_list.author_id,
        actor_id=author.id,
        line_count=sum(line.decision != LineDecision.REMOVE for line in visit_list.lines),
    )
    listing.reopen_lines(visit_list)
    listing.recheck_lines(visit_list.lines, list_id=visit_list.id, today=clock.today(), policy=ScreeningPolicy())
    visit_list.state, visit_list.submitted_at = state.value, clock.now()
    listing.keep_version(visit_list)
    audit.note(
        "visit_list.submitted",
        f"visit_list:{visit_list.id}",
        actor_id=author.id,
        version=visit_list.version,
        lines=len(visit_list.lines),
    )
    db.session.commit()
    return shown(visit_list)


@bp.post("/visit-lists/<uuid:list_id>/review")
@allow(Role.SUPERVISOR)
@takes(ReviewIn)
@answers(VisitListOut)
def review_list(list_id: UUID, body: Body) -> ResponseReturnValue:
    """Accept, return or remove every line of a submitted list; nobody reviews a list of their own."""
    visit_list, reviewer = visible_list(list_id, lock=True), current_person()
    decisions = {one["line_id"]: (LineDecision(one["decision"]), one["reason"]) for one in body["lines"]}
    state = rules.review(
        ListState(visit_list.state),
        author_id=visit_list.author_id,
        reviewer_id=reviewer.id,
        line_ids=[line.id for line in visit_list.lines],
        decisions=decisions,
    )
    accepted = [line for line in visit_list.lines if decisions[line.id][0] is LineDecision.ACCEPT]
    listing.recheck_lines(accepted, list_id=visit_list.id, today=clock.today(), policy=ScreeningPolicy())
    listing.decide_lines(visit_list, decisions)
    visit_list.state, visit_list.reviewer_id, visit_list.reviewed_at = state.value, reviewer.id, clock.now()
    listing.keep_version(visit_list)
    audit.note(
        "visit_list.reviewed",
        f"visit_list:{visit_list.id}",
        actor_id=reviewer.id,
        version=visit_list.version,
        state=state.value,
        accepted=len(accepted),
    )
    db.session.commit()
    return shown(visit_list)


@bp.post("/visit-lists/<uuid:list_id>/void")
@allow(Role.SPECIALIST, Role.SUPERVISOR)
@takes(ReasonIn)
@answers(VisitListOut)
def void_list(list_id: UUID, body: Body) -> ResponseReturnValue:
    """Give up a list of one's own before a scheme is made of it; its cases may be listed again."""
    visit_list, author = visible_list(list_id, lock=True), current_person()
    state = rules.void(
        ListState(visit_list.state), author_id=visit_list.author_id, actor_id=author.id, reason=body["reason"]
    )
    for line in visit_list.lines:
        line.case.state = rules.unlist_case(line.case.state)
    visit_list.state = state.value
    listing.keep_version(visit_list)
    audit.note("visit_list.voided", f"visit_list:{visit_list.id}", actor_id=author.id, reason=body["reason"])
    db.session.commit()
    return shown(visit_list)


@bp.get("/visit-lists/<uuid:list_id>/versions")
@allow(*READERS)
@answers(VersionOut, many=True)
def list_versions(list_id: UUID) -> ResponseReturnValue:
    """List the versions of a list as they were submitted and reviewed, oldest first."""
    visit_list = visible_list(list_id)
    query = select(VisitListVersion).where(VisitListVersion.list_id == visit_list.id)
    rows = list(db.session.scalars(query.order_by(VisitListVersion.version)))
    return jsonify(items=VersionOut(many=True).dump(rows), next_cursor=None, total=len(rows))


@bp.get("/visit-lists/<uuid:list_id>/compare")
@allow(*READERS)
@asks(CompareQuery)
@answers(ComparedOut)
def compare_versions(list_id: UUID, query: Body) -> ResponseReturnValue:
    """Set two versions of a list side by side: lines added, removed and changed."""
    visit_list = visible_list(list_id)
    before, after = (version_content(visit_list.id, query[name]) for name in ("before", "after"))
    return jsonify(query | rules.compare_lists(before, after))


def version_content(list_id: UUID, version: int) -> dict[str, Any]:
    """Return a list as it was kept. Raises Missing."""
    query = select(VisitListVersion).where(VisitListVersion.list_id == list_id, VisitListVersion.version == version)
    kept = db.session.scalar(query)
    if kept is None:
        raise Missing(f"no version {version} of VisitList {list_id} was kept")
    return kept.content
