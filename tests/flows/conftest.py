"""What a journey needs: a line to the application without a socket, and a small portfolio of the demo's making."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from random import Random

import pytest

from server import clock
from server.demo.phones import Phone, PlayedClock
from server.demo.pictures import door_photo
from sync.phone.transport import Answer, Line
from tests import live
from tests.flows import stories
from tests.flows.desk import Desk

ALBUM_BEGUN = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@dataclass
class WsgiTransport:
    """The application reached without a socket."""

    client: object

    def send(self, method, path, *, headers, body):
        got = self.client.open(path, method=method, headers=dict(headers), data=body)
        return Answer(got.status_code, {k.lower(): v for k, v in got.headers.items()}, got.data)


@cache
def photo(label, number, shows):
    """Return what one phone's camera sees the nth time: the same in every test, so that it is looked at once."""
    return door_photo(Random(f"{label} {number}"), shows=shows, taken_at=ALBUM_BEGUN)


class FlowPhone(Phone):
    """A phone of the demo whose line is the application itself."""

    def __init__(self, path, client, *, clock, rng, label):
        self.wsgi, self.photos = client, 0
        super().__init__(path, "", clock=clock, rng=rng, label=label)

    def picture(self, *, shows, taken_at):  # nothing reads a camera's own clock
        self.photos += 1
        return photo(self.label, self.photos, shows)

    def line(self):
        return Line(WsgiTransport(self.wsgi), sleep=lambda _: None, jitter=lambda: 0.5)


@pytest.fixture
def desk(live_server):
    """Sign somebody in at a console of his own: `desk("lin", "/cases")`; a file of one desk overrides it."""
    opened = []

    def at(username, place="/"):
        opened.append(Desk(live_server.url))
        return opened[-1].sign_in(username, place)

    yield at
    for one in opened:
        one.close()


@pytest.fixture
def beginning(request):
    """Begin where the office stands in what a test asks for; a phone is enrolled in the forenoon or anew."""
    if "screens" in request.fixturenames and request.getfixturevalue("hour") == stories.FORENOON:
        return stories.fang_enrolled
    standing = {
        "dispatched": stories.day_sent_out,
        "planned": stories.day_planned,
        "accepted_list": stories.list_accepted,
    }
    return next((story for name, story in standing.items() if name in request.fixturenames), None)


@pytest.fixture
def live_server(app, beginning, install):
    """The application in a real gunicorn, where the phone of the beginning knows it."""
    port = install.told(beginning) if beginning is stories.fang_enrolled else 0
    with live.serving(app.extensions["doorstep"], port=port) as server:
        yield server


@pytest.fixture
def files(tmp_path):
    """The demo's two files, small."""
    return stories.small_files(tmp_path / "files")


@pytest.fixture
def run_jobs(in_app):
    """Run whatever waits, as the worker would, and return the ended job."""
    return stories.run_jobs


@pytest.fixture
def take_in(as_lin, creditors):
    """Import a file for a creditor and commit its good rows; return the dry-run report."""
    return lambda name, path: stories.take_in(as_lin, creditors[name], path)


@pytest.fixture
def accepted_list(install, in_app):
    """The id of a visit list that Lin wrote and Zhou accepted."""
    return install.told(stories.list_accepted)


@pytest.fixture
def planned(install, in_app):
    """The id of a scheme that Zhou compiled and planned for tomorrow, for Fang and Luo."""
    return install.told(stories.day_planned)


@pytest.fixture
def dispatched(install, in_app):
    """The id of a scheme reviewed by Sun, signed off by Guo and sent out."""
    return install.told(stories.day_sent_out)


@pytest.fixture
def fangs_phone(app, as_zhou, as_fang, dispatched, tmp_path):
    """Fang's enrolled phone with the day on it."""
    code = as_zhou.post("/v1/devices/codes", json={"person_id": as_fang.person_id}).json["code"]
    phone = FlowPhone(
        tmp_path / "phone.db", app.test_client(), clock=PlayedClock(clock.now()), rng=Random(5), label="方的手机"
    )
    phone.enrol(code)
    phone.sync()
    yield phone
    phone.store.close()
