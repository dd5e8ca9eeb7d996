"""An accepted visit list in the database, and the bodies that make a scheme of it; invented people, public places."""

from datetime import timedelta

from sqlalchemy import select

from server import clock, config, feed, jobs
from server.accounts.models import Creditor, Person
from server.cases.models import Address, Case, Party, StopFlag, VisitList, VisitListLine
from server.db import db
from server.schemes.models import SchemeStop
from server.vault import place

CENTRE = {"lon": 114.0596, "lat": 22.5429, "datum": "WGS-84", "precision": "building"}
DAY = clock.today() + timedelta(days=(7 - clock.today().weekday()) % 7 + 7)
"""A Monday at least a week ahead: never past, and the same weekday whenever the tests run."""


def person_id(username):
    return db.session.scalars(select(Person.id).where(Person.username == username)).one()


def agents(*usernames):
    """Add field agents as qualified as Fang."""
    fang = db.session.query(Person).filter_by(username="fang").one()
    for name in usernames:
        copied = {"role_names": ["agent"], "qualified_until": fang.qualified_until, "creditor_ids": None}
        row = Person(id=clock.new_id(), username=name, name=f"{name}外访", staff_no=name.upper(), **copied)
        row.password_hash = ""
        db.session.add(row)
    db.session.commit()


def case(creditor_id, number, *, precision="building", datum="GCJ-02", languages=(), fen=5_830_000):
    sealed = config.current().vault.seal
    debtor = Party(
        id=clock.new_id(),
        creditor_id=creditor_id,
        name=f"测试{number}",
        id_last4="0717",
        languages=list(languages),
    )
    debtor.id_index = f"{number:032d}"
    row = Case(
        id=clock.new_id(),
        creditor_id=creditor_id,
        case_no=f"WH2026-{number:06d}",
        debtor=debtor,
        product="信用卡",
        contract_tail="8812",
        as_of=clock.today(),
        overdue_on=clock.today() - timedelta(days=100),
        placed_fen=fen,
        principal_fen=fen,
        outstanding_fen=fen,
        state="listed",
        content_hash="0" * 64,
    )
    row.contract_no_sealed = sealed(f"6200{number:012d}", at=place("case", "contract_no_sealed", row.id))
    address = Address(id=clock.new_id(), creditor_id=creditor_id, case_id=row.id, text_sealed="")
    address.text_sealed = sealed(f"测试路{number}号", at=place("address", "text_sealed", address.id))
    address.precision, address.datum, address.district = precision, datum, "福田区"
    address.lon, address.lat = 114.065 + 0.004 * (number % 5), 22.540 + 0.004 * (number // 5)
    db.session.add_all([debtor, row])
    db.session.flush()
    db.session.add(address)
    db.session.flush()
    row.addresses.append(address)
    return row


def set_rules(creditor_id, **settings):
    """Lay a creditor's own settings over the rule pack: FREQ_V={"enabled": True}."""
    creditor = db.session.get(Creditor, creditor_id)
    creditor.rule_overrides = {name.replace("_", "-"): setting for name, setting in settings.items()}
    db.session.commit()


def accepted_list(cases, *, author="lin", decisions=None):
    author_id = person_id(author)
    visit_list = VisitList(id=clock.new_id(), title="十二月名单", state="accepted", author_id=author_id)
    for index, one in enumerate(cases):
        visit_list.lines.append(
            VisitListLine(
                id=clock.new_id(),
                creditor_id=one.creditor_id,
                case=one,
                case_id=one.id,
                address=one.addresses[0] if one.addresses else None,
                score=60 - index,
                terms=[{"code": "overdue", "name": "逾期天数", "points": 20}],
                decision=(decisions or {}).get(index, "accept"),
            )
        )
    db.session.add(visit_list)
    db.session.commit()
    return str(visit_list.id)


def flag(case_id, kind="complaint"):
    db.session.add(StopFlag(id=clock.new_id(), case_id=case_id, kind=kind, raised_at=clock.now()))
    db.session.commit()


def crew(name="一组", members=("fang", "luo"), **changes):
    given = {
        "name": name,
        "members": [str(person_id(one)) for one in members],
        "vehicle": "粤B·测001",
        "start": CENTRE,
        "shift_from": "09:00",
        "shift_until": "18:00",
    }
    return given | changes


def body(list_id, **changes):
    given = {
        "visit_list_id": list_id,
        "dates": [DAY.isoformat()],
        "crews": [crew()],
        "vehicles": [{"plate": "粤B·测001"}],
        "materials": ["account_statement", "visit_receipt", "recorder"],
        "area": "福田区",
        "risk_notes": "雨天慢行",
        "cost_rates": {"per_km_fen": 120, "per_crew_day_fen": 20_000},
    }
    return given | changes


def compiled(caller, list_id, **changes):
    answer = caller.post("/v1/schemes", json=body(list_id, **changes))
    assert answer.status_code == 201, answer.text
    return answer.json


def planned(caller, scheme_id, **changes):
    """Plan a scheme through the job and return it."""
    answer = caller.post(f"/v1/schemes/{scheme_id}/plan", json={"iterations": 100} | changes)
    assert answer.status_code == 202, answer.text
    jobs.drain(clock.now())
    db.session.rollback()
    return caller.get(f"/v1/schemes/{scheme_id}").json


def submitted(caller, scheme_id):
    answer = caller.post(f"/v1/schemes/{scheme_id}/submit")
    assert answer.status_code == 200, answer.text
    return answer.json


def reviewed(caller, scheme_id, **changes):
    answer = caller.post(f"/v1/schemes/{scheme_id}/review", json={"decision": "approve"} | changes)
    assert answer.status_code == 200, answer.text
    return answer.json


def signed(caller, scheme):
    sent = {"digest": scheme["digest"], "decision": "approve"}
    answer = caller.post(f"/v1/schemes/{scheme['id']}/sign-off", json=sent)
    assert answer.status_code == 200, answer.text
    return answer.json


def patched(caller, scheme, **changes):
    tag = {"If-Match": f'"v{scheme["version"]}"'}
    return caller.patch(f"/v1/schemes/{scheme['id']}", json=changes, headers=tag)


def earlier_stop(case, *, days_before):
    """Return a visit to the same debtor that a crew made before DAY; the caller puts it into a scheme."""
    return SchemeStop(
        id=clock.new_id(),
        creditor_id=case.creditor_id,
        case_id=case.id,
        day=DAY - timedelta(days=days_before),
        state="visited",
        windows=[],
        materials=[],
        reasons=[],
    )


def dispatch(caller, scheme):
    return caller.post(f"/v1/schemes/{scheme['id']}/dispatch")


def pulled(username, coll):
    """Return what a person's phones get of a collection, tombstones as None."""
    db.session.rollback()
    holder = person_id(username)
    positions = feed.positions(db.session, [feed.person(holder)], coll, after=0, limit=500)
    documents = feed.documents(coll, holder, [one.doc_id for one in positions if not one.gone])
    return {one.doc_id: documents.get(one.doc_id) for one in positions}
