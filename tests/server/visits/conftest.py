"""Visits to try the slice with."""

import pytest

from server.db import begin_write, db
from tests.server.visits.make_visit import Phone, Story, add_stop, person_id


@pytest.fixture
def story(in_app, creditors):
    """A dispatched stop of the bank's and Fang's phone, in an open write transaction."""
    begin_write()
    stop = add_stop(creditors["bank"])
    fang, luo = person_id("fang"), person_id("luo")
    return Story(stop, Phone(fang), fang, luo)


@pytest.fixture
def kept_visit(story):
    """A complete promised visit, every file here, committed."""
    story.keep(story.promised())
    story.upload()
    db.session.commit()
    return story
