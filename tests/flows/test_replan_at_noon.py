"""A day goes wrong at noon, over HTTP: why a stop is left out, what a change would cost, the day planned again."""

from datetime import datetime, time, timedelta

import pytest

from server import clock
from server.accounts.models import Person
from server.db import db
from server.demo import doors
from server.demo.doors import Door
from tests.flows import stories

TOMORROW = clock.today() + timedelta(days=1)
NOON = datetime.combine(TOMORROW, time(12), tzinfo=clock.SHANGHAI)
PROMISE = 1


@pytest.fixture
def beginning():
    return stories.list_accepted


@pytest.fixture
def second_crew(in_app):
    """Two more agents; they have no phones, so the office cannot reach them."""
    fang = db.session.query(Person).filter_by(username="fang").one()
    ids = []
    for name in ("chen", "tao"):
        row = Person(
            id=clock.new_id(), username=name, name=f"{name}外访", staff_no=name.upper(), role_names=["agent"],
            creditor_ids=None, qualified_until=fang.qualified_until, password_hash="",
        )  # fmt: skip
        db.session.add(row)
        ids.append(str(row.id))
    db.session.commit()
    return ids


@pytest.fixture
def planned(as_zhou, as_fang, as_luo, accepted_list, second_crew, run_jobs):
    """Two crews with long visits and a rest at noon: not everything fits."""
    crew = {"vehicle": "粤B·测001", "start": stories.BASE, "shift_from": "09:00", "shift_until": "16:00"}
    body = {
        "visit_list_id": accepted_list,
        "title": "两组一天",
        "dates": [TOMORROW.isoformat()],
        "crews": [
            crew | {"name": "一组", "members": [as_fang.person_id, as_luo.person_id]},
            crew | {"name": "二组", "members": second_crew},
        ],
        "materials": ["account_statement", "visit_receipt"],
    }
    made = as_zhou.post("/v1/schemes", json=body)
    assert made.status_code == 201, made.text
    long = [{"case_id": one["case_id"], "service_min": 80} for one in made.json["stops"]]
    path, tag = f"/v1/schemes/{made.json['id']}", {"If-Match": made.headers["ETag"]}
    assert as_zhou.patch(path, json={"stops": long}, headers=tag).status_code == 200
    settings = {"iterations": 300, "seed": 1, "rest": {"from": "11:30", "until": "14:00", "min": 45}}
    run_jobs(as_zhou, as_zhou.post(f"{path}/plan", json=settings))
    return made.json["id"]


@pytest.fixture
def dispatched(as_zhou, as_sun, as_guo, planned):
    return stories.send_out(as_zhou, as_sun, as_guo, planned)


class TestNoon:
    def test_is_explained_tried_and_mended(self, as_zhou, dispatched, fangs_phone, run_jobs):
        path = f"/v1/schemes/{dispatched}"
        scheme, table = as_zhou.get(path).json, as_zhou.get(f"{path}/routes").json
        first, second = (crew["id"] for crew in scheme["crews"])

        # Why was it left out, and what would it take all the same?
        full = [one for one in table["dropped"] if one["reason"] == "full"]
        assert full, table["dropped"]
        price = full[0]["anyway"]
        assert price["over_s"] > 0
        assert price["instead_of"] in {stop["id"] for stop in scheme["stops"] if stop["crew_id"]}

        # What if it is put in? Just the overtime that was named, nothing is stored.
        tried = as_zhou.post(f"{path}/what-if", json={"changes": [{"wish": "add", "stop_id": full[0]["stop_id"]}]}).json
        assert [one["over_s"] for one in tried["overruns"]] == [price["over_s"]]
        assert tried["after"]["driving_s"] - tried["before"]["driving_s"] == price["cost_s"]
        assert as_zhou.get(path).json == scheme

        # The first crew makes its first visit on a real phone; then it stands in a jam until one o'clock.
        mine = fangs_phone.stops()
        doors.play(Door(fangs_phone, dict(mine[0]) | {"arrive_at": fangs_phone.clock.at.isoformat()}, PROMISE))
        fangs_phone.sync()
        assert {one["id"]: one["state"] for one in as_zhou.get(path).json["stops"]}[mine[0]["id"]] == "visited"
        jam = {"crew_id": first, "point": stories.BASE, "free_at": (NOON + timedelta(hours=1)).isoformat()}

        # Planned again at noon: the crew without phones keeps its plan, the difference is shown, nothing is in force.
        asked = as_zhou.post(f"{path}/replan", json={"at": NOON.isoformat(), "positions": [jam], "seed": 2})
        shown = as_zhou.get(run_jobs(as_zhou, asked)["result_url"]).json
        assert shown["untouched_crews"] == [second]
        assert {one["was"]["crew_id"] for one in shown["moved"] if one["was"]} <= {first}
        assert mine[0]["id"] not in {one["stop_id"] for one in shown["moved"]}
        lost = [one for one in shown["moved"] if one["turn"] == "dropped"]
        assert lost, shown["moved"]
        assert as_zhou.get(path).json["plan_version"] == 1

        # Accepted: the done visit stays, the second crew's too; what was moved to nobody has its reason.
        accepted = as_zhou.post(f"{path}/plans/{shown['plan_version']}/accept").json
        after, before = ({one["id"]: one for one in told["stops"]} for told in (accepted, scheme))
        assert after[mine[0]["id"]]["state"] == "visited"
        for stop_id in (one["id"] for one in scheme["stops"] if one["crew_id"] == second):
            assert after[stop_id]["arrive_at"] == before[stop_id]["arrive_at"]
        assert all(after[one["stop_id"]]["drop_reason"]["anyway"] for one in lost)
        assert accepted["state"] == "changed"  # the manager signed other visits
