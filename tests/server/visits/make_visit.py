"""A stop with its crew, Fang and Luo, and phones that tell of it, so that the slice can be tried without a push."""

import hashlib
import io
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from PIL import Image
from sqlalchemy import select

from server import clock, config, media
from server.accounts.models import Person
from server.cases.models import Address, Case, Paper, Party, VisitList
from server.db import db
from server.schemes.models import Crew, Scheme, SchemeDecision, SchemeStop
from server.vault import place
from server.visits import developing, intake
from server.visits.models import Record, VisitFile
from sync import envelope
from sync.canonical import sha256_hex
from sync.envelope import FileRef, Stamp

ARRIVED = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
LON, LAT = 114.057868, 22.543099


def picture(colour="red", size=(64, 48)):
    made = io.BytesIO()
    Image.new("RGB", size, colour).save(made, "JPEG")
    return made.getvalue()


def fix(**changes):
    return {
        "lon_e6": 114_057_868, "lat_e6": 22_543_099, "datum": "WGS-84", "accuracy_m": 8,
        "fixed_at": "2026-12-02T02:00:00.000Z", "provider": "gnss",
    } | changes  # fmt: skip


@dataclass
class Phone:
    """One phone that tells records in its chain, without signing them."""

    person_id: uuid.UUID
    id: uuid.UUID = field(default_factory=uuid.uuid4)
    seq: int = 0
    prev: str = "0" * 64
    at: datetime = ARRIVED

    def tell(self, kind, body, *, manifest=()):
        """Return the record as the push keeps it, and its envelope."""
        self.seq += 1
        self.at += timedelta(minutes=1)
        record_id = str(uuid.uuid4())
        env = envelope.build(
            body, record_type=kind, record_id=record_id, link_to=(self.seq, self.prev), device=str(self.id),
            stamp=Stamp("boot-1", self.seq * 1000, self.at, "+08:00"), manifest=manifest,
        )  # fmt: skip
        told = envelope.read(env)
        self.prev = sha256_hex(env.encode())
        row_id = uuid.UUID(record_id)
        row = Record(
            id=row_id, device_id=self.id, person_id=self.person_id, visit_id=None, subject=told.subject[:80], type=kind,
            seq=self.seq, prev=told.prev, hash=self.prev, sig="s", alg="Ed25519", device_time=self.at,
            env_sealed=config.current().vault.seal(env, at=place("record", "env", row_id)),
            received_at=clock.now(), flags=[],
        )  # fmt: skip
        return row, told


def keep(row, told):
    """Do what the push does with a new record."""
    db.session.add(row)
    db.session.flush()
    intake.store(row, told, at=row.received_at)
    intake.put_together(db.session())
    return row


@dataclass
class Story:
    """A stop to be visited, and the whole visit of it as Fang's phone tells it."""

    stop: SchemeStop
    phone: Phone
    fang: uuid.UUID
    luo: uuid.UUID
    visit_id: uuid.UUID = field(default_factory=uuid.uuid4)
    photos: dict = field(default_factory=dict)

    def body(self, **members):
        ids = {"visit_id": self.visit_id, "stop_id": self.stop.id, "case_id": self.stop.case_id}
        return {name: str(one) for name, one in ids.items()} | members

    def check_in(self, **changes):
        body = {"agents": [str(self.fang), str(self.luo)], "fix": fix(), "no_fix_reason": "",
                "address_as_planned": True, "place_note": "", "plan_version": 1}  # fmt: skip
        return self.phone.tell("check_in", self.body(**body | changes))

    def met(self, **changes):
        body = {"who": "debtor", "name": "测试甲", "relation": "", "is_adult": True, "id_checked": "id_card_seen",
                "id_last4": "0717", "place": "at_door", "entry_consent_by": ""}  # fmt: skip
        return self.phone.tell("met", self.body(**body | changes))

    def disclosure(self, **changes):
        told = dict.fromkeys(["identity", "recording", "no_cash", "data_notice", "objection_channel"], True)
        body = {"told": told, "credentials_shown": True, "language": "zh-CN",
                "recording_started_at": "2026-12-02T02:01:00.000Z"}  # fmt: skip
        return self.phone.tell("disclosure", self.body(**body | changes))

    def outcome(self, code=1, **changes):
        body = {"code": code, "note": "当面确认", "next_step": "await_promise", "form": None,
                "delivered": [{"kind": "account_statement", "serial": "DZ-20261202-0001-1", "copies": 1,
                               "sealed": False}]}  # fmt: skip
        return self.phone.tell("outcome", self.body(**body | changes))

    def promise(self, promise_id=None, **changes):
        body = {
            "promise_id": str(promise_id or uuid.uuid4()), "promisor": {"name": "测试甲", "role": "debtor"},
            "confirmed_fen": 6_438_675, "confirmed_as_of_on": "2026-11-30", "method": "bank_transfer",
            "instalments": [{"no": 1, "due_on": "2026-12-15", "amount_fen": 2_000_000},
                            {"no": 2, "due_on": "2027-01-15", "amount_fen": 4_438_675}],
            "account_ref": "", "is_voluntary": True, "consequences_told": True,
        }  # fmt: skip
        return self.phone.tell("promise", self.body(**body | changes))

    def signed_paper(self, kind="account_statement", state="signed_by_debtor", role="debtor", **changes):
        body = {
            "paper": {"id": str(uuid.uuid4()), "kind": kind, "serial": "", "sha256": "a" * 64, "rendered_as": "pdf",
                      "template": f"{kind}/1", "shown_ms": 9000, "scrolled_to_end": True},
            "state": state, "reason": "", "objection": "none",
            "signer": {"role": role, "name": "测试甲", "relation": "", "id_last4": "0717", "id_checked": "not_shown"},
            "witnesses": [{"agent": str(self.luo)}],
            "capture": {"unit": "0.01mm", "w": 9000, "h": 3600, "hz": 125, "pressure_max": 1023,
                        "t0_at": "2026-12-02T02:05:00.000Z"},
            "strokes": [{"t0_ms": 0, "p": [[1200, 900, 0, 512], [1900, 2100, 8, 530], [3000, 1000, 16, 500]]}],
            "fix": fix(),
        }  # fmt: skip
        return self.phone.tell("signed_paper", self.body(**body | changes))

    def manifest(self, shows=("door", "surroundings", "delivered_paper"), serial=""):
        files, refs = [], []
        for number, one in enumerate(shows):
            content, file_id = picture(f"#{number}0{self.seq % 10}030"), str(uuid.uuid4())
            self.photos[file_id] = content
            digest = hashlib.sha256(content).hexdigest()
            refs.append(FileRef(file_id, digest, len(content), "image/jpeg"))
            files.append({"id": file_id, "shows": one, "taken_at": "2026-12-02T02:06:00.000Z", "fix": fix(),
                          "original_sha256": digest, "original_bytes": len(content)}
                         | ({"paper_serial": serial} if serial and one == "signed_paper" else {}))  # fmt: skip
        return self.phone.tell("manifest", self.body(files=files), manifest=refs)

    def check_out(self, pairs):
        records = [{"id": str(row.id), "hash": row.hash} for row, _ in pairs]
        return self.phone.tell("check_out", self.body(fix=fix(), no_fix_reason="", records=records))

    @property
    def seq(self):
        return self.phone.seq

    def promised(self, **extra):
        """A visit in which the debtor promises and signs, from arrival to departure."""
        pairs = [self.check_in(), self.met(), self.disclosure(), self.outcome(1), self.promise(),
                 self.signed_paper(), self.signed_paper("promise"), self.manifest()]  # fmt: skip
        return [*pairs, self.check_out(pairs)]

    def keep(self, pairs):
        return [keep(*pair) for pair in pairs]

    def upload(self, only=None):
        """Do what the end of each upload does."""
        for file_id, content in list(self.photos.items())[:only]:
            media.store().put(content)
            digest = hashlib.sha256(content).hexdigest()
            intake.file_verified(uuid.UUID(file_id), sha256=digest, size=len(content),
                                 at=ARRIVED + timedelta(hours=2))  # fmt: skip
        intake.put_together(db.session())
        developing.develop_now(
            db.session.scalars(select(VisitFile).where(VisitFile.visit_id == self.visit_id)).all(),
            at=ARRIVED + timedelta(hours=2),
        )


def person_id(username):
    return db.session.scalars(select(Person.id).where(Person.username == username)).one()


def add_stop(creditor_id):
    lin, zhou, guo, fang, luo = (person_id(one) for one in ("lin", "zhou", "guo", "fang", "luo"))
    debtor = Party(creditor_id=creditor_id, name="测试甲", id_last4="0717")
    db.session.add(debtor)
    db.session.flush()
    case = Case(
        creditor_id=creditor_id, case_no=f"WH-2026-{uuid.uuid4().hex[:6]}", debtor_id=debtor.id, product="信用卡",
        contract_tail="4321", as_of=date(2026, 11, 30), placed_fen=6_438_675, principal_fen=5_830_000,
        interest_fen=412_055, penalty_interest_fen=196_620, outstanding_fen=6_438_675, content_hash="0" * 64,
    )  # fmt: skip
    visit_list = VisitList(title="名单", author_id=lin)
    db.session.add_all([case, visit_list])
    db.session.flush()
    address = Address(id=clock.new_id(), creditor_id=creditor_id, case_id=case.id, text_sealed="", lon=LON, lat=LAT,
                      datum="WGS-84", precision="door", source="test")  # fmt: skip
    address.text_sealed = config.current().vault.seal(
        "测试市福中三路市民中心A座", at=place("address", "text_sealed", address.id)
    )
    scheme = Scheme(serial=f"FA-20261202-{uuid.uuid4().hex[:4]}-1", visit_list_id=visit_list.id, title="方案",
                    dates=["2026-12-02"], state="dispatched", compiler_id=zhou)  # fmt: skip
    db.session.add_all([address, scheme])
    db.session.flush()
    crew = Crew(scheme_id=scheme.id, name="一组", lead_id=fang, second_id=luo, start={}, end={})
    decision = SchemeDecision(scheme_id=scheme.id, person_id=guo, step="sign_off", decision="approve", version=1,
                              digest="0" * 64, content={}, decided_at=ARRIVED - timedelta(days=1))  # fmt: skip
    db.session.add_all([crew, decision])
    db.session.flush()
    stop = SchemeStop(scheme_id=scheme.id, creditor_id=creditor_id, case_id=case.id, address_id=address.id,
                      crew_id=crew.id, day=date(2026, 12, 2), state="dispatched")  # fmt: skip
    db.session.add(stop)
    db.session.flush()
    return stop


def issued_paper(serial, sha256, creditor_id):
    paper = Paper(kind="account_statement", serial=serial, creditor_id=creditor_id, template_version="a/1",
                  sha256=sha256, fingerprint="f" * 64, issued_at=ARRIVED)  # fmt: skip
    db.session.add(paper)
    db.session.flush()
    return paper
