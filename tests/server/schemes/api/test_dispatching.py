"""What Zhou sends out reaches Fang's and Luo's phones and nobody else's, with the papers they will have signed."""

import hashlib
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, event, select

from server import clock, feed
from server.accounts.models import Person
from server.cases import sealing
from server.cases.models import Case, Paper
from server.db import begin_write, db
from server.media import store
from server.transparency.tables import log_leaf
from server.vault import place
from tests.server.schemes import make_scheme as make
from tests.server.schemes.make_scheme import dispatch, pulled


@pytest.fixture
def cases(creditors):
    return [make.case(creditors["bank"], number) for number in range(2)]


@pytest.fixture
def signed(as_zhou, as_sun, as_guo, cases):
    scheme = make.compiled(as_zhou, make.accepted_list(cases))
    make.planned(as_zhou, scheme["id"], iterations=20)
    make.submitted(as_zhou, scheme["id"])
    return make.signed(as_guo, make.reviewed(as_sun, scheme["id"]))


@contextmanager
def counted():
    """Yield a list that grows by every statement the database is asked."""
    asked = []

    def note(_connection, _cursor, statement, *_more):
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


class TestDispatch:
    def test_issues_a_pack_for_each_member_and_day(self, as_zhou, signed):
        answer = dispatch(as_zhou, signed)
        assert (answer.status_code, answer.json["state"], answer.json["withheld"]) == (200, "dispatched", [])
        people = {pack["person_id"] for pack in answer.json["packs"]}
        assert people == {str(make.person_id("fang")), str(make.person_id("luo"))}
        assert {pack["day"] for pack in answer.json["packs"]} == {make.DAY.isoformat()}
        assert {pack["stops"] for pack in answer.json["packs"]} == {2}
        assert answer.json["packs"][0]["form"]["id"] == "visit"
        assert answer.json["packs"][0]["rules"][0]["name"] == "cn-2026.1"

    def test_logs_the_form_and_the_rules_that_went_out(self, as_zhou, signed):
        packs = dispatch(as_zhou, signed).json["packs"]
        held = {row.kind: row.hash for row in db.session.execute(select(log_leaf)) if row.kind in {"form", "rules"}}
        assert held == {"form": packs[0]["form"]["digest"], "rules": packs[0]["rules"][0]["digest"]}

    def test_puts_the_visits_on_the_crews_phones_only(self, as_zhou, signed):
        dispatch(as_zhou, signed)
        for username in ("fang", "luo"):
            stops = pulled(username, "stops")
            assert set(stops) == {stop["id"] for stop in signed["stops"]}
            for stop in stops.values():
                assert stop["agents"] == [str(make.person_id("fang")), str(make.person_id("luo"))]
                assert stop["plan_version"] == 1
                assert len(stop["papers"]) == 1
        assert pulled("lin", "stops") == {}

    def test_gives_nobody_else_the_documents_even_by_id(self, as_zhou, signed):
        dispatch(as_zhou, signed)
        stop_ids = [stop["id"] for stop in signed["stops"]]
        paper_ids = [str(paper.id) for paper in db.session.query(Paper)]
        lin = make.person_id("lin")
        assert feed.documents("stops", lin, stop_ids) == {}
        assert feed.documents("cards", lin, stop_ids) == {}
        assert feed.documents("papers", lin, paper_ids) == {}

    def test_asks_the_database_as_often_for_many_cards_as_for_one(self, as_zhou, signed):
        dispatch(as_zhou, signed)
        stop_ids, fang = [stop["id"] for stop in signed["stops"]], make.person_id("fang")
        for coll in ("stops", "cards"):
            counts = []
            for wanted in (stop_ids[:1], stop_ids):
                db.session.expire_all()
                db.session.expunge_all()
                with counted() as asked:
                    assert len(feed.documents(coll, fang, wanted)) == len(wanted)
                counts.append(len(asked))
            assert counts[0] == counts[1], coll

    def test_puts_only_the_needed_fields_on_a_card(self, as_zhou, signed):
        dispatch(as_zhou, signed)
        card = next(iter(pulled("fang", "cards").values()))
        assert set(card) == {
            "id", "stop_id", "case_id", "case_no", "debtor", "address", "place", "debt", "history", "reasons",
            "flags", "do_not", "frozen", "note", "firm_phone", "calls",
        }  # fmt: skip
        assert card["debtor"]["id_masked"] == "**************0717"
        assert set(card["debtor"]) == {"kind", "name", "id_kind", "id_masked", "languages", "phone"}
        assert card["address"]["text"].startswith("测试路")
        assert card["place"]["datum"] == "WGS-84"
        assert {one["code"] for one in card["do_not"]} >= {"no_third_party", "no_cash", "no_entry", "no_posting"}

    def test_puts_the_debtors_number_on_a_card_until_nobody_may_call_it(self, as_zhou, signed, monkeypatch):
        dispatch(as_zhou, signed)
        monkeypatch.setattr(clock, "today", lambda: make.DAY - timedelta(days=1))  # the number comes on the eve
        (card, *_) = pulled("fang", "cards").values()

        def shown(number, **party_says):
            db.session.rollback()
            begin_write()
            party = db.session.get_one(Case, UUID(card["case_id"])).debtor
            party.phone_sealed = sealing.seal_text(number, at=place("party", "phone_sealed", party.id))
            for name, value in party_says.items():
                setattr(party, name, value)
            db.session.commit()
            told = pulled("fang", "cards")[card["id"]]
            return told["debtor"]["phone"], told["frozen"]

        assert shown("+86 138 0000 1234") == ("13800001234", [])
        assert shown("问邻居") == ("", [])
        assert shown("") == ("", [])
        assert shown("13800001234", do_not_contact=True) == ("", ["do_not_contact"])

    def test_issues_a_statement_whose_bytes_have_the_hash(self, as_zhou, signed):
        answer = dispatch(as_zhou, signed)
        assert answer.json["papers"] == 2
        documents = pulled("fang", "papers")
        assert len(documents) == 2
        for paper in documents.values():
            content = store().get(paper["sha256"])
            assert content.startswith(b"%PDF")
            assert hashlib.sha256(content).hexdigest() == paper["sha256"]
            assert paper["serial"].startswith("DZ-")

    def test_issues_no_statement_where_none_is_taken_along(self, as_zhou, as_sun, as_guo, cases):
        scheme = make.compiled(as_zhou, make.accepted_list(cases), materials=["recorder"])
        make.planned(as_zhou, scheme["id"], iterations=20)
        make.submitted(as_zhou, scheme["id"])
        signed = make.signed(as_guo, make.reviewed(as_sun, scheme["id"]))
        assert dispatch(as_zhou, signed).json["papers"] == 0

    def test_sends_the_form_and_the_rule_pack(self, as_zhou, signed):
        dispatch(as_zhou, signed)
        (form,) = pulled("luo", "forms").values()
        assert form["document"]["id"] == form["form_id"] == "visit"
        (pack,) = pulled("luo", "rules").values()
        assert (pack["id"], pack["document"]["version"]) == ("cn-2026.1", "2026.1")

    def test_moves_the_cases_to_visiting(self, as_zhou, signed, cases):
        dispatch(as_zhou, signed)
        db.session.rollback()
        assert {db.session.get(Case, one.id).state for one in cases} == {"visiting"}

    def test_keeps_back_a_case_frozen_after_sign_off(self, as_zhou, signed):
        frozen = signed["stops"][0]
        make.flag(UUID(frozen["case_id"]))
        answer = dispatch(as_zhou, signed)
        assert answer.status_code == 200
        assert [(one["stop_id"], one["rule_id"]) for one in answer.json["withheld"]] == [(frozen["id"], "FREEZE")]
        assert set(pulled("fang", "stops")) == {signed["stops"][1]["id"]}
        assert frozen["id"] not in pulled("fang", "cards")

    def test_keeps_back_what_the_managers_limits_exclude(self, as_zhou, as_sun, as_guo, cases):
        scheme = make.compiled(as_zhou, make.accepted_list(cases))
        make.planned(as_zhou, scheme["id"], iterations=20)
        make.submitted(as_zhou, scheme["id"])
        reviewed = make.reviewed(as_sun, scheme["id"])
        excluded = reviewed["stops"][1]
        sent = {
            "digest": reviewed["digest"],
            "decision": "approve",
            "limits": {"exclude_case_ids": [excluded["case_id"]]},
        }
        as_guo.post(f"/v1/schemes/{reviewed['id']}/sign-off", json=sent)
        (kept,) = dispatch(as_zhou, reviewed).json["withheld"]
        assert (kept["stop_id"], kept["rule_id"]) == (excluded["id"], "LIMITS")

    def test_refuses_an_agent_whose_clearance_has_run_out(self, as_zhou, signed):
        db.session.get(Person, make.person_id("luo")).qualified_until = None
        db.session.commit()
        answer = dispatch(as_zhou, signed)
        assert (answer.status_code, answer.json["rules"]) == (409, ["STAFF-OK"])
        assert pulled("fang", "stops") == {}

    def test_refuses_without_a_sign_off(self, as_zhou, cases):
        scheme = make.compiled(as_zhou, make.accepted_list(cases))
        answer = dispatch(as_zhou, scheme)
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/not-signed-off")

    @pytest.mark.parametrize("caller", ["lin", "guo", "fang", "ma", "tan"])
    def test_is_for_supervisors_only(self, sign_in, signed, caller):
        assert dispatch(sign_in(caller), signed).status_code == 403

    def test_sends_again_without_doubling_papers(self, as_zhou, signed):
        dispatch(as_zhou, signed)
        again = dispatch(as_zhou, signed)
        assert again.status_code == 200
        assert db.session.query(Paper).filter_by(kind="account_statement").count() == 2
        assert len(as_zhou.get(f"/v1/schemes/{signed['id']}/packs").json["items"]) == 4

    def test_takes_a_visit_off_the_phones_of_a_replaced_crew(self, as_zhou, as_guo, signed):
        dispatch(as_zhou, signed)
        replaced = self.replace_luo(as_zhou, signed)
        make.signed(as_guo, make.planned(as_zhou, replaced["id"], iterations=20))
        assert dispatch(as_zhou, signed).status_code == 200
        assert set(pulled("luo", "stops").values()) == {None}
        assert set(pulled("luo", "cards").values()) == {None}
        assert set(pulled("luo", "papers").values()) == {None}
        assert len([one for one in pulled("fang", "papers").values() if one]) == 2
        assert len([one for one in pulled("an", "papers").values() if one]) == 2
        assert len([one for one in pulled("an", "stops").values() if one]) == 2

    def replace_luo(self, as_zhou, signed):
        person = db.session.get(Person, make.person_id("an"))
        person.role_names = ["agent"]
        person.qualified_until = make.DAY
        db.session.commit()
        scheme = as_zhou.get(f"/v1/schemes/{signed['id']}").json
        crew = make.crew(members=("fang", "an"), id=scheme["crews"][0]["id"])
        after = make.patched(as_zhou, scheme, crews=[crew]).json
        assert after["state"] == "changed"
        return after
