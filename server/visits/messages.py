"""Words from the office to the phones (通知): sealed here, pulled as the collection `messages`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from server import feed
from server.accounts.models import Person
from server.cases import keyring
from server.db import db
from server.vault import place
from server.visits.models import Message, Visit

COLLECTION = "messages"
RETAKE = "retake"
SYSTEM = "外访通"


def send(visit: Visit, *, to: Iterable[UUID], sender_id: UUID, kind: str, text: str, at: datetime) -> None:
    """Leave a message for each person's phones, in this transaction. kind is accepted, returned or retake."""
    for person_id in sorted(set(to)):
        message = Message(person_id=person_id, visit_id=visit.id, sender_id=sender_id, kind=kind, sent_at=at)
        db.session.add(message)
        db.session.flush()
        if text:
            at_place = place("message", "text", message.id)
            message.text_sealed = keyring.seal(text, at=at_place, case_id=visit.case_id)
        feed.publish(feed.person(person_id), COLLECTION, str(message.id))


@feed.serves(COLLECTION)
def load(person_id: UUID, message_ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    """Return a person's messages by id, as the phone pulls them."""
    query = select(Message).where(Message.person_id == person_id, Message.id.in_([UUID(one) for one in message_ids]))
    return {str(message.id): document(message) for message in db.session.scalars(query)}


def document(message: Message) -> dict[str, Any]:
    """Return one message as a document of the collection."""
    visit, sender = db.session.get_one(Visit, message.visit_id), db.session.get_one(Person, message.sender_id)
    text = message.text_sealed
    return {
        "id": str(message.id),
        "kind": message.kind,
        "visit_id": str(visit.id),
        "stop_id": str(visit.stop_id) if visit.stop_id else None,
        "case_id": str(visit.case_id) if visit.case_id else None,
        "from": SYSTEM if message.kind == RETAKE else sender.name,
        "text": keyring.open_or_empty(text, at=place("message", "text", message.id)),
        "sent_at": message.sent_at.isoformat().replace("+00:00", "Z"),
    }
