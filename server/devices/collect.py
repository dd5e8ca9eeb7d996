"""A visit filed with ODK Collect, told as the records a phone of ours would have told, but without a signature.

Collect has no device key. Its records carry `alg` none and the flag `unsigned` for good; each submission is a chain of
its own, so that what came later can never be slipped in between. They enter no dossier.

Source: docs.getodk.org/openrosa-form-submission; docs/records.md.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select

from field_forms import submission
from field_forms.definitions import Form
from field_forms.submission import Submission as Told
from server import config, media, vault
from server.db import db
from server.devices import leaves
from server.devices.models import Submission
from server.errors import Conflict, Invalid
from server.schemes import forms
from server.schemes.models import SchemeStop
from server.visits import intake
from server.visits.models import Record, VisitFile
from sync import chain, envelope
from sync.canonical import sha256_hex
from sync.envelope import FileRef, Stamp

UNSIGNED = "unsigned"
NO_ALG = "none"
SHOWS = {"photo_door": "door", "photo_paper": "delivered_paper", "photo_surroundings": "surroundings"}
Kept = dict[str, str | int]


class OddSubmission(Invalid):
    """The submission is no filled-in form that is known here."""


class SubmissionAltered(Conflict):
    """A submission with this instanceID came before with other content."""


def read(xml: bytes) -> tuple[Told, Form]:
    """Return a submission and the form it was filled in, however old. Raises OddSubmission."""
    try:
        told = submission.read(xml)
    except submission.NotASubmission as fault:
        raise OddSubmission(str(fault)) from fault
    form = forms.find(told.form_id, told.version)
    if form is None:
        raise OddSubmission(f"no form {told.form_id}@{told.version} was ever published here")
    return told, form


def keep(told: Told, xml: bytes, *, person_id: UUID, at: datetime) -> Submission:
    """Keep a submission, or return the one that came before. Raises SubmissionAltered."""
    found = db.session.scalar(select(Submission).where(Submission.instance_id == told.instance_id).with_for_update())
    digest = sha256_hex(xml)
    if found is not None:
        if (found.xml_sha256, found.person_id) != (digest, person_id):
            raise SubmissionAltered("the first one stands; send a correction as a new submission")
        return found
    row_id = uuid5(told.uuid, "submission")
    sealed = config.current().vault.seal(xml.decode("utf-8", "replace"), at=vault.place("submission", "xml", row_id))
    row = Submission(
        id=row_id, instance_id=told.instance_id, person_id=person_id, xml_sealed=sealed, xml_sha256=digest,
        attachments={}, received_at=at,
    )  # fmt: skip
    db.session.add(row)
    return row


def put(content: bytes, *, mime: str) -> Kept:
    """Keep the bytes of a file before the transaction that names it. Raises StorageFails."""
    return {"sha256": media.store().put(content), "size": len(content), "mime": mime}


def attach(row: Submission, name: str, kept: Kept) -> None:
    """Name one file of a submission."""
    row.attachments = {**row.attachments, name: kept}


def complete(row: Submission, told: Told, form: Form, *, at: datetime) -> bool:
    """Turn a submission into a visit once every file it names is here; return whether it is one now."""
    if row.completed_at is not None:
        return True
    if set(submission.file_names(told, form)) - row.attachments.keys():
        return False
    rows = list(_records(row, told, form, at=at))
    for record, env in rows:
        db.session.add(record)
        db.session.flush()
        intake.store(record, envelope.read(env), at=at)
    leaves.add([record for record, _ in rows])
    intake.put_together(db.session())
    for file in db.session.scalars(select(VisitFile).where(VisitFile.visit_id == told.uuid)).all():
        intake.file_arrived(file.id, sha256=file.sha256, size=file.size, at=at)
    intake.put_together(db.session())
    row.completed_at, row.xml_sealed = at, ""  # the answers are in the outcome's record now, and deleted with it
    return True


def _records(row: Submission, told: Told, form: Form, *, at: datetime) -> Iterator[tuple[Record, str]]:
    """Yield the rows and envelopes of a submission, in the order of a visit."""
    device, began, ended = (
        str(uuid5(told.uuid, "collect")),
        _moment(told, "collect_start"),
        _moment(told, "collect_end"),
    )
    link = (1, chain.genesis(device))
    named: list[dict[str, str]] = []
    for kind, said, manifest in _bodies(row, told, form, ended=ended or at):
        body = said | {"records": list(named)} if kind == "check_out" else said
        moment = (began or at) if kind == "check_in" else (ended or at)
        record_id = str(uuid5(told.uuid, kind))
        env = envelope.build(
            body, record_type=kind, record_id=record_id, link_to=link, device=device,
            stamp=Stamp("collect", link[0], moment, "+08:00"), manifest=manifest,
        )  # fmt: skip
        digest = sha256_hex(env.encode())
        yield _row(row, kind, body, env, digest=digest, link=link, moment=moment, at=at), env
        named.append({"id": record_id, "hash": digest})
        link = (link[0] + 1, digest)


def _row(
    row: Submission, kind: str, body: Mapping[str, Any], env: str, *, digest: str, link: tuple[int, str],
    moment: datetime, at: datetime,
) -> Record:  # fmt: skip
    told = envelope.read(env)
    record_id = UUID(told.id)
    return Record(
        id=record_id, device_id=UUID(told.device), person_id=row.person_id, visit_id=None, subject=body["visit_id"],
        type=kind, seq=link[0], prev=link[1], hash=digest, sig="", alg=NO_ALG,
        env_sealed=config.current().vault.seal(env, at=vault.place("record", "env", record_id)), device_time=moment,
        received_at=at, flags=[UNSIGNED], taken_in_at=at,
    )  # fmt: skip


def _bodies(
    row: Submission, told: Told, form: Form, *, ended: datetime
) -> Iterator[tuple[str, dict[str, Any], list[FileRef]]]:
    """Yield type, body and bound files of each record that the answers amount to. Source: docs/records.md."""
    given = submission.answers(told, form)
    stop = _stop(told)
    ids = {
        "visit_id": str(told.uuid),
        "stop_id": str(stop.id) if stop else "",
        "case_id": str(stop.case_id) if stop else "",
    }
    fix = submission.fix(told.text("collect_fix"))
    fix = fix | {"fixed_at": envelope.write_time(ended), "provider": "gnss"} if fix else None
    here = ids | {"fix": fix, "no_fix_reason": "" if fix else "unavailable"}
    yield "check_in", here | _arrival(told, given, stop, row.person_id), []
    yield "met", ids | _met(given), []
    if "told" in given:
        yield "disclosure", ids | _disclosure(given), []
    yield "outcome", ids | _outcome(told, given, form), []
    if given.get("instalments"):
        yield "promise", ids | _promise(told, given), []
    if row.attachments:
        yield "manifest", ids | {"files": list(_files(row, told, given, ended))}, list(_bound(row, told))
    yield "check_out", here, []


def _stop(told: Told) -> SchemeStop | None:
    try:
        return db.session.get(SchemeStop, UUID(told.text("collect_stop")))
    except ValueError:
        return None


def _moment(told: Told, name: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(told.text(name))
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _arrival(told: Told, given: Mapping[str, Any], stop: SchemeStop | None, person_id: UUID) -> dict[str, Any]:
    crew = stop.crew if stop else None
    others = {crew.lead_id, crew.second_id} - {person_id} if crew and told.text("collect_crew") == "OK" else set()
    return {
        "agents": [str(one) for one in (person_id, *others)],
        "address_as_planned": _yes(given.get("address_as_planned")),
        "place_note": str(given.get("place_note", "")),
        "plan_version": 0,
    }


def _met(given: Mapping[str, Any]) -> dict[str, Any]:
    names = ("relation", "id_checked", "id_last4", "place", "entry_consent_by")
    kept = {name: given[name] for name in names if isinstance(given.get(name), str)}
    name = str(given.get("met_name", ""))
    return {"who": str(given.get("met", "")), "name": name, "is_adult": _yes(given.get("is_adult"))} | kept


def _disclosure(given: Mapping[str, Any]) -> dict[str, Any]:
    names = ("identity", "recording", "no_cash", "data_notice", "objection_channel")
    return {
        "told": {name: name in given["told"] for name in names},
        "credentials_shown": given.get("credentials_shown") is True,
        "language": "zh-CN",
        "recording_started_at": None,
    }


def _outcome(told: Told, given: Mapping[str, Any], form: Form) -> dict[str, Any]:
    code = str(given.get("outcome", ""))
    sealed = given.get("is_sealed") is True
    return {
        "code": int(code) if code.isdecimal() else 0,
        "note": str(given.get("outcome_note", "")),
        "next_step": str(given.get("next_step", "")),
        "delivered": [{"kind": one, "serial": "", "copies": 1, "sealed": sealed} for one in given.get("delivered", ())],
        "form": {"id": form.id, "version": form.version, "digest": form.digest, "answers": dict(given)},
        "client": {"name": "odk_collect", "instance_id": told.instance_id},
    }


def _promise(told: Told, given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "promise_id": str(uuid5(told.uuid, "promise_id")),
        "promisor": {"name": str(given.get("met_name", "")), "role": str(given.get("met", ""))},
        "confirmed_fen": given.get("confirmed_fen"),
        "confirmed_as_of_on": given.get("confirmed_as_of_on"),
        "instalments": [{"no": number, **row} for number, row in enumerate(given["instalments"], start=1)],
        "method": "bank_transfer",
        "account_ref": "",
        "is_voluntary": given.get("is_voluntary") is True,
        "consequences_told": given.get("consequences_told") is True,
    }


def _files(row: Submission, told: Told, given: Mapping[str, Any], taken_at: datetime) -> Iterator[dict[str, Any]]:
    shows = {given.get(question): word for question, word in SHOWS.items()}
    for name, known in row.attachments.items():
        file_id = submission.file_id(told, name)
        yield {
            "id": file_id, "shows": shows.get(file_id, "other"), "taken_at": envelope.write_time(taken_at), "fix": None,
            "original_sha256": known["sha256"], "original_bytes": known["size"],
        }  # fmt: skip


def _bound(row: Submission, told: Told) -> Iterator[FileRef]:
    for name, known in row.attachments.items():
        yield FileRef(submission.file_id(told, name), known["sha256"], known["size"], known["mime"])


def _yes(answer: object) -> bool | None:
    return {"yes": True, "no": False}.get(str(answer))
