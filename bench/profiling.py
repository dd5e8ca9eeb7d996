"""`python -m bench.profiling [--batch N] [--pg]`: where the time of a push goes, in this process, without sockets.

Prints processor milliseconds and SQL statements per push without the profiler, then the profile's dearest functions;
the whole profile is kept in `var/bench/` for any viewer of pstats.
"""

import cProfile
import io
import pstats
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import click
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from bench import installation, postgres
from bench.installation import ROOT, Phone
from bench.peers.dialect import NotKept
from bench.peers.ours import PUSH, body_of
from bench.records import next_rows

_OUT = ROOT / "var" / "bench"
_WARM_UPS = 3


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--batch", type=int, default=1, show_default=True, help="Records in one push.")
@click.option("--pushes", type=int, default=40, show_default=True, help="How many pushes are measured.")
@click.option("--pg", "is_pg", is_flag=True, help="On PostgreSQL instead of SQLite.")
@click.option("--top", type=int, default=45, show_default=True, help="How many functions are shown.")
@click.option("--by", type=click.Choice(["tottime", "cumulative"]), default="tottime", show_default=True)
def main(*, batch: int, pushes: int, is_pg: bool, top: int, by: str) -> None:
    """Profile the push."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = postgres.sqlalchemy_url(stack.enter_context(postgres.cluster()).database("doorstep")) if is_pg else ""
        client, phone = installation.in_process(folder, database_url=url)
        bodies = [body_of(next_rows(phone, batch)) for _ in range(2 * pushes + _WARM_UPS)]
        for body in bodies[:_WARM_UPS]:
            _push(client, phone, body)
        plain, profiled = bodies[_WARM_UPS : pushes + _WARM_UPS], bodies[pushes + _WARM_UPS :]
        statements = _Counter()
        began_s = time.process_time()
        _push_each(client, phone, plain)
        spent_ms = 1000 * (time.process_time() - began_s) / pushes
        click.echo(f"{spent_ms:.2f} CPU-ms per push, {spent_ms / batch:.3f} per record")
        click.echo(f"{statements.count / pushes:.1f} SQL statements per push")
        _show(_profile(lambda: _push_each(client, phone, profiled)), top=top, by=by, batch=batch)


class _Counter:
    """Counts the statements of every engine from now on."""

    def __init__(self) -> None:
        self.count = 0
        event.listen(Engine, "before_cursor_execute", self._seen)

    def _seen(self, *_args: object) -> None:
        self.count += 1


def _push_each(client: FlaskClient, phone: Phone, bodies: Sequence[bytes]) -> None:
    for body in bodies:
        _push(client, phone, body)


def _push(client: FlaskClient, phone: Phone, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {phone.token}", "Content-Type": "application/json"}
    answer = client.post(PUSH, data=body, headers=headers)
    if answer.status_code != 200 or answer.json != []:  # noqa: PLR2004
        raise NotKept(answer.text[:300])


def _profile(work: Callable[[], None]) -> cProfile.Profile:
    profile = cProfile.Profile()
    profile.enable()
    work()
    profile.disable()
    return profile


def _show(profile: cProfile.Profile, *, top: int, by: str, batch: int) -> None:
    _OUT.mkdir(parents=True, exist_ok=True)
    path = _OUT / f"push-{batch}.prof"
    profile.dump_stats(path)
    told = io.StringIO()
    pstats.Stats(profile, stream=told).strip_dirs().sort_stats(by).print_stats(top)
    click.echo(told.getvalue())
    click.echo(f"the whole profile: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
