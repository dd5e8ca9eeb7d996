from datetime import UTC, datetime

import pytest

from receipts import images
from server.simulation.ledger import Ledger
from server.simulation.phones import Fate, FleetPhone, Killed
from server.simulation.plan import AgentPlan
from sync.envelope import RecordType
from sync.phone.transport import NoNetwork

AT = datetime(2026, 12, 2, 1, 30, tzinfo=UTC)


@pytest.fixture
def phone(tmp_path):
    """An enrolled phone that nobody can reach."""
    made = FleetPhone(
        tmp_path / "p.db", "http://127.0.0.1:9", plan=AgentPlan(0, seed=5), at=AT, ledger=Ledger(), label="p"
    )
    made.wake()
    made.store.put(device="0193a0b1-0000-7000-8000-00000000d001", alg="Ed25519", secret="07" * 32, token="t")
    made.reboot()
    yield made
    made.shut()


def write(phone, n=1):
    for _ in range(n):
        phone.records().write(RecordType.PLAN_EVENT, {"event": "started"})


class TestFate:
    def test_counts_down_once(self):
        deaths = []
        fate = Fate(lambda: deaths.append(1))
        fate.arm(writes=2)
        fate.wrote()
        with pytest.raises(Killed):
            fate.wrote()
        fate.wrote()
        assert (deaths, fate.deaths) == ([1], 1)


class TestRevive:
    def test_keeps_what_was_committed_and_nothing_of_the_write_it_died_in(self, phone):
        write(phone, 3)
        phone.fate.arm(writes=2)
        write(phone)
        with pytest.raises(Killed):
            write(phone)
        phone.revive()
        assert phone.store.head().seq == 4
        write(phone)
        assert phone.store.head().seq == 5
        assert phone.reboots == 1

    def test_keeps_no_photo_list_without_its_photos(self, phone):
        photos = [phone.records().file(b"x" * n, mime="image/jpeg") for n in (1, 2, 3)]
        phone.fate.arm(writes=3)
        with pytest.raises(Killed):
            phone.records().write(RecordType.MANIFEST, {}, files=photos)
        phone.revive()
        assert phone.store.head() is None
        assert phone.store.media_states() == {}

    def test_begins_a_new_boot_session(self, phone):
        before = phone.records().senses.boot
        phone.fate.arm(writes=1)
        with pytest.raises(Killed):
            write(phone)
        phone.revive()
        assert phone.records().senses.boot != before

    def test_dies_on_the_line_too(self, phone):
        write(phone)
        phone.fate.arm(sends=1)
        with pytest.raises(Killed):
            phone.sync()
        phone.revive()
        assert phone.store.count("waiting") == 1


class TestSync:
    def test_is_witnessed(self, phone):
        with pytest.raises(NoNetwork):
            phone.sync()
        assert phone.ledger.counts["unanswered"] == 6

    def test_says_when_the_line_never_let_it(self, phone, monkeypatch):
        monkeypatch.setattr("server.simulation.phones.BETWEEN_ROUNDS_S", 0)
        write(phone)
        assert phone.sync_until_done(rounds=1) is None
        assert phone.store.count("waiting") == 1


class TestPicture:
    def test_is_a_picture_of_many_sizes(self, phone):
        pictures = [phone.picture(shows="door", taken_at=AT) for _ in range(60)]
        sizes = [len(one) for one in pictures]
        assert min(sizes) < 41_000
        assert max(sizes) > 262_144
        assert all(isinstance(images.for_print(one), images.PrintPhoto) for one in pictures[:5])

    def test_the_same_seed_takes_the_same_pictures(self, phone, tmp_path):
        twin = FleetPhone(tmp_path / "q.db", phone.url, plan=phone.plan, at=AT, ledger=Ledger(), label="q")
        phone.rng.seed(5)
        twin.rng.seed(5)
        assert phone.picture(shows="", taken_at=AT) == twin.picture(shows="", taken_at=AT)
