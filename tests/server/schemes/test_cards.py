"""A card brings to a phone what the allow-list gives it, no more: the number on the eve, and nothing after the day."""

from datetime import datetime, time, timedelta
from uuid import UUID, uuid4

import pytest

from server import clock, config, feed
from server.cases.models import Address, Case, Party
from server.compliance import allowlist
from server.compliance.allowlist import Shown
from server.db import begin_write, db
from server.schemes import calls, cards, documents, phone_days
from server.schemes.models import DayPack, SchemeStop
from server.vault import place
from tests.server.schemes import make_scheme as make

NUMBER, REMARK, ACCESS, ID = "13800138000", "周末在家", "门禁 2#", "110101198801010717"


@pytest.fixture
def sent(as_zhou, as_sun, as_guo, creditors):
    """A scheme that went out; returns the ids of its stops."""
    listed = make.accepted_list([make.case(creditors["bank"], one) for one in range(2)])
    scheme_id = make.compiled(as_zhou, listed)["id"]
    make.planned(as_zhou, scheme_id, iterations=10)
    make.submitted(as_zhou, scheme_id)
    make.signed(as_guo, make.reviewed(as_sun, scheme_id))
    assert as_zhou.post(f"/v1/schemes/{scheme_id}/dispatch", json={}).status_code == 200
    begin_write()
    seal = config.current().vault.seal
    for party in db.session.query(Party):
        party.phone_sealed = seal(NUMBER, at=place("party", "phone_sealed", party.id))
        party.id_sealed = seal(ID, at=place("party", "id_sealed", party.id))
    for case in db.session.query(Case):
        case.note_sealed = seal(REMARK, at=place("case", "note_sealed", case.id))
    for address in db.session.query(Address):
        address.access_note = ACCESS
    return [stop.id for stop in db.session.query(SchemeStop)]


def card(stop_id):
    return cards.cards(make.person_id("fang"), [str(stop_id)])[str(stop_id)]


def move(stop_ids, *, days, issued=timedelta(days=1)):
    """Let the visits be on the day so many days from today, of packs issued so long ago."""
    for stop in db.session.query(SchemeStop):
        stop.day = clock.today() + timedelta(days=days)
    for pack in db.session.query(DayPack):
        pack.issued_at = clock.now() - issued
    db.session.commit()
    begin_write()
    return stop_ids


class TestCard:
    def test_holds_of_every_field_what_the_allow_list_gives(self, sent):
        told = card(move(sent, days=0)[0])
        seen = {
            "name": told["debtor"]["name"], "id_number": told["debtor"]["id_masked"], "phone": told["debtor"]["phone"],
            "address": told["address"]["text"], "point": told["place"], "contract_no": told["debt"]["contract_tail"],
            "amount": told["debt"]["outstanding_fen"], "remark": REMARK if REMARK in str(told) else "",
            "access_note": told["address"]["access_note"],
        }  # fmt: skip
        given = {field: allowlist.on_phone("card", field) for field in allowlist.fields()}
        assert {field: bool(seen[field]) for field in given} == {
            field: much > Shown.NONE for field, much in given.items()
        }
        assert (given["id_number"], ID in str(told), ID[-4:] in told["debtor"]["id_masked"]) == (
            Shown.MASKED, False, True,
        )  # fmt: skip
        assert (given["contract_no"], "6200000000000000" in str(told)) == (Shown.MASKED, False)

    @pytest.mark.parametrize(("days", "is_given"), [(0, True), (1, True), (2, False), (9, False)])
    def test_has_the_number_from_the_eve_on(self, sent, days, is_given):
        assert card(move(sent, days=days)[0])["debtor"]["phone"] == (NUMBER if is_given else "")

    def test_counts_the_calls_of_the_day(self, sent):
        stop = db.session.get(SchemeStop, sent[0])
        for result in ("reached", "no_answer", "no_answer"):
            calls.keep(uuid4(), stop, agent_id=make.person_id("luo"), result=result, at=clock.now())
        db.session.flush()
        assert card(sent[0])["calls"] == {"on": clock.today().isoformat(), "reached": 1, "unanswered": 2}
        assert card(sent[1])["calls"] == {"on": "", "reached": 0, "unanswered": 0}

    def test_says_the_same_of_calls_on_the_next_day(self, sent, monkeypatch):
        stop = db.session.get(SchemeStop, sent[0])
        calls.keep(uuid4(), stop, agent_id=make.person_id("luo"), result="reached", at=clock.now())
        db.session.flush()
        before, tomorrow = card(sent[0])["calls"], clock.today() + timedelta(days=1)
        monkeypatch.setattr(clock, "today", lambda: tomorrow)
        assert card(sent[0])["calls"] == before


def on_phone(coll, *, of="fang"):
    """Return the ids of what is on somebody's phones, positions included."""
    at = feed.sync_feed.c
    rows = db.session.execute(
        db.select(at.doc_id, at.seq).where(
            at.subject == feed.person(make.person_id(of)), at.coll == coll, at.gone.is_(False)
        )
    )
    return dict(tuple(row) for row in rows)


@pytest.fixture(autouse=True)
def unseen():
    phone_days._gone.clear()  # noqa: SLF001  # as a process that has just begun
    phone_days._near.clear()  # noqa: SLF001


def noon_after(days=0):
    """Return noon of the day after the one so many days from today."""
    return datetime.combine(clock.today() + timedelta(days=days + 1), time(12), clock.SHANGHAI)


class TestTakeBack:
    def test_takes_all_of_a_day_off_at_noon_of_the_next(self, sent):
        move(sent, days=0)
        assert len(on_phone("stops")) == len(on_phone("cards")) == 2
        assert on_phone("papers")
        assert phone_days.take_back(noon_after() - timedelta(minutes=1)) == 0
        assert phone_days.take_back(noon_after()) == 2
        db.session.commit()
        assert [on_phone(coll, of=of) for of in ("fang", "luo") for coll in ("stops", "cards", "papers")] == [{}] * 6
        assert phone_days.take_back(noon_after() + timedelta(hours=1)) == 0

    def test_leaves_what_was_sent_out_late_for_half_a_day(self, sent):
        late = noon_after(-1) - timedelta(hours=1)
        move(sent, days=-1, issued=clock.now() - late)
        assert phone_days.take_back(noon_after(-1)) == 0
        phone_days._gone.clear()  # noqa: SLF001
        assert phone_days.take_back(late + timedelta(hours=13)) == 2

    def test_leaves_the_days_to_come(self, sent):
        move(sent, days=1)
        assert phone_days.take_back(noon_after()) == 0
        assert len(on_phone("cards")) == 2


class TestGiveNumbers:
    def test_publishes_the_cards_of_tomorrow_once_a_day(self, sent):
        move(sent, days=3)
        before = on_phone("cards")
        eve = noon_after(1)  # two days from now
        assert phone_days.give_numbers(clock.now()) == 0
        assert (phone_days.give_numbers(eve), phone_days.give_numbers(eve + timedelta(hours=2))) == (2, 0)
        db.session.commit()
        after = on_phone("cards")
        assert set(after) == set(before)
        assert all(after[one] > before[one] for one in before)


class TestLeavesAt:
    def test_stands_on_each_stop(self, sent):
        move(sent, days=0)
        told = documents.stops(make.person_id("fang"), [str(sent[0])])[str(sent[0])]
        assert datetime.fromisoformat(told["leaves_at"]) == noon_after()
        assert UUID(told["id"]) == sent[0]
