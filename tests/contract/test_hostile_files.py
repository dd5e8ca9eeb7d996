"""Hostile files wherever one may be handed in: never a 5xx, one verdict on both engines (`hostile_verdicts.json`).

A phone's photo or recording is kept whatever it is, its visit is put together and the office can read on; a creditor's
table, a form and an ODK submission are read or refused with one problem document.
"""

import base64
import json
import uuid

from sqlalchemy import select
from urllib3 import encode_multipart_formdata

from server import clock, jobs
from server.db import db
from server.visits.darkroom import guard
from server.visits.models import Visit, VisitFile
from sync.phone.visit import Photo, arrive
from tests.cast import PASSWORD
from tests.contract.hostile_answers import ok
from tests.contract.hostile_pictures import JPEG, PHOTOS
from tests.contract.hostile_tables import CSV, TABLES, XLSX

AT_ONCE = 20


def verdict(answer):
    """Return how an upload was answered, in short."""
    status = ok(answer)
    return answer.json["type"].rpartition("/")[2] if status >= 400 else status


def packed(form):
    """Return a form's body: werkzeug's client would leave a large one open in a file of its own."""
    body, content_type = encode_multipart_formdata(form)
    return {"data": body, "content_type": content_type}


def send(caller, path, content, creditor_id):
    return caller.post(path, **packed({"file": ("a.xlsx", content), "creditor_id": str(creditor_id)}))


class TestPhone:
    def test_photos_are_kept_whatever_they_are(self, app, phone, as_zhou, in_app, verdicts):
        app.after_request_funcs[None] = [one for one in app.after_request_funcs[None] if "chores" not in one.__name__]
        contents, names = {"good": JPEG} | PHOTOS, {}
        for at in range(0, len(contents), AT_ONCE):
            outbox = phone.outbox
            visit = arrive(
                outbox, stop_id=str(uuid.uuid4()), case_id=str(uuid.uuid4()), agents=[outbox.device], fix=None,
                plan_version=1,
            )  # fmt: skip
            some = list(contents.items())[at : at + AT_ONCE]
            made = visit.photograph([Photo(content, "door", phone.senses.now()) for _, content in some])
            refs = json.loads(made.env)["manifest"]
            names |= {ref["id"]: name for ref, (name, _) in zip(refs, some, strict=True)}
            visit.leave(None)
        phone.client.sync()
        assert phone.client.sync().unsent == 0
        while jobs.run_chores(clock.now()):
            pass
        found, files = {}, db.session.scalars(select(VisitFile)).all()
        assert len(files) == len(names)
        for file in files:
            assert file.verified_at is not None
            assert file.looked_at is not None
            told = [flag for flag in file.flags if flag.startswith(("unreadable", "bytes_after"))]
            found[f"photo = {names[str(file.id)]}"] = "+".join(told) or "shown"
        visits = db.session.scalars(select(Visit)).all()
        assert all(visit.is_complete for visit in visits)
        ids = [(str(file.id), str(file.visit_id)) for file in files]
        db.session.rollback()
        for file_id, visit_id in ids:
            assert ok(as_zhou.get(f"/v1/visits/{visit_id}")) == 200
            for way in ("", "/thumbnail", "/original"):
                ok(as_zhou.get(f"/v1/visits/{visit_id}/files/{file_id}{way}"))
        assert found["photo = good"] == "shown"
        verdicts("photos", found)


def test_recordings_get_a_verdict(verdicts):
    seen = guard.look_at([("recording", content) for content in PHOTOS.values()])
    assert len(seen) == len(PHOTOS)
    verdicts("recordings", {f"recording = {name}": one.fault or "kept" for name, one in zip(PHOTOS, seen, strict=True)})


class TestDesk:
    def test_tables_are_read_or_refused(self, as_lin, creditors, in_app, verdicts):
        found = {}
        for path in ("/v1/imports", "/v1/payments/imports"):
            for name, content in ({"good": XLSX, "good csv": CSV} | TABLES | PHOTOS).items():
                found[f"{path} = {name}"] = verdict(send(as_lin, path, content, creditors["bank"]))
        assert found["/v1/imports = good"] == found["/v1/payments/imports = good csv"] == 201
        verdicts("tables", found)

    def test_forms_are_read_or_refused(self, sign_in, in_app, verdicts):
        admin, found = sign_in("an"), {}
        for name, content in (TABLES | PHOTOS).items():
            answer = admin.post("/v1/forms?dry_run=true", data=content, content_type="application/octet-stream")
            found[f"form = {name}"] = verdict(answer)
        verdicts("forms", found)

    def test_submissions_are_read_or_refused(self, app, in_app):
        """ODK's clients read no problem document."""
        basic = base64.b64encode(f"fang:{PASSWORD}".encode()).decode()
        statuses = set()
        for content in (TABLES | PHOTOS).values():
            form = {"xml_submission_file": ("a.xml", content), "a.jpg": ("a.jpg", content)}
            answer = app.test_client().post(
                "/openrosa/submission", **packed(form),
                headers={"Authorization": f"Basic {basic}", "X-OpenRosa-Version": "1.0"},
            )  # fmt: skip
            assert answer.status_code < 500, answer.text[:300]
            statuses.add(answer.status_code)
        assert statuses <= {400, 413, 422}


def test_the_corpus_holds_what_it_says():
    contents = [*PHOTOS.values(), *TABLES.values()]
    assert len(set(contents)) == len(contents) >= 300
