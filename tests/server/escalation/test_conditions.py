"""How the system ran, told from what is recorded: every figure is one that a row changes."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from server import audit, clock
from server.db import begin_write, db
from server.devices.models import ClockSample, Quarantine
from server.escalation import conditions
from server.jobs import Job, JobState
from server.transparency.tables import log_checkpoint
from server.uptime import Run
from server.visits.models import Record
from sync.canonical import canonical
from sync.envelope import write_time
from tests.owner import begin_as_owner

END = timedelta(days=400)


@pytest.fixture
def record(played):
    """The first record of the day; its reception begins the period."""
    return db.session.scalars(select(Record).order_by(Record.received_at, Record.id)).first()


def told(record):
    return conditions.statement([record.id], decided_at=record.received_at + END)


class TestStatement:
    def test_is_quiet_when_nothing_happened(self, record):
        found = told(record)
        assert found["period"]["from"] < found["period"]["until"]
        assert (sum(found["clock_flags"].values()), found["restores"], found["failed_jobs"]) == (0, [], {})
        assert canonical(found)

    def test_counts_flags_of_clocks_and_chains(self, record):
        begin_write()
        record.flags = ["clock_skew", "seq_gap", "unknown_type"]
        db.session.flush()
        found = told(record)
        assert found["clock_flags"] == {"clock_skew": 1, "clock_jump": 0, "future_date": 0}
        assert found["chain_flags"] == {"seq_gap": 1, "fork": 0, "replay": 0}
        words = conditions.words_zh(found)
        assert "时钟异常标记 1 条，记录链异常标记 1 条" in words

    def test_tells_the_comparisons_of_the_phones_clock(self, record):
        begin_write()
        at = record.received_at
        for minutes, offset_ms in ((1, -132), (2, 40), (-1, 9_000)):  # the last came before the period
            sample = ClockSample(device_id=record.device_id, at=at + timedelta(minutes=minutes), offset_ms=offset_ms)
            db.session.add(sample)
        db.session.flush()
        (found,) = told(record)["clocks"]
        assert found == {"device": str(record.device_id), "comparisons": 2, "offset_ms_min": -132, "offset_ms_max": 40}

    def test_names_a_pause_of_the_log_above_a_day(self, record):
        begin_write()
        for size, hours in ((900_001, 1), (900_002, 20), (900_003, 50)):
            made_at = record.received_at + timedelta(days=100, hours=hours)
            row = {"size": size, "start": size - 1, "root": "r", "note": "n", "made_at": made_at, "cosignatures": []}
            db.session.execute(log_checkpoint.insert().values(row))
        found = told(record)["log"]
        (pause,) = [one for one in found["pauses"] if one["from"] > conditions.write_time(made_at - timedelta(days=2))]
        assert pause["until"] == conditions.write_time(made_at)
        assert found["newest_size"] == 900_003

    def test_counts_restores_failed_jobs_and_what_was_set_aside(self, record, as_hu):
        begin_write()
        audit.note("installation.restored", "epoch:x", actor_id=None)
        db.session.add(Job(id=clock.new_id(), kind="dossier", args={}, owner_id=uuid4(), state=JobState.FAILED))
        db.session.add(
            Quarantine(device_id=record.device_id, coll="records", payload_sealed="x", payload_hash="0" * 64,
                       reason="forged", received_at=clock.now())
        )  # fmt: skip
        db.session.commit()
        past = conditions.statement([], decided_at=datetime(2020, 1, 1, tzinfo=UTC))
        assert (past["restores"], past["failed_jobs"], past["log"]["checkpoints"]) == ([], {}, 0)
        begin_as_owner()
        begin = min(record.received_at, clock.now() - timedelta(hours=1))
        record.received_at = begin
        db.session.commit()
        found = told(record)
        assert (len(found["restores"]), found["failed_jobs"], found["quarantined"]) == (1, {"dossier": 1}, 1)

    def test_is_the_same_each_time(self, record):
        assert told(record) == told(record)

    def test_says_so_when_runs_are_not_recorded(self, record):
        assert told(record)["uptime"] == {"recorded_from": None, "downtimes": []}
        assert "停机时段无记录" in conditions.words_zh(told(record))

    def test_tells_downtimes_and_backups(self, record):
        begin_write()
        at = record.received_at
        spans = [(at - timedelta(days=1), at + timedelta(hours=1)), (at + timedelta(hours=9), at + timedelta(days=2))]
        db.session.add_all(Run(id=clock.new_id(), started_at=one, alive_at=other) for one, other in spans)
        audit.note("installation.backed_up", "backup:x", actor_id=None)
        db.session.commit()
        found = told(record)
        downtime = {"from": write_time(at + timedelta(hours=1)), "until": write_time(at + timedelta(hours=9))}
        assert found["uptime"] == {"recorded_from": write_time(at - timedelta(days=1)), "downtimes": [downtime]}
        assert len(found["backups"]) == 1
        assert "停机 1 次，备份 1 次" in conditions.words_zh(found)


def test_a_case_without_records_has_an_empty_period(in_app):
    at = clock.now()
    assert conditions.period_of([], decided_at=at) == conditions.Period(at, at)
    assert conditions.statement([UUID(int=1)], decided_at=at)["clocks"] == []
