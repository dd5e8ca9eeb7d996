"""A POST with an Idempotency-Key, over HTTP and where the timing matters by the function itself."""

import io
import threading
from datetime import timedelta

import pyotp
import pytest
from flask import jsonify
from sqlalchemy import func, select

from server import clock
from server.accounts import idempotency
from server.accounts.idempotency import IdempotencyInFlight, IdempotencyKeyReused, once
from server.accounts.models import IdempotencyKey, Person
from server.db import begin_write, db
from tests.cast import PASSWORD

KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
NEW = {"username": "new.one", "name": "新人", "staff_no": "WF-90", "roles": ["agent"]}


def kept():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(IdempotencyKey))


def people(**fields):
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Person).filter_by(**fields))


class TestAllow:
    """What `allow` makes of the header."""

    def test_creates_once_and_answers_the_same(self, in_app, as_an):
        first = as_an.post("/v1/people", json=NEW, headers=KEY)
        again = as_an.post("/v1/people", json=NEW, headers=KEY)
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.data == first.data
        for name in ("Location", "ETag", "Content-Type", "Cache-Control"):
            assert again.headers[name] == first.headers[name]
        assert again.headers["Idempotency-Replayed"] == "true"
        assert "Idempotency-Replayed" not in first.headers
        assert people(username="new.one") == 1

    def test_leaves_one_audit_row(self, as_an, as_tan):
        for _ in range(2):
            as_an.post("/v1/people", json=NEW, headers=KEY)
        log = as_tan.get("/v1/audit?action=person.added").json
        assert log["total"] == 1
        assert log["chain"]["intact"]

    def test_refuses_the_key_for_another_body(self, in_app, as_an):
        as_an.post("/v1/people", json=NEW, headers=KEY)
        answer = as_an.post("/v1/people", json=NEW | {"username": "other", "staff_no": "WF-91"}, headers=KEY)
        assert answer.status_code == 422
        assert answer.json["type"] == "/problems/idempotency-key-reused"
        assert people(username="other") == 0

    def test_refuses_the_key_for_another_path(self, as_an):
        as_an.post("/v1/people", json=NEW, headers=KEY)
        assert as_an.post("/v1/creditors", json=NEW, headers=KEY).json["type"] == "/problems/idempotency-key-reused"

    def test_keeps_the_keys_of_two_people_apart(self, in_app, as_an, as_guo):
        first = as_an.post("/v1/creditors", json={"name": "甲银行"}, headers=KEY)
        other = as_guo.post("/v1/creditors", json={"name": "乙银行"}, headers=KEY)
        assert (first.json["name"], other.json["name"]) == ("甲银行", "乙银行")
        assert kept() == 2

    def test_carries_a_refused_request_out_afresh(self, in_app, as_an):
        bad = as_an.post("/v1/people", json=NEW | {"username": "lin"}, headers=KEY)
        assert bad.json["type"] == "/problems/name-taken"
        assert kept() == 0
        assert as_an.post("/v1/people", json=NEW, headers=KEY).status_code == 201

    def test_keeps_nothing_without_the_header(self, in_app, as_an):
        assert as_an.post("/v1/people", json=NEW).status_code == 201
        assert as_an.post("/v1/people", json=NEW).json["type"] == "/problems/name-taken"
        assert kept() == 0

    def test_ignores_the_header_of_other_methods(self, in_app, as_an, as_fang):
        assert as_an.get("/v1/people", headers=KEY).status_code == 200
        path = f"/v1/people/{as_fang.person_id}"
        assert as_an.patch(path, json={"name": "方"}, headers=KEY | {"If-Match": '"v1"'}).status_code == 200
        assert kept() == 0

    @pytest.mark.parametrize("key", ["", "x" * 256, "键".encode().decode("latin-1"), "a\tb"])
    def test_refuses_a_key_that_is_none(self, in_app, as_an, key):
        answer = as_an.post("/v1/people", json=NEW, headers={"Idempotency-Key": key})
        assert answer.json["type"] == "/problems/malformed"
        assert people(username="new.one") == 0

    def test_takes_the_longest_key(self, as_an):
        assert as_an.post("/v1/people", json=NEW, headers={"Idempotency-Key": "~" * 255}).status_code == 201

    def test_asks_for_the_role_before_it_replays(self, as_an, in_app):
        as_an.post("/v1/people", json=NEW, headers=KEY)
        admin = db.session.scalar(select(Person).where(Person.username == "an"))
        admin.role_names = ["agent"]
        db.session.commit()
        assert as_an.post("/v1/people", json=NEW, headers=KEY).json["type"] == "/problems/wrong-role"

    def test_seals_the_answer(self, in_app, as_an):
        as_an.post("/v1/people", json=NEW, headers=KEY)
        row = db.session.scalar(select(IdempotencyKey))
        assert row.answer_sealed.startswith("v1|")
        assert "new.one" not in f"{row.target} {row.headers}"

    def test_keeps_no_answer_that_shows_a_secret(self, in_app, as_lin, as_hu, as_zhou, as_fang):
        """A second factor's secret, recovery codes, a phone's code, a calendar's address: shown, and kept nowhere."""
        begun = as_lin.post("/v1/me/totp", json={"password": PASSWORD}, headers=KEY)
        code = pyotp.TOTP(begun.json["secret"]).at(clock.now())
        confirmed = as_lin.post("/v1/me/totp/confirm", json={"otp": code}, headers=KEY)
        issued = as_zhou.post("/v1/devices/codes", json={"person_id": as_fang.person_id}, headers=KEY)
        opened = as_hu.post("/v1/deadlines/calendar", headers=KEY)
        assert [one.status_code for one in (begun, confirmed, issued, opened)] == [201, 200, 201, 201]
        assert kept() == 0

    def test_a_secret_is_made_anew_when_asked_again(self, as_lin):
        first, again = (as_lin.post("/v1/me/totp", json={"password": PASSWORD}, headers=KEY) for _ in range(2))
        assert again.status_code == 201
        assert again.json["secret"] != first.json["secret"]
        assert "Idempotency-Replayed" not in again.headers

    def test_creates_once_for_equal_requests_at_one_time(self, app, in_app, as_an):
        start, answers = threading.Barrier(4), []

        def send():
            start.wait()
            headers = KEY | {"Authorization": f"Bearer {as_an.token}"}
            answers.append(app.test_client().post("/v1/people", json=NEW, headers=headers))

        threads = [threading.Thread(target=send) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert people(username="new.one") == 1
        done = [answer for answer in answers if answer.status_code == 201]
        assert len({answer.data for answer in done}) == 1
        rest = {answer.json["type"] for answer in answers if answer.status_code != 201}
        assert rest <= {"/problems/idempotency-in-flight"}


@pytest.fixture
def lin(in_app):
    return db.session.scalar(select(Person.id).where(Person.username == "lin"))


@pytest.fixture
def send(app, lin):
    """Send one POST through `once`, with a view of the test's own."""

    def request(view, *, at=None, path="/v1/things", **sent):
        with app.test_request_context(path, method="POST", headers=KEY, **sent):
            begin_write()
            return once(view, person_id=lin, at=at or clock.now())

    return request


def committing(body):
    def view():
        db.session.commit()
        return jsonify(body), 201

    return view


def never():
    pytest.fail("the view was called")


class TestOnce:
    def test_says_in_flight_while_the_first_has_no_answer(self, send):
        def meanwhile():
            db.session.commit()
            with pytest.raises(IdempotencyInFlight):
                send(never, data=b"x")
            return "made", 201

        assert send(meanwhile, data=b"x").status_code == 201
        assert send(never, data=b"x").data == b"made"

    def test_stays_in_flight_when_the_first_broke_after_its_commit(self, send):
        def breaks():
            db.session.commit()
            raise RuntimeError("after the commit")

        with pytest.raises(RuntimeError):
            send(breaks, data=b"x")
        with pytest.raises(IdempotencyInFlight):
            send(never, data=b"x")

    def test_keeps_nothing_of_a_view_that_did_not_commit(self, send):
        assert send(lambda: ("only looked", 200)).data == b"only looked"
        assert kept() == 0

    def test_replays_bytes_that_are_no_text(self, send):
        def pdf():
            db.session.commit()
            return b"\xff\x00%PDF", 200, {"Content-Type": "application/pdf"}

        send(pdf)
        again = send(never)
        assert again.data == b"\xff\x00%PDF"
        assert again.headers.getlist("Content-Type") == ["application/pdf"]

    def test_forgets_after_a_day(self, send):
        now = clock.now()
        send(committing("first"), at=now)
        assert send(never, at=now + timedelta(hours=24)).json == "first"
        assert send(committing("second"), at=now + timedelta(hours=24, seconds=1)).json == "second"
        assert kept() == 1


class TestFingerprint:
    def form(self, **fields):
        return {"day": "2026-03-02", "file": (io.BytesIO(b"a,b\n1,2\n"), "cases.csv")} | fields

    def test_is_the_same_for_a_form_with_another_boundary(self, send):
        one = {"content_type": "multipart/form-data; boundary=one"}
        two = {"content_type": "multipart/form-data; boundary=two"}
        body = '--{0}\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\nbytes\r\n--{0}--\r\n'
        send(committing(1), data=body.format("one").encode(), **one)
        assert send(never, data=body.format("two").encode(), **two).json == 1

    def test_leaves_the_file_to_the_view(self, app):
        with app.test_request_context("/", method="POST", data=self.form()) as context:
            idempotency.fingerprint()
            assert context.request.files["file"].read() == b"a,b\n1,2\n"

    @pytest.mark.parametrize(
        "change",
        [
            {"day": "2026-03-03"},
            {"file": (io.BytesIO(b"a,b\n1,3\n"), "cases.csv")},
            {"file": (io.BytesIO(b"a,b\n1,2\n"), "other.csv")},
        ],
    )
    def test_differs_with_a_field_or_a_file(self, send, change):
        send(committing(1), data=self.form())
        with pytest.raises(IdempotencyKeyReused):
            send(never, data=self.form(**change))

    def test_differs_with_the_query(self, send):
        send(committing(1), path="/v1/things?dry_run=1")
        with pytest.raises(IdempotencyKeyReused):
            send(never, path="/v1/things")


class TestExpire:
    def test_deletes_the_old_and_leaves_the_young(self, in_app, lin):
        now = clock.now()
        for hours in (1, 23, 25, 48):
            db.session.add(
                IdempotencyKey(
                    person_id=lin,
                    key=str(hours),
                    target="POST /",
                    fingerprint="0" * 64,
                    created_at=now - timedelta(hours=hours),
                )
            )
        db.session.commit()
        begin_write()
        idempotency.expire(now)
        db.session.commit()
        assert set(db.session.scalars(select(IdempotencyKey.key))) == {"1", "23"}
