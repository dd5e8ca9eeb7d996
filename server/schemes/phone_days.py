"""What is on phones follows the days (日包到期): a number comes on the eve of its visit, all of it goes at noon after.

A phone that is not heard of forgets by itself, by the moment each visit names (`web/src/phone/core/expiry.ts`).
Source: 个人信息保护法 §6, §19 (what is necessary, for as short a time); docs/compliance.md 3.3.
"""

from collections import defaultdict
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from server import config, feed
from server.clock import SHANGHAI
from server.db import begin_write, db
from server.jobs import chore
from server.schemes.cards import EVE
from server.schemes.daypack import PACK_LIVES, SENT_LATE, recall
from server.schemes.models import DayPack, SchemeStop
from server.schemes.phone_news import ON_PHONES, holders

LOOKBACK = timedelta(days=60)
AT_ONCE = 200  # visits in one transaction: others write too
_gone: dict[str, datetime] = {}
"""Database → the hour in which this process last found nothing to take back."""
_near: dict[str, date] = {}
"""Database → the day on whose eve this process gave the numbers."""


@chore
def take_back(now: datetime) -> int:
    """Take the visits of days past off the phones, looking once an hour; return how many."""
    database, hour = config.current().database_url, now.replace(minute=0, second=0, microsecond=0)
    if _gone.get(database) == hour:
        return 0
    found = _held(_past(now))
    if not found:  # what was taken back may yet fail to commit: only a look that finds nothing is the last one
        _gone[database] = hour
        return 0
    begin_write()
    for stop, people in found[:AT_ONCE]:
        recall(stop, people)
    return len(found[:AT_ONCE])


@chore
def give_numbers(now: datetime) -> int:
    """Publish the cards of tomorrow's visits that went out earlier, once a day: now they may tell the number."""
    database, day = config.current().database_url, now.astimezone(SHANGHAI).date() + EVE
    if _near.get(database) == day:
        return 0
    _near[database] = day
    found = _held(_of_days(day, day))
    if found:
        begin_write()
    for stop, people in found:
        for person_id in sorted(people):
            feed.publish(feed.person(person_id), "cards", str(stop.id))
    return len(found)


def _past(now: datetime) -> list[SchemeStop]:
    """Return the visits of days past but those of a pack that was sent out late."""
    last = (now - PACK_LIVES).astimezone(SHANGHAI).date()
    late = db.session.scalars(select(DayPack).where(DayPack.issued_at > now - SENT_LATE))
    kept = {one for pack in late for one in pack.content["stops"]}
    return [stop for stop in _of_days(last - LOOKBACK, last) if str(stop.id) not in kept]


def _of_days(first: date, last: date) -> list[SchemeStop]:
    query = select(SchemeStop).where(SchemeStop.state.in_(ON_PHONES), SchemeStop.day.between(first, last))
    return list(db.session.scalars(query.order_by(SchemeStop.day, SchemeStop.id)))


def _held(stops: list[SchemeStop]) -> list[tuple[SchemeStop, set[UUID]]]:
    """Return those of the visits that are on phones, with whose."""
    people: dict[str, set[UUID]] = defaultdict(set)
    for start in range(0, len(stops), AT_ONCE):
        for subject, stop_id in holders(db.session(), stops[start : start + AT_ONCE]):
            people[stop_id].add(UUID(subject.removeprefix(feed.PERSON)))
    return [(stop, people[str(stop.id)]) for stop in stops if str(stop.id) in people]
