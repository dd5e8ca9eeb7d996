"""What phones call: push, pull, head. Every success carries the mark that tells our server from a captive portal."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from msgspec import json

from server import audit, clock, feed
from server.body import Body, answers, asks, described, raw_bytes
from server.db import begin_write, db
from server.devices import acks, compression, contact, contract, enrol, pull, push, rules, settings
from server.devices.enrol import Reader, current_device, current_reader, lock_device, lock_sender, phone
from server.devices.models import Device
from server.devices.push import Taken
from server.devices.rules import PullQuery
from server.devices.schemas import DigestIn, DigestOut, HeadOut, PullAllOut, PullIn, PullOut
from server.devices.sender import Sender
from sync import feed as sync_feed
from sync import packed, schema
from sync.canonical import content_hash
from sync.envelope import write_time
from sync.phone.client import ACKS_SEQ
from sync.phone.transport import MARK

bp = Blueprint("sync", __name__, url_prefix="/v1/sync")
SUCCESS_BELOW = 400
MAX_DIGITS = 9


@bp.after_request
def mark(answer: Response) -> Response:
    """Mark a success as ours, and pack it."""
    if answer.status_code < SUCCESS_BELOW:
        answer.headers[MARK] = "1"
    return compression.pack(answer, request)


@bp.post("/<coll>/push")
@phone(may_be_revoked=True)
@answers(None)
@described(contract.PUSH)
def take_push(coll: str) -> ResponseReturnValue:
    """Take rows `[{newDocumentState, assumedMasterState?}]`; answers with the conflicts, and acks when preferred.

    A row's content is never refused: what cannot be taken is set aside and its acknowledgement says so.
    """
    if coll not in (*sync_feed.PUSHED, *sync_feed.PULLED):
        raise rules.NoSuchCollection(coll[:40])
    raw, is_packed = raw_bytes(most=rules.MAX_PUSH_BYTES), coll == "records" and request.mimetype == packed.CONTENT_TYPE
    rows = push.read_packed(raw) if is_packed else push.read_rows(raw)
    device, now = lock_sender(), clock.now()
    taken = _take(device, coll, rows)
    fresh = acks.tell(device, taken.fates, ack_id=taken.ack_id, at=now)
    wants_acks = "return=acks" in request.headers.get("Prefer", "").replace(" ", "")
    before = acks.told_before(taken.fates) if wants_acks else []
    db.session.commit()
    if wants_acks:
        told = [*before, *([fresh] if fresh else [])]
        answer = jsonify(conflicts=taken.conflicts, acks=_packed_acks(told, rows) if is_packed else told)
        answer.headers["Preference-Applied"] = "return=acks"
        _move_past_acks(answer, device, {one["id"] for one in told})
        return answer
    return jsonify(taken.conflicts)


@bp.get("/<coll>/pull")
@phone(may_be_revoked=False)
@asks(PullIn)
@answers(PullOut)
@described(contract.PULL)
def give_pull(coll: str, query: Body) -> ResponseReturnValue:
    """Answer `{documents, checkpoint}`: exactly `limit` documents while more wait. 410 when the epoch changed."""
    asked = rules.check_pull(coll, **query)
    reader = _stands_in_epoch(asked)
    return _told(pull.page(reader, coll, asked, epoch=reader.epoch))


@bp.get("/pull")
@phone(may_be_revoked=False)
@asks(PullIn)
@answers(PullAllOut)
def give_pull_of_all(query: Body) -> ResponseReturnValue:
    """Answer `{changes: [{coll, document}], checkpoint}` over every collection: a first sync in few calls."""
    asked = rules.check_pull(None, **query)
    reader = _stands_in_epoch(asked)
    return _told(pull.page_of_all(reader, asked, epoch=reader.epoch))


@bp.get("/<coll>/digest")
@phone(may_be_revoked=False)
@asks(DigestIn)
@answers(DigestOut)
def give_digest(coll: str, query: Body) -> ResponseReturnValue:
    """Answer one hash of all a phone should hold of a collection, so that it can tell whether it does."""
    rules.check_pull(coll, seq=0, epoch="", limit=1, sv=query["sv"])
    reader = current_reader()
    return jsonify(pull.digest(reader, coll, sv=query["sv"], epoch=reader.epoch))


@bp.get("/head")
@phone(may_be_revoked=False)
@answers(HeadOut)
@described(contract.HEAD)
def give_head() -> ResponseReturnValue:
    """Answer where the server stands for this phone; 304 when nothing moved.

    Takes the phone's time and round trip, its unsent count, the plans it holds and the end of its acknowledged run
    from headers.
    """
    _note_contact(current_device())
    device = current_device()
    told = {
        "epoch": enrol.epoch(),
        "heads": feed.heads(db.session(), pull.subjects(device)),
        "device": {"ack_seq": device.head_seq, "ack_hash": device.head_hash, "resend_from": _resend_from(device)},
        "min_client": rules.MIN_CLIENT,
        "sv": list(schema.VERSIONS),
        "packed": list(packed.VERSIONS),
    }
    if request.headers.get("Doorstep-Epoch", told["epoch"]) not in ("", told["epoch"]):
        raise rules.EpochChanged("start again from zero", epoch=told["epoch"])
    tag = content_hash(told)
    answer = jsonify(told | {"server_time": write_time(clock.now())})
    answer.set_etag(tag)
    return answer.make_conditional(request)


def _stands_in_epoch(asked: PullQuery) -> Reader:
    """Return the phone when it may go on from where it stands. Raises EpochChanged."""
    reader = current_reader()
    if rules.needs_restart(asked, epoch=reader.epoch, newest=reader.newest):
        epoch = _restored(reader, asked.seq) if asked.epoch == reader.epoch else reader.epoch
        raise rules.EpochChanged("start again from zero", epoch=epoch)
    return reader


def _told(page: dict[str, Any]) -> Response:
    return Response(json.encode(page), mimetype="application/json")


def _take(device: Sender, coll: str, rows: object) -> Taken:
    checked = rules.rows_of(rows)
    match coll:
        case "records":
            return push.take_records(device, checked, at=clock.now())
        case "settings":
            return settings.take(device, checked, sv=_spoken(), at=clock.now())
        case _:
            return push.refuse_rows(device, coll, checked, at=clock.now())


def _packed_acks(told: Sequence[dict[str, Any]], rows: Sequence[object]) -> list[dict[str, Any]]:
    documents = [one for one in map(push.new_state, rows) if isinstance(one, dict)]
    names = [(one.get("hash"), one.get("id")) for one in documents]
    return [packed.pack_ack(one, names) for one in told]


def _move_past_acks(answer: Response, device: Sender, given: set[str]) -> None:
    """Tell a phone that says where it stands in `acks` that it now stands behind those given, if no others wait."""
    seq = request.headers.get(ACKS_SEQ, "")
    if not given or not seq.isdecimal() or len(seq) > MAX_DIGITS:
        return
    later = feed.positions(db.session(), [feed.device(device.id)], "acks", after=int(seq), limit=len(given) + 1)
    if later and given >= {one.doc_id for one in later}:
        answer.headers[ACKS_SEQ] = str(later[-1].seq)


def _spoken() -> int:
    """Return the version of documents the phone pushes in; one that names none we cast from speaks the newest."""
    told = request.args.get("sv", "")
    return int(told) if told in {str(one) for one in schema.VERSIONS} else schema.NEWEST


def _restored(device: Reader, seq: int) -> str:
    """Begin a new epoch: a phone stands further than this database ever counted, so it is a restored one."""
    begin_write()
    epoch = feed.rotate_epoch(db.session())
    audit.note("sync.epoch_rotated", f"device:{device.id}", actor_id=None, seq=seq)
    db.session.commit()
    return epoch


def _resend_from(device: Device) -> int | None:
    """Return the first seq the phone must send again: as the office asked, or as it holds acks we know nothing of."""
    acked = request.headers.get("Doorstep-Acked", "")
    if device.resend_from is not None or not acked.isdecimal() or len(acked) > MAX_DIGITS:
        return device.resend_from
    held = push.held_later(device, until=int(acked))
    return rules.resend_from(acked_seq=int(acked), head_seq=device.head_seq, held_later=held)


def _note_contact(device: Device) -> None:
    """Keep when the phone was last heard of and what it told of itself, when that is news."""
    now = clock.now()
    told = contact.read(request.headers, at=now)
    if contact.is_news(device, told, at=now):
        contact.keep(lock_device(), told, at=now)
        db.session.commit()
