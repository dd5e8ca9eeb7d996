"""Submitting, reviewing and signing off a scheme: each step by somebody else, each on what was seen."""

from datetime import datetime
from uuid import UUID

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from receipts import visit_scheme
from server import audit, clock
from server.accounts import passkeys
from server.accounts.auth import allow, current_person
from server.accounts.models import Person
from server.accounts.roles import OFFICE, Role
from server.body import Body, answers, etag, takes
from server.cases import papers
from server.compliance.rulepack import Gate
from server.db import db
from server.errors import Stale
from server.schemes import brief, checks, delegation, digest, drafting, handover, rules, sheet
from server.schemes.lending import held_by
from server.schemes.models import Scheme, SchemeDecision
from server.schemes.plan_store import routed_stops
from server.schemes.rules import Decision, SchemeState
from server.schemes.schemas import ReviewIn, SignOffIn
from server.schemes.scope import fetch_scheme
from server.schemes.shown import SchemeOut

bp = Blueprint("scheme_approval", __name__, url_prefix="/v1/schemes")


def answer_with(scheme: Scheme) -> Response:
    """Answer with a scheme and the tag of its version."""
    db.session.flush()
    answer = jsonify(SchemeOut().dump(scheme))
    answer.headers["ETag"] = etag(scheme.version)
    return answer


def decide(
    scheme: Scheme, *, step: str, body: Body, person: Person, at: datetime, delegation_id: UUID | None = None
) -> None:
    """Keep what somebody decided, with the content he saw and the delegation he signed under."""
    limits = body.get("limits")
    if limits:
        limits = limits | {"exclude_case_ids": [str(one) for one in limits["exclude_case_ids"]]}
    scheme.decisions.append(
        SchemeDecision(
            scheme_id=scheme.id,
            person=person,
            step=step,
            decision=body["decision"],
            version=scheme.version,
            digest=scheme.digest,
            content=digest.content(scheme),
            limits=limits,
            reason=body["reason"],
            decided_at=at,
            delegation_id=delegation_id,
        )
    )
    scheme.version += 1


@bp.post("/<uuid:scheme_id>/submit")
@allow(Role.SUPERVISOR)
@answers(SchemeOut)
def submit(scheme_id: UUID) -> ResponseReturnValue:
    """Send a planned scheme to review, the rule pack asked once more; answers with the scheme."""
    scheme, person = fetch_scheme(scheme_id, lock=True), current_person()
    found = checks.check(scheme, gate=Gate.PLAN)
    state = rules.submit(
        SchemeState(scheme.state),
        compiler_id=scheme.compiler_id,
        actor_id=person.id,
        is_planned=scheme.plan_version is not None,
        routed=len(routed_stops(scheme)),
        blocking=found.blocking,
    )
    handover.require_letters(scheme, routed_stops(scheme))
    if found.entries != scheme.compliance:
        scheme.compliance = found.entries
        scheme.pack_version = checks.packs_named(checks.packs_of(scheme))
        drafting.seal(scheme, at=clock.now(), actor_id=person.id, what="合规检查")
    scheme.state = state
    scheme.version += 1
    audit.note("scheme.submitted", f"scheme:{scheme.id}", actor_id=person.id, digest=scheme.digest)
    answer = answer_with(scheme)
    db.session.commit()
    return answer


@bp.post("/<uuid:scheme_id>/review")
@allow(Role.SUPERVISOR, Role.COMPLIANCE)
@takes(ReviewIn)
@answers(SchemeOut)
def review(scheme_id: UUID, body: Body) -> ResponseReturnValue:
    """Agree to a submitted scheme or send it back: another supervisor, or compliance when a rule is flagged."""
    scheme, person = fetch_scheme(scheme_id, lock=True), current_person()
    if body["digest"] is not None:
        rules.same_digest(body["digest"], present=scheme.digest, changes=drafting.changes_since(scheme, body["digest"]))
    scheme.state = rules.review(
        SchemeState(scheme.state),
        compiler_id=scheme.compiler_id,
        reviewer_id=person.id,
        decision=Decision(body["decision"]),
        reason=body["reason"],
        reviewer_roles=person.roles,
        flag_roles=checks.Checks(scheme.compliance).flag_roles,
    )
    decide(scheme, step="review", body=body, person=person, at=clock.now())
    audit.note(
        "scheme.reviewed", f"scheme:{scheme.id}", actor_id=person.id, decision=body["decision"], digest=scheme.digest
    )
    answer = answer_with(scheme)
    db.session.commit()
    return answer


@bp.post("/<uuid:scheme_id>/sign-off")
@allow(*sorted(delegation.HOLDERS))
@takes(SignOffIn)
@answers(SchemeOut)
def sign_off(scheme_id: UUID, body: Body) -> ResponseReturnValue:
    """Record the general manager's decision on exactly what he saw, or his delegate's; another digest is refused."""
    scheme, person, now = fetch_scheme(scheme_id, lock=True), current_person(), clock.now()
    power = delegation.require_power(
        person.roles, lent=held_by(person, today=clock.today()), today=clock.today(), cost_fen=scheme.cost_fen,
        is_agreeing=body["decision"] == Decision.APPROVE,
    )  # fmt: skip
    rules.same_digest(body["digest"], present=scheme.digest, changes=drafting.changes_since(scheme, body["digest"]))
    if body["version"] not in {None, scheme.version}:
        raise Stale(f"you saw version {body['version']}, it is now {scheme.version}", current=scheme.version)
    proved_with = passkeys.require_proof(person, at=now)
    state = rules.sign_off(
        SchemeState(scheme.state), hands=hands_of(scheme), signer_id=person.id, decision=Decision(body["decision"]),
        reason=body["reason"], is_planned=scheme.plan_version is not None, routed=len(routed_stops(scheme)),
        blocking=checks.check(scheme, gate=Gate.PLAN).blocking,
    )  # fmt: skip
    if state is SchemeState.SIGNED_OFF:
        handover.require_letters(scheme, routed_stops(scheme))
    decide(scheme, step="sign_off", body=body, person=person, at=now, delegation_id=power)
    scheme.state = state
    if state is SchemeState.SIGNED_OFF:
        scheme.signed_digest, scheme.signed_version = scheme.digest, scheme.decisions[-1].version
        scheme.limits = scheme.decisions[-1].limits
        file_sheet(scheme, at=now)
    audit.note(
        "scheme.signed_off" if state is SchemeState.SIGNED_OFF else "scheme.sign_off_refused",
        f"scheme:{scheme.id}",
        actor_id=person.id,
        digest=body["digest"],
        limits=bool(body["limits"]),
        delegation=str(power) if power else None,
        passkey=proved_with,
    )
    answer = answer_with(scheme)
    db.session.commit()
    return answer


@bp.get("/<uuid:scheme_id>/brief")
@allow(*OFFICE)
@answers(brief.BriefOut)
def show_brief(scheme_id: UUID) -> ResponseReturnValue:
    """Show a scheme on one page: who, where, when, cost, risk, and what is new since it was last decided on."""
    return jsonify(brief.BriefOut().dump(brief.brief(fetch_scheme(scheme_id))))


def hands_of(scheme: Scheme) -> set[UUID]:
    """Return who compiled, changed or reviewed the scheme."""
    people = {scheme.compiler_id, *(one.changed_by_id for one in scheme.versions)}
    return people | {one.person_id for one in scheme.decisions if one.step == "review"}


def file_sheet(scheme: Scheme, *, at: datetime) -> None:
    """Keep the signed approval sheet under the scheme's serial, so that a printed one can be verified."""
    db.session.flush()
    facts = sheet.facts(scheme)
    rendered = visit_scheme.render(facts)
    known = papers.find_paper(sheet.KIND, subject_id=scheme.id, version=1)
    if known is not None:
        papers.seal_paper(known, rendered, at=at)
        return
    papers.file_paper(
        rendered, facts=facts, kind=sheet.KIND, serial=scheme.serial, template_version=sheet.TEMPLATE_VERSION, at=at,
        subject_id=scheme.id,
    )  # fmt: skip
