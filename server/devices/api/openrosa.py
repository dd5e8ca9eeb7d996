"""OpenRosa, so that ODK Collect is a spare client: list of forms, form, manifest, submission.

Who calls is asked by HTTP Basic over TLS, for passwords are kept as argon2id and Digest would need them readable.

Source: docs.getodk.org/openrosa, -openrosa-form-list, -openrosa-form-submission, -openrosa-authentication.
"""

import csv
import hashlib
import io
from typing import Any
from xml.sax.saxutils import escape

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from field_forms.xform import STOPS_FILE
from server import audit, clock
from server.accounts.auth import allow_basic, current_person
from server.accounts.roles import Role
from server.body import answers
from server.db import db
from server.devices import collect
from server.errors import Malformed
from server.schemes import documents, forms

bp = Blueprint("openrosa", __name__, url_prefix="/openrosa")
XML = "text/xml; charset=utf-8"
XML_PART = "xml_submission_file"
MAX_FILE_BYTES = 20 * 1024 * 1024


@bp.after_request
def speak_openrosa(answer: Response) -> Response:
    """Say which version is spoken and how much may be sent, as every answer must."""
    answer.headers["X-OpenRosa-Version"] = "1.0"
    answer.headers["X-OpenRosa-Accept-Content-Length"] = str(current_app.config["MAX_CONTENT_LENGTH"])
    return answer


@bp.get("/formList")
@allow_basic(Role.AGENT)
@answers(None, content_type="text/xml")
def form_list() -> ResponseReturnValue:
    """List the form in use today."""
    form = forms.in_use(on=clock.today())
    md5 = _md5(forms.xform_of(form.id, form.version).encode())
    at = f"{request.host_url}openrosa/forms/{form.id}/{form.version}"
    return _xml(
        '<xforms xmlns="http://openrosa.org/xforms/xformsList"><xform>'
        f"<formID>{form.id}</formID><name>{escape(form.title['zh'])}</name><version>{form.version}</version>"
        f"<hash>md5:{md5}</hash><downloadUrl>{at}.xml</downloadUrl><manifestUrl>{at}/manifest</manifestUrl>"
        "</xform></xforms>"
    )


@bp.get("/forms/<form_id>/<version>.xml")
@allow_basic(Role.AGENT)
@answers(None, content_type="text/xml")
def form(form_id: str, version: str) -> ResponseReturnValue:
    """Return a version of a form as an XForm."""
    return _xml(forms.xform_of(form_id, version))


@bp.get("/forms/<form_id>/<version>/manifest")
@allow_basic(Role.AGENT)
@answers(None, content_type="text/xml")
def manifest(form_id: str, version: str) -> ResponseReturnValue:
    """Name the file that goes with a form: the stops of the caller."""
    at = f"{request.host_url}openrosa/forms/{form_id}/{version}/{STOPS_FILE}"
    return _xml(
        '<manifest xmlns="http://openrosa.org/xforms/xformsManifest"><mediaFile>'
        f"<filename>{STOPS_FILE}</filename><hash>md5:{_md5(_stops())}</hash><downloadUrl>{escape(at)}</downloadUrl>"
        "</mediaFile></manifest>"
    )


@bp.get(f"/forms/<form_id>/<version>/{STOPS_FILE}")
@allow_basic(Role.AGENT)
@answers(None, content_type="text/csv")
def stops(form_id: str, version: str) -> ResponseReturnValue:  # noqa: ARG001
    """Return today's stops of the caller, by number and case: no name, no amount."""
    return Response(_stops(), content_type="text/csv; charset=utf-8")


@bp.route("/submission", methods=["HEAD"])
@allow_basic(Role.AGENT)
@answers(None, status=204)
def greet() -> ResponseReturnValue:
    """Say where submissions go, before a client sends one."""
    return Response(status=204, headers={"Location": f"{request.host_url}openrosa/submission"})


@bp.post("/submission")
@allow_basic(Role.AGENT)
@answers(None, status=201, content_type="text/xml")
def submit() -> ResponseReturnValue:
    """Take a filled-in form or a part of one; it becomes a visit once every file it names is here.

    The same again changes nothing.
    """
    part = request.files.get(XML_PART)
    if part is None:
        raise Malformed(f"the part {XML_PART} is missing", errors=[{"pointer": f"/{XML_PART}", "detail": "必填"}])
    xml, person, at = part.read(), current_person(), clock.now()
    told, filled = collect.read(xml)
    kept = {
        file.filename[:200]: collect.put(_content(file), mime=file.mimetype[:60])
        for file in request.files.values()
        if file is not part and file.filename
    }
    row = collect.keep(told, xml, person_id=person.id, at=at)
    if row.completed_at is None:
        for name, one in kept.items():
            collect.attach(row, name, one)
        if collect.complete(row, told, filled, at=at):
            audit.note("visit.filed_unsigned", f"visit:{told.uuid}", actor_id=person.id, sha256=row.xml_sha256)
    is_whole = row.completed_at is not None
    db.session.commit()
    said = "已收到，未签名，待主管查看 · received, unsigned" if is_whole else "已收到一部分 · waiting for the files"
    return _xml(
        f'<OpenRosaResponse xmlns="http://openrosa.org/http/response"><message nature="submit_success">{said}</message>'
        f'<submissionMetadata xmlns="http://www.opendatakit.org/xforms" instanceID="{escape(told.instance_id)}" '
        f'isComplete="{str(is_whole).lower()}"/></OpenRosaResponse>',
        status=201 if is_whole else 202,
    )


def _content(file: FileStorage) -> bytes:
    content: bytes = file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise Malformed(f"a file of more than {MAX_FILE_BYTES} bytes", errors=[{"pointer": "/", "detail": "文件过大"}])
    return content


def _stops() -> bytes:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("name", "label"))
    today = clock.today()
    for stop in sorted(documents.stops_of_day(current_person().id, today), key=lambda one: (one.seq or 0, str(one.id))):
        rows.writerow((str(stop.id), f"{stop.seq} · {stop.case.case_no}"))
    return text.getvalue().encode()


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _xml(text: str, *, status: int = 200, **headers: Any) -> Response:
    said = text if text.startswith("<?xml") else f'<?xml version="1.0" encoding="UTF-8"?>{text}'
    return Response(said, status=status, content_type=XML, headers=headers)
