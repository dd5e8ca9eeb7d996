"""The draft of a breach notice: what it states, what it leaves blank, and what it never holds."""

from datetime import UTC, datetime, timedelta

from server import clock
from server.accounts.models import Person
from server.db import begin_write, db
from server.devices.models import Device
from server.privacy.breach import BreachFacts, PackHeld, draft
from server.schemes.models import DayPack, Scheme

AT = datetime(2026, 12, 2, 10, 0, tzinfo=UTC)
PACK = PackHeld("FA-20261201-0001-4", "2026-12-02", AT + timedelta(hours=8), ("WH-2", "WH-1"))
FACTS = BreachFacts(
    firm="测试催收服务有限公司", contact="400-000-0000", device_label="外访 1 号", holder_staff_no="WF-0005",
    last_contact_at=AT - timedelta(hours=2), reported_at=AT, unsent_count=3, packs=(PACK, PACK), drafted_at=AT,
)  # fmt: skip


class TestDraft:
    def test_states_what_the_law_asks_for(self):
        text = draft(FACTS)
        for part in ("信息种类", "可能的危害", "已采取的措施", "联系方式", "个人信息保护法 57"):
            assert part in text
        assert "最多 2 件案件" in text  # each case once
        assert "2026-12-02 18:00（北京时间）" in text
        assert "未上传记录 3 条" in text

    def test_leaves_to_people_what_only_they_know(self):
        assert draft(FACTS).count("________") >= 4

    def test_says_so_when_nothing_was_on_the_phone(self):
        text = draft(BreachFacts(**{name: getattr(FACTS, name) for name in FACTS.__slots__} | {"packs": ()}))
        assert "最多 0 件案件" in text
        assert "| 无 | | | 0 | |" in text


class TestDraftNotice:
    def lose(self, day, as_zhou):
        begin_write()
        device = db.session.get(Device, day.phone.id)
        scheme = db.session.get(Scheme, day.scheme_id)
        now = clock.now()
        device.last_contact_at = now - timedelta(hours=1)
        pack = {"stops": [str(one) for one in day.stop_ids[:2]], "papers": []}
        db.session.add(
            DayPack(id=clock.new_id(), scheme_id=scheme.id, crew_id=scheme.crews[0].id, person_id=device.person_id,
                    day=clock.today(), plan_version=1, scheme_version=99, sha256="0" * 64, content=pack,
                    issued_at=now - timedelta(hours=5), expires_at=now + timedelta(hours=5))
        )  # fmt: skip
        db.session.commit()
        closed = as_zhou.post(f"/v1/devices/{device.id}/revoke", json={"is_lost": True})
        assert closed.status_code == 200, closed.text
        return f"/v1/devices/{device.id}/breach-notice"

    def test_names_the_cases_of_the_packs_and_nobody(self, day, as_zhou, as_ma):
        answer = as_ma.post(self.lose(day, as_zhou))
        assert (answer.status_code, answer.mimetype) == (200, "text/markdown")
        text = answer.get_data(as_text=True)
        assert all(day.case(number).case_no in text for number in (0, 1))
        assert day.case(3).case_no not in text
        assert day.case(0).debtor.name not in text
        names = db.session.scalars(db.select(Person.name))
        assert not any(name in text for name in names)

    def test_is_only_for_a_phone_that_is_gone_and_for_who_answers_for_it(self, day, as_zhou, as_ma, as_guo):
        path = f"/v1/devices/{day.phone.id}/breach-notice"
        db.session.commit()
        assert as_ma.post(path).json["type"] == "/problems/phone-not-lost"
        assert [one.post(path).status_code for one in (as_zhou, as_guo)] == [403, 403]
