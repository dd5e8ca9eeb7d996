"""Figures of an installation for Prometheus: counted in the database when asked, durations as they happen.

Labels are states, codes and the names of views; no person, phone, case or address ever stands in one. Durations are
those of one process; everything else is the same whichever process answers.
"""

from collections.abc import Iterator
from datetime import datetime
from time import perf_counter
from typing import Any

from flask import Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import ColumnElement, Executable, Select, case, func, select

from server import feed
from server.db import db
from server.devices import handover, standing
from server.devices.models import Device, Quarantine, Upload
from server.devices.rules import DeviceState
from server.jobs import Job, JobState
from server.visits.models import Record

DURATIONS = "doorstep.durations"
BUCKETS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 20)


def watch(app: Flask) -> None:
    """Time every request of an application by view, method and class of status; in a registry of its own."""
    registry = CollectorRegistry()
    durations = Histogram(
        "doorstep_request_duration_seconds", "Duration of requests of this process by view, method and status class",
        ["view", "method", "status"], registry=registry, buckets=BUCKETS,
    )  # fmt: skip
    app.extensions[DURATIONS] = registry
    children: dict[tuple[str, str, str], Histogram] = {}

    @app.before_request
    def begin() -> None:
        g.began_at = perf_counter()

    @app.after_request
    def end(answer: Response) -> Response:
        if "began_at" in g:
            named = (request.endpoint or "none", request.method, f"{answer.status_code // 100}xx")
            if (child := children.get(named)) is None:
                child = children[named] = durations.labels(*named)
            child.observe(perf_counter() - g.began_at)
        return answer


def text(at: datetime) -> bytes:
    """Return all figures in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(Counted(at))
    return generate_latest(registry) + generate_latest(current_app.extensions[DURATIONS])


class Counted(Collector):
    """What is counted in the database at one moment."""

    def __init__(self, at: datetime) -> None:
        """Take the moment against which ages are told."""
        self.at = at

    def collect(self) -> Iterator[Metric]:
        """Yield each figure."""
        yield _counts(
            GaugeMetricFamily("doorstep_devices", "Phones by state", labels=["state"]),
            select(Device.state, func.count()).group_by(Device.state),
            known=[(state.value,) for state in DeviceState],
        )
        yield from _phones(self.at)
        yield _pushed()
        yield _counts(
            GaugeMetricFamily("doorstep_quarantine_rows", "Rows set aside", labels=["reason", "replayed"]),
            select(Quarantine.reason, _yes(Quarantine.replayed_at.is_not(None)), func.count()).group_by(
                Quarantine.reason, Quarantine.replayed_at.is_not(None)
            ),
        )
        yield _counts(
            GaugeMetricFamily("doorstep_uploads", "Uploads begun, by whether they are whole", labels=["whole"]),
            select(_yes(Upload.completed_at.is_not(None)), func.count()).group_by(Upload.completed_at.is_not(None)),
            known=[("yes",), ("no",)],
        )
        yield _counts(
            GaugeMetricFamily("doorstep_jobs", "Jobs by state", labels=["state"]),
            select(Job.state, func.count()).group_by(Job.state),
            known=[(state.value,) for state in JobState],
        )
        yield _one("doorstep_feed_seq", "Newest position given to anybody", feed.newest(db.session()))
        yield _one("doorstep_records_waiting", "Kept records that their visits have not learned of", handover.waiting())


def _yes(condition: ColumnElement[bool]) -> ColumnElement[str]:
    return case((condition, "yes"), else_="no")


def _one(name: str, told: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, told, value=value)


def _number(query: Select[Any]) -> int:
    return int(db.session.scalar(query) or 0)


def _counts(
    family: GaugeMetricFamily, query: Executable, *, known: list[tuple[str, ...]] | None = None
) -> GaugeMetricFamily:
    """Fill a family from rows of labels and a count; known combinations without a row are told as 0."""
    found = dict.fromkeys(known or [], 0)
    for row in db.session.execute(query):
        found[tuple(str(label) for label in row[:-1])] = int(row[-1])
    for labels, count in found.items():
        family.add_metric(labels, count)
    return family


def _phones(at: datetime) -> Iterator[Metric]:
    """Yield what active phones told of themselves: unsent things, the worst clock, the longest silence."""
    query = select(
        func.coalesce(func.sum(Device.unsent_count), 0),
        func.coalesce(func.max(func.abs(Device.clock_offset_ms)), 0),
        func.min(Device.last_contact_at),
    ).where(Device.state == DeviceState.ACTIVE)
    unsent, offset_ms, oldest = db.session.execute(query).one()
    silence_s = (at - oldest).total_seconds() if oldest else 0
    yield _one("doorstep_devices_unsent", "Records and files that active phones said only they hold", int(unsent))
    yield _one("doorstep_devices_clock_offset_seconds_max", "Clock furthest off", int(offset_ms) / 1000)
    silent = (
        select(func.count())
        .select_from(Device)
        .where(
            Device.state == DeviceState.ACTIVE,
            Device.unsent_count > 0,
            Device.last_contact_at < at - standing.SILENT_AFTER,
        )
    )
    broken = select(func.count(Record.device_id.distinct())).join(Device, Device.id == Record.device_id)
    broken = broken.where(Record.seq > Device.head_seq)
    yield _one("doorstep_devices_silent", "Active phones with unsent work, not heard of for a day", _number(silent))
    yield _one("doorstep_devices_chain_broken", "Phones with records behind a gap or a fork", _number(broken))
    yield _one("doorstep_devices_silence_seconds_max", "Longest time since an active phone was heard of", silence_s)


def _pushed() -> CounterMetricFamily:
    """Return how many pushed rows there are by verdict: those kept, and those set aside."""
    family = CounterMetricFamily("doorstep_pushed_rows", "Distinct rows pushed, by verdict", labels=["verdict"])
    found = {"kept": db.session.scalar(select(func.count()).select_from(Record)) or 0}
    found |= dict.fromkeys(("altered", "forged", "malformed"), 0)
    for verdict, count in db.session.execute(select(Quarantine.verdict, func.count()).group_by(Quarantine.verdict)):
        found[verdict or "not_a_record"] = count
    for verdict, count in found.items():
        family.add_metric([verdict], count)
    return family
