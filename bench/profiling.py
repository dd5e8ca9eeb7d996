"""`python -m bench.profiling [push|pull] [--batch N] [--pg]`: where the time of a call goes, without sockets.

Prints processor milliseconds and SQL statements per call without the profiler, then the profile's dearest functions;
the whole profile is kept in `var/bench/` for any viewer of pstats.
"""

import cProfile
import io
import json
import pstats
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import click
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from bench import installation, postgres
from bench.installation import ROOT, STOPS_OF_FIRST_CREW, Phone
from bench.line import Line
from bench.peers.dialect import NotKept
from bench.peers.ours import PUSH, Ours, body_of
from bench.push import PAGE
from bench.records import next_rows

_OUT = ROOT / "var" / "bench"
_WARM_UPS = 3


Work = Callable[[], None]


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("what", type=click.Choice(["push", "pull"]), default="push")
@click.option("--batch", type=int, default=1, show_default=True, help="Records in one push.")
@click.option("--calls", type=int, default=40, show_default=True, help="How many are measured.")
@click.option("--pg", "is_pg", is_flag=True, help="On PostgreSQL instead of SQLite.")
@click.option("--top", type=int, default=45, show_default=True, help="How many functions are shown.")
@click.option("--by", type=click.Choice(["tottime", "cumulative"]), default="tottime", show_default=True)
def main(*, what: str, batch: int, calls: int, is_pg: bool, top: int, by: str) -> None:
    """Profile the push of new records, or the pull of a crew's cards in pages of 100."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = postgres.sqlalchemy_url(stack.enter_context(postgres.cluster()).database("doorstep")) if is_pg else ""
        client, phone = installation.in_process(folder, database_url=url)
        if what == "push":
            works, unit = _pushes(client, phone, batch=batch, calls=2 * calls + _WARM_UPS), batch
        else:
            works, unit = [lambda: _pull(client, phone)] * (2 * calls + _WARM_UPS), STOPS_OF_FIRST_CREW
        _run(works[:_WARM_UPS])
        plain, profiled = works[_WARM_UPS : calls + _WARM_UPS], works[calls + _WARM_UPS :]
        statements = _Counter()
        began_s = time.process_time()
        _run(plain)
        spent_ms = 1000 * (time.process_time() - began_s) / calls
        click.echo(f"{spent_ms:.2f} CPU-ms per {what}, {spent_ms / unit:.4f} per document")
        click.echo(f"{statements.count / calls:.1f} SQL statements per {what} that SQLAlchemy runs itself")
        _show(_profile(lambda: _run(profiled)), top=top, by=by, name=f"{what}-{unit}")


class _Counter:
    """Counts the statements of every engine from now on."""

    def __init__(self) -> None:
        self.count = 0
        event.listen(Engine, "before_cursor_execute", self._seen)

    def _seen(self, *_args: object) -> None:
        self.count += 1


def _run(works: Sequence[Work]) -> None:
    for work in works:
        work()


def _pushes(client: FlaskClient, phone: Phone, *, batch: int, calls: int) -> Sequence[Work]:
    """Return so many pushes of new records, made before any of them is sent."""
    bodies = [body_of(next_rows(phone, batch)) for _ in range(calls)]
    return [partial(_push, client, phone, body) for body in bodies]


def _push(client: FlaskClient, phone: Phone, body: bytes) -> None:
    headers = {**Ours().headers(phone), "Content-Type": "application/json"}
    answer = client.post(PUSH, data=body, headers=headers)
    if answer.status_code != 200 or answer.json != []:  # noqa: PLR2004
        raise NotKept(answer.text[:300])


def _pull(client: FlaskClient, phone: Phone) -> None:
    """Pull all cards; the decoding of the answers is in the figures, for the client is in this process."""
    line = cast("Line", _Wire(client, Ours().headers(phone)))
    count = sum([len(page) for page in Ours().pages(line, phone, limit=PAGE)])
    if count != STOPS_OF_FIRST_CREW:
        raise NotKept(f"expected {STOPS_OF_FIRST_CREW} cards, got {count}")


@dataclass(frozen=True, slots=True)
class _Wire:
    """What the dialect asks of a line, without a socket."""

    client: FlaskClient
    headers: Mapping[str, str]

    def call(self, method: str, path: str) -> Any:
        answer = self.client.open(path, method=method, headers=self.headers)
        return json.loads(answer.data)


def _profile(work: Callable[[], None]) -> cProfile.Profile:
    profile = cProfile.Profile()
    profile.enable()
    work()
    profile.disable()
    return profile


def _show(profile: cProfile.Profile, *, top: int, by: str, name: str) -> None:
    _OUT.mkdir(parents=True, exist_ok=True)
    path = _OUT / f"{name}.prof"
    profile.dump_stats(path)
    told = io.StringIO()
    pstats.Stats(profile, stream=told).strip_dirs().sort_stats(by).print_stats(top)
    click.echo(told.getvalue())
    click.echo(f"the whole profile: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
