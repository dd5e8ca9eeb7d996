"""After a deletion the whole database and media folder are searched for what was planted about the person: nothing."""

import hashlib
import io
import json
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from openpyxl import Workbook

from server import clock, config, media
from server.cases import keyring, sealing
from server.cases.models import Address, ImportRun, Party, StopFlag
from server.db import begin_write, db
from server.devices import files, parts, quarantine
from server.devices.models import Device, Quarantine, Submission, Upload
from server.devices.quarantine import Refused
from server.devices.sender import Sender
from server.planning.datum import Datum, Point
from server.planning.roads import key_of
from server.privacy import sweep
from server.privacy.remnants import points_of, without_points
from server.schemes.models import RoutePlan, SchemeStop
from server.schemes.road_cache import RoadCache
from server.vault import place
from server.visits.models import VisitFile
from sync.upload import FileFacts
from tests.receipts.reading import squeezed, text_of
from tests.server.escalation.make_day import accept, person_id
from tests.server.privacy.searched import CONTRACT, NAME, NUMBER, PHONE, PLANTED, POINT, REMARK, STREET, found


@pytest.fixture
def planted(day):
    """The first case of the day, with values that stand nowhere else, before anything is told of it."""
    case = day.case(0)
    party = db.session.get_one(Party, case.debtor_id)
    party.name, party.id_last4 = NAME, NUMBER[-4:]
    party.id_sealed = sealing.seal_text(NUMBER, at=place("party", "id_sealed", party.id))
    party.phone_sealed = sealing.seal_text(PHONE, at=place("party", "phone_sealed", party.id))
    (address,) = db.session.scalars(sa.select(Address).where(Address.case_id == case.id))
    where = place("address", "text_sealed", address.id)
    address.text_sealed = keyring.seal(STREET, at=where, case_id=case.id)
    address.lon, address.access_note = float(POINT), REMARK
    for column, text in (("contract_no_sealed", CONTRACT), ("note_sealed", REMARK)):
        setattr(case, column, keyring.seal(text, at=place("case", column, case.id), case_id=case.id))
    (stop,) = db.session.scalars(sa.select(SchemeStop).where(SchemeStop.case_id == case.id))
    stop.note = REMARK
    db.session.commit()
    begin_write()
    return day


def set_aside(day, visit_id):
    """Two rows that a phone sent and nobody could take: one about a visit never taken in, one about a visit of now."""
    phone = Sender.of(db.session.get_one(Device, day.phone.id))
    stop, unknown = str(day.stop_ids[0]), str(clock.new_id())
    for told in ({"stop_id": stop, "visit_id": unknown}, {"visit_id": unknown, "name": NAME}, {"visit_id": visit_id}):
        document = {"id": str(clock.new_id()), "env": json.dumps(told | {"met": NAME, "said": REMARK})}
        quarantine.keep(phone, "records", Refused(document, "forged", "bad_signature"), ack_id=clock.new_id(),
                        at=clock.now())  # fmt: skip
    row_id = clock.new_id()
    text = f"<data><stop>{stop}</stop><name>{NAME}</name></data>"
    sealed = config.current().vault.seal(text, at=place("submission", "xml", row_id))
    db.session.add(Submission(id=row_id, instance_id=str(row_id), person_id=phone.person_id, xml_sealed=sealed,
                              xml_sha256="0" * 64, received_at=clock.now()))  # fmt: skip


def imported(case, content, filename):
    """A file of the creditor's that holds the case's row beside others, and is not the one that made the case."""
    digest = hashlib.sha256(content).hexdigest()
    kept = sealing.keep_file(content, file_sha256=digest)
    db.session.add(
        ImportRun(id=clock.new_id(), creditor_id=case.creditor_id, kind="cases", state="committed", filename=filename,
                  file_sha256=digest, sealed_sha256=kept, report={}, mapping={}, received_on=clock.today(),
                  imported_by_id=person_id("lin"))
    )  # fmt: skip
    return kept


def files_of(case):
    """Two files that name the case, and one that does not."""
    book, out = Workbook(), io.BytesIO()
    book.active.append([case.case_no, NAME, NUMBER, PHONE])
    book.save(out)
    rows = f"案号,姓名,电话\n{case.case_no},{NAME},{PHONE}\nWH-OTHER,别人,13000000000\n"
    named = imported(case, out.getvalue(), "a.xlsx"), imported(case, rows.encode("gb18030"), "b.csv")
    return named, imported(case, "案号\nWH-OTHER\n".encode(), "c.csv")


def plan_of(day):
    point = {"lon": float(POINT), "lat": 22.5, "datum": "WGS-84"}
    routed = [
        {"stop_id": str(day.stop_ids[0]), "point": point},
        {"stop_id": str(day.stop_ids[1]), "point": {"lon": 1.0}},
    ]
    result = {"routes": [{"start": {"lon": 2.0}, "stops": routed}]}
    db.session.add(RoutePlan(id=clock.new_id(), scheme_id=day.scheme_id, version=9, parameters={}, result=result))


@pytest.fixture
def told(planted, as_zhou, as_lin, as_ma):
    """The day played, with all that the office made of it; returns it with the files that should stay and go."""
    visit = planted.promised(0)
    visit_id = str(visit.id)
    begin_write()
    set_aside(planted, visit_id)
    plan_of(planted)
    named, other = files_of(planted.case(0))
    db.session.commit()
    accept(as_zhou, visit_id)
    case_id = str(planted.case_ids[0])
    assert as_zhou.get(f"/v1/schemes/{planted.scheme_id}/summary.pdf").status_code == 200
    assert as_zhou.get(f"/v1/cases/{case_id}/statement.pdf").status_code == 200
    assert as_zhou.get(f"/v1/visits/{visit_id}/receipt.pdf").status_code == 200
    complaint = {"case_id": case_id, "channel": "phone", "text": f"{NAME}说上门太晚", "contact": PHONE}
    as_ma.post("/v1/complaints", json=complaint)
    asked = {"kind": "access", "words": f"{NAME}要求查阅", "received_on": clock.today().isoformat()}
    kept = as_ma.post(f"/v1/cases/{case_id}/data-requests", json=asked, headers={"Idempotency-Key": "one"})
    assert kept.status_code == 201, kept.text
    begin_write()
    begun(planted, visit_id, known=True)
    db.session.commit()
    ended(planted)
    return planted, named, other


def begun(day, visit_id, *, known):
    """An upload that broke off after some bytes: of a photo that the visit's manifest names, or nobody named yet."""
    photo = str(clock.new_id())
    if known:
        told = {"sha256": "a" * 64, "size": 999, "mime": "image/jpeg"}
        db.session.add(VisitFile(id=UUID(photo), visit_id=UUID(visit_id), device_id=day.phone.id, **told))
    row = files.create(db.session.get_one(Device, day.phone.id), FileFacts(photo, "a" * 64, "image/jpeg", "1.jpg", 999),
                       at=clock.now())  # fmt: skip
    files.append(row, NAME.encode() if known else b"of another case", at_offset=0, checksum=None)
    return row


def ended(day):
    begin_write()
    case = day.case(0)
    case.state = "settled"
    at = clock.now() - timedelta(days=2_000)
    flag = StopFlag(id=clock.new_id(), case_id=case.id, kind="settled", reason="结清", raised_by_id=None, raised_at=at)
    db.session.add(flag)
    for other in db.session.scalars(
        sa.select(StopFlag).where(StopFlag.case_id == case.id, StopFlag.kind == "complaint")
    ):
        other.lifted_at = clock.now()
    db.session.commit()


def deleted(day, as_ma, as_guo):
    """Delete the first case, with what follows in the background."""
    asked = as_ma.post(f"/v1/cases/{day.case_ids[0]}/deletions", json={"ground": "retention", "reason": "期满"})
    assert as_guo.post(f"/v1/deletions/{asked.json['id']}/carry-out").status_code == 200
    sweep.sweep(clock.now())
    db.session.commit()


class TestAfterADeletion:
    def test_nothing_planted_can_be_read_anywhere(self, told, as_ma, as_guo):
        day, named, other = told
        before = found()
        assert {one for _, one in before} == set(PLANTED)
        places = {"quarantine.payload_sealed opened", "submission.xml_sealed opened", "route_plan.result",
                  "scheme_stop.note", "idempotency_key.answer_sealed unpacked"}  # fmt: skip
        assert any(where.startswith("uploads/") for where, _ in before)
        assert places <= {where for where, _ in before}
        assert any(where.startswith("media/") for where, one in before if one == NAME)
        case_id = str(day.case_ids[0])
        asked = as_ma.post(f"/v1/cases/{case_id}/deletions", json={"ground": "retention", "reason": "期满"})
        done = as_guo.post(f"/v1/deletions/{asked.json['id']}/carry-out")
        assert done.status_code == 200, done.text
        sweep.sweep(clock.now())
        db.session.commit()
        assert found() == []
        assert [media.store().has(one) for one in (*named, other)] == [False, False, True]

    def test_the_others_of_the_scheme_keep_theirs_and_the_summary_is_made_anew(self, told, as_ma, as_guo, as_zhou):
        day, _, _ = told
        case_id = str(day.case_ids[0])
        asked = as_ma.post(f"/v1/cases/{case_id}/deletions", json={"ground": "retention", "reason": "期满"})
        as_guo.post(f"/v1/deletions/{asked.json['id']}/carry-out")
        sweep.sweep(clock.now())
        db.session.commit()
        paper = as_zhou.get(f"/v1/schemes/{day.scheme_id}/summary.pdf")
        assert paper.status_code == 200, paper.text
        assert NAME not in squeezed(text_of(paper.data))
        assert day.case(1).debtor.name != "已删除"
        db.session.rollback()
        assert {row.state for row in db.session.scalars(sa.select(Quarantine))} == {"dismissed"}

    def test_a_row_that_was_set_aside_is_not_judged_again(self, told, as_ma, as_guo, as_zhou):
        day, _, _ = told
        asked = as_ma.post(f"/v1/cases/{day.case_ids[0]}/deletions", json={"ground": "retention", "reason": "期满"})
        as_guo.post(f"/v1/deletions/{asked.json['id']}/carry-out")
        db.session.rollback()
        row_id = db.session.scalars(sa.select(Quarantine.id)).first()
        db.session.rollback()
        assert as_zhou.post(f"/v1/devices/quarantine/{row_id}/reopen").status_code == 200
        again = as_zhou.post(f"/v1/devices/quarantine/{row_id}/replay")
        assert again.json["type"] == "/problems/case-erased"

    def test_the_certificate_says_until_when_backups_hold_it(self, told, as_ma, as_guo):
        day, _, _ = told
        asked = as_ma.post(f"/v1/cases/{day.case_ids[0]}/deletions", json={"ground": "retention", "reason": "期满"})
        done = as_guo.post(f"/v1/deletions/{asked.json['id']}/carry-out").json
        until = (clock.now() + timedelta(days=30)).astimezone(clock.SHANGHAI).date().isoformat()
        assert until in done["certificate"]["backups"][0]
        assert until in done["certificate"]["backups"][1]


class TestUnfinishedUploads:
    def test_of_the_case_go_and_those_of_others_stay(self, told, as_ma, as_guo):
        day, _, _ = told
        begin_write()
        other = parts.of(begun(day, None, known=False).id).path
        db.session.commit()
        deleted(day, as_ma, as_guo)
        assert [path.name for path in other.parent.iterdir()] == [other.name]
        assert [one.length for one in db.session.scalars(sa.select(Upload))] == [999]
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Upload)) == 1

    def test_of_a_manifest_that_was_set_aside_go_too(self, told, as_ma, as_guo):
        day, _, _ = told
        begin_write()
        row = begun(day, None, known=False)
        phone, about = Sender.of(db.session.get_one(Device, day.phone.id)), str(day.stop_ids[0])
        text = json.dumps({"stop_id": about, "visit_id": str(clock.new_id()), "files": [{"id": row.attachment_id}]})
        quarantine.keep(phone, "records", Refused({"id": "x", "env": text}, "forged", "bad_signature"),
                        ack_id=clock.new_id(), at=clock.now())  # fmt: skip
        path = parts.of(row.id).path
        db.session.commit()
        deleted(day, as_ma, as_guo)
        assert not path.exists()

    def test_what_comes_afterwards_is_told_to_be_here_and_not_kept(self, told, as_ma, as_guo):
        day, _, _ = told
        photo, content = db.session.scalars(sa.select(Upload.attachment_id)).one(), b"late bytes"
        sha256 = hashlib.sha256(content).hexdigest()
        deleted(day, as_ma, as_guo)
        begin_write()
        db.session.get_one(VisitFile, UUID(photo)).sha256 = sha256
        device = db.session.get_one(Device, day.phone.id)
        row = files.create(device, FileFacts(photo, sha256, "image/jpeg", "1.jpg", len(content)), at=clock.now())
        files.append(row, content, at_offset=0, checksum=None)
        files.keep(row)
        files.finish(device, row, at=clock.now())
        assert (row.completed_at is not None, media.store().has(sha256)) == (True, False)
        assert db.session.get_one(VisitFile, UUID(photo)).verified_at is None


class TestRoads:
    def test_to_the_case_are_forgotten_and_the_others_known(self, told, as_ma, as_guo):
        day, _, _ = told
        address = db.session.scalars(sa.select(Address).where(Address.case_id == day.case_ids[0])).one()
        home = key_of(Point(address.lon, address.lat, Datum(address.datum)))
        planned = key_of(Point(float(POINT), 22.5, Datum.WGS84))
        base, other = (11_400_000, 2_250_000), (11_500_000, 2_260_000)
        cache = RoadCache(config.current().var_dir / "roads.db", kind="osrm", now=clock.now())
        cache.keep([((home, base), (1, 1)), ((base, planned), (1, 1)), ((base, other), (7, 7))])
        db.session.rollback()
        deleted(day, as_ma, as_guo)
        assert cache.known([home, planned, base, other]) == {(base, other): (7, 7)}


class TestPointsOf:
    def test_names_those_of_the_stops_and_no_other(self):
        stops = [{"stop_id": "a", "point": {"lon": 2}}, {"stop_id": "b", "point": {"lon": 3}}, {"stop_id": "a"}]
        plan = {"routes": [{"start": {"lon": 1}, "stops": stops}]}
        assert points_of(plan, {"a"}) == [{"lon": 2}]


class TestWithoutPoints:
    def test_moves_the_stops_to_the_start_of_their_route_and_leaves_the_others(self):
        plan = {"routes": [{"start": {"lon": 1}, "stops": [{"stop_id": "a", "point": {"lon": 2}},
                                                           {"stop_id": "b", "point": {"lon": 3}}]}]}  # fmt: skip
        told = without_points(plan, {"a"})
        assert [one["point"] for one in told["routes"][0]["stops"]] == [{"lon": 1}, {"lon": 3}]
