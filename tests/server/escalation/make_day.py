"""A dispatched scheme with several customers, and Fang's phone that signs what it tells, so that dossiers verify."""

import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from server import clock
from server.accounts.models import Person
from server.cases import sealing
from server.cases.models import Address, Case, Party, VisitList
from server.cases.statement import issue_statement
from server.db import begin_write, db
from server.devices.models import Device
from server.schemes.models import Crew, Scheme, SchemeDecision, SchemeStop
from server.vault import place
from server.visits.models import Visit
from sync import chain, envelope
from sync.signature import Alg, signing_key
from tests.server.visits.make_visit import ARRIVED, Phone, Story

DAY = date(2026, 12, 2)
DISPATCHED = ARRIVED - timedelta(hours=20)


def person_id(username):
    return db.session.scalars(select(Person.id).where(Person.username == username)).one()


@dataclass
class SigningPhone(Phone):
    """A phone with a real key: its records verify, its chain begins where the device's begins."""

    key: object = None

    def tell(self, kind, body, *, manifest=()):
        if self.seq == 0:
            self.prev = chain.genesis(str(self.id))
        row, told = super().tell(kind, body, manifest=manifest)
        row.sig = self.key.sign(bytes.fromhex(row.hash))
        return row, told


def enrolled_phone(username, *, number=1):
    key = signing_key(Alg.ED25519, bytes([number]) * 32)
    device = Device(
        id=clock.new_id(), person_id=person_id(username), label=f"phone {number}", alg="Ed25519",
        public_key=key.public().jwk(), token_hash=uuid.uuid4().hex * 2, state="active",
        last_contact_at=ARRIVED + timedelta(hours=9), unsent_count=0,
    )  # fmt: skip
    db.session.add(device)
    db.session.flush()
    return SigningPhone(device.person_id, id=device.id, key=key)


def add_case(creditor_id, case_no, **changes):
    debtor = Party(id=clock.new_id(), creditor_id=creditor_id, name=f"测试{case_no[-1]}", id_last4="0717")
    debtor.id_sealed = sealing.seal_text("110101199001010717", at=place("party", "id_sealed", debtor.id))
    debtor.phone_sealed = sealing.seal_text("13900000000", at=place("party", "phone_sealed", debtor.id))
    facts = {
        "product": "信用卡", "as_of": date(2026, 11, 30), "overdue_on": date(2025, 9, 28), "placed_fen": 6_438_675,
        "principal_fen": 5_830_000, "interest_fen": 412_055, "penalty_interest_fen": 196_620,
        "outstanding_fen": 6_438_675, "state": "visiting", "contract_tail": "4321",
    }  # fmt: skip
    case = Case(id=clock.new_id(), creditor_id=creditor_id, case_no=case_no, debtor=debtor, content_hash="0" * 64,
                **(facts | changes))  # fmt: skip
    db.session.add_all([debtor, case])
    db.session.flush()
    address = Address(id=clock.new_id(), creditor_id=creditor_id, case_id=case.id, kind="home", text_sealed="",
                      lon=114.057868, lat=22.543099, datum="WGS-84", precision="door", source="test")  # fmt: skip
    address.text_sealed = sealing.seal_text("测试市福中三路市民中心A座", at=place("address", "text_sealed", address.id))
    db.session.add(address)
    db.session.flush()
    return case


@dataclass
class Day:
    """One day of one scheme. `stories` tell the visits, one per stop, in the order they are asked for."""

    scheme_id: uuid.UUID
    stop_ids: list
    case_ids: list
    phone: SigningPhone
    stories: dict = field(default_factory=dict)

    def stop(self, number):
        return db.session.get(SchemeStop, self.stop_ids[number])

    def case(self, number):
        return db.session.get(Case, self.case_ids[number])

    def story(self, number):
        if number not in self.stories:
            self.stories[number] = Story(self.stop(number), self.phone, self.phone.person_id, person_id("luo"))
        return self.stories[number]

    def put_down(self):
        """Return this day without its database, to be taken up in a copy of it."""
        return replace(self, stories={number: replace(one, stop=None) for number, one in self.stories.items()})

    def taken_up(self):
        """Return this day in the database of the present application."""
        made = replace(self, phone=replace(self.phone), stories={})
        for number, one in self.stories.items():
            made.stories[number] = replace(one, stop=made.stop(number), phone=made.phone, photos=dict(one.photos))
        db.session.commit()
        return made

    def visit(self, number):
        return db.session.get(Visit, self.stories[number].visit_id, populate_existing=True)

    def tell(self, number, pairs, *, is_uploaded=True):
        """Keep a visit's records, and its files unless told otherwise, and commit."""
        story = self.story(number)
        story.keep([*pairs, story.check_out(pairs)])
        if is_uploaded:
            story.upload()
        db.session.commit()
        begin_write()
        return self.visit(number)

    def promised(self, number, **kwargs):
        """The debtor promises and signs the statement that the server issued."""
        story = self.story(number)
        paper = issue_statement(self.case(number), at=DISPATCHED, on=DAY)
        shown = {"id": str(paper.id), "kind": "account_statement", "serial": paper.serial, "sha256": paper.sha256,
                 "rendered_as": "pdf", "template": "account_statement/1", "shown_ms": 9000,
                 "scrolled_to_end": True}  # fmt: skip
        pairs = [story.check_in(), story.met(), story.disclosure(), story.outcome(1), story.promise(),
                 story.signed_paper(paper=shown), story.manifest()]  # fmt: skip
        return self.tell(number, pairs, **kwargs)

    def refused(self, number, code=3):
        story = self.story(number)
        return self.tell(number, [story.check_in(), story.met(), story.disclosure(),
                                  story.outcome(code, next_step="propose_sue", delivered=[])])  # fmt: skip

    def nobody(self, number, code=7):
        story = self.story(number)
        return self.tell(number, [story.check_in(), story.met(who="nobody", name="", is_adult=None),
                                  story.outcome(code, next_step="revisit", delivered=[]),
                                  story.manifest(("door",))])  # fmt: skip


def dispatched_day(creditor_ids, *, cases=({},), scheme_state="dispatched"):
    """Put a dispatched scheme into the transaction: one stop per case, each of the creditor of its turn."""
    lin, zhou, guo, luo = (person_id(one) for one in ("lin", "zhou", "guo", "luo"))
    phone = enrolled_phone("fang")
    visit_list = VisitList(id=clock.new_id(), title="名单", author_id=lin)
    scheme = Scheme(id=clock.new_id(), serial=f"FA-20261202-{uuid.uuid4().hex[:4]}-1", visit_list_id=visit_list.id,
                    title="方案", area="福田区", dates=[DAY.isoformat()], state=scheme_state, compiler_id=zhou,
                    dispatched_at=DISPATCHED, materials=["account_statement"])  # fmt: skip
    db.session.add(visit_list)
    db.session.flush()
    db.session.add(scheme)
    db.session.flush()
    crew = Crew(id=clock.new_id(), scheme_id=scheme.id, name="一组", lead_id=phone.person_id, second_id=luo, start={},
                end={})  # fmt: skip
    decision = SchemeDecision(scheme_id=scheme.id, person_id=guo, step="sign_off", decision="approve", version=1,
                              digest="0" * 64, content={}, decided_at=DISPATCHED)  # fmt: skip
    db.session.add_all([crew, decision])
    db.session.flush()
    made = Day(scheme.id, [], [], phone)
    for number, facts in enumerate(cases):
        creditor_id = creditor_ids[number % len(creditor_ids)]
        case = add_case(creditor_id, f"WH2026-00{number}", **facts)
        stop = SchemeStop(id=clock.new_id(), scheme_id=scheme.id, creditor_id=creditor_id, case_id=case.id,
                          address_id=case.addresses[0].id, crew_id=crew.id, day=DAY, seq=number + 1,
                          state="dispatched")  # fmt: skip
        db.session.add(stop)
        db.session.flush()
        made.stop_ids.append(stop.id)
        made.case_ids.append(case.id)
    db.session.commit()
    begin_write()
    return made


def accept(caller, visit_id):
    """Review a visit over HTTP, as a supervisor does."""
    found = caller.get(f"/v1/visits/{visit_id}")
    answer = caller.post(f"/v1/visits/{visit_id}/review", json={"decision": "accept", "reason": ""},
                         headers={"If-Match": found.headers["ETag"]})  # fmt: skip
    assert answer.status_code == 200, answer.text
    return answer


def signed_env(record):
    return envelope.read(record.env)


NOW = datetime(2026, 12, 3, 2, 0, tzinfo=UTC)


def path_of(escalation, step=""):
    """Return where an escalation, or a step of it, is called."""
    return f"/v1/escalations/{escalation['id']}{step}"


def case_state(day, number=1):
    """Return the state of a case of the day as it is stored now."""
    return db.session.get(Case, day.case_ids[number], populate_existing=True).state


def ask(caller, case_id):
    """Ask for the dossier of a case."""
    return caller.post(f"/v1/cases/{case_id}/dossier")


def take_zip(caller, made):
    with caller.get(made["zip_url"]) as answer:  # closing the answer closes the file it is read from
        assert answer.status_code == 200, answer.status
        return answer.data
