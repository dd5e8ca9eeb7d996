"""Which field forms there are, shipped and added by the office, and which one is in use on a day."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from uuid import UUID

from sqlalchemy import select

from field_forms import definitions, lawful, sheets, xform, xlsform
from field_forms.definitions import Form
from field_forms.sheets import OddCell
from server import media
from server.db import db
from server.errors import Conflict, Invalid, Missing
from server.schemes.models import FieldForm, FormActivation

VISIT = "visit"


class OddForm(Invalid):
    """The form cannot be compiled."""


class UnlawfulForm(Invalid):
    """The form may not be used at the door."""


class FormPublished(Conflict):
    """This version of the form is published with other content."""


class NoSuchForm(Missing):
    """There is no such form."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A workbook compiled: the form, and its XForm as ODK Collect gets it."""

    form: Form
    xform: str


def compiled(source: bytes) -> Compiled:
    """Return what a workbook compiles into. Raises OddForm naming the cell, or UnlawfulForm."""
    try:
        found = sheets.read(source)
        form = xlsform.compile_form(found)
        odk = xform.build(found, form, first=xform.WHERE)
    except OddCell as fault:
        raise OddForm(str(fault), place=fault.place, problem=fault.problem) from fault
    if form.id == VISIT and (faults := lawful.faults(form)):
        raise UnlawfulForm("; ".join(faults[:3]), faults=list(faults))
    return Compiled(form, odk)


def add(source: bytes, made: Compiled, *, by_id: UUID) -> Form:
    """Keep a version for good; the same again changes nothing. Raises FormPublished."""
    form = made.form
    known = find(form.id, form.version)
    if known is not None:
        if known.digest != form.digest:
            raise FormPublished(
                f"{form.id}@{form.version} has digest {known.digest}, got {form.digest}; take a new version"
            )
        return known
    db.session.add(
        FieldForm(
            form_id=form.id, version=form.version, digest=form.digest, document=dict(form.document), xform=made.xform,
            source_sha256=media.store().put(source), added_by_id=by_id,
        )
    )  # fmt: skip
    db.session.flush()
    return form


def find(form_id: object, version: object) -> Form | None:
    """Return the form of this id and version, or None: a record may name a form that nobody knows."""
    shipped = definitions.find(form_id, version)
    if shipped is not None or not isinstance(form_id, str) or not isinstance(version, str):
        return shipped
    row = _row(form_id, version)
    return definitions.load(row.document) if row is not None else None


def _row(form_id: str, version: str) -> FieldForm | None:
    return db.session.scalar(select(FieldForm).where(FieldForm.form_id == form_id, FieldForm.version == version))


def every() -> list[Form]:
    """Return all forms there are, by id and version."""
    added = [definitions.load(row.document) for row in db.session.scalars(select(FieldForm))]
    return sorted([*definitions.shipped().values(), *added], key=lambda form: (form.id, form.version))


def activate(form_id: str, version: str, *, on: date, by_id: UUID) -> None:
    """Put a version in use from a day on. Raises NoSuchForm."""
    if find(form_id, version) is None:
        raise NoSuchForm(f"{form_id}@{version}")
    db.session.add(FormActivation(form_id=form_id, version=version, active_on=on, by_id=by_id))


def in_use(*, on: date, form_id: str = VISIT) -> Form:
    """Return the version in use on a day: the one put in use last, else the newest that came with this release."""
    version = db.session.scalar(
        select(FormActivation.version)
        .where(FormActivation.form_id == form_id, FormActivation.active_on <= on)
        .order_by(FormActivation.active_on.desc(), FormActivation.created_at.desc(), FormActivation.id.desc())
        .limit(1)
    )
    return find(form_id, version) or definitions.newest(form_id)


def activations() -> list[FormActivation]:
    """Return which versions were put in use when, the latest day first."""
    order = (FormActivation.active_on.desc(), FormActivation.created_at.desc(), FormActivation.id.desc())
    return list(db.session.scalars(select(FormActivation).order_by(*order)))


def xform_of(form_id: str, version: str) -> str:
    """Return the XForm of a version. Raises NoSuchForm, also for shipped versions older than the source."""
    row = _row(form_id, version)
    if row is not None:
        return row.xform
    newest = _shipped_source()
    if (newest.form.id, newest.form.version) != (form_id, version):
        raise NoSuchForm(f"{form_id}@{version}")
    return newest.xform


@cache
def _shipped_source() -> Compiled:
    return compiled((resources.files("field_forms") / "forms" / "visit.md").read_bytes())
