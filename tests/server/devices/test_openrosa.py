"""ODK Collect as a spare client, by the published protocol: list, form, manifest, submission in parts and again."""

import io
import uuid
from base64 import b64encode
from datetime import UTC, datetime

import pytest
from defusedxml.ElementTree import fromstring
from sqlalchemy import select

from field_forms.definitions import newest
from server import clock
from server.db import begin_write, db
from server.devices.models import Submission
from server.visits.models import Promise, Record, Visit
from tests.cast import PASSWORD
from tests.server.visits.make_visit import add_stop, picture

ON = {"X-OpenRosa-Version": "1.0"}
ANSWERS = """<arrival><address_as_planned>yes</address_as_planned><photo_door>door.jpg</photo_door></arrival>
<meeting><met>debtor</met><met_name>测试甲</met_name><id_checked>id_card_seen</id_checked><id_last4>071X</id_last4>
<place>at_door</place></meeting>
<telling><told>identity no_cash</told><credentials_shown>OK</credentials_shown><recorded>yes</recorded></telling>
<result><outcome>1</outcome><next_step>await_promise</next_step></result>
<promise><confirmed_fen>300</confirmed_fen><confirmed_as_of_on>2026-11-30</confirmed_as_of_on>
<instalments><due_on>2026-12-15</due_on><amount_fen>100</amount_fen></instalments>
<instalments><due_on>2027-01-15</due_on><amount_fen>200</amount_fen></instalments>
<is_voluntary>OK</is_voluntary><consequences_told>OK</consequences_told></promise>"""


def basic(name, password=PASSWORD):
    return ON | {"Authorization": "Basic " + b64encode(f"{name}:{password}".encode()).decode()}


def filled(stop_id, instance, answers=ANSWERS, version=None):
    return f"""<?xml version="1.0"?><data xmlns:orx="http://openrosa.org/xforms" id="visit"
 version="{version or newest("visit").version}"><collect_start>2026-12-02T10:00:00.000+08:00</collect_start>
<collect_end>2026-12-02T10:20:00.000+08:00</collect_end><collect_stop>{stop_id}</collect_stop>
<collect_fix>22.543099 114.057868 0 8</collect_fix><collect_crew>OK</collect_crew>{answers}
<orx:meta><orx:instanceID>{instance}</orx:instanceID></orx:meta></data>""".encode()


@pytest.fixture
def at_noon(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 12, 2, 4, 0, tzinfo=UTC))
    monkeypatch.setattr(clock, "today", lambda: datetime(2026, 12, 2, tzinfo=UTC).date())


@pytest.fixture
def stop_id(app, creditors, at_noon):
    with app.app_context():
        begin_write()
        stop = str(add_stop(creditors["bank"]).id)
        db.session.commit()
    return stop


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def send(client, stop_id):
    def sent(instance, files=None, name="fang", **more):
        xml = filled(more.pop("stop_id", stop_id), instance, **more)
        parts = {"xml_submission_file": (io.BytesIO(xml), "submission.xml", "text/xml")}
        parts |= {file: (io.BytesIO(content), file, "image/jpeg") for file, content in (files or {}).items()}
        return client.post("/openrosa/submission", data=parts, headers=basic(name))

    return sent


def visits(app):
    with app.app_context():
        return [
            (one.id, one.flags, one.outcome, one.is_complete, one.state) for one in db.session.scalars(select(Visit))
        ]


class TestWhoCalls:
    def test_is_asked_for_name_and_password(self, client):
        answer = client.get("/openrosa/formList", headers=ON)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith('Basic realm="doorstep"')
        assert answer.headers["X-OpenRosa-Version"] == "1.0"

    def test_a_wrong_password_is_counted(self, client):
        for _ in range(5):
            assert client.get("/openrosa/formList", headers=basic("fang", "wrong-password")).status_code == 401
        assert client.get("/openrosa/formList", headers=basic("fang")).status_code == 401

    def test_only_agents(self, client):
        assert client.get("/openrosa/formList", headers=basic("lin")).status_code == 403


class TestForms:
    def test_lists_the_form_in_use_with_form_and_manifest_to_fetch(self, client, stop_id):
        listed = client.get("/openrosa/formList", headers=basic("fang"))
        assert listed.mimetype == "text/xml"
        told = {one.tag.rpartition("}")[2]: one.text for one in fromstring(listed.data).iter()}
        assert (told["formID"], told["version"]) == ("visit", newest("visit").version)
        form = client.get(told["downloadUrl"], headers=basic("fang"))
        assert f'id="visit" version="{newest("visit").version}"'.encode() in form.data
        manifest = client.get(told["manifestUrl"], headers=basic("fang"))
        media = {one.tag.rpartition("}")[2]: one.text for one in fromstring(manifest.data).iter()}
        stops = client.get(media["downloadUrl"], headers=basic("fang"))
        assert stops.text.splitlines()[0] == "name,label"
        assert stops.text.splitlines()[1].startswith(f"{stop_id},")
        assert "测试甲" not in stops.text

    def test_gives_another_agent_no_stops_of_this_crew(self, client, stop_id, app):
        path = f"/openrosa/forms/visit/{newest('visit').version}/stops.csv"
        assert stop_id in client.get(path, headers=basic("luo")).text

    def test_knows_no_xform_of_a_form_that_is_none(self, client):
        assert client.get("/openrosa/forms/visit/1.xml", headers=basic("fang")).status_code == 404


class TestSubmission:
    def test_head_says_where_to_send(self, client):
        answer = client.head("/openrosa/submission", headers=basic("fang"))
        assert answer.status_code == 204
        assert answer.headers["Location"].endswith("/openrosa/submission")
        assert int(answer.headers["X-OpenRosa-Accept-Content-Length"]) > 0

    def test_becomes_an_unsigned_visit(self, send, app):
        instance = uuid.uuid4()
        answer = send(f"uuid:{instance}", {"door.jpg": picture()})
        assert answer.status_code == 201
        assert b"submit_success" in answer.data
        ((visit_id, flags, outcome, is_complete, state),) = visits(app)
        assert visit_id == instance
        assert "unsigned" in flags
        assert (outcome, is_complete, state) == (1, True, "uploaded")
        with app.app_context():
            assert {one.alg for one in db.session.scalars(select(Record))} == {"none"}
            assert db.session.scalars(select(Promise)).one().total_fen == 300
            assert db.session.scalars(select(Submission)).one().xml_sealed == ""
            visit = db.session.get(Visit, instance)
            assert [flaw for flaw in visit.flaws if flaw["pointer"].startswith("/form")] == []

    def test_waits_until_every_attachment_is_here(self, send, app):
        instance = f"uuid:{uuid.uuid4()}"
        assert send(instance).status_code == 202
        assert visits(app) == []
        assert send(instance, {"door.jpg": picture()}).status_code == 201
        assert len(visits(app)) == 1

    def test_the_same_again_changes_nothing(self, send, app):
        instance = f"uuid:{uuid.uuid4()}"
        assert [send(instance, {"door.jpg": picture()}).status_code for _ in range(3)] == [201] * 3
        assert len(visits(app)) == 1
        with app.app_context():
            assert len(db.session.scalars(select(Submission)).all()) == 1
            assert len(db.session.scalars(select(Record)).all()) == 7

    def test_other_content_under_the_same_id_is_refused_and_the_first_stands(self, send, app):
        instance = f"uuid:{uuid.uuid4()}"
        send(instance, {"door.jpg": picture()})
        answer = send(instance, {"door.jpg": picture()}, answers=ANSWERS.replace("测试甲", "测试乙"))
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/submission-altered")
        assert send(instance, {"door.jpg": picture()}, name="luo").status_code == 409
        assert len(visits(app)) == 1

    def test_an_old_form_is_never_refused(self, send, app):
        assert send(f"uuid:{uuid.uuid4()}", {"door.jpg": picture()}, version="2026120101").status_code == 201
        assert {"deprecated_form", "unsigned"} <= set(visits(app)[0][1])

    @pytest.mark.parametrize(
        "xml", [b"", b"<data/>", b"not xml", b'<!DOCTYPE x [<!ENTITY e "x">]><data>&e;</data>', b'<data id="visit"/>']
    )
    def test_refuses_what_is_no_submission(self, client, xml, stop_id):
        parts = {"xml_submission_file": (io.BytesIO(xml), "s.xml", "text/xml")}
        answer = client.post("/openrosa/submission", data=parts, headers=basic("fang"))
        assert answer.json["type"] == "/problems/odd-submission"

    def test_keeps_odd_answers_and_says_so(self, send, app):
        odd = ANSWERS.replace("<confirmed_fen>300<", "<confirmed_fen>many<").replace("door.jpg", "")
        assert send(f"uuid:{uuid.uuid4()}", answers=odd).status_code == 201
        with app.app_context():
            visit = db.session.scalars(select(Visit)).one()
            assert ("/form/answers/confirmed_fen", "type") in {(one["pointer"], one["kind"]) for one in visit.flaws}

    def test_the_supervisor_sees_that_it_is_unsigned(self, send, as_zhou):
        send(f"uuid:{uuid.uuid4()}", {"door.jpg": picture()})
        (line,) = as_zhou.get("/v1/visits").json["items"]
        assert line["assurance"] == "unsigned"
