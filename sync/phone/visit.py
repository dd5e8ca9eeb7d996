"""What the phone app records at a door, step by step; each step is one signed record.

A visit survives the death of the phone: resume() goes on from the store.

Source: docs/records.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sync import envelope
from sync.envelope import FileRef, Record, RecordType, write_time
from sync.phone.outbox import Outbox

Fields = Mapping[str, Any]


class NoSuchVisit(LookupError):
    """The store has no arrival of this visit."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A measured position: degrees × 10⁶ in its datum, accuracy in metres, when and by what it was measured."""

    lon_e6: int
    lat_e6: int
    accuracy_m: int
    fixed_at: datetime
    datum: str = "WGS-84"
    provider: str = "gnss"

    def fields(self) -> dict[str, Any]:
        """Return the fix as records write it."""
        return {
            "lon_e6": self.lon_e6, "lat_e6": self.lat_e6, "datum": self.datum, "accuracy_m": self.accuracy_m,
            "fixed_at": write_time(self.fixed_at), "provider": self.provider,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as the camera gave it, what it shows, and where it was taken."""

    content: bytes
    shows: str
    taken_at: datetime
    fix: Fix | None = None
    mime: str = "image/jpeg"
    paper_serial: str = ""  # of the signed original it shows


@dataclass(frozen=True, slots=True)
class DoorVisit:
    """A visit under way. Made by arrive() or resume()."""

    outbox: Outbox
    visit_id: str
    stop_id: str
    case_id: str

    def write(self, record_type: RecordType, fields: Fields, *, files: Sequence[tuple[FileRef, bytes]] = ()) -> Record:
        """Record any step of this visit with the fields of its type."""
        about = {"visit_id": self.visit_id, "stop_id": self.stop_id, "case_id": self.case_id}
        return self.outbox.write(record_type, about | dict(fields), files=files)

    def met(self, fields: Fields) -> Record:
        """Record who was met (会见人)."""
        return self.write(RecordType.MET, {"relation": "", "is_adult": None, "entry_consent_by": ""} | dict(fields))

    def disclose(
        self, told: Mapping[str, bool], *, credentials_shown: bool, recording_started_at: datetime | None
    ) -> Record:
        """Record what was said at the door (已告知事项)."""
        at = None if recording_started_at is None else write_time(recording_started_at)
        return self.write(
            RecordType.DISCLOSURE,
            {
                "told": dict(told),
                "credentials_shown": credentials_shown,
                "language": "zh-CN",
                "recording_started_at": at,
            },
        )

    def outcome(
        self, code: int, *, note: str = "", next_step: str = "", delivered: Sequence[Fields] = (), form: Fields | None
    ) -> Record:
        """Record the outcome code 1–14 (外访结果), the papers handed over and the answers of the form."""
        return self.write(
            RecordType.OUTCOME,
            {"code": code, "note": note, "next_step": next_step, "delivered": list(delivered), "form": form},
        )

    def promise(self, fields: Fields, *, instalments: Sequence[tuple[str, int]]) -> Record:
        """Record a promise (还款承诺) with instalments as (due date, fen)."""
        plan = [{"no": n, "due_on": on, "amount_fen": fen} for n, (on, fen) in enumerate(instalments, start=1)]
        return self.write(
            RecordType.PROMISE, {"promise_id": self.outbox.senses.new_id(), "instalments": plan} | dict(fields)
        )

    def sign_paper(self, fields: Fields, *, strokes: Sequence[Fields]) -> Record:
        """Record a signature (or refusal) on a paper named by the hash of the bytes shown (签署文件)."""
        return self.write(
            RecordType.SIGNED_PAPER, {"reason": "", "objection": "none", "strokes": list(strokes)} | dict(fields)
        )

    def photograph(self, photos: Sequence[Photo]) -> Record:
        """Record the list of photos (照片清单) and keep their bytes to be uploaded."""
        bound = [self.outbox.file(photo.content, mime=photo.mime) for photo in photos]
        told = [
            {
                "id": ref.id, "shows": photo.shows, "taken_at": write_time(photo.taken_at),
                "fix": photo.fix.fields() if photo.fix else None,
                "original_sha256": ref.sha256, "original_bytes": ref.bytes,
            }
            | ({"paper_serial": photo.paper_serial} if photo.paper_serial else {})
            for photo, (ref, _) in zip(photos, bound, strict=True)
        ]  # fmt: skip
        return self.write(RecordType.MANIFEST, {"files": told}, files=bound)

    def leave(self, fix: Fix | None, *, no_fix_reason: str = "") -> Record:
        """Record the departure (离开), naming every record of this visit, so that a missing one shows."""
        records = self.outbox.store.records_of(self.visit_id)
        return self.write(
            RecordType.CHECK_OUT,
            {
                "fix": fix.fields() if fix else None,
                "no_fix_reason": no_fix_reason,
                "records": [{"id": r.id, "hash": r.hash} for r in records],
            },
        )


def arrive(
    outbox: Outbox,
    *,
    stop_id: str,
    case_id: str,
    agents: Sequence[str],
    fix: Fix | None,
    plan_version: int,
    no_fix_reason: str = "",
    address_as_planned: bool = True,
) -> DoorVisit:
    """Record the arrival at a stop (到场) by the agents named; return the visit it begins."""
    visit = DoorVisit(outbox, outbox.senses.new_id(), stop_id, case_id)
    visit.write(
        RecordType.CHECK_IN,
        {
            "agents": list(agents), "fix": fix.fields() if fix else None, "no_fix_reason": no_fix_reason,
            "address_as_planned": address_as_planned, "place_note": "", "plan_version": plan_version,
        },
    )  # fmt: skip
    return visit


def resume(outbox: Outbox, visit_id: str) -> DoorVisit:
    """Return a visit begun before the phone was killed. Raises NoSuchVisit."""
    records = outbox.store.records_of(visit_id)
    if not records:
        raise NoSuchVisit(visit_id)
    body = envelope.read(records[0].env).body
    return DoorVisit(outbox, visit_id, str(body["stop_id"]), str(body["case_id"]))


def on_plan(outbox: Outbox, event: str, *, stop_id: str = "", reason: str = "", plan_version: int) -> Record:
    """Record progress on the plan (行程事件): received, started, en_route, skipped, blocked, finished."""
    body = {"stop_id": stop_id, "event": event, "reason": reason, "plan_version": plan_version, "fix": None}
    return outbox.write(RecordType.PLAN_EVENT, body)


def contact(outbox: Outbox, result: str, *, stop_id: str, case_id: str) -> Record:
    """Record a call to the debtor (联系尝试): reached, no_answer or wrong_number. Never the number."""
    body = {"stop_id": stop_id, "case_id": case_id, "with": "debtor", "channel": "agent_app", "result": result}
    return outbox.write(RecordType.CONTACT_ATTEMPT, body)


def correct(visit: DoorVisit, record: Record, *, reason: str, body: Fields) -> Record:
    """Record a correction slip (更正单): the whole body as it should have been; both stay visible."""
    fields = {"supersedes": record.id, "supersedes_hash": record.hash, "corrects": record.type, "reason": reason}
    return visit.write(RecordType.CORRECTION, fields | {"body": dict(body)})
