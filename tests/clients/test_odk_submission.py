"""ODK's own engine fetches the form of a real server, fills it in and submits it: nothing of that client is ours."""

from random import Random

from sqlalchemy import select

from field_forms.answers import check
from field_forms.definitions import newest
from server import clock
from server.db import begin_write, db
from server.visits.models import Record, Visit
from tests.cast import PASSWORD
from tests.clients import typescript
from tests.field_forms import random_visits
from tests.server.visits.make_visit import add_stop


def promise():
    """Return a sound visit with a promise, of the seed's."""
    random, form = Random(11), newest("visit")
    while True:
        given = random_visits.sound(random, form)
        if given.get("outcome") == "1" and not check(form, given, today=random_visits.TODAY, language="en").flaws:
            return given


class TestOdkSubmission:
    def test_a_visit_arrives_once_however_often_it_is_sent(self, app, creditors, live_server):
        with app.app_context():
            begin_write()
            stop = add_stop(creditors["bank"])
            stop.day = clock.today()
            stop_id = stop.id
            db.session.commit()
        given = promise()
        asked = {"url": live_server.url, "user": "fang", "password": PASSWORD, "given": given, "times": 3}
        (told,) = typescript.ask([{"do": "submit"} | asked], script="odk.mjs")
        assert told["statuses"] == [201, 201, 201]
        assert told["stop"] == str(stop_id)
        assert "xml_submission_file" in told["parts"]
        with app.app_context():
            visit = db.session.scalars(select(Visit)).one()
            assert (visit.stop_id, visit.outcome, visit.is_complete) == (stop_id, 1, True)
            assert "unsigned" in visit.flags
            assert len(visit.promises) == 1
            assert visit.promises[0].total_fen == sum(row["amount_fen"] for row in given["instalments"])
            assert [flaw for flaw in visit.flaws if flaw["kind"] in {"unknown", "pruned", "type", "choice"}] == []
            assert {one.alg for one in db.session.scalars(select(Record))} == {"none"}
