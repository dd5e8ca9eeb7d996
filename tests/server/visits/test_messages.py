"""The office's words reach the phones of those they are for, sealed at rest."""

import uuid

from sqlalchemy import select, text

from server import feed
from server.db import db
from server.visits import messages
from server.visits.models import Message, Visit
from tests.server.visits.make_visit import ARRIVED, person_id


def sent(story, *, reason="请补签", to=None):
    story.keep([story.check_in()])
    visit = db.session.get(Visit, story.visit_id)
    messages.send(visit, to=to or [story.fang], sender_id=person_id("zhou"), kind="returned", text=reason, at=ARRIVED)
    db.session.commit()
    return db.session.scalars(select(Message)).all()


class TestSend:
    def test_publishes_to_each_person_once(self, story):
        sent(story, to=[story.fang, story.luo, story.fang])
        rows = db.session.execute(text("SELECT subject FROM sync_feed WHERE coll = 'messages'")).scalars().all()
        assert sorted(rows) == sorted([feed.person(story.fang), feed.person(story.luo)])

    def test_seals_the_words(self, story):
        (message,) = sent(story)
        assert "请补签" not in message.text_sealed

    def test_can_be_wordless(self, story):
        (message,) = sent(story, reason="")
        assert message.text_sealed is None
        assert messages.document(message)["text"] == ""


class TestLoad:
    def test_gives_the_document_a_phone_pulls(self, story):
        (message,) = sent(story)
        assert feed.documents("messages", story.fang, [str(message.id)]) == {
            str(message.id): {
                "id": str(message.id),
                "kind": "returned",
                "visit_id": str(story.visit_id),
                "stop_id": str(story.stop.id),
                "case_id": str(story.stop.case_id),
                "from": "周主管",
                "text": "请补签",
                "sent_at": "2026-12-02T02:00:00Z",
            }
        }

    def test_gives_nobody_anothers_message(self, story):
        (message,) = sent(story)
        assert messages.load(story.luo, [str(message.id)]) == {}
        assert messages.load(story.fang, [str(uuid.uuid4())]) == {}
