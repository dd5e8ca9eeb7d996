"""What the cases API shows: personal data masked, amounts in fen, points as they were given."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from marshmallow import Schema, fields

from server import clock
from server.accounts import rulebook
from server.accounts.auth import current_person
from server.cases import identity, sealing
from server.cases.models import Address, Case, ImportRun, Party
from server.compliance.allowlist import Shown, on_screen
from server.planning.precision import Precision
from server.vault import place


class CreditorOut(Schema):
    """A creditor (委托方)."""

    id = fields.UUID()
    name = fields.String()
    credit_code = fields.String()
    contact = fields.String()
    payee_account = fields.String()
    commission_no = fields.String()
    contract_ends_on = fields.Date(allow_none=True)
    version = fields.Integer()


class MappingOut(Schema):
    """A stored mapping template."""

    kind = fields.String()
    columns = fields.Dict()
    defaults = fields.Dict()
    yuan_per_unit = fields.Integer()
    version = fields.Integer()


def reported(member: str) -> fields.Function:
    """Return a field that stands in the report of a run."""
    return fields.Function(lambda run: run.report.get(member))


class ImportRowOut(Schema):
    """A file that was read, as the history lists it: counts, no cell of the file."""

    id = fields.UUID()
    creditor_id = fields.UUID()
    kind = fields.String()
    filename = fields.String()
    file_sha256 = fields.String()
    state = fields.String()
    received_on = fields.Date()
    created_at = fields.DateTime()
    committed_at = fields.DateTime(allow_none=True)
    rows = reported("rows")
    accepted = reported("accepted")
    flagged = reported("flagged")
    refused = reported("refused")
    changes = reported("changes")


class ImportOut(ImportRowOut):
    """A file that was read: its report, and what committing it did or would do."""

    totals = reported("totals")
    reckoning = reported("reckoning")
    has_totals_row = reported("has_totals_row")
    as_of = reported("as_of")
    as_of_source = reported("as_of_source")
    encoding = reported("encoding")
    headers = reported("headers")
    mapping = fields.Dict()
    faults = fields.Function(lambda run: [one for one in opened_faults(run) if one["severity"] != "note"])
    notes = fields.Function(lambda run: [one for one in opened_faults(run) if one["severity"] == "note"])


def opened_faults(run: ImportRun) -> list[dict[str, Any]]:
    """Return the faults of a run, opened. Raises SealBroken."""
    text = sealing.open_text(run.faults_sealed, at=place("import_run", "faults_sealed", run.id))
    faults: list[dict[str, Any]] = json.loads(text) if text else []
    return faults


def guarded(
    field: str, value: Callable[[Any], Any], *, least: Shown = Shown.MASKED, nothing: Any = ""
) -> fields.Function:
    """Return a field that the allow-list gives the caller's roles, or nothing where it does not."""
    return fields.Function(lambda row: value(row) if on_screen(current_person().roles, field) >= least else nothing)


def masked_number(party: Party) -> str:
    """Return an ID number with its last four characters readable."""
    return f"{'*' * 14}{party.id_last4}" if party.id_last4 else ""


class PartyOut(Schema):
    """A person or company, its numbers masked."""

    id = fields.UUID()
    kind = fields.String()
    name = guarded("name", lambda party: party.name, least=Shown.FULL)
    id_kind = fields.String()
    id_confirmed = fields.Boolean()
    id_masked = guarded("id_number", masked_number)
    phone_masked = guarded("phone", lambda party: identity.mask_phone(sealing.phone(party)))
    do_not_contact = fields.Boolean()


def point_json(address: Address) -> dict[str, Any] | None:
    """Return an address's point as it was given, None when it has none."""
    if address.lon is None or address.lat is None:
        return None
    return {"lon": address.lon, "lat": address.lat, "datum": address.datum, "precision": address.precision}


class AddressOut(Schema):
    """An address down to its district, with its raw point."""

    id = fields.UUID()
    kind = fields.String()
    text_masked = guarded("address", lambda address: identity.mask_address(sealing.address_text(address)))
    district = fields.String()
    adcode = fields.String()
    point = guarded("point", point_json, least=Shown.FULL, nothing=None)
    precision = fields.String()
    is_routable = fields.Function(lambda address: Precision(address.precision).is_routable)
    source = fields.String()
    confirmed_at = fields.DateTime(allow_none=True)
    access_note = guarded("access_note", lambda address: address.access_note, least=Shown.FULL)
    risk_level = fields.String()


class StopFlagOut(Schema):
    """A stop flag, up while lifted_at is null."""

    id = fields.UUID()
    kind = fields.String()
    reason = fields.String()
    raised_at = fields.DateTime()
    lifted_at = fields.DateTime(allow_none=True)


class CaseRowOut(Schema):
    """A case in a list; amounts in fen, personal data masked."""

    id = fields.UUID()
    creditor_id = fields.UUID()
    case_no = fields.String()
    product = fields.String()
    contract_tail = guarded("contract_no", lambda case: case.contract_tail)
    state = fields.String()
    flags = fields.List(fields.String())
    debtor = fields.Nested(PartyOut)
    as_of = fields.Date(allow_none=True)
    overdue_on = fields.Date(allow_none=True)
    days_past_due = fields.Function(lambda case: days_past_due(case, on=clock.today()))
    placed_on = fields.Date(allow_none=True)
    return_due_on = fields.Date(allow_none=True)
    placed_fen = fields.Integer()
    outstanding_fen = fields.Integer()
    last_visit_on = fields.Date(allow_none=True)
    version = fields.Integer()


class OtherPartyOut(Schema):
    """Somebody else in a case."""

    role = fields.String()
    guarantee_kind = fields.String()
    party = fields.Nested(PartyOut)


class CaseOut(CaseRowOut):
    """A case with everything but what stays masked."""

    principal_fen = fields.Integer()
    interest_fen = fields.Integer()
    penalty_interest_fen = fields.Integer()
    penalty_fen = fields.Integer()
    fees_fen = fields.Integer()
    contract_amount_fen = fields.Integer(allow_none=True)
    penalty_rate = fields.Integer(allow_none=True)
    last_instalment_due_on = fields.Date(allow_none=True)
    last_paid_on = fields.Date(allow_none=True)
    last_paid_fen = fields.Integer(allow_none=True)
    broken_promises = fields.Integer()
    contact_result = fields.String()
    remark = guarded("remark", sealing.remark, least=Shown.FULL)
    addresses = fields.List(fields.Nested(AddressOut))
    stop_flags = fields.List(fields.Nested(StopFlagOut))
    others = fields.List(fields.Nested(OtherPartyOut))


def days_past_due(case: Case, *, on: date) -> int | None:
    """Return days since the first day overdue, as the creditors count."""
    return None if case.overdue_on is None else max((on - case.overdue_on).days, 0)


class UnmaskedOut(Schema):
    """Personal data in full, only what was asked for."""

    id_number = fields.String()
    phone = fields.String()
    contract_no = fields.String()
    addresses = fields.List(fields.Dict())


class EntryOut(Schema):
    """One thing that happened to a case."""

    at = fields.DateTime()
    kind = fields.String()
    title = fields.String()
    title_en = fields.String()
    subject = fields.String()
    facts = fields.Dict()


class TimelineOut(Schema):
    """What happened to a case, oldest first."""

    case_id = fields.UUID()
    items = fields.List(fields.Nested(EntryOut))


class RulesSaid(fields.List[dict[str, Any]]):
    """What the rules said of a thing, each with its words, source and grade."""

    def __init__(self) -> None:
        """List what `rulebook.quoted` tells."""
        super().__init__(fields.Dict())

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return super()._serialize(rulebook.quoted(value or []), attr, obj, **kwargs)


class PaperOut(Schema):
    """An issued paper (单据); `flags` name what a person should look at before it is handed over."""

    id = fields.UUID()
    kind = fields.String()
    serial = fields.String()
    version = fields.Integer()
    template_version = fields.String()
    sha256 = fields.String()
    fingerprint = fields.String()
    flags = fields.List(fields.String())
    compliance = RulesSaid()
    state = fields.String()
    issued_at = fields.DateTime()
    pdf = fields.Function(lambda paper: f"/v1/cases/{paper.case_id}/papers/{paper.serial}.pdf")


class PapersOut(Schema):
    """The papers of a case."""

    items = fields.List(fields.Nested(PaperOut))
