"""What is still planned is judged again when its rules change: a new pack in force, or another setting of a layer.

A scheme names the rules it was judged by (`pack_version`). When its visits are under others now, the rules are asked
again: a scheme that was signed off asks for sign-off again, and a visit on phones which is now forbidden is taken back.
"""

from datetime import date, datetime

from sqlalchemy import select

from server import audit, config
from server.accounts import rulebook
from server.accounts.models import Creditor
from server.compliance.evaluate import Finding
from server.compliance.rulepack import Action, Gate
from server.db import begin_write, db, fetch
from server.jobs import chore
from server.schemes import checks, daypack, drafting
from server.schemes.models import Scheme
from server.schemes.rules import SchemeState, StopState

PLANNED_STATES = (
    SchemeState.DRAFTING, SchemeState.SUBMITTED, SchemeState.REVIEWED, SchemeState.SIGNED_OFF, SchemeState.RETURNED,
    SchemeState.CHANGED,
)  # fmt: skip
SENT_STATES = (SchemeState.DISPATCHED, SchemeState.UNDER_WAY)


_seen: dict[str, str] = {}
"""Database → the settings this process last looked at its schemes under; a new pack comes with a new process."""


@chore
def rejudge_when_rules_change(now: datetime) -> int:
    """Look at the schemes once at the start and whenever a setting has changed; return how many were judged again."""
    overrides = db.session.execute(select(Creditor.id, Creditor.rule_overrides).order_by(Creditor.id)).all()
    settings = f"{rulebook.current()}{overrides}"
    database = config.current().database_url
    if _seen.get(database) == settings:
        return 0
    done = rejudge_planned(now)
    if not done:  # what was changed may yet fail to commit: only a look that finds nothing to do is the last one
        _seen[database] = settings
    return done


def rejudge_planned(now: datetime) -> int:
    """Judge every scheme again whose rules have changed since; return how many."""
    changed = [scheme.id for scheme in _still_planned(now.date()) if _present_rules(scheme) != scheme.pack_version]
    if not changed:
        return 0
    begin_write()
    return sum(_rejudge(fetch(Scheme, scheme_id, lock=True), now=now) for scheme_id in changed)


def _still_planned(today: date) -> list[Scheme]:
    query = select(Scheme).where(
        Scheme.plan_version.is_not(None),
        Scheme.expires_on >= today,
        Scheme.state.in_([state.value for state in (*PLANNED_STATES, *SENT_STATES)]),
    )
    return list(db.session.scalars(query.order_by(Scheme.id)))


def _present_rules(scheme: Scheme) -> str:
    return checks.packs_named(checks.packs_of(scheme))


def _rejudge(scheme: Scheme, *, now: datetime) -> int:
    before, rules_now = scheme.pack_version, _present_rules(scheme)
    if before == rules_now:
        return 0
    found = checks.check(scheme, gate=Gate.PLAN)
    scheme.compliance, scheme.pack_version = found.entries, rules_now
    state, taken_back = scheme.state, 0
    drafting.seal(scheme, at=now, actor_id=scheme.compiler_id, what="规则变更，系统复核")
    if state in {one.value for one in SENT_STATES}:
        scheme.state = state  # what is on the road goes on; only what is now forbidden stops
        taken_back = _take_back(scheme, found)
    elif state == SchemeState.REVIEWED:
        scheme.state = SchemeState.SUBMITTED.value
    audit.note(
        "scheme.rejudged", f"scheme:{scheme.id}", actor_id=None, was=before, now=rules_now, blocking=found.blocking,
        taken_back=taken_back,
    )  # fmt: skip
    return 1


def _take_back(scheme: Scheme, found: checks.Checks) -> int:
    """Take the visits off the phones that a blocking rule is broken for; return how many."""
    forbidden = {
        subject: entry
        for entry in found.entries
        if entry["action"] == Action.BLOCK and entry["finding"] != Finding.KEPT
        for subject in entry["subjects"]
    }
    going = [stop for stop in scheme.stops if stop.state == StopState.DISPATCHED and f"stop:{stop.id}" in forbidden]
    for stop in going:
        entry = forbidden[f"stop:{stop.id}"]
        daypack.keep_back(stop, entry)
    return len(going)
