"""What joins everything and is nobody's slice: jobs, audit log, health, the OpenAPI document and its readable page."""

from uuid import UUID

from flask import Blueprint, Response, current_app, jsonify, render_template
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields
from sqlalchemy import select

from server import audit
from server.accounts.auth import allow, current_person, public
from server.accounts.roles import EVERYONE, Role
from server.accounts.scope import scoped
from server.audit import AuditEvent
from server.body import Body, PageQuery, answers, asks, page
from server.console import health, openapi
from server.db import db, fetch
from server.errors import Conflict, Missing
from server.jobs import Job, JobState

bp = Blueprint("system", __name__)
NEWEST_CHECKED = 1000


class JobEnded(Conflict):
    """The job has already ended."""


class JobOut(Schema):
    """A piece of long work."""

    id = fields.UUID()
    kind = fields.String()
    state = fields.String()
    progress = fields.Float()
    message = fields.String()
    result_url = fields.String(allow_none=True)
    error = fields.Dict(allow_none=True)


class AuditQuery(PageQuery):
    """Filters of the audit log."""

    action = fields.String(load_default=None)
    subject = fields.String(load_default=None)
    whole = fields.Boolean(load_default=False, metadata={"description": "check the whole chain, not its newest rows"})


class AuditOut(Schema):
    """One recorded action."""

    id = fields.UUID()
    seq = fields.Integer()
    at = fields.DateTime()
    actor_id = fields.UUID(allow_none=True)
    action = fields.String()
    subject = fields.String()
    facts = fields.Dict()
    prev = fields.String()
    hash = fields.String()


def own_job(job_id: UUID, *, also: set[Role], lock: bool = False) -> Job:
    """Return a job of the caller, or anybody's to the roles in `also` that see every creditor. Raises Missing."""
    job, person = fetch(Job, job_id, lock=lock), current_person()
    sees_all = person.creditor_ids is None and person.roles & also
    if job.owner_id != person.id and not sees_all:
        raise Missing(f"no Job {job_id}")
    return job


@bp.get("/v1/jobs/<uuid:job_id>")
@allow(*EVERYONE)
@answers(JobOut)
def show_job(job_id: UUID) -> ResponseReturnValue:
    """Show how far a job is."""
    return jsonify(JobOut().dump(own_job(job_id, also={Role.ADMIN, Role.AUDITOR})))


@bp.post("/v1/jobs/<uuid:job_id>/cancel")
@allow(*EVERYONE)
@answers(JobOut)
def cancel_job(job_id: UUID) -> ResponseReturnValue:
    """Ask a job to stop; planning keeps the best plan found so far."""
    job = own_job(job_id, also={Role.ADMIN}, lock=True)
    if job.state not in {JobState.QUEUED, JobState.RUNNING}:
        raise JobEnded(f"it is {job.state}", state=job.state)
    job.cancel_asked = True
    if job.state == JobState.QUEUED:
        job.state = JobState.CANCELLED
    audit.note("job.cancelled", f"job:{job.id}", actor_id=current_person().id)
    db.session.commit()
    return jsonify(JobOut().dump(job))


@bp.get("/v1/audit")
@allow(Role.AUDITOR, Role.COMPLIANCE, Role.ADMIN)
@asks(AuditQuery)
@answers(AuditOut, many=True)
def list_audit(query: Body) -> ResponseReturnValue:
    """List who did what, newest first, with the state of the hash chain; some creditors' people see theirs only."""
    rows = scoped(select(AuditEvent), AuditEvent.creditor_id)
    if query["action"]:
        rows = rows.where(AuditEvent.action == query["action"])
    if query["subject"]:
        rows = rows.where(AuditEvent.subject == query["subject"])
    answer = page(rows, AuditEvent, AuditOut(), limit=query["limit"], cursor=query["cursor"])
    newest = None if query["whole"] else NEWEST_CHECKED
    broken = audit.verify(db.session(), newest=newest)
    chain = {"intact": broken is None, "broken": broken, "rows": audit.count(db.session()), "checked_newest": newest}
    return jsonify(answer.get_json() | {"chain": chain})


@bp.get("/healthz")
@public("liveness probe")
@answers(None)
def healthz() -> ResponseReturnValue:
    """Answer that the process is up."""
    return jsonify(status="ok")


@bp.get("/readyz")
@public("readiness probe")
@answers(None)
def readyz() -> ResponseReturnValue:
    """Answer 200 when database, media and queue work and the migrations are at head, else 503 with what is wrong.

    With the file store of several hosts down it is 200 and `degraded`: records still go in.
    """
    checks = health.checks()
    status = health.status(checks)
    return jsonify(status=status, checks=checks), 503 if status == health.NOT_READY else 200


@bp.get("/v1/openapi.json")
@public("the contract is public")
@answers(None)
def openapi_document() -> ResponseReturnValue:
    """Answer the OpenAPI 3.1 document of this API."""
    return jsonify(openapi.build(current_app))


@bp.get("/v1/docs")
@public("the contract is public")
@answers(None, content_type="text/html")
def docs() -> ResponseReturnValue:
    """Show the API as a readable page."""
    page_text = render_template("docs.html", spec=openapi.build(current_app))
    return Response(page_text, content_type="text/html; charset=utf-8")
