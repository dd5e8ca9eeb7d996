"""Where each paper of a scheme is (单据去向): told by the field's records and photos, or ruled by the office.

Nothing here is stored but the office's word: a record that comes late changes the answer.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from server import clock
from server.cases.models import Paper
from server.db import db
from server.errors import Conflict, Missing
from server.schemes.models import DayPack, Scheme, SchemeStop
from server.visits import rules
from server.visits.models import PaperEvent, SignedPaper, Visit, VisitFile
from server.visits.rules import Custody

SIGNED_ORIGINAL = "signed_paper"  # what a photo of the signed original (签署原件) shows
NOT_VISITED = frozenset({"skipped", "blocked"})
STILL_OPEN = "open"


class PaperGone(Conflict):
    """The paper is in the debtor's hands, or void: it cannot come back."""


class SerialNotTaken(Missing):
    """No paper of the scheme has this serial."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A paper that was taken along to a door, where it is, and the photo of its signed original."""

    paper: Paper
    stop: SchemeStop
    custody: Custody
    counterpart_id: UUID | None


@dataclass(frozen=True, slots=True)
class _Told:
    """What is known of the serials: states of records, photos of originals, deliveries, the office's word."""

    states: dict[str, list[str]]
    photos: dict[str, UUID]
    delivered: frozenset[str]
    ruled: dict[UUID, str]


def taken(scheme: Scheme) -> list[Taken]:
    """Return every paper the crews of a scheme took along, in the order of their serials."""
    papers = _packed(scheme)
    visits = list(db.session.scalars(select(Visit).where(Visit.scheme_id == scheme.id)))
    over = {visit.stop_id for visit in visits if visit.state != STILL_OPEN}
    over |= {stop.id for stop in scheme.stops if stop.state in NOT_VISITED}
    told = _told([paper for paper, _ in papers], visits)
    found = [
        Taken(
            paper,
            stop,
            rules.custody(
                told=told.states[paper.serial],
                is_photographed=paper.serial in told.photos,
                is_delivered=paper.serial in told.delivered,
                ruled=told.ruled.get(paper.id, ""),
                is_over=stop.id in over,
            ),
            told.photos.get(paper.serial),
        )
        for paper, stop in papers
    ]
    return sorted(found, key=lambda one: one.paper.serial)


def account_for(scheme: Scheme, serials: Collection[str], *, state: Custody, reason: str, by_id: UUID) -> list[Paper]:
    """Write down that papers came back or are void; a void one no longer verifies. Returns those that changed.

    Raises SerialNotTaken or PaperGone.
    """
    known = {one.paper.serial: one for one in taken(scheme)}
    changed = []
    for serial in dict.fromkeys(serials):
        one = known.get(serial)
        if one is None:
            raise SerialNotTaken(f"no paper {serial[:40]} was taken along")
        if one.custody is state:
            continue
        if one.custody in {Custody.HANDED_OVER, Custody.SIGNED, Custody.VOID}:
            raise PaperGone(f"{serial} is {one.custody}", serial=serial, custody=one.custody)
        event = PaperEvent(id=clock.new_id(), paper_id=one.paper.id, state=state.value, reason=reason, by_id=by_id)
        db.session.add(event)
        if state is Custody.VOID:
            one.paper.state = Custody.VOID.value
        changed.append(one.paper)
    db.session.flush()
    return changed


def _packed(scheme: Scheme) -> list[tuple[Paper, SchemeStop]]:
    """Return the newest paper of each kind for each visit, as the day packs list them."""
    packs = db.session.scalars(select(DayPack).where(DayPack.scheme_id == scheme.id))
    listed = {UUID(one["id"]) for pack in packs for one in pack.content["papers"]}
    stops = {stop.case_id: stop for stop in scheme.stops}
    newest: dict[tuple[UUID, str], tuple[Paper, SchemeStop]] = {}
    for paper in db.session.scalars(select(Paper).where(Paper.id.in_(listed)).order_by(Paper.id)):
        if paper.case_id in stops:
            newest[paper.case_id, paper.kind] = (paper, stops[paper.case_id])
    return list(newest.values())


def _told(papers: Sequence[Paper], visits: Sequence[Visit]) -> _Told:
    serials = [paper.serial for paper in papers]
    states: dict[str, list[str]] = defaultdict(list)
    signed = select(SignedPaper.paper_serial, SignedPaper.state).where(SignedPaper.paper_serial.in_(serials))
    for serial, state in db.session.execute(signed):
        states[serial].append(state)
    shown = select(VisitFile.paper_serial, VisitFile.id).where(
        VisitFile.paper_serial.in_(serials), VisitFile.shows == SIGNED_ORIGINAL, VisitFile.verified_at.is_not(None)
    )
    ruled = select(PaperEvent.paper_id, PaperEvent.state).where(PaperEvent.paper_id.in_([one.id for one in papers]))
    return _Told(
        states,
        dict(_pairs(shown.order_by(VisitFile.id.desc()))),
        frozenset(row["serial"] for visit in visits for row in visit.facts.get("delivered") or ()),
        dict(_pairs(ruled.order_by(PaperEvent.id))),
    )


def _pairs(query: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the rows of a query over two columns; of one key the last counts."""
    yield from ((row[0], row[1]) for row in db.session.execute(query))
