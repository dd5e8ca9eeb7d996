"""What one person took out of the house in a day with nobody else's agreement (单人导出累计), all files together.

The rule PI-BULK is asked about the cases of the day, not of one file: an export cut into slices is still one export.
Source: 刑法 §253之一; 法释〔2017〕10号 §5.
"""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select

from server.audit import AuditEvent
from server.clock import SHANGHAI
from server.db import db
from server.escalation.models import Dossier
from server.privacy.models import Export

DOSSIER_TAKEN = "dossier.taken"


def alone(person_id: UUID, *, on: date) -> set[UUID]:
    """Return the cases whose data a person asked for alone, or fetched in a dossier, on a day in Shanghai."""
    since = datetime.combine(on, time.min, SHANGHAI)
    until = since + timedelta(days=1)
    asked = select(Export.case_ids).where(
        Export.asked_by_id == person_id, Export.needs_second.is_(False), Export.asked_at >= since,
        Export.asked_at < until,
    )  # fmt: skip
    taken = select(AuditEvent.subject).where(
        AuditEvent.actor_id == person_id, AuditEvent.action == DOSSIER_TAKEN, AuditEvent.at >= since,
        AuditEvent.at < until,
    )  # fmt: skip
    dossiers = {UUID(subject.removeprefix("dossier:")) for subject in db.session.scalars(taken)}
    found = {UUID(one) for case_ids in db.session.scalars(asked) for one in case_ids}
    return found | set(db.session.scalars(select(Dossier.case_id).where(Dossier.id.in_(dossiers))))
