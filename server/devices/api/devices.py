"""Enrolling, listing and revoking phones."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from server import audit, clock, config, feed
from server.accounts import totp
from server.accounts.auth import allow, current_person, public
from server.accounts.roles import Role
from server.body import Body, PageQuery, answers, asks, page, takes
from server.db import begin_write, db, fetch
from server.devices import enrol, push, rules
from server.devices.models import Device, EnrolCode
from server.devices.rules import DeviceState
from server.devices.schemas import CodeIn, CodeOut, DeviceOut, EnrolIn, EnrolOut, ReplaceIn, ResendIn, RevokeIn
from server.devices.shown import PhoneOut
from sync.envelope import write_time
from sync.phone.transport import MARK

bp = Blueprint("devices", __name__, url_prefix="/v1/devices")
FLEET = (Role.SUPERVISOR, Role.ADMIN, Role.COMPLIANCE, Role.AUDITOR, Role.LEGAL)


@bp.post("/codes")
@allow(Role.SUPERVISOR, Role.ADMIN, keeps_answer=False)
@takes(CodeIn)
@answers(CodeOut, status=201)
def issue_code(body: Body) -> ResponseReturnValue:
    """Issue a one-time code, good for ten minutes, that enrols one phone of an agent."""
    letters, code = enrol.issue_code(for_id=body["person_id"], issuer=current_person(), at=clock.now())
    told = _code_shown(letters, code)
    db.session.commit()
    return jsonify(told), 201


@bp.post("")
@public("the one-time code is the credential")
@takes(EnrolIn)
@answers(EnrolOut, status=201)
def add_device(body: Body) -> ResponseReturnValue:
    """Enrol the phone that shows a code: answers with its id and token and the keys it will believe."""
    begin_write()
    now = clock.now()
    device, token = enrol.enrol(body, at=now)
    # Only the very first phone writes here: the counter's row must be locked last, after the audit's lock.
    epoch = enrol.epoch() or feed.begin_epoch(db.session())
    told = {
        "device_id": str(device.id), "device_token": token, "epoch": epoch,
        "ack_key": enrol.ack_key().public().jwk(), "log_vkey": enrol.log_vkey(), "server_time": write_time(now),
    }  # fmt: skip
    db.session.commit()
    return _private(jsonify(told)), 201


@bp.get("")
@allow(*FLEET)
@asks(PageQuery)
@answers(PhoneOut, many=True)
def list_devices(query: Body) -> ResponseReturnValue:
    """List the phones: whose, in what state, when last heard of, how much they still hold."""
    return page(select(Device), Device, PhoneOut(), **query)


@bp.get("/<uuid:device_id>")
@allow(*FLEET)
@answers(PhoneOut)
def show_device(device_id: UUID) -> ResponseReturnValue:
    """Show one phone, with the state of its chain."""
    return jsonify(PhoneOut().dump(fetch(Device, device_id)))


@bp.post("/<uuid:device_id>/revoke")
@allow(Role.SUPERVISOR, Role.ADMIN)
@takes(RevokeIn)
@answers(DeviceOut)
def revoke_device(device_id: UUID, body: Body) -> ResponseReturnValue:
    """Close a phone for good: it gets nothing more, but may still hand in what it holds."""
    device = fetch(Device, device_id, lock=True)
    state = DeviceState.LOST if body["is_lost"] else DeviceState.REVOKED
    enrol.close(device, state, by=current_person(), at=clock.now())
    told = DeviceOut().dump(device)
    db.session.commit()
    return jsonify(told)


@bp.post("/<uuid:device_id>/resend")
@allow(Role.SUPERVISOR, Role.ADMIN)
@takes(ResendIn)
@answers(DeviceOut)
def ask_to_resend(device_id: UUID, body: Body) -> ResponseReturnValue:
    """Ask a phone to send its records again from a place on; its next head tells it, its next push settles it."""
    device = fetch(Device, device_id, lock=True)
    last_seq = max(device.head_seq, push.furthest(device))
    device.resend_from = rules.check_resend(body["from_seq"], last_seq=last_seq)
    audit.note("device.resend_asked", f"device:{device.id}", actor_id=current_person().id, from_seq=device.resend_from)
    told = DeviceOut().dump(device)
    db.session.commit()
    return jsonify(told)


@bp.post("/<uuid:device_id>/replace")
@allow(Role.SUPERVISOR, Role.ADMIN, keeps_answer=False)
@takes(ReplaceIn)
@answers(CodeOut, status=201)
def replace_device(device_id: UUID, body: Body) -> ResponseReturnValue:
    """Close a lost or broken phone and issue the code that enrols another for the same person.

    The old chain stays open for what the old phone may still hand in, which is flagged late.
    """
    device, person, now = fetch(Device, device_id, lock=True), current_person(), clock.now()
    enrol.close(device, DeviceState.LOST if body["is_lost"] else DeviceState.REPLACED, by=person, at=now)
    letters, code = enrol.issue_code(for_id=device.person_id, issuer=person, at=now)
    told = _code_shown(letters, code)
    db.session.commit()
    return _private(jsonify(told)), 201


def _code_shown(letters: str, code: EnrolCode) -> dict[str, Any]:
    """Return a code with the address a phone opens; the code stands behind the #, which no server gets to see."""
    link = f"{config.current().public_url}/m/#/?code={letters}"
    told = {"code": letters, "person_id": code.person_id, "expires_at": code.expires_at}
    shown: dict[str, Any] = CodeOut().dump(told | {"link": link, "qr_svg": totp.qr_code(link)})
    return shown


def _private(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    answer.headers[MARK] = "1"
    return answer
