"""Dispatched stops for the push: as a scheme leaves them, without the weeks of office work that lead there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from server import clock, feed
from server.accounts.models import Creditor, Person
from server.cases import keyring
from server.cases.models import Address, Case, Party, VisitList
from server.db import db
from server.schemes.models import Crew, Scheme, SchemeDecision, SchemeStop
from server.vault import place

DAY = date(2026, 11, 24)


@dataclass(frozen=True, slots=True)
class Place:
    """A stop as its visit's records name it."""

    stop_id: str
    case_id: str


@dataclass(frozen=True, slots=True)
class Beat:
    """What one agent is sent to: the two of the crew, and their stops in order."""

    agents: tuple[str, str]
    places: tuple[Place, ...]


def dispatch(stops_of_crews: Sequence[int]) -> list[Beat]:
    """Add a dispatched scheme, a crew for each number of stops; commits. Runs inside an application context."""
    author = db.session.query(Person).filter_by(username="zhou").one().id
    creditor = Creditor(id=clock.new_id(), name="测试银行", commission_no="WT-BENCH", payee_account="测试 6200")
    visit_list = VisitList(id=clock.new_id(), title="名单", author_id=author)
    db.session.add_all([creditor, visit_list])
    db.session.flush()
    scheme = Scheme(
        id=clock.new_id(),
        serial="FA-20261124-BENCH",
        visit_list_id=visit_list.id,
        title="方案",
        dates=[DAY.isoformat()],
        state="dispatched",
        compiler_id=author,
    )
    db.session.add(scheme)
    db.session.flush()
    db.session.add(
        SchemeDecision(
            scheme_id=scheme.id,
            person_id=author,
            step="sign_off",
            decision="approve",
            version=1,
            digest="0" * 64,
            content={},
            decided_at=clock.now() - timedelta(days=1),
        )
    )
    beats = [_beat(scheme, creditor.id, number, each=each) for number, each in enumerate(stops_of_crews)]
    db.session.commit()
    return beats


def _beat(scheme: Scheme, creditor_id: UUID, number: int, *, each: int) -> Beat:
    lead, second = (_agent(f"{role}{number}") for role in ("lead", "second"))
    db.session.flush()
    crew = Crew(
        id=clock.new_id(), scheme_id=scheme.id, name=f"{number}组", lead_id=lead, second_id=second, start={}, end={}
    )
    db.session.add(crew)
    db.session.flush()
    places = tuple(_stops(scheme.id, creditor_id, crew.id, number, each=each))
    for one in places:
        feed.publish(feed.person(lead), "cards", one.stop_id)
    return Beat((str(lead), str(second)), places)


def _agent(username: str) -> UUID:
    person = Person(
        id=clock.new_id(),
        username=username,
        name="测试外访员",
        staff_no=username.upper(),
        role_names=["agent"],
        creditor_ids=None,
        qualified_until=clock.today() + timedelta(days=365),
        password_hash="",
    )
    db.session.add(person)
    return person.id


def _stops(scheme_id: UUID, creditor_id: UUID, crew_id: UUID, number: int, *, each: int) -> Sequence[Place]:
    parties, cases, addresses, stops = [], [], [], []
    for turn in range(each):
        party, case, address, stop = (clock.new_id() for _ in range(4))
        parties.append(Party(id=party, creditor_id=creditor_id, name="测试甲", id_last4="0717"))
        cases.append(
            Case(
                id=case,
                creditor_id=creditor_id,
                case_no=f"WH-{number}-{turn}",
                debtor_id=party,
                product="信用卡",
                contract_tail="4321",
                as_of=DAY,
                placed_fen=6_438_675,
                principal_fen=5_830_000,
                interest_fen=412_055,
                penalty_interest_fen=196_620,
                outstanding_fen=6_438_675,
                content_hash="0" * 64,
            )
        )
        sealed = keyring.seal("测试市测试路1号", at=place("address", "text_sealed", address), case_id=case)
        addresses.append(
            Address(
                id=address,
                creditor_id=creditor_id,
                case_id=case,
                text_sealed=sealed,
                lon=114.057868,
                lat=22.543099,
                datum="WGS-84",
                precision="door",
                source="bench",
            )
        )
        stops.append(
            SchemeStop(
                id=stop,
                scheme_id=scheme_id,
                creditor_id=creditor_id,
                case_id=case,
                address_id=address,
                crew_id=crew_id,
                day=DAY,
                seq=turn + 1,
                state="dispatched",
            )
        )
    for rows in (parties, cases, addresses, stops):
        db.session.add_all(rows)
        db.session.flush()
    return [Place(str(stop.id), str(stop.case_id)) for stop in stops]
