"""Visits to try the slice with."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from server.accounts.models import Creditor
from server.db import begin_write, db
from server.schemes.models import SchemeStop
from tests.server.visits.make_visit import Phone, Story, add_stop, person_id


def begun():
    """Return a dispatched stop of the bank's and Fang's phone, in an open write transaction."""
    begin_write()
    stop = add_stop(db.session.scalars(select(Creditor.id).order_by(Creditor.id)).first())
    fang, luo = person_id("fang"), person_id("luo")
    return Story(stop, Phone(fang), fang, luo)


def visit_kept(app):
    """A complete promised visit, every file here."""
    with app.app_context():
        story = keep(begun())
        stop_id = story.stop.id
        db.session.remove()
    return stop_id, replace(story, stop=None)


def keep(story):
    story.keep(story.promised())
    story.upload()
    db.session.commit()
    return story


@pytest.fixture
def beginning(request):
    """Begin with a visit that is here, where a test asks for one; a bucket has no copy of its files."""
    return visit_kept if "kept_visit" in request.fixturenames and "in_bucket" not in request.fixturenames else None


@pytest.fixture
def story(in_app, beginning, install):
    """A dispatched stop of the bank's and Fang's phone, in an open write transaction."""
    if beginning is None:
        return begun()
    stop_id, told = install.told(beginning)
    stop = db.session.get_one(SchemeStop, stop_id)
    db.session.commit()
    return replace(told, stop=stop, phone=replace(told.phone), photos=dict(told.photos))


@pytest.fixture
def kept_visit(story, beginning):
    """A complete promised visit, every file here, committed."""
    return keep(story) if beginning is None else story
