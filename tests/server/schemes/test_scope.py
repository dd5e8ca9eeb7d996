"""Who sees a scheme must see all its creditors."""

from uuid import UUID

import pytest
from flask import g

from server.db import db
from server.errors import Missing
from server.schemes.models import Scheme
from server.schemes.scope import fetch_scheme, is_visible
from tests.server.schemes import make_scheme as make


@pytest.fixture
def scheme(as_zhou, creditors):
    cases = [make.case(creditors["bank"], 1), make.case(creditors["supplier"], 2)]
    compiled = make.compiled(as_zhou, make.accepted_list(cases))
    db.session.rollback()
    return db.session.get(Scheme, UUID(compiled["id"]))


class TestIsVisible:
    @pytest.mark.parametrize(("username", "expected"), [("zhou", True), ("tan", True), ("wei", False)])
    def test_asks_about_every_creditor(self, app, scheme, username, expected):
        with app.test_request_context():
            g.person_id = make.person_id(username)
            assert is_visible(scheme) is expected


class TestFetchScheme:
    def test_hides_what_is_not_visible(self, app, scheme):
        with app.test_request_context():
            g.person_id = make.person_id("wei")
            with pytest.raises(Missing, match="no Scheme"):
                fetch_scheme(scheme.id)

    def test_gives_what_is(self, app, scheme):
        with app.test_request_context():
            g.person_id = make.person_id("zhou")
            assert fetch_scheme(scheme.id).serial == scheme.serial
