"""Field forms: what there is, adding a version from an XLSForm (with a dry run), and putting one in use from a day."""

from typing import Any

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields

from field_forms import sheets
from field_forms.definitions import Form, walk
from server import audit, clock
from server.accounts.auth import allow, current_person
from server.accounts.roles import OFFICE, Role
from server.body import Body, Strict, answers, asks, described, raw_bytes, takes
from server.db import db
from server.schemes import forms
from server.transparency import leaves
from sync.leaf import Kind

bp = Blueprint("forms", __name__, url_prefix="/v1/forms")
WORKBOOK = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class DryRunQuery(Strict):
    """Whether to look only."""

    dry_run = fields.Boolean(load_default=False)


class ActivationIn(Strict):
    """From which day on."""

    active_on = fields.Date(required=True)


class FormOut(Schema):
    """One version of a form."""

    id = fields.String()
    version = fields.String()
    digest = fields.String()
    title = fields.Dict()
    questions = fields.List(fields.String())
    is_in_use = fields.Boolean()
    active_on = fields.List(fields.Date())
    is_new = fields.Boolean()


def shown(form: Form, **more: Any) -> dict[str, Any]:
    """Return a form in short."""
    questions = [item.name for item in walk(form.items) if item.name and not item.items]
    known = {"id": form.id, "version": form.version, "digest": form.digest, "title": dict(form.title)}
    return known | {"questions": questions} | more


@bp.get("")
@allow(*OFFICE, Role.ADMIN)
@answers(FormOut, many=True)
def list_forms() -> ResponseReturnValue:
    """List every version there is; `is_in_use` says which one a day pack of today carries."""
    told = forms.activations()
    in_use = {form.id: forms.in_use(on=clock.today(), form_id=form.id).digest for form in forms.every() if form.id}
    items = [
        shown(
            form,
            is_in_use=form.digest == in_use[form.id],
            active_on=[one.active_on for one in told if (one.form_id, one.version) == (form.id, form.version)],
        )
        for form in forms.every()
    ]
    return jsonify({"items": FormOut(many=True).dump(items), "next_cursor": None})


@bp.post("")
@allow(Role.ADMIN)
@asks(DryRunQuery)
@answers(FormOut, status=201)
@described(WORKBOOK)
def add_form(query: Body) -> ResponseReturnValue:
    """Add a version from an XLSForm, the body: .xlsx or Markdown. With dry_run nothing is kept.

    A fault names the cell; the same version with the same content again changes nothing.
    """
    source = raw_bytes(most=sheets.MAX_BYTES)
    made = forms.compiled(source)
    is_new = forms.find(made.form.id, made.form.version) is None
    form = forms.add(source, made, by_id=current_person().id)
    if query["dry_run"]:
        db.session.rollback()
        return jsonify(FormOut().dump(shown(form, is_new=is_new)))
    if is_new:
        leaves.note(Kind.FORM, f"form:{form.id}@{form.version}", digest=form.digest, at=clock.now())
        audit.note("form.added", f"form:{form.id}@{form.version}", actor_id=current_person().id, digest=form.digest)
    db.session.commit()
    return jsonify(FormOut().dump(shown(form, is_new=is_new))), 201 if is_new else 200


@bp.post("/<form_id>/<version>/activation")
@allow(Role.ADMIN)
@takes(ActivationIn)
@answers(FormOut)
def activate(form_id: str, version: str, body: Body) -> ResponseReturnValue:
    """Put a version in use: day packs of that day and later carry it. Drafts keep the version they were begun with."""
    forms.activate(form_id, version, on=body["active_on"], by_id=current_person().id)
    audit.note(
        "form.activated", f"form:{form_id}@{version}", actor_id=current_person().id,
        active_on=body["active_on"].isoformat(),
    )  # fmt: skip
    form = forms.find(form_id, version)
    assert form is not None  # noqa: S101  # activate has found it
    answer = jsonify(FormOut().dump(shown(form, active_on=[body["active_on"]])))
    db.session.commit()
    return answer


@bp.get("/<form_id>/<version>.xml")
@allow(*OFFICE, Role.ADMIN)
@answers(None, content_type="text/xml")
def xform(form_id: str, version: str) -> ResponseReturnValue:
    """Return a version as an ODK XForm."""
    return Response(forms.xform_of(form_id, version), content_type="text/xml; charset=utf-8")
