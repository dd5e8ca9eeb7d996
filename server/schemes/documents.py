"""What the crews' phones pull of a dispatched scheme: stops, papers, the form and the rule pack; cards are in `cards`.

Loaded when pulled, for the person who asks: somebody who is no longer on the crew gets nothing.

Source: docs/records.md, "What phones pull".
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import BindParameter, Select, or_, select
from sqlalchemy import Row as Columns
from sqlalchemy.orm import joinedload
from sqlalchemy.sql.base import ExecutableOption

from server import feed
from server.cases.models import Address, Paper
from server.compliance import rulepack
from server.compliance.rulepack import RulePack
from server.db import Base, db
from server.planning.datum import Datum, Point, to_wgs84
from server.planning.plans import Caution
from server.planning.precision import Precision
from server.schemes import daypack
from server.schemes.checks import pack_of_stop
from server.schemes.forms import find
from server.schemes.handover import materials
from server.schemes.models import Crew, DayPack, Scheme, SchemeStop
from server.schemes.phone_news import ON_PHONES

Documents = dict[str, dict[str, Any]]
Query = TypeVar("Query", bound=Select[Any])
Row = TypeVar("Row", bound=Base)


def _stops_of(person_id: UUID, doc_ids: Sequence[str], *, load: Sequence[ExecutableOption]) -> list[SchemeStop]:
    """Return the visits among these ids that are on this person's phones, with what `load` names, in few queries."""
    query = on_phones_of(person_id, select(SchemeStop)).options(*load)
    return list(db.session.scalars(query.where(SchemeStop.id.in_([UUID(one) for one in doc_ids]))))


def _stops_on(person_id: UUID, *, load: Sequence[ExecutableOption]) -> list[SchemeStop]:
    """Return all visits that are on this person's phones."""
    return list(db.session.scalars(on_phones_of(person_id, select(SchemeStop)).options(*load)))


def stops_of_day(person_id: UUID, day: date) -> list[SchemeStop]:
    """Return the visits of a day that are on this person's phones."""
    return [stop for stop in _stops_on(person_id, load=[joinedload(SchemeStop.case)]) if stop.day == day]


def on_phones_of(person_id: UUID | BindParameter[UUID], query: Query) -> Query:
    """Return the query of visits narrowed to those on this person's phones."""
    return query.join(Crew, SchemeStop.crew_id == Crew.id).where(
        or_(*(SchemeStop.state == one for one in ON_PHONES)),
        or_(Crew.lead_id == person_id, Crew.second_id == person_id),
    )


@feed.serves("stops")
def stops(person_id: UUID, doc_ids: Sequence[str]) -> Documents:
    """Return the visits of a person's crew by id: where, when, with whom, with which papers."""
    found = _stops_of(person_id, doc_ids, load=[joinedload(SchemeStop.address), joinedload(SchemeStop.crew)])
    packs = _packs_of(person_id, {stop.scheme_id for stop in found})
    papers, issued = (
        _papers_by_stop(found, packs),
        {one: pack.issued_at for pack in packs for one in pack.content["stops"]},
    )
    schemes = _by_id(Scheme, {stop.scheme_id for stop in found})
    return {
        str(stop.id): _stop(stop, stop.crew, schemes[stop.scheme_id], papers=papers.get(str(stop.id), []))
        | {"leaves_at": _leaves_at(stop, issued.get(str(stop.id)))}
        for stop in found
        if stop.crew is not None
    }


def _by_id(model: type[Row], ids: Iterable[UUID]) -> dict[UUID, Row]:
    """Return the rows of these ids, held while they are needed: the session itself forgets what nobody holds."""
    return {row.id: row for row in db.session.scalars(select(model).where(model.id.in_(ids)))}


def _stop(stop: SchemeStop, crew: Crew, scheme: Scheme, *, papers: Sequence[str]) -> dict[str, Any]:
    return {
        "id": str(stop.id),
        "case_id": str(stop.case_id),
        "scheme_id": str(scheme.id),
        "scheme_serial": scheme.serial,
        "crew_id": str(crew.id),
        "crew": crew.name,
        "vehicle": crew.vehicle,
        "day": stop.day.isoformat() if stop.day else None,
        "seq": stop.seq,
        "plan_version": scheme.plan_version,
        "arrive_at": stop.arrive_at.isoformat() if stop.arrive_at else None,
        "depart_at": stop.depart_at.isoformat() if stop.depart_at else None,
        "windows": stop.windows,
        "service_min": stop.service_min,
        "agents": [str(crew.lead_id), str(crew.second_id)],
        "place": place(stop.address),
        "materials": materials(scheme, stop),
        "papers": list(papers),
        "rules": pack_of_stop(stop).name,
        "note": stop.note,
        "state": stop.state,
    }


def place(address: Address | Columns[Any] | None) -> dict[str, Any] | None:
    """Return where a visit is, in WGS-84, and what to beware of about the point."""
    if address is None or address.lon is None or address.lat is None or not address.datum:
        return None
    point = to_wgs84(Point(lon=address.lon, lat=address.lat, datum=Datum(address.datum)))
    return {
        "lon": round(point.lon, 7),
        "lat": round(point.lat, 7),
        "datum": _WGS84,
        "precision": address.precision,
        "caution": _CAUTIONS[address.precision],
    }


def _caution(precision: Precision) -> Caution:
    if not precision.is_routable:
        return Caution.CENTROID
    return Caution.FIND_THE_DOOR if precision in {Precision.STREET, Precision.VILLAGE} else Caution.NONE


# Worked out once: a page of cards asks a hundred times, and an enumeration looks each of its words up.
_CAUTIONS = {precision.value: _caution(precision).value for precision in Precision}
_WGS84 = Datum.WGS84.value


def _packs_of(person_id: UUID, scheme_ids: Iterable[UUID]) -> list[DayPack]:
    """Return a person's packs of these schemes, the newest last."""
    query = select(DayPack).where(DayPack.person_id == person_id, DayPack.scheme_id.in_(scheme_ids))
    return list(db.session.scalars(query.order_by(DayPack.id)))


def _leaves_at(stop: SchemeStop, issued_at: datetime | None) -> str | None:
    """Return when the phone forgets the visit, none for one that no pack sent out on a day."""
    return daypack.leaves_at(stop.day, issued_at=issued_at).isoformat() if stop.day and issued_at else None


def _papers_by_stop(found: Sequence[SchemeStop], packs: Iterable[DayPack]) -> dict[str, list[str]]:
    """Return the paper ids of each visit, as the newest packs list them."""
    case_of = {str(stop.case_id): str(stop.id) for stop in found}
    listed: dict[str, str] = {}
    for pack in packs:
        listed |= {one["id"]: one["kind"] for one in pack.content["papers"]}
    issued = db.session.scalars(select(Paper).where(Paper.id.in_([UUID(one) for one in listed])).order_by(Paper.id))
    newest: dict[tuple[str, str], str] = {}
    for paper in issued:
        stop_id = case_of.get(str(paper.case_id))
        if stop_id is not None:
            newest[stop_id, paper.kind] = str(paper.id)
    by_stop: dict[str, list[str]] = {}
    for (stop_id, _), paper_id in newest.items():
        by_stop.setdefault(stop_id, []).append(paper_id)
    return by_stop


@feed.serves("papers")
def papers(person_id: UUID, doc_ids: Sequence[str]) -> Documents:
    """Return the papers of a person's visits by id; their bytes are fetched one by one, named by `sha256`.

    A paper leaves a phone together with the visit it was made for.
    """
    mine: set[str] = set()
    for pack in db.session.scalars(select(DayPack).where(DayPack.person_id == person_id)):
        mine |= {one["id"] for one in pack.content["papers"]}
    wanted = [UUID(one) for one in doc_ids if one in mine]
    found = select(Paper).where(Paper.id.in_(wanted), Paper.case_id.in_(_cases_of(person_id)))
    return {str(paper.id): _paper(paper) for paper in db.session.scalars(found)}


def _cases_of(person_id: UUID) -> Select[tuple[UUID]]:
    """Return the cases of the visits that are on this person's phones."""
    return on_phones_of(person_id, select(SchemeStop.case_id))


def _paper(paper: Paper) -> dict[str, Any]:
    return {
        "id": str(paper.id),
        "kind": paper.kind,
        "serial": paper.serial,
        "sha256": paper.sha256,
        "template": paper.template_version,
        "version": paper.version,
        "case_id": str(paper.case_id) if paper.case_id else None,
        "issued_at": paper.issued_at.isoformat(),
    }


@feed.serves("forms")
def forms(_person_id: UUID, doc_ids: Sequence[str]) -> Documents:
    """Return published field forms by `id-version`."""
    found = {one: find(*one.rpartition("-")[::2]) for one in doc_ids}
    return {
        one: {"id": one, "form_id": form.id, "version": form.version, "digest": form.digest, "document": form.document}
        for one, form in found.items()
        if form is not None
    }


@feed.serves("rules")
def rule_packs(person_id: UUID, doc_ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    """Return rule packs by name: the phone evaluates the same rules as the server; a stop names its own."""
    found = _stops_on(person_id, load=[joinedload(SchemeStop.address)])
    packs = {pack.name: pack for stop in found for pack in [pack_of_stop(stop)]}
    return {
        one: {"id": one, "version": pack.version, "digest": pack.digest, "document": dict(pack.document)}
        for one in doc_ids
        if (pack := packs.get(one) or shipped_pack(one)) is not None
    }


def shipped_pack(name: str) -> RulePack | None:
    """Return the pack that comes with this version under a name, if any."""
    return rulepack.load(name) if name in rulepack.shipped() else None
