"""One key for each case: what was sealed under it opens no more once it is destroyed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from server import clock, config
from server.cases import keyring
from server.cases.keyring import CaseKey
from server.db import begin_write, db
from server.vault import SealBroken, place

AT = place("case", "note_sealed", 1)


@pytest.fixture
def case_id(in_app):
    begin_write()
    return clock.new_id()


class TestSeal:
    def test_opens_again_and_shows_nothing(self, case_id):
        sealed = keyring.seal("备注甲", at=AT, case_id=case_id)
        assert sealed.startswith(f"v2|{case_id}|")
        assert "备注甲" not in sealed
        assert keyring.unseal(sealed, at=AT) == "备注甲"

    def test_is_bound_to_its_place_and_its_case(self, case_id):
        sealed = keyring.seal("备注甲", at=AT, case_id=case_id)
        other = clock.new_id()
        keyring.ensure(other)
        for broken, at in ((sealed, place("case", "note_sealed", 2)), (sealed.replace(str(case_id), str(other)), AT)):
            with pytest.raises(SealBroken):
                keyring.unseal(broken, at=at)

    def test_uses_the_vaults_own_key_without_a_case(self, case_id):
        sealed = keyring.seal("无案件", at=AT, case_id=None)
        assert config.current().vault.unseal(sealed, at=AT) == keyring.unseal(sealed, at=AT) == "无案件"

    def test_cannot_be_opened_with_the_vaults_key(self, case_id):
        sealed = keyring.seal("备注甲", at=AT, case_id=case_id)
        with pytest.raises(SealBroken):
            config.current().vault.unseal(f"v1|k1|{sealed.rsplit('|', 1)[1]}", at=AT)

    @pytest.mark.parametrize("odd", ["v2|no-id|x", "v2|", "v2||"])
    def test_refuses_what_is_no_sealed_value(self, case_id, odd):
        with pytest.raises(SealBroken):
            keyring.unseal(odd, at=AT)

    def test_refuses_a_value_whose_key_was_lost(self, case_id):
        lost = clock.new_id()
        with pytest.raises(SealBroken, match=f"^no key of case {lost}$"):
            keyring.unseal(f"v2|{lost}|AAAA", at=AT)


class TestOpener:
    def test_opens_a_page_as_each_value_alone(self, case_id):
        sealed = [keyring.seal(text, at=AT, case_id=case_id) for text in ("甲", "乙")]
        wrapped = {str(case_id): db.session.get(CaseKey, case_id).key_sealed}
        for known in (wrapped, {}):
            open_text = keyring.opener(known)
            assert [open_text(one, at=AT) for one in sealed] == ["甲", "乙"]
            assert open_text(keyring.seal("无案件", at=AT, case_id=None), at=AT) == "无案件"
            assert open_text(None, at=AT) == ""

    def test_gives_nothing_once_the_key_is_destroyed(self, case_id):
        sealed = keyring.seal("备注甲", at=AT, case_id=case_id)
        keyring.destroy(case_id, at=clock.now())
        assert keyring.opener({str(case_id): None})(sealed, at=AT) == keyring.opener({})(sealed, at=AT) == ""

    def test_refuses_another_place_another_case_and_what_is_no_sealed_value(self, case_id):
        sealed, other = keyring.seal("备注甲", at=AT, case_id=case_id), clock.new_id()
        keyring.ensure(other)
        for broken in (sealed.replace(str(case_id), str(other)), "v2|no-id|x", "v2|", "v2||", f"v2|{case_id}|"):
            with pytest.raises(SealBroken):
                keyring.opener({})(broken, at=AT)
        with pytest.raises(SealBroken):
            keyring.opener({})(sealed, at=place("case", "note_sealed", 2))


class TestFirstKey:
    def test_two_at_once_come_to_one_key_and_both_texts_open(self, app, case_id):
        """Each has looked and found no key before either writes; on SQLite the second waits for the first anyway."""
        db.session.rollback()
        looked = Barrier(2)

        def write(text):
            with app.app_context():
                if db.engine.dialect.name == "sqlite":
                    looked.wait(10)
                begin_write()
                assert db.session.get(CaseKey, case_id) is None or db.engine.dialect.name == "sqlite"
                if db.engine.dialect.name == "postgresql":
                    looked.wait(10)
                sealed = keyring.seal(text, at=AT, case_id=case_id)
                db.session.commit()
                db.session.remove()
                return sealed

        with ThreadPoolExecutor(2) as writers:
            sealed = dict(zip("甲乙", writers.map(write, "甲乙"), strict=True))
        assert {text: keyring.unseal(one, at=AT) for text, one in sealed.items()} == {"甲": "甲", "乙": "乙"}

    def test_one_made_meanwhile_counts(self, case_id, monkeypatch):
        first = keyring.seal("甲", at=AT, case_id=case_id)
        monkeypatch.setattr(db.session, "get", lambda *_: None)  # as it was when this one looked
        second = keyring.seal("乙", at=AT, case_id=case_id)
        monkeypatch.undo()
        assert [keyring.unseal(one, at=AT) for one in (first, second)] == ["甲", "乙"]

    def test_one_destroyed_meanwhile_leaves_none(self, case_id, monkeypatch):
        keyring.destroy(case_id, at=clock.now())
        monkeypatch.setattr(db.session, "get", lambda *_: None)
        assert keyring.seal("丙", at=AT, case_id=case_id).startswith("v1|")


class TestKeysOf:
    def test_opens_values_of_several_cases_and_shows_nothing_of_a_destroyed_one(self, case_id):
        other = clock.new_id()
        keyring.ensure(other)
        one, two = keyring.seal("甲", at=AT, case_id=case_id), keyring.seal("乙", at=AT, case_id=other)
        keyring.destroy(other, at=clock.now())
        key_of = keyring.keys_of({case_id, other})
        assert [keyring.open_or_empty(sealed, at=AT, key_of=key_of) for sealed in (one, two)] == ["甲", ""]

    def test_asks_for_a_key_it_was_not_told_of_and_refuses_a_lost_one(self, case_id):
        sealed = keyring.seal("甲", at=AT, case_id=case_id)
        assert keyring.open_or_empty(sealed, at=AT, key_of=keyring.keys_of(set())) == "甲"
        with pytest.raises(SealBroken, match="no key"):
            keyring.keys_of(set())(clock.new_id())


class TestDestroy:
    def test_leaves_nothing_that_opens(self, case_id):
        sealed = keyring.seal("备注甲", at=AT, case_id=case_id)
        keyring.destroy(case_id, at=clock.now())
        row = db.session.get(CaseKey, case_id)
        assert (row.key_sealed, row.destroyed_at is not None) == (None, True)
        with pytest.raises(keyring.KeyDestroyed):
            keyring.unseal(sealed, at=AT)
        assert keyring.open_or_empty(sealed, at=AT) == ""
        with pytest.raises(keyring.CaseErased, match="^hashes and the certificate remain$"):
            keyring.require_kept(case_id)

    def test_keeps_the_moment_of_the_first_time(self, case_id):
        first = clock.now()
        keyring.ensure(case_id)
        keyring.destroy(case_id, at=first)
        keyring.destroy(case_id, at=first + timedelta(days=1))
        assert db.session.get(CaseKey, case_id).destroyed_at == first
        never = clock.new_id()
        keyring.destroy(never, at=first)
        assert db.session.get(CaseKey, never).destroyed_at == first

    def test_tells_what_was_written_over(self, case_id):
        assert keyring.erased(case_id) == f"v2|{case_id}|"
        assert keyring.is_erased(keyring.erased(case_id))
        assert not keyring.is_erased(keyring.seal("甲", at=AT, case_id=case_id))
        assert not keyring.is_erased("v1|m|")
        assert not keyring.is_destroyed(None)

    def test_holds_for_a_case_that_never_had_a_key(self, case_id):
        keyring.destroy(case_id, at=clock.now())
        assert keyring.is_destroyed(case_id)
        with pytest.raises(keyring.KeyDestroyed):
            keyring.unseal(keyring.erased(case_id), at=AT)

    def test_makes_no_new_key_for_what_is_said_later(self, case_id):
        keyring.destroy(case_id, at=clock.now())
        sealed = keyring.seal("删除之后的投诉", at=AT, case_id=case_id)
        assert config.current().vault.unseal(sealed, at=AT) == "删除之后的投诉"
        assert keyring.is_destroyed(case_id)

    def test_leaves_other_cases_alone(self, case_id):
        other = clock.new_id()
        sealed = keyring.seal("他案", at=AT, case_id=other)
        keyring.destroy(case_id, at=clock.now())
        keyring.require_kept(other)
        keyring.require_kept(None)
        assert keyring.unseal(sealed, at=AT) == "他案"


class TestReseal:
    def test_moves_a_value_under_the_cases_key_once(self, case_id):
        before = config.current().vault.seal("旧值", at=AT)
        moved = keyring.reseal(before, at=AT, case_id=case_id)
        assert moved.startswith("v2|")
        assert keyring.reseal(moved, at=AT, case_id=case_id) == moved
        assert keyring.unseal(moved, at=AT) == "旧值"
