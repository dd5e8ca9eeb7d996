"""What legal has to do until a day, as a list and as a calendar to subscribe to (日程)."""

from datetime import timedelta

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import update

from server import audit, clock, config
from server.accounts import auth
from server.accounts.auth import allow, current_person, public
from server.accounts.models import Token, TokenKind
from server.accounts.roles import Role
from server.body import Body, answers, asks
from server.db import db
from server.escalation import calendar, due
from server.escalation.filing_schemas import CalendarOut, DeadlinesQuery, DueOut, DuesOut

bp = Blueprint("deadlines", __name__, url_prefix="/v1")
READERS = (Role.SUPERVISOR, Role.MANAGER, Role.LEGAL, Role.COMPLIANCE, Role.AUDITOR)


@bp.get("/deadlines")
@allow(*READERS)
@asks(DeadlinesQuery)
@answers(DuesOut)
def list_deadlines(query: Body) -> ResponseReturnValue:
    """List what is due: periods of filings, limitation of cases with legal, reviews; the nearest first."""
    today = clock.today()
    until = None if query["days"] is None else today + timedelta(days=query["days"])
    found = due.everything(today=today, until=until)
    states = [one.state for one in found]
    told = {"items": DueOut(many=True).dump(found), "overdue": states.count("overdue"), "soon": states.count("soon")}
    return jsonify(told)


@bp.get("/deadlines.ics")
@allow(*READERS)
@answers(None, content_type=calendar.MIME)
def deadlines_ics() -> ResponseReturnValue:
    """Answer with the same as a calendar file."""
    return _calendar()


@bp.post("/deadlines/calendar")
@allow(Role.LEGAL, keeps_answer=False)
@answers(CalendarOut, status=201)
def open_calendar() -> ResponseReturnValue:
    """Make the address legal's calendar subscribes to; an earlier one is void from now on."""
    person, at = current_person(), clock.now()
    _close(at)
    secret = auth.issue(person.id, TokenKind.CALENDAR, at=at, family=clock.new_id())
    audit.note("calendar.opened", f"person:{person.id}", actor_id=person.id)
    told = {
        "url": f"{config.current().public_url}/v1/calendars/{secret}.ics", "expires_at": at + auth.CALENDAR_LIFE
    }  # fmt: skip
    db.session.commit()
    return jsonify(CalendarOut().dump(told)), 201


@bp.delete("/deadlines/calendar")
@allow(Role.LEGAL)
@answers(None, status=204)
def close_calendar() -> ResponseReturnValue:
    """Make the address of one's calendar void."""
    person = current_person()
    _close(clock.now())
    audit.note("calendar.closed", f"person:{person.id}", actor_id=person.id)
    db.session.commit()
    return "", 204


@bp.get("/calendars/<string:secret>.ics")
@public("a calendar cannot sign in; the address is a secret of legal's, and holds no names and no amounts")
@answers(None, content_type=calendar.MIME)
def subscribed(secret: str) -> ResponseReturnValue:
    """Answer a calendar that subscribes, as its owner sees the deadlines."""
    auth.call_by(auth.live_token(secret, TokenKind.CALENDAR, at=clock.now()), needs=Role.LEGAL)
    return _calendar()


def _close(at: object) -> None:
    """Revoke the caller's calendar tokens."""
    held = Token.person_id == current_person().id
    db.session.execute(update(Token).where(held, Token.kind == TokenKind.CALENDAR).values(revoked_at=at))


def _calendar() -> Response:
    found = due.everything(today=clock.today(), until=None)
    answer = Response(calendar.write(due.as_events(found), at=clock.now()), mimetype=calendar.MIME)
    answer.headers["Content-Disposition"] = 'inline; filename="deadlines.ics"'
    return answer
