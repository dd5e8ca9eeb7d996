"""`python -m bench.pulls [--engine …] [--changes N]`: how late a page of changes is when a firm has 100,000 of them.

The feed is filled with positions of other phones, 40 each, every third a tombstone; a phone whose crew has 300 cards
and 1,000 changes more asks, from places spread over all of the feed, for pages of 100, through two gunicorn workers:
alone, then over 8 connections at once. Client, server and database share the machine. Last line: one JSON object.
"""

import json
import random
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

import click

from bench import installation, postgres
from bench.installation import Phone
from bench.line import Line
from bench.load import ENGINES, P50, P99, quantile
from bench.peers.ours import PULLED, SCHEMA_VERSION, Ours
from server import config, feed
from server.app import create_app
from server.db import begin_write, db

CONNECTIONS, LIMIT, SEED, OTHERS = 8, 100, 7, 40


def fill(folder: Path, phone: Phone, *, changes: int) -> int:
    """Publish changes of others' cards, and 1,000 of the phone's own person; return the newest position."""
    rng = random.Random(SEED)  # noqa: S311  # which changes, not a secret
    with create_app(config.load(folder)).app_context():
        mine = feed.person(UUID(phone.agents[0]))
        left, written = changes, 0
        while left > 0:
            begin_write()
            for _ in range(min(left, 2_000)):
                written += 1
                is_mine = written % (changes // 1_000) == 0
                other = f"01a20000-0000-7000-8000-{rng.randrange(max(1, changes // OTHERS)):012x}"
                subject = mine if is_mine else feed.person(UUID(other))
                feed.publish(
                    subject, PULLED, f"01a20000-0000-7000-9000-{written:012x}", gone=is_mine or written % 3 == 0
                )
            left -= 2_000
            db.session.commit()
        newest = feed.newest(db.session())
        db.session.remove()
        db.engine.dispose()
    return newest


def asked(url: str, phone: Phone, places: Sequence[int], epoch: str) -> list[float]:
    """Ask for a page above each place over one kept connection; return the seconds of each."""
    took_s = []
    with Line(url, Ours().headers(phone)) as line:
        for seq in places:
            began_s = time.perf_counter()
            line.call("GET", f"/v1/sync/{PULLED}/pull?seq={seq}&epoch={epoch}&limit={LIMIT}&sv={SCHEMA_VERSION}")
            took_s.append(time.perf_counter() - began_s)
    return took_s


def run(folder: Path, *, url: str, changes: int, pulls: int) -> dict[str, float]:
    """Serve an installation with so many changes, and time so many pulls from places spread over them."""
    rng = random.Random(SEED)  # noqa: S311  # which changes, not a secret
    with installation.served(folder, phones=CONNECTIONS, database_url=url) as served:
        newest = fill(folder, served.phones[0], changes=changes)
        phone = served.phones[0]
        with Line(served.server.url, Ours().headers(phone)) as line:
            first = line.call("GET", f"/v1/sync/{PULLED}/pull?seq=0&epoch=&limit={LIMIT}&sv={SCHEMA_VERSION}")
        epoch = first["checkpoint"]["epoch"]
        places = [[rng.randrange(newest) for _ in range(pulls // CONNECTIONS)] for _ in range(CONNECTIONS)]
        alone = asked(served.server.url, phone, places[0], epoch)
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            late = [
                s for took in pool.map(lambda mine: asked(served.server.url, phone, mine, epoch), places) for s in took
            ]
    return {
        "changes": newest, "pulls": len(late), "p50_ms": round(1000 * quantile(late, P50), 1),
        "p99_ms": round(1000 * quantile(late, P99), 1), "alone_p50_ms": round(1000 * quantile(alone, P50), 1),
        "alone_p99_ms": round(1000 * quantile(alone, P99), 1),
    }  # fmt: skip


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--engine", "engines", multiple=True, type=click.Choice(ENGINES), default=ENGINES, help="May be repeated."
)
@click.option("--changes", default=100_000, show_default=True, type=click.IntRange(1_000))
@click.option("--pulls", default=1_600, show_default=True, type=click.IntRange(CONNECTIONS))
def main(engines: tuple[str, ...], changes: int, pulls: int) -> None:
    """Pull pages out of a large feed on each engine."""
    found = []
    for engine in engines:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="doorstep-pulls-"))) / "var"
            cluster = stack.enter_context(postgres.cluster()) if engine == "postgres" else None
            url = postgres.sqlalchemy_url(cluster.database("pulls")) if cluster else ""
            with installation.settings(url):
                found.append({"engine": engine} | run(folder, url=url, changes=changes, pulls=pulls))
            click.echo(found[-1])
    click.echo(json.dumps({"bench": "pulls", "runs": found}))


if __name__ == "__main__":
    main()
