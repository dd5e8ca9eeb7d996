"""Unmodified RxDB follows the feed: every page to the end, its own documents only, tombstones without content."""

from itertools import count
from uuid import UUID

import pytest

from server import clock
from server.accounts.models import Person
from server.db import begin_write, db
from server.schemes import daypack
from server.simulation.cutter import CLEAR, THIRD_ANSWER_LOST
from server.visits import messages
from server.visits.models import Visit
from tests.clients.conftest import catch_up
from tests.clients.make_records import arrivals
from tests.server.schemes import make_scheme as make

_numbers = count(1)


@pytest.fixture
def tell(phone, as_fang, as_zhou):
    """Leave messages for Fang about a visit of his, and start from there."""
    phone.write(records=arrivals(1))
    phone.push(coll="records")
    catch_up()
    visit_id = db.session.query(Visit.id).order_by(Visit.created_at.desc()).first()[0]

    def leave(texts):
        begin_write()
        visit = db.session.get(Visit, visit_id)
        for text in texts:
            messages.send(
                visit, to=[UUID(as_fang.person_id)], sender_id=UUID(as_zhou.person_id), kind="returned", text=text,
                at=clock.now(),
            )  # fmt: skip
        db.session.commit()

    leave([])
    phone.pull(coll="messages")
    return leave


def texts(phone):
    return sorted(one["text"] for one in phone.documents(coll="messages"))


class TestPages:
    def test_bring_250_documents_in_pages_of_100(self, phone, tell):
        expected = [f"{number:03d}" for number in range(250)]
        before = texts(phone)
        tell(expected)
        seen = phone.pull(coll="messages", batch=100)
        assert texts(phone) == sorted(before + expected)
        assert (len(seen["received"]), seen["requests"], seen["errors"]) == (250, 3, [])

    def test_end_after_an_empty_one_when_the_last_was_full(self, phone, tell):
        tell([f"{number:03d}" for number in range(200)])
        seen = phone.pull(coll="messages", batch=100)
        assert (len(seen["received"]), seen["requests"]) == (200, 3)
        assert phone.pull(coll="messages", batch=100)["received"] == []

    def test_silently_shorter_than_asked_would_lose_the_rest(self, phone, tell):
        """The trap: a server that caps pages at 50 without a word. Ours gives what is asked or says 400."""
        tell([f"{number:03d}" for number in range(250)])
        capped = phone.pull(coll="messages", batch=100, limit=50)
        assert (len(capped["received"]), capped["errors"]) == (50, [])
        assert len(phone.pull(coll="messages", batch=50)["received"]) == 200

    def test_of_more_than_1000_are_refused(self, phone, tell):
        tell(["x"])
        seen = phone.pull(coll="messages", batch=1001)
        assert (seen["refused"]["status"], seen["received"]) == (400, [])
        assert seen["refused"]["problem"]["type"].endswith("/bad-pull")
        assert len(phone.pull(coll="messages", batch=1000)["received"]) == 1

    def test_survive_lost_answers(self, phone, tell, cutter):
        tell([f"{number:03d}" for number in range(90)])
        cutter.weather = THIRD_ANSWER_LOST
        seen = phone.pull(coll="messages", batch=10)
        cutter.weather = CLEAR
        assert sorted(seen["received"]) == sorted({one["id"] for one in seen["raw"]})
        assert len(seen["received"]) == 90
        assert len(seen["errors"]) >= 3


class TestScope:
    @pytest.fixture
    def dispatched(self, as_zhou, as_sun, as_guo, creditors):
        """A dispatched scheme of two visits for Fang and Luo."""
        cases = [make.case(creditors["bank"], next(_numbers)) for _ in range(2)]
        scheme = make.compiled(as_zhou, make.accepted_list(cases))
        make.planned(as_zhou, scheme["id"], iterations=10)
        make.submitted(as_zhou, scheme["id"])
        signed = make.signed(as_guo, make.reviewed(as_sun, scheme["id"]))
        assert as_zhou.post(f"/v1/schemes/{signed['id']}/dispatch").status_code == 200
        return signed

    def give_to(self, username, as_zhou, as_guo, scheme_id):
        """Put somebody else beside Fang and dispatch again."""
        scheme = as_zhou.get(f"/v1/schemes/{scheme_id}").json
        crew = make.crew(members=("fang", username), id=scheme["crews"][0]["id"])
        after = make.patched(as_zhou, scheme, crews=[crew]).json
        make.signed(as_guo, make.planned(as_zhou, after["id"], iterations=10))
        assert as_zhou.post(f"/v1/schemes/{scheme_id}/dispatch").status_code == 200

    def test_moves_a_stop_from_phone_to_phone_and_back(
        self, new_phone, as_luo, as_an, as_zhou, as_guo, storage, dispatched
    ):
        db.session.get(Person, UUID(as_an.person_id)).role_names = ["agent", "admin"]
        db.session.get(Person, UUID(as_an.person_id)).qualified_until = make.DAY
        db.session.commit()
        mine = {stop["id"] for stop in dispatched["stops"]}
        lous, ans = new_phone(as_luo, storage), new_phone(as_an, storage)
        lous.pull(coll="stops"), lous.pull(coll="cards"), ans.pull(coll="stops")
        assert mine <= ids(lous, "stops")
        assert mine <= ids(lous, "cards")
        assert not mine & ids(ans, "stops")

        self.give_to("an", as_zhou, as_guo, dispatched["id"])
        for coll in ("stops", "cards"):
            seen = lous.pull(coll=coll)
            assert sorted(seen["raw"], key=by_id) == [{"id": one, "_deleted": True} for one in sorted(mine)]
            assert not mine & ids(lous, coll)
        ans.pull(coll="stops")
        assert mine <= ids(ans, "stops")

        self.give_to("luo", as_zhou, as_guo, dispatched["id"])
        lous.pull(coll="stops"), ans.pull(coll="stops")
        assert mine <= ids(lous, "stops")
        assert not mine & ids(ans, "stops")

    def test_takes_a_frozen_case_off_the_phone_at_once(self, phone, dispatched):
        phone.pull(coll="stops"), phone.pull(coll="cards")
        gone, stays = dispatched["stops"]
        begin_write()
        assert daypack.hold_back(UUID(gone["case_id"])) == 1
        db.session.commit()
        for coll in ("stops", "cards"):
            assert phone.pull(coll=coll)["raw"] == [{"id": gone["id"], "_deleted": True}]
            assert stays["id"] in ids(phone, coll)
            assert gone["id"] not in ids(phone, coll)

    def test_brings_members_no_schema_of_the_phone_names(self, phone, dispatched):
        seen = phone.pull(coll="stops")
        stored = {one["id"]: one for one in phone.documents(coll="stops")}
        for one in seen["raw"]:
            assert stored.get(one["id"], one if one.get("_deleted") else None) == one
        assert {"place", "agents", "windows", "papers"} <= stored[dispatched["stops"][0]["id"]].keys()


def ids(phone, coll):
    return {one["id"] for one in phone.documents(coll=coll)}


def by_id(document):
    return document["id"]
