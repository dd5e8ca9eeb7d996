"""Personal data that is spoken is heard: each kind of it, in each place where it may not stand."""

import logging

import pytest
from flask import Response, jsonify

from server import clock
from server.accounts.models import Creditor
from server.cases import sealing
from server.cases.models import Party
from server.db import db
from server.vault import place
from tests.spoken import Spoken

NAME, PHONE, NUMBER = "测试乙某", "19900001234", "990000199001011234"


@pytest.fixture
def spoken(in_app):
    """An ear of its own beside the one of `app`, and one person in the database."""
    party_id = clock.new_id()
    db.session.add(
        Party(
            id=party_id, creditor_id=db.session.query(Creditor).first().id, name=NAME,
            phone_sealed=sealing.seal_text(PHONE, at=place("party", "phone_sealed", party_id)),
            id_sealed=sealing.seal_text(NUMBER, at=place("party", "id_sealed", party_id)),
        )
    )  # fmt: skip
    db.session.commit()
    return Spoken()


@pytest.mark.parametrize("word", [NAME, PHONE, NUMBER])
def test_hears_each_word_in_a_log_line_a_problem_and_an_address(spoken, word):
    problem = jsonify(title="refused", detail=f"{word} is taken")
    problem.mimetype = "application/problem+json"
    spoken.emit(logging.makeLogRecord({"msg": "cannot reach %s", "args": (word,)}))
    spoken.hear(problem)
    spoken.hear(Response(headers={"Location": f"/cases?q={word}"}))
    assert [found for found, _ in spoken.of_people()] == [word] * 3


def test_hears_nothing_where_nobody_is_named(spoken):
    spoken.emit(logging.makeLogRecord({"msg": "a record has no place"}))
    spoken.hear(jsonify(name=NAME))  # an answer to who may see it
    assert spoken.of_people() == []


def test_hears_the_applications_own_log(app, in_app):
    from tests.conftest import listening

    with listening(app) as ear:
        logging.getLogger("doorstep.jobs").info("said %s", "something")
    assert "said something" in ear.texts
