"""Time stamps by OpenSSL's own authority over HTTP: checkpoints and papers get them, and nobody waits for them."""

from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader

from receipts import promise
from server import clock, jobs, paper_seal
from server.cases import stamping as stamps_of_office
from server.cases.models import Paper
from server.cases.papers import file_paper
from server.db import begin_write, db
from server.devices import proofs
from server.jobs import Job, JobState
from server.media import store
from server.transparency import reading, stamps
from server.transparency.tables import log_checkpoint
from server.tsa import AuthoritySilent
from sync import stamp
from tests.receipts import sample

HOUR = timedelta(hours=1)


@pytest.fixture
def paper(in_app):
    """Issue a paper; return its id."""

    def issue(serial="HZ-20261202-0007-4", at=None):
        begin_write()
        facts = sample.written_promise()
        told = {"kind": "promise", "serial": serial, "template_version": "t1", "at": at or clock.now()}
        made = file_paper(promise.render(facts), facts=facts, **told)
        db.session.commit()
        return made.id

    return issue


def work(at=None):
    """Do what the worker does: the chores until nothing is left, then the jobs."""
    while jobs.run_chores(at or clock.now()):
        pass
    return jobs.drain(at or clock.now())


def stamps_held():
    query = sa.select(log_checkpoint.c.size, log_checkpoint.c.note, log_checkpoint.c.stamp)
    return [row for row in db.session.execute(query.order_by(log_checkpoint.c.size)) if row.stamp is not None]


def fetched(paper_id):
    db.session.rollback()
    return db.session.get_one(Paper, paper_id)


class TestStampWaiting:
    def test_stamps_the_checkpoint_as_openssl_agrees(self, stamping, paper):
        paper()
        work()
        (held,) = stamps_held()
        assert stamping.agrees(held.note.encode(), held.stamp)
        roots = x509.load_pem_x509_certificates(stamping.root.read_bytes())
        assert stamp.read(held.stamp, held.note.encode(), roots=roots).authority == "CN=Test TSA"

    def test_puts_the_time_into_the_seal_beside_the_file_that_was_issued(self, stamping, paper):
        paper_id = paper()
        issued = fetched(paper_id).sha256
        work()
        found = fetched(paper_id)
        assert (found.sha256, found.seal_level) == (issued, "B-T")
        assert found.stamped_sha256 != issued
        (signature,) = PdfFileReader(BytesIO(store().get(found.stamped_sha256))).embedded_signatures
        (attribute,) = signature.signer_info["unsigned_attrs"]
        assert attribute["type"].native == "signature_time_stamp_token"
        assert store().has(issued)

    def test_logs_the_stamped_file_too(self, stamping, paper):
        found = fetched(paper())
        work()
        work()
        digest = fetched(found.id).stamped_sha256
        assert reading.about(f"paper:{found.serial}", digest=digest) is not None

    def test_asks_while_no_transaction_is_open(self, stamping, paper, app):
        """Whoever would hold the write lock meanwhile keeps the authority from writing here."""
        paper()
        seen = []

        def write_meanwhile():
            with app.app_context():
                begin_write()
                db.session.execute(sa.text("UPDATE sync_clock SET seq = seq WHERE id = 1"))
                db.session.execute(sa.text("UPDATE paper SET version = version"))
                db.session.commit()
                seen.append(True)

        stamping.before_answer = write_meanwhile
        work()
        assert len(seen) == len(stamping.asked) == 2
        assert stamps_held()

    def test_asks_at_most_once_in_five_minutes_and_for_a_checkpoint_once_an_hour(self, stamping, paper):
        paper()
        at = clock.now()
        work(at)
        work(at)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 1
        paper("HZ-20261202-0008-0", at=at)
        work(at + timedelta(minutes=6))
        assert len(stamps_held()) == 1
        work(at + HOUR + timedelta(minutes=6))
        assert len(stamps_held()) == 2

    def test_goes_on_at_its_pace_when_the_clock_is_put_back(self, stamping, paper, monkeypatch):
        monkeypatch.setattr(clock, "_shift", timedelta(days=400))
        paper()
        work()
        monkeypatch.setattr(clock, "_shift", timedelta())
        paper("HZ-20261202-0008-0")
        work()
        paper("HZ-20261202-0009-7")
        work()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 2
        assert len(stamps_held()) == 2

    def test_goes_quiet_in_a_quiet_office(self, stamping, paper):
        paper()
        at = clock.now()
        for hour in range(2):
            work(at + hour * HOUR)
        asked = len(stamping.asked)
        for hour in range(2, 6):
            work(at + hour * HOUR)
        assert len(stamping.asked) == asked

    def test_fails_and_says_why_when_the_authority_is_silent(self, stamping, paper):
        paper_id = paper()
        stamping.before_answer = lambda: 1 / 0
        work()
        job = db.session.scalars(sa.select(Job)).one()
        assert (job.state, job.error["type"]) == (JobState.FAILED, "/problems/authority-silent")
        assert (fetched(paper_id).seal_level, stamps_held()) == ("B-B", [])
        stamping.before_answer = lambda: None
        work(clock.now() + timedelta(minutes=6))
        assert fetched(paper_id).seal_level == "B-T"

    def test_catches_up_after_a_silence_of_weeks_but_leaves_what_came_before_it_was_asked(self, stamping, paper):
        now = clock.now()
        old, new = paper("HZ-20261102-0001-1", at=now - timedelta(days=8)), paper("HZ-20261202-0007-4", at=now)
        work(now)
        later = paper("HZ-20261203-0008-5", at=now + timedelta(days=1))
        work(now + timedelta(days=30))
        assert [fetched(one).seal_level for one in (old, new, later)] == ["B-B", "B-T", "B-T"]

    def test_leaves_a_paper_alone_that_has_no_room(self, stamping, paper, app, monkeypatch):
        monkeypatch.setattr(paper_seal, "_ROOM_WITH_STAMP", 4096)
        paper_id = paper()
        work()
        found = fetched(paper_id)
        assert (found.seal_level, found.stamped_sha256) == ("B-B", found.sha256)

    def test_an_issue_made_anew_meanwhile_keeps_no_stamp_of_the_old_file(self, stamping, paper):
        paper_id = paper()
        issued = fetched(paper_id).sha256
        write = stamps_of_office.ask_for_paper(paper_id, at=clock.now())
        begin_write()
        db.session.get_one(Paper, paper_id).sha256 = "e" * 64
        write()
        db.session.commit()
        assert (fetched(paper_id).stamped_sha256, issued != "e" * 64) == ("", True)

    def test_does_nothing_where_no_authority_is_named(self, paper):
        paper()
        assert work() == 0
        assert stamps_held() == []


class TestAsk:
    def test_takes_no_reply_under_another_root(self, stamping, app, paper, tmp_path):
        from tests.tsa import Authority

        Authority(tmp_path / "other").root.replace(tmp_path / "root.pem")
        kept = stamping.root.read_bytes()
        stamping.root.write_bytes((tmp_path / "root.pem").read_bytes())
        try:
            with pytest.raises(AuthoritySilent, match="no trusted root"):
                stamps_of_office.ask(b"note")
        finally:
            stamping.root.write_bytes(kept)


class TestCovering:
    def test_gives_each_leaf_the_oldest_stamp_that_covers_it(self, in_app, paper):
        for number in range(4):
            paper(f"HZ-2026120{number}-0001-1")
            begin_write()
            proofs.append_waiting(clock.now())
            db.session.commit()
        sizes = [row.size for row in db.session.execute(sa.select(log_checkpoint).order_by(log_checkpoint.c.size))]
        begin_write()
        stamps.keep(sizes[1], b"one")
        stamps.keep(sizes[1], b"two")
        stamps.keep(sizes[3], b"three")
        db.session.commit()
        assert [(x.size, x.reply) for x in stamps.covering([0, sizes[1]], size=sizes[3])] == [
            (sizes[1], b"one"), (sizes[3], b"three"),
        ]  # fmt: skip
        assert [x.size for x in stamps.covering([0], size=sizes[3])] == [sizes[1]]
        assert stamps.covering([sizes[1]], size=sizes[2]) == []
        assert stamps.newest()[0] == 0
