"""What the start page shows: schemes, visits, decisions and dossiers the caller may see. Reads only."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from server.accounts.models import Person
from server.accounts.scope import scoped
from server.cases.models import Case, Paper
from server.db import db
from server.devices.models import Device
from server.escalation.models import Dossier, Escalation
from server.schemes.models import Scheme, SchemeStop
from server.visits.models import Visit

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Overview:
    """The rows of the start page; each list holds at most 200, newest first."""

    schemes: list[Scheme]
    visits: list[Visit]
    escalations: list[Escalation]
    dossiers: list[Dossier]
    papers: list[Paper]
    people: dict[Any, str]
    case_count: int
    device_count: int


def overview() -> Overview:
    """Return what the caller may see of the whole installation."""
    cases = scoped(select(func.count()).select_from(Case), Case.creditor_id)
    stops = scoped(select(SchemeStop.scheme_id), SchemeStop.creditor_id)
    return Overview(
        schemes=_newest(select(Scheme).where(Scheme.id.in_(stops)), Scheme),
        visits=_newest(scoped(select(Visit), Visit.creditor_id), Visit),
        escalations=_newest(scoped(select(Escalation), Escalation.creditor_id), Escalation),
        dossiers=_newest(scoped(select(Dossier), Dossier.creditor_id), Dossier),
        papers=_newest(scoped(select(Paper), Paper.creditor_id), Paper),
        people={row.id: row.name for row in db.session.scalars(select(Person))},
        case_count=db.session.scalar(cases) or 0,
        device_count=db.session.scalar(select(func.count()).select_from(Device)) or 0,
    )


def _newest(query: Any, model: Any) -> list[Any]:
    return list(db.session.scalars(query.order_by(model.id.desc()).limit(SHOWN)))
