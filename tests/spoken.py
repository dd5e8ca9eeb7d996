"""What the application under test says to others than its caller, searched for the people in its database.

Log lines, problems, and the addresses it sends callers to: nobody's name, ID number, telephone or address stands in
them. Each test's `app` looks when it ends (tests/conftest.py); a real server's log is read too.
"""

import logging

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from server.cases import sealing
from server.cases.models import Address, Party
from server.db import db
from server.vault import SealBroken

SHORTEST = 2  # characters of a word worth looking for
NONSENSE = "银行机密"
"""What tests of the walls between creditors write into every column of a table: nobody's."""


class Spoken(logging.Handler):
    """Keeps every log line and problem; a handler of the root logger and a hook after each request."""

    def __init__(self):
        super().__init__()
        self.texts = []

    def emit(self, record):
        self.texts.append(self.format(record))

    def hear(self, answer):
        """Keep what a problem says, and where an answer leads."""
        if answer.mimetype == "application/problem+json":
            self.texts.append(answer.get_json(silent=True, force=True).__repr__())
        if "Location" in answer.headers:
            self.texts.append(answer.headers["Location"])
        return answer

    def of_people(self):
        """Return (word, text) for each text that names somebody of the database; nothing when it cannot be read."""
        texts = [text for text in self.texts if text]
        if not texts:
            return []
        try:
            words = words_of_people()
        except (SQLAlchemyError, SealBroken, ValueError):
            return []  # the test broke the database or the keys
        return [(word, text) for text in texts for word in words if word in text]


def words_of_people():
    """Return the names, ID numbers, telephones and addresses in the database."""
    words = set()
    for party in db.session.scalars(select(Party)):
        words |= {party.name, sealing.id_number(party), sealing.phone(party)}
    for address in db.session.scalars(select(Address)):
        words.add(sealing.address_text(address))
    return {word for word in words - {NONSENSE} if word and len(word) >= SHORTEST}
